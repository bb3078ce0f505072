"""How the stacks of a setting look: a table a deployment, the strongest place on top, the winners marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from envlift.cli.screen.wording import heading, indented
from envlift.precedence import TITLES, Stack, Step, Version

_NOTHING = "-"


def stack_view(stacks: Sequence[Stack], version: Version | None) -> tuple[RenderableType, ...]:
    """All stacks, those that look alike once; ``version`` is Prefect's, None for a current one."""
    alike: dict[tuple[object, ...], list[Stack]] = {}
    for stack in stacks:
        key = (stack.setting, _said(stack), stack.before, stack.after, stack.block, stack.notes)
        alike.setdefault(key, []).append(stack)
    views: list[RenderableType] = []
    for group in alike.values():
        runs = ", ".join(dict.fromkeys(stack.deployment or "its flows" for stack in group))
        workers = ", ".join(dict.fromkeys(stack.worker.value for stack in group))
        prefect = f", Prefect {'.'.join(map(str, version))}" if version is not None else ""
        views += [heading(f"{group[0].setting} for {runs}", f"{workers} worker{prefect}"), _table(group[0])]
        views += [*_sentences(group[0]), Text()]
    return tuple(views[:-1]) if views else (Text("No flow reaches it: nothing sets it for a run."),)


def _said(stack: Stack) -> tuple[Step, ...]:
    return tuple(step for step in stack.steps if step.before or step.after)


def _table(stack: Stack) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), header_style="heading")
    table.add_column("set by", no_wrap=True)
    table.add_column("today", overflow="fold")
    table.add_column("after", overflow="fold")
    for step in _said(stack):
        table.add_row(
            TITLES[step.rung],
            _cell(step.before, won=step.rung is stack.before),
            _cell(step.after, won=step.rung is stack.after),
        )
    return table


def _cell(place: str, *, won: bool) -> Text:
    return Text(f"> {place}", "good") if won else Text(f"  {place or _NOTHING}", "quiet")


def _sentences(stack: Stack) -> Iterator[RenderableType]:
    if stack.block:
        yield indented(f"After: the code loads Secret block {stack.block}; no variable counts for that.", "good")
    elif stack.after is not None and stack.after is not stack.before:
        yield indented(f"After: what is set by {TITLES[stack.after]} wins.", "good")
    stronger = [TITLES[s.rung] for s in _above(stack) if not (s.before or s.after)]
    if stronger:
        yield indented(f"Would win, but nothing is known to set it there: {', '.join(stronger)}.", "quiet")
    yield from (indented(f"{note[0].upper()}{note[1:]}.", "look") for note in stack.notes)


def _above(stack: Stack) -> Iterator[Step]:
    """The steps that are stronger than what wins in the end."""
    for step in stack.steps:
        if stack.block or step.rung is stack.after:
            return
        yield step
