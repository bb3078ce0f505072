"""Spans as people read them: ``12:4-12:30``."""

from __future__ import annotations

import re

from envlift_codemods.parsed import Span

_SPAN = re.compile(r"([0-9]{1,9}):([0-9]{1,9})-([0-9]{1,9}):([0-9]{1,9})")


def span_text(span: Span) -> str:
    """``line:column-end_line:end_column``; lines from 1, columns from 0, the end is exclusive."""
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def span_of(text: str) -> Span | None:
    """The span that a text means; None when it is none."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    line, column, end_line, end_column = map(int, found.groups())
    return Span(line, column, end_line, end_column)
