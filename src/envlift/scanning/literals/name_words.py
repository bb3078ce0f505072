"""The words of a name, whatever its spelling: ``DB_PASSWORD``, ``dbPassword``, ``db-password``."""

from __future__ import annotations

import re

_SEGMENT = re.compile(r"[A-Za-z0-9]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")


def words_of(name: str) -> list[str]:
    """The words in their own case; a digit ends one in camel case only, so that ``NEO4J_URI`` has two."""
    found: list[str] = []
    for segment in _SEGMENT.findall(name):
        found += [segment] if segment.isupper() or segment.islower() else _CAMEL.findall(segment)
    return found
