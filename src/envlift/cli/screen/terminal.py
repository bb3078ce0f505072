"""The terminal: where lines go, how wide they are, and whether they have colour."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text
from rich.theme import Theme

# Wide enough that nothing is cut or folded where no person looks: in files and pipes.
_UNLIMITED = 4000
_THEME = Theme(
    {
        "name": "bold",
        "place": "cyan",
        "quiet": "dim",
        "good": "green",
        "look": "yellow",
        "bad": "red",
        "heading": "bold",
        "command": "bold cyan",
        "added": "green",
        "removed": "red",
        "hunk": "cyan",
    }
)


# What moves the cursor, changes the terminal or the order of reading; newline and tab are meant.
_CONTROLS = {
    code: chr(code).encode("unicode_escape").decode("ascii")
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


class _HarmlessConsole(Console):
    """A console that shows control characters of files and names as escapes instead of obeying them."""

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        shown = (s if s.control else Segment(s.text.translate(_CONTROLS), s.style) for s in buffer)
        return super()._render_buffer(shown)


@dataclass(frozen=True, slots=True)
class Screen:
    """Standard output for results, standard error for what accompanies them."""

    out: Console
    err: Console
    quiet: bool

    def show(self, *views: RenderableType) -> None:
        """Print results; nothing when quiet was asked for."""
        if not self.quiet:
            _print(self.out, Group(*views), sys.stdout)

    def page(self, *views: RenderableType) -> None:
        """Print results at a terminal, in a pager where they do not fit its height; the last one stays in sight."""
        lines = self.out.render_lines(Group(*views), pad=False)
        if self.quiet or len(lines) < self.out.height:
            self.show(*views)
            return
        # Colours as they are, what was shown stays on the screen, and the prompt says how to go on.
        os.environ.setdefault("LESS", "FRXPsspace goes on, q leaves this view$")
        with self.out.pager(styles=not self.out.no_color):
            self.out.print(Group(*views), crop=False)
        self.show(views[-1])

    def line(self, text: str) -> None:
        """One line that a question needs to be understood; printed even when quiet, for the question comes anyway.

        Where it is too long for the terminal, it goes on below its own beginning.
        """
        body = text.lstrip(" ")
        self.out.print(Padding(Text(body), (0, 0, 0, len(text) - len(body))))

    def tell(self, text: str, style: str = "") -> None:
        """A remark on standard error; nothing when quiet was asked for."""
        if not self.quiet:
            _remark(self.err, Text(text, style=style))

    def mended(self, what: str, paths: Sequence[str]) -> None:
        """Say that an apply which was interrupted is mended; nothing where there was none."""
        if paths:
            self.insist(f"An earlier apply was interrupted, and is mended: {what} ({', '.join(paths)}).")

    def insist(self, text: str) -> None:
        """A remark on standard error that explains the exit code, quiet or not."""
        _remark(self.err, Text(text, style="look"))

    def write(self, document: str) -> None:
        """A document for programs, exactly as it is; it is the result, so quiet does not silence it."""
        sys.stdout.write(document)


def open_screen(*, quiet: bool = False, no_color: bool = False) -> Screen:
    """The screen of this process; NO_COLOR and FORCE_COLOR mean what they mean elsewhere."""
    return Screen(_console(sys.stdout, no_color=no_color), _console(sys.stderr, no_color=no_color), quiet)


def _console(stream: TextIO, *, no_color: bool) -> Console:
    told = os.environ.get("COLUMNS", "")
    known = told.isdigit() and int(told) > 0
    return _HarmlessConsole(
        file=stream,
        width=int(told) if known else None if stream.isatty() else _UNLIMITED,
        no_color=True if no_color else None,
        theme=_THEME,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _remark(console: Console, text: Text) -> None:
    """A line that a terminal breaks between words, and that nothing breaks elsewhere."""
    console.print(text, soft_wrap=not console.is_terminal)


def _print(console: Console, view: RenderableType, stream: TextIO) -> None:
    # Not cropped: a line of a diff or a command stays whole, and the terminal breaks it.
    if stream.isatty():
        console.print(view, crop=False)
        return
    # Tables are padded with blanks to their width; diff tools and editors complain about blanks at the ends of lines.
    with console.capture() as captured:
        console.print(view, crop=False)
    stream.writelines(f"{line.rstrip()}\n" for line in io.StringIO(captured.get()))
