"""Phrases and small views that several screens share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

from envlift.inventory import Trouble

_SHOWN_TROUBLES = 10


def count(number: int, noun: str) -> str:
    """``1 place``, ``2 places``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def few(words: Sequence[str], most: int) -> str:
    """The first words, and how many more there are."""
    more = len(words) - most
    return ", ".join(words[:most]) + (f" +{more}" if more > 0 else "")


def shortened(text: str, most: int) -> str:
    """The text, its end cut where it is longer than ``most``."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shortened_path(place: str, most: int) -> str:
    """A path, its beginning cut where it is longer than ``most``: what tells places apart stands at the end."""
    return place if len(place) <= most else f"…{place[1 - most :]}"


def place_of(path: str, line: int) -> str:
    """``path:line``, or what of it is known."""
    return f"{path}:{line}" if line else path


def heading(title: str, meaning: str) -> Text:
    """The title of a block of lines with its meaning in a few words."""
    return Text.assemble((title, "heading"), (f" · {meaning}", "quiet"))


def indented(text: str, style: str = "") -> Padding:
    """A paragraph below the line that it belongs to."""
    return Padding(Text(text, style=style), (0, 0, 0, 6))


@dataclass(frozen=True, slots=True)
class Beside:
    """A line in one piece, with a remark beside it, or below it where there is no room."""

    line: Text
    remark: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        whole = Text.assemble(self.line, *([("  ", ""), (self.remark, self.style)] if self.remark else []))
        if whole.cell_len <= options.max_width:
            yield whole
            return
        self.line.no_wrap, self.line.overflow = True, "ignore"
        yield self.line
        if self.remark:
            yield indented(self.remark, self.style)


def next_step(command: str, does: str) -> Beside:
    """What to type, in one piece that can be copied, and what that does."""
    return Beside(Text.assemble(("Next: ", "heading"), (command, "command")), does)


def trouble_lines(troubles: Sequence[Trouble]) -> tuple[RenderableType, ...]:
    """The files that could not be read, the first of them by name."""
    if not troubles:
        return ()
    views: list[RenderableType] = [Text(), heading(f"Could not be read ({len(troubles)})", "the rest goes on without")]
    for trouble in troubles[:_SHOWN_TROUBLES]:
        views += [Text(f"  {place_of(trouble.path, trouble.line)}", "place"), indented(trouble.message)]
    if len(troubles) > _SHOWN_TROUBLES:
        views.append(Text(f"  and {len(troubles) - _SHOWN_TROUBLES} more: --format json lists all", style="quiet"))
    return tuple(views)
