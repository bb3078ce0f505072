"""The first look at all Python files: kept glances where files have not changed, several processes where many have."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context

from envlift.inventory import Trouble
from envlift.scanning.files import FoundFile, read_bytes
from envlift.scanning.glance_store import GlanceStore
from envlift.scanning.glances import Glance, glance

Progress = Callable[[int, int], None]
"""Told how many files have been looked at, and how many there are."""

_MANY = 1_000  # files: below it, one process is done before others have started
_AT_ONCE = 100


def look_at_all(
    files: Sequence[FoundFile],
    store: GlanceStore,
    progress: Progress,
    *,
    secrets: bool,
    copies: Set[str] = frozenset(),
    processes: int | None = None,
) -> Mapping[str, Glance | Trouble]:
    """The glance of each file by path; a file that cannot be read is a Trouble.

    Args:
        files: Python files.
        store: Kept glances.
        progress: Told now and then.
        secrets: Whether a file is also looked at for a secret in it.
        copies: Those of the files that belong to copies of Prefect.
        processes: How many beside this one; by the number of files and processors unless told.
    """
    found: dict[str, Glance | Trouble] = {}
    for file in files:
        if (kept := store.get(file)) is not None:
            found[file.path] = kept
    fresh = [file for file in files if file.path not in found]
    progress(len(found), len(files))
    wanted = _processes(len(fresh)) if processes is None else processes
    look = partial(_look, secrets=secrets, copies=copies)
    for looked in _in_parallel(look, fresh, wanted) if wanted else map(look, _chunks(fresh)):
        found.update(looked)
        progress(len(found), len(files))
    return found


Looked = list[tuple[str, Glance | Trouble]]


def _in_parallel(
    look: Callable[[Sequence[FoundFile]], Looked], files: Sequence[FoundFile], processes: int
) -> Iterator[Looked]:
    # A fork has all modules at once; beside other threads, and on other systems, it is not safe.
    start = "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
    with ProcessPoolExecutor(processes, mp_context=get_context(start), initializer=_leave_interrupts_to_parent) as pool:
        yield from pool.map(look, _chunks(files))


def _look(files: Sequence[FoundFile], *, secrets: bool, copies: Set[str]) -> Looked:
    found: Looked = []
    with no_cycles():
        for file in files:
            content, is_prefect = read_bytes(file), file.path in copies
            if isinstance(content, Trouble):
                found.append((file.path, content))
            else:
                found.append((file.path, glance(file.path, content, secrets=secrets, is_prefect=is_prefect)))
    return found


@contextmanager
def no_cycles() -> Iterator[None]:
    """Let nobody look for cycles: over many syntax trees, which have none, it takes as long as parsing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunks(files: Sequence[FoundFile]) -> Iterator[Sequence[FoundFile]]:
    return (files[start : start + _AT_ONCE] for start in range(0, len(files), _AT_ONCE))


def _processes(files: int) -> int:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, 8) if files >= _MANY and processors > 1 else 0


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
