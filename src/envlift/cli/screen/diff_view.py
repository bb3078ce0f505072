"""A diff as people read it: added and removed lines in colour, long lines whole."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from envlift.cli.screen.wording import count

_STYLES = (("+++", "heading"), ("---", "heading"), ("@@", "hunk"), ("+", "added"), ("-", "removed"))


def diff_view(diffs: Sequence[str]) -> tuple[RenderableType, ...]:
    """The masked diffs of all files, and how much they change."""
    if not diffs:
        return (Text("No file changes."),)
    lines = [line for diff in diffs for line in diff.removesuffix("\n").split("\n")]
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("---") for line in lines)
    summary = f"{count(len(diffs), 'file')} change{'s' if len(diffs) == 1 else ''}: +{added} -{removed}"
    return (
        *(_coloured(line) for line in lines),
        Text(),
        Text(f"{summary}. Secrets are shown as ****.", style="heading"),
    )


def _coloured(line: str) -> Text:
    style = next((style for start, style in _STYLES if line.startswith(start)), "")
    return Text(line, style=style, no_wrap=True, overflow="ignore")
