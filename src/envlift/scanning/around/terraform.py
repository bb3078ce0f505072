"""Terraform: variables of containers and functions, as far as they are written out, and inputs by ``TF_VAR_``."""

from __future__ import annotations

import re

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, text_of

_COMMENT = re.compile(r"/\*[\s\S]*?\*/|(?m:(?:^|(?<=\s))(?:#|//).*$)")
_INPUT = re.compile(r'(?m)^[ \t]*variable[ \t]+"(\w+)"')
_CONTAINER = re.compile(
    rf'\bname"?\s*[=:]\s*"({NAME})"\s*,?\s*"?\b(value\w*|secret\w*)"?\s*[={{:]\s*(?:"([^"\n]*)")?', re.ASCII
)
_TABLE = re.compile(
    r"\b(?:variables|environment|environment_variables|env_vars|env)\s*=\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
)
_ENTRY = re.compile(r'(?m)^[ \t]*"?([A-Z][A-Z0-9_]*)"?[ \t]*[=:][ \t]*(?:"([^"\n]*)"[ \t]*,?[ \t]*$)?', re.ASCII)


def read(path: str, content: bytes) -> Found:
    """The mentions of a ``.tf`` file by a careful search, without HCL's own grammar."""
    notes = Notes(path, MentionKind.TERRAFORM)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = Lines(text)
    for found in _INPUT.finditer(text):
        notes.reads(f"TF_VAR_{found[1]}", lines.at(found.start(1)))
    for found in _CONTAINER.finditer(text):
        line = lines.at(found.start(1))
        if not found[1].isupper():
            continue
        if re.search("secret|from", found[2], re.IGNORECASE):
            notes.refers(found[1], line)
        else:
            notes.sets(found[1], line, _literal(found[3]))
    for table in _TABLE.finditer(text):
        for entry in _ENTRY.finditer(table[1]):
            notes.sets(entry[1], lines.at(table.start(1) + entry.start(1)), _literal(entry[2]))
    return notes.found()


def _literal(value: str | None) -> str | None:
    return None if value is None or "${" in value else value
