"""Add an item to a list that code writes out (arguments, dict entries, imported names), in that list's own layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from envlift_codemods.source_text import SourceText, Splice

_COMMENT = re.compile(r"#[^\r\n]*")
_REST_OF_LINE = re.compile(r"[ \t\f]*(#[^\r\n]*)?(?=\r|\n)")
_INDENT = re.compile(r"[ \t\f]*")


@dataclass(frozen=True, slots=True)
class Bracketed:
    """Offsets of a list: ``opening`` is right behind its bracket, ``closing`` right before the other one."""

    opening: int
    items: tuple[tuple[int, int], ...]
    closing: int


def appended(text: SourceText, into: Bracketed, items: Sequence[str]) -> tuple[Splice, ...]:
    """Put the items behind the last one; on lines of their own where that one has its own line."""
    if not into.items:
        return (Splice(into.opening, into.opening, ", ".join(items)),)
    end = into.items[-1][1]
    comma = _comma(text, end, into.closing)
    indent = item_indent(text, into)
    if indent is None:
        if comma is None:
            return (Splice(end, end, "".join(f", {item}" for item in items)),)
        return (Splice(comma, comma, "".join(f" {item}," for item in items)),)
    newline = text.newline_after(text.position(end)[0])
    ahead = "".join(f"{newline}{indent}{item}," for item in items)
    if comma is None:
        return _behind_the_line(text, end, into.closing, ahead[:-1], ",")
    return _behind_the_line(text, comma, into.closing, ahead, "")


def spread(text: SourceText, into: Bracketed, items: Sequence[str], indent: str) -> tuple[Splice, ...]:
    """Put the items behind those of a one-line list, which is laid out anew with one item a line.

    Args:
        indent: That of each item; the line that the list stands on keeps its own.
    """
    line, _ = text.position(into.opening)
    newline, outer = text.newline_after(line), line_indent(text, into.opening)
    ahead = "".join(f"{newline}{indent}{item}," for item in items) + newline + outer
    if not into.items:
        return (Splice(into.opening, into.closing, ahead),)
    starts = [start for start, _ in into.items]
    ends = [into.opening, *(end for _, end in into.items)]
    breaks = [
        Splice(end, start, f"{',' if number else ''}{newline}{indent}")
        for number, (end, start) in enumerate(zip(ends, starts, strict=False))
    ]
    return (*breaks, Splice(ends[-1], into.closing, f",{ahead}"))


def on_one_line(text: SourceText, into: Bracketed) -> bool:
    """Whether the brackets of a list stand on the same line."""
    return not _newline_between(text, into.opening, into.closing)


def item_indent(text: SourceText, into: Bracketed) -> str | None:
    """The indentation of the items of a list that has them on lines of their own; else None."""
    if not into.items:
        return None
    start, _ = into.items[-1]
    return own_line(text, start) if _newline_between(text, into.opening, start) else None


def line_indent(text: SourceText, offset: int) -> str:
    """The indentation of the line that an offset is on."""
    line, _ = text.position(offset)
    start, end = text.line_range(line)
    found = _INDENT.match(text.text, start, end)
    return found.group() if found else ""


def own_line(text: SourceText, offset: int) -> str | None:
    """The indentation of what stands there, when it is the first on its line; else None."""
    line, column = text.position(offset)
    before = text.text[text.line_starts[line - 1] :][:column]
    return before if _INDENT.fullmatch(before) else None


def _behind_the_line(text: SourceText, offset: int, closing: int, code: str, comma: str) -> tuple[Splice, ...]:
    """Put the code at the end of the line, behind its comment, and a comma where the item ends."""
    rest = _REST_OF_LINE.match(text.text, offset)
    at = rest.end() if rest and rest.group(1) and rest.end() <= closing else offset
    if at == offset:
        return (Splice(offset, offset, comma + code),)
    return (*((Splice(offset, offset, comma),) if comma else ()), Splice(at, at, code))


def _comma(text: SourceText, start: int, end: int) -> int | None:
    """The offset right behind the first comma between two offsets that no comment holds."""
    between = _COMMENT.sub(lambda comment: " " * len(comment.group()), text.text[start:end])
    found = between.find(",")
    return None if found < 0 else start + found + 1


def _newline_between(text: SourceText, start: int, end: int) -> bool:
    return text.position(start)[0] != text.position(end)[0]
