"""What an apply or a push did or would do, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from envlift.applying.apply import Applied
from envlift.applying.left import Left
from envlift.applying.pool_templates import PoolOutcome
from envlift.applying.push import PushOutcome
from envlift.applying.server_state import SaveOutcome
from envlift.cli.screen.wording import Beside, count, few, heading, indented, place_of

_DONE = {
    SaveOutcome.CREATED: ("created", "good"),
    SaveOutcome.SAME: ("already the same", "quiet"),
    SaveOutcome.DIFFERS: ("differs, kept", "look"),
    SaveOutcome.OVERWRITTEN: ("overwritten", "good"),
}
_PLANNED = {**_DONE, SaveOutcome.CREATED: ("to create", "good"), SaveOutcome.OVERWRITTEN: ("to overwrite", "look")}


def applied_view(outcome: Applied) -> tuple[RenderableType, ...]:
    """The files that were changed, and the settings that they move."""
    if not outcome.changes:
        return (Text("No file needs a change."),)
    settings = ", ".join(outcome.settings)
    files = [Text(f"  {change.path}", "place") for change in outcome.changes]
    title = heading(f"Changed {count(len(files), 'file')}", "all of them or none")
    return (title, *files, indented(settings, "quiet"), *_no_way_back(outcome.final))


def _no_way_back(paths: Sequence[str]) -> tuple[RenderableType, ...]:
    if not paths:
        return ()
    text = f"envlift undo cannot take this back: git does not hold {few(paths, 3)} as it was."
    return (Text(), Text(text, "look"))


def undone_view(paths: Sequence[str]) -> tuple[RenderableType, ...]:
    """The files that are as they were before the last apply."""
    files = (Text(f"  {path}", "place") for path in paths)
    return (heading(f"Brought back {count(len(paths), 'file')}", "as before the last apply"), *files)


def left_view(outcome: Applied) -> tuple[RenderableType, ...]:
    """What was meant to change and does not, with the reason; and what a person has to do."""
    refusals = [r for r in outcome.refusals if not any(r.reason in entry.reason for entry in outcome.left)]
    views = [*_left_lines(outcome.left), *_task_lines(outcome.tasks)]
    if refusals:
        views += [Text(), heading(f"Not rewritten ({len(refusals)})", "these files stay as they are")]
        for refusal in refusals:
            views += [Text(f"  {place_of(refusal.path, refusal.line)}", "place"), indented(refusal.reason)]
    return tuple(views)


def push_view(outcome: PushOutcome, *, written: bool, templates: str = "") -> tuple[RenderableType, ...]:
    """Blocks and pool defaults with what became, or would become, of each.

    Args:
        outcome: Of a push or its preview.
        written: Whether it is done.
        templates: The folder that gets the pools' templates instead of the pools; empty where they are changed.
    """
    words = _DONE if written else _PLANNED
    rows = [(b.block, "Secret block", ", ".join(b.settings), words[b.outcome]) for b in outcome.blocks]
    rows += [(block, "Secret block", "value not known here", ("kept", "quiet")) for block in outcome.kept]
    rows += [
        (name, f"default of pool {pool.pool}", *_what_became(pool, done, words, templates))
        for pool in outcome.pools
        for name, done in pool.outcomes
    ]
    title = heading("Pushed" if written else "To push", f"Prefect server at {outcome.api_url}")
    if not rows:
        return (title, Text("  Nothing."), *_after_push(outcome))
    names, kinds = (max(len(row[column]) for row in rows) for column in (0, 1))
    widest = max(len(row[3][0]) for row in rows)
    lines = [
        Beside(
            Text.assemble((f"  {name:<{names}}", "name"), f"  {kind:<{kinds}}  ", (f"{word:<{widest}}", style)),
            more,
            "quiet",
        )
        for name, kind, more, (word, style) in rows
    ]
    return (title, *lines, *_after_push(outcome))


def _what_became(
    pool: PoolOutcome, done: SaveOutcome, words: Mapping[SaveOutcome, tuple[str, str]], templates: str
) -> tuple[str, tuple[str, str]]:
    if templates:
        return f"in {templates}/{pool.pool}.json", words[done]
    return (f"for {pool.kept_by}", _PLANNED[done]) if pool.kept_by else ("", words[done])


def _after_push(outcome: PushOutcome) -> tuple[RenderableType, ...]:
    return (*_left_lines(outcome.left), *_task_lines(outcome.tasks))


def _task_lines(tasks: Sequence[Left]) -> tuple[RenderableType, ...]:
    return _left_lines(tasks, "For you to do", "nothing here can")


def _left_lines(
    left: Sequence[Left], title: str = "Left as it is", note: str = "this was not done"
) -> tuple[RenderableType, ...]:
    if not left:
        return ()
    views: list[RenderableType] = [Text(), heading(f"{title} ({len(left)})", note)]
    for reason, command in dict.fromkeys((entry.reason, entry.command) for entry in left):
        names = ", ".join(entry.setting for entry in left if entry.reason == reason)
        views += [Padding(Text(names, "name"), (0, 0, 0, 2)), indented(reason)]
        views += [Text(f"      {command}", "command", no_wrap=True, overflow="ignore")] if command else []
    return tuple(views)
