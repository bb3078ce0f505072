"""Processes that share the work of a large scan; a small one needs none.

What they find goes back through anonymous pipes between them and this process, values included: such a pipe is
memory of the two, has no name, and nothing of it reaches a disk. Everything else still refuses to pickle a Concealed.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from envlift.concealed import Concealed
from envlift.scanning.files import FoundFile
from envlift.scanning.jobs import Job, Tree

_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path[:] = sys.argv[1:]; from envlift.scanning.crew import serve; serve()"
FEWEST_FILES = 2_000
"""Below it, one process is done before others have started."""


class Crew:
    """Runs jobs on a tree, in processes of its own where there are many files and several processors."""

    def __init__(self, files: Mapping[str, FoundFile], processes: int | None = None) -> None:
        """``processes``: how many beside this one; by the number of files and processors unless told."""
        self.tree = Tree(files)
        wanted = _processes(len(files)) if processes is None else processes
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._started = [_start(files) for _ in range(wanted)]
        for process in self._started:
            self._idle.put(process)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def run(self, jobs: Sequence[Job], done: Callable[[int], None] = lambda _: None) -> list[Any]:
        """The results of all jobs in their order; ``done`` is told how many of them are."""
        found = []
        for result in self._results(jobs):
            found += result
            done(len(found))
        return found

    def _results(self, jobs: Sequence[Job]) -> Iterator[list[Any]]:
        if not self._started or len(jobs) < 2:
            yield from (_run(job, self.tree) for job in jobs)
            return
        with ThreadPoolExecutor(len(self._started)) as threads:
            yield from threads.map(self._hand_over, jobs)

    def _hand_over(self, job: Job) -> list[Any]:
        process = self._idle.get()
        try:
            _send(process.stdin, job)
            return list(_receive(process.stdout))
        finally:
            self._idle.put(process)


def serve() -> None:
    """The life of a process of the crew: a tree, then jobs, until the pipe ends."""
    wanted, given = sys.stdout.buffer, sys.stdin.buffer
    sys.stdout = sys.stderr  # what anything prints must not come between the results
    tree = Tree({path: FoundFile(path, location) for path, location in _receive(given)})
    while True:
        try:
            job = _receive(given)
        except EOFError:
            return
        _send(wanted, _run(job, tree))


def _run(job: Job, tree: Tree) -> list[Any]:
    """A job's result. Meanwhile nobody looks for cycles: over many syntax trees it takes as long as parsing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return list(job.run(tree))
    finally:
        if was_on:
            gc.enable()


def _processes(files: int) -> int:
    return min(_processors(), 4) if files >= FEWEST_FILES and _processors() > 1 else 0


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(files: Mapping[str, FoundFile]) -> subprocess.Popen[bytes]:
    # The first entry may be the folder where envlift was started; its code is not ours to run.
    paths = [path for path in sys.path if path and Path(path).resolve() != Path.cwd()]
    process = subprocess.Popen([sys.executable, "-c", _START, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _send(process.stdin, [(path, os.fspath(file.location)) for path, file in files.items()])
    return process


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:
        return (Concealed, (obj.reveal(),)) if isinstance(obj, Concealed) else NotImplemented


def _send(pipe: IO[bytes] | None, message: object) -> None:
    if pipe is None:
        raise BrokenPipeError
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(message)
    content = buffer.getbuffer()
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Any:
    head = b"" if pipe is None else pipe.read(_LENGTH.size)
    if pipe is None or len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))  # noqa: S301 - our own process wrote it


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Items in lists of a size, the last one with what is left."""
    listed = list(items)
    yield from (listed[start : start + size] for start in range(0, len(listed), size))
