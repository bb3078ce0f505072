"""Spans as people read them, ``12:4-12:30``, and the text that stands at one."""

from __future__ import annotations

import io
import re
import tokenize

from envlift_codemods.parsed import Span

SPAN_PATTERN = "([0-9]{1,9}):([0-9]{1,9})-([0-9]{1,9}):([0-9]{1,9})"
"""A regular expression that editors know, too."""
_SPAN = re.compile(SPAN_PATTERN)


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


def segment(lines: list[str], span: Span) -> str:
    """The text at a span; empty where the text has no such lines."""
    if not 1 <= span.line <= span.end_line <= len(lines):
        return ""
    parts = lines[span.line - 1 : span.end_line]
    parts[-1] = parts[-1][: span.end_column]
    parts[0] = parts[0][span.column :]
    return "".join(parts)


def text_lines(content: bytes) -> list[str]:
    """The lines as Python counts them, ends made alike; what cannot be decoded is taken byte for character."""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        text = content.decode("latin-1")
    text = text.removeprefix("\ufeff")
    return re.split(r"(?<=\n)", text.replace("\r\n", "\n").replace("\r", "\n"))
