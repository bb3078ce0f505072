"""Child processes that end with us: started in a group of their own, ended by their own process id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and the file that its output goes to."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def log_tail(self, lines: int = 20) -> str:
        """The end of its output."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def child(argv: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path) -> Iterator[Child]:
    """Run ``argv`` in ``folder`` while the block runs; ends it however the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(argv),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's ctrl-C reaches us alone, and we end it in order
        )
    try:
        yield Child(process, log)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, then make it and what it left in its group end."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE_SECONDS)
    # The group has the child's id because of start_new_session, so nobody else's process is in it.
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_by_id(pid: int, mark: str) -> None:
    """End a grandchild when it still is the process that carries ``mark`` in its environment.

    A process id can be somebody else's by now. Where the system does not show environments (only Linux does), the
    process is left to end by itself.
    """
    environment = Path(f"/proc/{pid}/environ")
    with contextlib.suppress(OSError):
        if mark.encode() in environment.read_bytes():
            os.kill(pid, signal.SIGKILL)
