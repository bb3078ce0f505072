"""Python that is newer than the running one, put into words that the running one parses, every byte in its place."""

from __future__ import annotations

import re

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

# A file without any of these is broken rather than new.
_NEWER = re.compile(rb"^[ \t]*type[ \t]+\w|\b(?:def|class)[ \t]+\w+[ \t]*\[|\b[rR]?[fF][rR]?['\"]", re.MULTILINE)
_LARGEST = 1_000_000
_SWAPPED = {"'": b'"', '"': b"'"}


def in_older_syntax(source: bytes) -> bytes:
    """The source without type parameters, ``type`` statements and reused quotes in f-strings (PEP 695, 696, 701).

    It is as long as before, line by line, and reads the same variables; it is for looking, not for running.

    Raises:
        SyntaxError: it is not valid in a newer Python either, or holds more that is new than can be put so.
    """
    if len(source) > _LARGEST or _NEWER.search(source) is None:
        raise SyntaxError("invalid syntax")
    try:
        wrapper = MetadataWrapper(cst.parse_module(source.decode("utf-8")), unsafe_skip_copy=True)
        found = _Newer(bytearray(source))
        wrapper.visit(found)
    except (cst.ParserSyntaxError, UnicodeDecodeError) as error:
        raise SyntaxError("invalid syntax") from error
    return bytes(found.source)


# LibCST calls the methods by these names.
class _Newer(cst.CSTVisitor):
    """Overwrites in place what older versions do not know."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, source: bytearray) -> None:
        super().__init__()
        self.source = source
        self.outer: list[str] = []

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        return span.start, span.start + span.length

    def visit_TypeParameters(self, node: cst.TypeParameters) -> None:  # noqa: N802
        start, end = self.span(node)
        lines = bytes(self.source[start:end]).split(b"\n")
        # A line within the brackets ends in a backslash once they are gone.
        blank = [b" " * len(line) for line in lines]
        for number, line in enumerate(lines[:-1]):
            returns = len(line) - len(line.rstrip(b"\r"))
            blank[number] = b" " * (len(line) - returns - 1) + b"\\" + b"\r" * returns
        self.source[start:end] = b"\n".join(blank)

    def visit_TypeAlias(self, node: cst.TypeAlias) -> None:  # noqa: N802
        start, name = self.span(node)[0], self.span(node.name)[0]
        self.source[start:name] = b"type".ljust(name - start, b"_")

    def visit_FormattedString(self, node: cst.FormattedString) -> None:  # noqa: N802
        start, end = self.span(node)
        self.swap(start + len(node.start) - len(node.end), end, node.end, escapes=False)
        self.outer.append(node.end)

    def leave_FormattedString(self, original_node: cst.FormattedString) -> None:  # noqa: ARG002, N802
        self.outer.pop()

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        start, end = self.span(node)
        self.swap(start + len(node.prefix), end, node.quote, escapes=True)

    def swap(self, start: int, end: int, quote: str, *, escapes: bool) -> None:
        """Give a string within an f-string the other quotes, and no backslash."""
        if not self.outer:
            return
        if escapes:
            self.source[start:end] = bytes(self.source[start:end]).replace(b"\\", b"_")
        other = _SWAPPED[quote[0]]
        free = not any(outer[0].encode() == other for outer in self.outer)
        if quote in self.outer and len(quote) == 1 and free and other not in self.source[start:end]:
            self.source[start : start + 1] = self.source[end - 1 : end] = other
