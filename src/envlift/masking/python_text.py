"""The stretches of Python that nobody may read, and where values can stand in it."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO

from envlift.masking.credentials import Stretch, assigned, is_secret, partly
from envlift.masking.literal_names import called
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.source_text import SourceText

_NEWLINE = re.compile(r"\r\n|\r|\n")
# A number below is a secret only if it is called one itself: nobody guesses a status or a count among secrets.
_SMALL = 1000
_SCHEME_ALONE = re.compile(r"\W*(?:Bearer|Basic|Token)?\W*", re.IGNORECASE)


def python_zones(text: str) -> tuple[list[Stretch], bool]:
    """Strings, numbers and comments, and whether all could be told apart; what could not counts as one zone."""
    starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def offset(position: tuple[int, int]) -> int:
        row, column = position
        return min(starts[min(row, len(starts)) - 1] + column, len(text))

    zones: list[Stretch] = []
    opened: list[int] = []
    at, whole = 0, True
    try:
        for token in tokenize.generate_tokens(StringIO(text, newline="").readline):
            name = tokenize.tok_name[token.type]
            start, end = offset(token.start), offset(token.end)
            if name == "FSTRING_START":
                opened.append(start)
            elif name == "FSTRING_END" and opened:
                zones.append((opened.pop(), end))
            elif name in ("STRING", "NUMBER", "COMMENT"):
                zones.append((start, end))
            elif name == "ERRORTOKEN" and text[start:end].strip():
                zones.append((start, offset((token.start[0] + 1, 0))))
                whole = False
            at = max(at, end)
    except (tokenize.TokenError, SyntaxError, ValueError):
        zones.append((opened[0] if opened else at, len(text)))
        whole = False
    return zones, whole


def in_python(text: str) -> Iterator[Stretch]:
    """The literals that are secrets by what they are called, and assignments in strings and comments."""
    harmless = without_cookie(text).encode("utf-8", "surrogatepass")
    try:
        module = ParsedModule(harmless)
        source = SourceText.decoded(harmless)
    except (SyntaxError, ValueError, RecursionError, UnicodeError):
        yield from assigned(text, 0, len(text), quoted_only=True)
        for start, end in python_zones(text)[0]:
            yield from assigned(text, start, end)
        return
    for start, end in python_zones(text)[0]:
        yield from assigned(text, start, end)
    for node in module.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes | int | float):
            continue
        if isinstance(node.value, bool):
            continue
        keys = tuple(called(module, node))
        if isinstance(node.value, int | float) and abs(node.value) < _SMALL:
            keys = keys[:1]
        value = _text_of(node)
        if isinstance(module.parent(node), ast.JoinedStr) and _SCHEME_ALONE.fullmatch(value):
            continue
        if value and is_secret(keys, value):
            start, end = _interior(text, *source.offsets(module.span(node)))
            if (found := partly(text, keys, start, end)) is not None:
                yield found


def _text_of(node: ast.Constant) -> str:
    if isinstance(node.value, bytes):
        return node.value.decode("utf-8", "replace")
    return str(node.value)


def _interior(text: str, start: int, end: int) -> Stretch:
    """A literal without its prefix and quotes; all of it where it has none, as a number or a part of an f-string."""
    opening = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|\"|')").match(text, start, end)
    if (
        opening is None
        or not text.startswith(opening[1], end - len(opening[1]))
        or end - len(opening[1]) < opening.end()
    ):
        return start, end
    return opening.end(), end - len(opening[1])


def without_cookie(text: str) -> str:
    """The text with a coding cookie made harmless, offsets kept: encoded anew, it would be obeyed again."""
    head = re.compile(r"\A(?:[^\r\n]*(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=]")
    found = head.match(text)
    return text if found is None else text[: found.end() - 1] + "_" + text[found.end() :]
