"""What a person has answered so far, kept in a file after each answer, so that no end of a session loses any."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.screen.wording import count
from envlift.cli.survey import Survey
from envlift.concealed import Concealed
from envlift.plan import Decision, Layer
from envlift.policy import ANSWERS_FILE, Answer, Answers, load_answers
from envlift.rewriting import masked_source

_HEAD = f"""\
# What people answered to envlift; no secrets. `envlift migrate` goes on from here; in a script it is
#   envlift migrate --batch --write --answers {ANSWERS_FILE}

"""
_VALUES = """
# Not secret, and in no other file here: `envlift apply` and `envlift push` take them from this one.
[values]
"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Interview:
    """One guided session.

    Args:
        before: The survey without what this session answered.
        found: The survey with it.
        given: The answers of this session, by setting.
        values: The values that it was told, none of them secret.
    """

    before: Survey
    found: Survey
    given: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    values: Mapping[str, Concealed] = field(default_factory=lambda: MappingProxyType({}))

    def answered(self, more: Mapping[str, Answer]) -> Interview:
        """The same with more answers, which are kept.

        Raises:
            EnvliftError: an answer asks for a layer that the code cannot have, or the file cannot be written.
        """
        # Who decides a setting anew is asked for its value anew: it may be a secret now.
        return self._kept({**self.given, **more}, {n: v for n, v in self.values.items() if n not in more})

    def with_value(self, setting: str, value: Concealed) -> Interview:
        """The same with a value that no file here holds, which is kept.

        Raises:
            EnvliftError: it is a secret, or the file cannot be written.
        """
        return self._kept(self.given, {**self.values, setting: value})

    def _kept(self, given: Mapping[str, Answer], values: Mapping[str, Concealed]) -> Interview:
        found = self.before.answered(Answers(given, values=values))
        talk = replace(self, found=found, given=given, values=values)
        talk.keep()
        return talk

    def keep(self) -> None:
        """Write the answers into their file; remove it where none is left.

        Raises:
            EnvliftError: it cannot be written.
        """
        file = self.before.root / ANSWERS_FILE
        earlier = self.before.answers
        given = {**_beside_policy(self.before), **self.given}
        answers = Answers(given, earlier.pool, {**earlier.values, **self.values})
        before, content = file_bytes(file), answers_text(answers).encode("utf-8") if answers != Answers() else None
        if content != before:
            put_file(file, content, before)

    def on_pool(self, pool: str) -> Interview:
        """The same with a work pool for the deployments that name none, which is kept."""
        talk = replace(self, before=self.before.on_pool(pool), found=self.found.on_pool(pool))
        talk.keep()
        return talk

    @property
    def settings(self) -> tuple[str, ...]:
        """All that the plan decides, those first that move, and of them the secrets."""
        found = [d for d in self.found.plan.decisions if d.setting]
        ordered = sorted(found, key=lambda d: (d.layer is Layer.LEAVE, not d.sensitive, d.setting))
        return tuple(dict.fromkeys(d.setting for d in ordered))

    @property
    def settled(self) -> tuple[str, ...]:
        """Those that move and that nobody has to look at any more."""
        open_ones = {d.setting for d in self.found.unsettled}
        moved = {d.setting for d in self.found.plan.decisions if d.layer is not Layer.LEAVE}
        return tuple(name for name in self.settings if name in moved - open_ones)

    def decision(self, setting: str) -> Decision | None:
        """What is planned for a setting: for the part of it that moves, where another part is left."""
        found = [d for d in self.found.plan.decisions if d.setting == setting]
        return next((d for d in found if d.layer is not Layer.LEAVE), found[0] if found else None)

    def like(self, decision: Decision) -> tuple[str, ...]:
        """The other settings that wait for a person and for which the same rule suggests the same layer."""
        alike = (d for d in self.found.unsettled if (d.layer, d.rule) == (decision.layer, decision.rule))
        return tuple(dict.fromkeys(d.setting for d in alike if d.setting != decision.setting))

    def source_lines(self, decision: Decision, most: int, around: int = 0) -> list[str]:
        """The places of a decision with what stands there, secrets masked.

        Args:
            most: No more places than this.
            around: Lines before and after each.
        """
        secrets = self.before.secrets
        shown: list[str] = []
        files: dict[str, list[str]] = {}
        for site in decision.sites[:most]:
            if site.path not in files:
                content = file_bytes(self.before.root / site.path)
                files[site.path] = [] if content is None else masked_source(site.path, content, secrets)
            shown += _excerpt(site.path, files[site.path], site.span.line, around)
        return shown


def _excerpt(path: str, lines: Sequence[str], line: int, around: int) -> list[str]:
    first, last = max(line - around, 1), min(line + around, len(lines))
    numbered = [(number, lines[number - 1]) for number in range(first, last + 1)]
    if not around:
        return [f"{path}:{line}", *(f"    {text.strip()}" for _, text in numbered)]
    width = len(str(last))
    body = [f"{'>' if number == line else ' '} {number:>{width}}  {text}" for number, text in numbered]
    return [f"{path}:{line}", *body, ""]


def _beside_policy(found: Survey) -> dict[str, Answer]:
    """The answers that flags and files gave."""
    ours = found.policy.answers.by_setting
    return {name: answer for name, answer in found.answers.by_setting.items() if ours.get(name) != answer}


def answers_text(answers: Answers) -> str:
    """An answers file, as ``--answers`` reads it."""
    pool = f"pool = {_quoted(answers.pool)}\n\n" if answers.pool else ""
    lines = "".join(f'{_key(name)} = "{answer.text}"\n' for name, answer in sorted(answers.by_setting.items()))
    values = "".join(f"{_key(name)} = {_quoted(value.reveal())}\n" for name, value in sorted(answers.values.items()))
    return f"{_HEAD}{pool}[answers]\n{lines}{_VALUES + values if values else ''}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def kept_answers(root: Path, given: Path | None) -> Path | None:
    """The answers file of a guided session: the one that was named, else the one that an earlier session left."""
    kept = root / ANSWERS_FILE
    return kept if given is None and kept.is_file() else given


def resumed(root: Path, used: Path | None) -> str:
    """What to say where a session goes on from the answers of an earlier one; empty where it begins anew."""
    if used is None or used != root / ANSWERS_FILE:
        return ""
    number = len(load_answers(used).by_setting)
    return f"Going on with {count(number, 'answer')} of {ANSWERS_FILE}; remove it to begin anew."
