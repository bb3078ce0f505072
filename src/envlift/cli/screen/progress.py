"""How far a long scan is: a bar on a terminal, gone when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from envlift.cli.screen.terminal import Screen

_PATIENCE = 1.0  # seconds: what ends sooner needs no bar


@contextmanager
def scan_progress(screen: Screen, *, wanted: bool) -> Iterator[Callable[[int, int], None]]:
    """Something to tell how many files of how many are looked at; shown on a terminal once a second has passed."""
    columns = TextColumn("looking at files"), BarColumn(), MofNCompleteColumn()
    bar = Progress(*columns, console=screen.err, transient=True, auto_refresh=False)
    started = time.monotonic()
    shown = wanted and not screen.quiet and screen.err.is_terminal

    def tell(done: int, whole: int) -> None:
        if not shown or (not bar.tasks and time.monotonic() - started < _PATIENCE):
            return
        if not bar.tasks:
            bar.start()
            bar.add_task("", total=whole)
        bar.update(bar.task_ids[0], completed=done, refresh=True)

    try:
        yield tell
    finally:
        if bar.tasks:
            bar.stop()
