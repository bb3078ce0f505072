"""dbt projects: ``env_var('X')`` in profiles, project files, models and macros."""

from __future__ import annotations

import re

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Notes, text_of

MARKER = b"env_var("
_CALL = re.compile(rf"(?<![\w.])env_var\(\s*\\?(['\"])({NAME})\\?\1", re.ASCII)
_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_YAML_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")


def read(path: str, content: bytes) -> Found:
    """The mentions of a YAML or SQL file; an SQL comment is none to dbt, which fills it in like the rest."""
    notes = Notes(path, MentionKind.DBT)
    if MARKER not in content:
        return notes.found()
    text = text_of(content)
    if text is None:
        return notes.found()
    text = _JINJA_COMMENT.sub(_blank, text)
    if not path.endswith(".sql"):
        text = _YAML_COMMENT.sub("", text)
    line, position = 1, 0
    for found in _CALL.finditer(text):
        line += text.count("\n", position, found.start(2))
        position = found.start(2)
        notes.reads(found[2], line)
    return notes.found()


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")
