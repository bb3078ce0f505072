"""The text of a Python file, and replacing pieces of it without touching the rest. Standard library only."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from envlift_codemods.parsed import Span

LINTER = re.compile(r"#\s*(noqa|type:\s*ignore|pylint:|isort:|nosec|pragma:)[^#]*")
"""A comment that tells a linter something about its line, and goes with it."""

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Put ``text`` in the place of the characters from ``start`` up to ``end``; offsets into the decoded source."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded source with its encoding; newlines are as in the file, a BOM is in the encoding's name.

    Raises (from ``decoded``):
        SyntaxError, UnicodeDecodeError, LookupError: the bytes are not text in the encoding they declare.
    """

    text: str
    encoding: str
    line_starts: tuple[int, ...]

    @classmethod
    def decoded(cls, source: bytes) -> SourceText:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
        return cls(text, encoding, (0, *(match.end() for match in _NEWLINE.finditer(text))))

    def offsets(self, span: Span) -> tuple[int, int]:
        """Where a span starts and ends in ``text``."""
        return self.line_starts[span.line - 1] + span.column, self.line_starts[span.end_line - 1] + span.end_column

    def at(self, span: Span) -> str:
        start, end = self.offsets(span)
        return self.text[start:end]

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and 0-based column of an offset."""
        line = _last_at_or_before(self.line_starts, offset)
        return line + 1, offset - self.line_starts[line]

    def line_range(self, line: int) -> tuple[int, int]:
        """Where a 1-based line starts and where its text ends, the newline not counted."""
        start = self.line_starts[line - 1]
        newline = _NEWLINE.search(self.text, start)
        return start, newline.start() if newline else len(self.text)

    def comments(self) -> Iterator[tuple[int, int]]:
        """Where the comments stand. What Python's tokenizer cannot read is taken for one from each ``#`` on."""
        lines = (f"{self.text[slice(*self.line_range(n))]}\n" for n in range(1, len(self.line_starts) + 1))
        try:
            for token in tokenize.generate_tokens(lambda: next(lines, "")):
                if token.type == tokenize.COMMENT:
                    (line, start), (_, end) = token.start, token.end
                    yield self.line_starts[line - 1] + start, self.line_starts[line - 1] + end
        except (tokenize.TokenError, SyntaxError):
            yield from ((match.start(), match.end()) for match in re.finditer("#[^\r\n]*", self.text))

    def newline_after(self, line: int) -> str:
        """The newline that ends a line; that of the file's first line where it has none."""
        _, end = self.line_range(line)
        found = _NEWLINE.match(self.text, end) or _NEWLINE.search(self.text)
        return found.group() if found else "\n"

    def spliced(self, splices: Iterable[Splice]) -> bytes:
        """The source with the pieces replaced.

        Raises:
            UnicodeEncodeError: a new piece has no form in the file's encoding.
        """
        parts, after = [], 0
        for splice in sorted(splices):
            parts += [self.text[after : splice.start], splice.text]
            after = splice.end
        return "".join([*parts, self.text[after:]]).encode(self.encoding)


def joined_removals(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """The splices in order, with removals that overlap made one, as each may take the blank lines between them."""
    found: list[Splice] = []
    for splice in sorted(splices):
        last = found[-1] if found else None
        if last is not None and not last.text and not splice.text and splice.start < last.end:
            found[-1] = Splice(last.start, max(last.end, splice.end), "")
        elif last is not None and not last.text and splice.start == splice.end and splice.start < last.end:
            # What comes in among the blank lines that go comes in ahead of them.
            found[-1:] = [Splice(last.start, last.start, splice.text), last]
        else:
            found.append(splice)
    return tuple(sorted(found))


def without_double_gaps(text: SourceText, splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """The splices, none of which parts a new line from lines that go: the blank line below those is enough."""
    found = list(splices)
    removals = {splice.start: splice.end for splice in found if not splice.text}
    for number, splice in enumerate(found):
        newline = text.newline_after(1)
        if splice.start != splice.end or not splice.text.endswith(newline * 2):
            continue
        at = splice.end
        while at in removals and removals[at] > at:
            at = removals[at]
        if at > splice.end and (at == len(text.text) or text.text.startswith(newline, at)):
            found[number] = Splice(splice.start, splice.end, splice.text[: -len(newline)])
    return tuple(found)


def moved(offset: int, splices: Sequence[Splice], *, opening: bool) -> int:
    """Where an offset stands after the splices; an insertion right there pushes it on only when it opens a span."""
    shift = 0
    for splice in sorted(splices):
        if splice.end > offset or (splice.start == offset and not opening):
            break
        shift += len(splice.text) - (splice.end - splice.start)
    return offset + shift


def moved_span(span: Span, before: SourceText, after: SourceText, splices: Sequence[Splice]) -> Span:
    """The span of the same expression, or of what replaced it, in the new text."""
    start, end = before.offsets(span)
    return Span(
        *after.position(moved(start, splices, opening=True)), *after.position(moved(end, splices, opening=False))
    )


def _last_at_or_before(starts: tuple[int, ...], offset: int) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low
