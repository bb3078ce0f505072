"""What the repository and its people have decided beforehand: ``[tool.envlift]`` and the answers to questions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Extra, Layer, TargetKind
from envlift.toml_files import parse_toml

LAYER_NAMES = tuple(layer.value for layer in Layer)
ANSWER_FORM = "NAME=LAYER, or NAME=LAYER:BLOCK to name the Secret block"

_WITH_BLOCK = (Layer.SECRET, Layer.SECRET_ENV)
_BLOCK_NAME = re.compile(r"[a-z0-9-]+")
_ACCESSOR = "secret-accessor"
_LITERALS = "literal-default"
_FEED = "secret-env-feed"
_FEEDS = {
    "pool": TargetKind.POOL,
    "code": TargetKind.CALL,
    "pull-step": TargetKind.PREFECT_YAML,
    "platform": TargetKind.PLATFORM,
    "worker": TargetKind.WORKER,
}
_ANSWER_KEYS = ("answers", "pool", "values")
_T = TypeVar("_T")
PYPROJECT = "pyproject.toml"
OWN_FILE = "envlift.toml"
ANSWERS_FILE = "envlift-answers.toml"
"""Where a guided session keeps what a person answered."""
POLICY_TABLE = "tool.envlift"
POLICY_KEYS = ("also", "answers", "environments", "never_touch", "pool", "project", _ACCESSOR, _FEED, _LITERALS)


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a setting shall go.

    Args:
        layer: The layer.
        block: Name of the Secret block; empty where the planner may choose it. Only for the two secret layers.
    """

    layer: Layer
    block: str = ""

    @property
    def text(self) -> str:
        """The answer as a flag, a policy and an answers file spell it."""
        return f"{self.layer.value}:{self.block}" if self.block else self.layer.value


@dataclass(frozen=True, slots=True)
class Answers:
    """What people have said.

    Args:
        by_setting: Where settings go, by name.
        pool: The work pool of deployments that name none; empty where not given.
        values: Of settings that are not secret and whose value no file of the repository holds, by name.
    """

    by_setting: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    pool: str = ""
    values: Mapping[str, Concealed] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, setting: str) -> Answer | None:
        return self.by_setting.get(setting)

    def with_over(self, upper: Answers) -> Answers:
        """Both together; where both answer for a setting, ``upper`` wins."""
        return Answers(
            MappingProxyType({**self.by_setting, **upper.by_setting}),
            upper.pool or self.pool,
            MappingProxyType({**self.values, **upper.values}),
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of envlift itself.

    Args:
        project: Put before the names of Secret blocks, ``{project}-{name}``; empty for no prefix.
        never_touch: Globs of paths whose files are read and reported but never changed.
        answers: Layers that the repository has decided on.
        pool: Work pool of deployments that name none; empty when there is no default.
        environments: For each environment that a ``.env`` file is named after: patterns of the names, pools or branches
            of its deployments.
        exact: Whether code takes the stored text of a Secret block as it is, for people who fill blocks by other ways
            than ``envlift push``; ``.get()`` would make an int of ``12345``.
        keeps_literals: Whether a literal that becomes an environment read stays as its default.
        feed: What holds a secret that must stay an environment variable, where that way is open; None for the usual.
        also: What a plan does beside what the settings need.
    """

    project: str = ""
    never_touch: tuple[str, ...] = ()
    answers: Answers = field(default_factory=Answers)
    pool: str = ""
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    exact: bool = False
    keeps_literals: bool = False
    feed: TargetKind | None = None
    also: tuple[Extra, ...] = ()

    def forbids(self, path: str) -> bool:
        """Whether a file must stay as it is.

        Args:
            path: POSIX path relative to the repository.
        """
        return any(_matches(path, pattern) for pattern in self.never_touch)


def layered(layers: Iterable[Answers]) -> Answers:
    """All answers together, later layers over earlier ones: policy, answers file, ``--answer``, person."""
    together = Answers()
    for layer in layers:
        together = together.with_over(layer)
    return together


def load_policy(root: Path) -> Policy:
    """The policy of a repository, from ``envlift.toml`` or ``[tool.envlift]`` of its pyproject.toml.

    Raises:
        EnvliftError: a file is no TOML, a key is unknown, a value has the wrong type, or both places hold a policy.
    """
    own, project_file = root / OWN_FILE, root / PYPROJECT
    section = _section(project_file) if project_file.is_file() else None
    if own.exists() and not own.is_file():
        raise _usage(f"{OWN_FILE} is no regular file.", f"Write the settings into a file, or into {PYPROJECT}.")
    if own.is_file():
        if section is not None:
            raise _usage(
                f"Both {OWN_FILE} and [tool.envlift] of {PYPROJECT} hold settings.",
                f"Keep one: move all to {OWN_FILE}.",
            )
        return _policy(_read_toml(own), OWN_FILE)
    return Policy() if section is None else _policy(section, f"[tool.envlift] of {PYPROJECT}")


def policy_file(root: Path) -> Path | None:
    """The file of a repository that holds its policy; None where it has none."""
    own, project_file = root / OWN_FILE, root / PYPROJECT
    if own.exists() or own.is_symlink():
        return own
    return project_file if project_file.is_file() and _section(project_file) is not None else None


def load_answers(file: Path) -> Answers:
    """The answers of a TOML file.

    Beside ``pool`` it has a table ``[answers]`` of ``NAME = "layer"`` or "layer:block", and ``[values]`` of
    ``NAME = "value"`` for what is not secret.

    Raises:
        EnvliftError: the file cannot be read, is no TOML, or holds anything else.
    """
    if not file.is_file():
        raise _usage(f"The answers file {file} does not exist.", "Give --answers the path of a TOML file.")
    content = _read_toml(file)
    _refuse_unknown(content, _ANSWER_KEYS, str(file), "Names of settings stand in the table [answers].")
    answers = _answers(content.get("answers", {}), str(file))
    pool = _string(content.get("pool", ""), "pool", str(file))
    return replace(answers, pool=pool, values=_values(content.get("values", {}), str(file)))


def answered_values(content: bytes, where: str) -> Mapping[str, Concealed]:
    """The values that the text of an answers file gives; ``where`` is what errors call it.

    Raises:
        EnvliftError: it is no TOML, or its table ``[values]`` holds anything but texts.
    """
    return _values(parse_toml(content, where).get("values", {}), where)


def parse_answer(text: str) -> tuple[str, Answer]:
    """The setting and the answer of ``NAME=layer`` or ``NAME=layer:block``.

    Raises:
        EnvliftError: another form, no such layer, or no valid block name. The text is never repeated beyond the name,
            because it may hold a value by mistake.
    """
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise _usage(f"--answer is written {ANSWER_FORM}.", f"LAYER is one of {', '.join(LAYER_NAMES)}.")
    return name.strip(), _answer(name.strip(), rest, f"--answer {name.strip()}")


def parse_answers(texts: Iterable[str]) -> Answers:
    """The answers of several ``--answer`` flags; a setting that is named twice with two answers is an error."""
    found: dict[str, Answer] = {}
    for text in texts:
        name, answer = parse_answer(text)
        if found.setdefault(name, answer) != answer:
            raise _usage(f"--answer names {name} twice, with two answers.", "Keep one of them.")
    return Answers(MappingProxyType(found))


def _section(project_file: Path) -> object:
    """The table ``[tool.envlift]``; None without one, so a pyproject.toml that says nothing to us may be broken."""
    if b"envlift" not in _read(project_file):
        return None
    tool = _read_toml(project_file).get("tool", {})
    return tool.get("envlift") if isinstance(tool, dict) else None


def _policy(section: object, where: str) -> Policy:
    if not isinstance(section, dict):
        raise _usage(f"{where} is not a table.", "Write the settings as KEY = VALUE lines below it.")
    _refuse_unknown(section, POLICY_KEYS, where)
    project = _string(section.get("project", ""), "project", where)
    if project and not _BLOCK_NAME.fullmatch(project):
        raise _usage(
            f"project in {where} cannot begin the name of a Secret block.",
            "Prefect allows lowercase letters, digits and dashes.",
        )
    return Policy(
        project=project,
        never_touch=_strings(section.get("never_touch", []), "never_touch", where),
        answers=_answers(section.get("answers", {}), where),
        pool=_string(section.get("pool", ""), "pool", where),
        environments=_environments(section.get("environments", {}), where),
        also=_extras(section.get("also", []), f"also in {where}"),
        exact=_choice(section.get(_ACCESSOR, "get"), _ACCESSOR, {"get": False, "exact": True}, where),
        keeps_literals=_choice(section.get(_LITERALS, "drop"), _LITERALS, {"drop": False, "keep": True}, where),
        feed=_choice(section[_FEED], _FEED, _FEEDS, where) if _FEED in section else None,
    )


def parse_extras(texts: Iterable[str]) -> tuple[Extra, ...]:
    """What several ``--also`` flags ask for.

    Raises:
        EnvliftError: envlift knows no such thing.
    """
    return _extras(list(texts), "--also")


def _extras(value: object, where: str) -> tuple[Extra, ...]:
    names = [extra.value for extra in Extra]
    if not isinstance(value, list) or not all(text in names for text in value):
        raise _usage(f"{where} names something that envlift does not know.", f"It knows {', '.join(names)}.")
    return tuple(extra for extra in Extra if extra.value in value)


def _environments(table: object, where: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise _usage(f"environments in {where} is not a table.", 'Write it as prod = ["DEPLOYMENT"] lines below it.')
    return MappingProxyType({name: _strings(texts, f"environments.{name}", where) for name, texts in table.items()})


def _answers(table: object, where: str) -> Answers:
    if not isinstance(table, dict):
        raise _usage(f"answers in {where} is not a table.", 'Write it as NAME = "layer" lines below [answers].')
    found = {name: _answer(name, _string(text, name, where), f"{name} in {where}") for name, text in table.items()}
    return Answers(MappingProxyType(found))


def _values(table: object, where: str) -> Mapping[str, Concealed]:
    if not isinstance(table, dict):
        raise _usage(f"values in {where} is not a table.", 'Write it as NAME = "value" lines below [values].')
    return MappingProxyType({name: Concealed(_string(text, name, where)) for name, text in table.items()})


def _answer(name: str, text: str, where: str) -> Answer:
    spelled, colon, block = text.strip().partition(":")
    layer = next((layer for layer in Layer if layer.value == spelled), None)
    if layer is None:
        raise _usage(
            f"{where}: that is not a layer.{did_you_mean(spelled, LAYER_NAMES)}", f"Layers: {', '.join(LAYER_NAMES)}."
        )
    if not colon:
        return Answer(layer)
    if layer not in _WITH_BLOCK:
        raise _usage(
            f"{where}: only a Secret block has a name, {layer.value} takes none.", f"Write {name}={layer.value}."
        )
    if not _BLOCK_NAME.fullmatch(block):
        raise _usage(
            f"{where}: that is no name for a Secret block.",
            f"Prefect allows lowercase letters, digits and dashes: {name}={layer.value}:{suggested_block(name)}.",
        )
    return Answer(layer, block)


def suggested_block(setting: str) -> str:
    """The name of a Secret block that Prefect accepts for a setting."""
    return re.sub(r"[^a-z0-9]+", "-", setting.lower()).strip("-") or "secret"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence, with a blank before it, that names the nearest known word; empty when none is near."""
    near = difflib.get_close_matches(word, tuple(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _refuse_unknown(table: Mapping[str, object], known: tuple[str, ...], where: str, more: str = "") -> None:
    for key in table:
        if key not in known:
            hint = f"Known keys: {', '.join(known)}. {more}".rstrip()
            raise _usage(f"Unknown key {key} in {where}.{did_you_mean(key, known)}", hint)


def _string(value: object, key: str, where: str) -> str:
    if not isinstance(value, str):
        raise _usage(f"{key} in {where} is not a string.", f'Write {key} = "…".')
    return value


def _choice(value: object, key: str, choices: Mapping[str, _T], where: str) -> _T:
    chosen = choices.get(value) if isinstance(value, str) else None
    if chosen is None:
        raise _usage(f"{key} in {where} is none of {', '.join(choices)}.", f'Write {key} = "{next(iter(choices))}".')
    return chosen


def _strings(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _usage(f"{key} in {where} is not a list of strings.", f'Write {key} = ["…", "…"].')
    return tuple(value)


def _read_toml(file: Path) -> dict[str, object]:
    return parse_toml(_read(file), str(file))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _usage(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from error


def _usage(message: str, hint: str) -> EnvliftError:
    return EnvliftError(message, hint, ExitCode.USAGE)


def _matches(path: str, pattern: str) -> bool:
    """A glob as .gitignore reads it: without a slash it matches at any depth, and a folder stands for all in it."""
    anchored = "/" in pattern.rstrip("/")
    expression = _as_expression(pattern.strip("/"))
    return re.fullmatch(f"{'' if anchored else '(?:.*/)?'}{expression}(?:/.*)?", path, re.DOTALL) is not None


def _as_expression(pattern: str) -> str:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(parts.get(token) or re.escape(token) for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern))
