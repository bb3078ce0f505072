"""Secrets that only git's history still holds: told by the names of variables and the commit, never by value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from envlift.applying.git import PastFile, past_files, show
from envlift.concealed import Concealed
from envlift.errors import EnvliftError
from envlift.plan import Finding, Severity
from envlift.scanning.dotenv import describe, entries_of
from envlift.scanning.roles import is_example, is_test
from envlift.sensitivity.judgement import judge

_DOTENV = ("**/.env", "**/.env.*", "**/*.env")
_SHOWN = 3
RULE = "dotenv-in-history"


def secrets_in_history(root: Path) -> tuple[Finding, ...]:
    """A finding for each ``.env`` file with secrets that git held once and does not hold now; none without git."""
    try:
        found = past_files(root, _DOTENV)
    except EnvliftError:
        return ()  # a history that cannot be read in time ends no run
    return tuple(_findings(root, found))


def _findings(root: Path, found: tuple[PastFile, ...]) -> Iterator[Finding]:
    for past in found:
        if is_example(past.path) or is_test(past.path) or describe(past.path).is_example:
            continue
        if (content := show(root, past.commit, past.path)) is None:
            continue
        entries, _ = entries_of(content)
        names = sorted({entry.name for entry in entries if _is_secret(entry.name, entry.value)})
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            held = f"git's history holds this file, in commit {past.commit} with the values of"
            message = f"{held} {', '.join(names[:_SHOWN])}{more}"
            remedy = "rotate them: removing a file does not take it out of the history"
            yield Finding(Severity.HIGH, past.path, 0, message, RULE, remedy)


def _is_secret(name: str, value: Concealed | None) -> bool:
    if value is None or not value.reveal():
        return False
    judged = judge(name, values=[value])
    return judged.sensitive and not judged.placeholder and not judged.reference
