"""A setting's value, read where the plan says, at the moment it is needed."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from envlift.applying.git import show
from envlift.concealed import Concealed
from envlift.errors import EnvliftError
from envlift.plan import ValueSource
from envlift.planning.fingerprints import is_current
from envlift.planning.spans import segment, text_lines
from envlift.policy import ANSWERS_FILE, answered_values
from envlift.scanning.dotenv import entries_of
from envlift_codemods.parsed import Span

_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Values:
    """Where the values of a push come from.

    Args:
        root: The repository.
        fingerprints: Of the plan, by file.
        answered: The settings of which a person has said where they go.
        given: What a person gave at this moment, by setting.
        from_environment: As ``find_value`` takes it.
    """

    root: Path
    fingerprints: Mapping[str, str]
    answered: frozenset[str]
    given: Mapping[str, Concealed]
    from_environment: bool

    def of(self, setting: str, source: ValueSource | None) -> Concealed | None:
        """The value of a setting with this source; None where nothing has one."""
        if setting in self.given:
            return self.given[setting]
        if source is None:
            known = os.environ.get(setting) if self.from_environment else None
            return None if known is None else Concealed(known)
        fingerprint = self.fingerprints.get(source.path, "")
        return find_value(self.root, source, fingerprint=fingerprint, from_environment=self.from_environment)


def find_value(
    root: Path, source: ValueSource, *, fingerprint: str = "", from_environment: bool = False
) -> Concealed | None:
    """The value that a source holds now; None where it holds none.

    A literal is read from the working tree while the file is as it was planned, and from the source's commit once it
    has been rewritten.

    Args:
        root: The repository.
        source: A ``.env`` entry, what a person answered, or a literal.
        fingerprint: What the plan noted of the source's file: a literal is taken only from a text that it fits.
        from_environment: A variable of the setting's name in envlift's own environment goes before the source.

    Raises:
        EnvliftError: the source's path leads out of the repository, or the answers file cannot be read.
    """
    if from_environment and source.name in os.environ:
        return Concealed(os.environ[source.name])
    content = _read(root, source.path)
    if source.path == ANSWERS_FILE:
        return None if content is None else answered_values(content, source.path).get(source.name)
    if source.span is None:
        return None if content is None else _entry(content, source.name)
    committed = show(root, source.commit, source.path)
    # Without a fingerprint nothing says that the file is still as it was planned: the commit is what certainly was.
    for text in (content, committed) if fingerprint else (committed, content):
        if text is not None and (not fingerprint or is_current(fingerprint, text)):
            value = _literal(text, source.span)
            if value is not None:
                return value
    return None


def _read(root: Path, path: str) -> bytes | None:
    words = PurePosixPath(path)
    if words.is_absolute() or ".." in words.parts:
        raise EnvliftError(f"{path} is not a path inside the repository", "mend the source in the plan")
    try:
        place = root / path
        state = place.stat()
        return place.read_bytes() if stat.S_ISREG(state.st_mode) and state.st_size <= _LARGEST else None
    except OSError:
        return None


def _entry(content: bytes, name: str) -> Concealed | None:
    entries, _ = entries_of(content)
    return next((entry.value for entry in reversed(entries) if entry.name == name), None)


def _literal(content: bytes, span: Span) -> Concealed | None:
    """The string at a span, a number as Python writes it; None where neither stands there."""
    try:
        value = ast.literal_eval(f"({segment(text_lines(content), span)}\n)")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    if isinstance(value, str):
        return Concealed(value)
    return Concealed(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
