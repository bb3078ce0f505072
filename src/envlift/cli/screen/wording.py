"""Phrases and small views that several screens share."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
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


def next_step(command: str, does: str) -> Text:
    """One line: what to type, and what that does."""
    return Text.assemble(("Next: ", "heading"), (command, "command"), f"  {does}")


def trouble_lines(troubles: Sequence[Trouble]) -> tuple[RenderableType, ...]:
    """The files that could not be read, the first of them by name."""
    if not troubles:
        return ()
    lines = [
        Text.assemble("  ", (f"{t.path}:{t.line}" if t.line else t.path, "place"), f"  {t.message}")
        for t in troubles[:_SHOWN_TROUBLES]
    ]
    if len(troubles) > _SHOWN_TROUBLES:
        lines.append(Text(f"  and {len(troubles) - _SHOWN_TROUBLES} more: --format json lists all", style="quiet"))
    heading = Text(f"Could not be read ({len(troubles)}), the rest goes on without them", style="look")
    return (Text(), heading, *lines)
