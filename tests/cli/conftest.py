"""Running envlift as its users do: as a process of its own, with and without a terminal."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from envlift.__main__ import main

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 60
SPECIAL = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
ANSWERS = "envlift-answers.toml"
GIT = ("git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The tester's environment without what changes how envlift asks and looks."""
    return {**{name: value for name, value in os.environ.items() if name not in SPECIAL}, **extra}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``envlift`` in this process, without a terminal, and return what it printed and its exit code."""

    def run_envlift(
        *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[str]:
        given = [str(argument) for argument in arguments]
        with monkeypatch.context() as patch:
            for name in SPECIAL:
                patch.delenv(name, raising=False)
            for name, value in env.items():
                patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            capfd.readouterr()
            code = main(given)
        printed = capfd.readouterr()
        return subprocess.CompletedProcess(given, code, printed.out, printed.err)

    return run_envlift


@pytest.fixture
def process() -> Run:
    """The same as a process of its own, as slow as it is for users."""

    def run_envlift(
        *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "envlift", *map(str, arguments)],
            cwd=cwd,
            env=clean_environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )

    return run_envlift


@pytest.fixture
def commit() -> Callable[[Path], Path]:
    """Commit all that git does not ignore in a folder, which becomes a repository if it is none."""

    def commit_all(root: Path) -> Path:
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
            subprocess.run([*GIT, *command], cwd=root, check=True, capture_output=True)
        return root

    return commit_all


@pytest.fixture
def etl(tmp_path: Path, sample_repos: Path, commit: Callable[[Path], Path]) -> Path:
    """A copy of the nightly ETL sample, committed to git as its users would have it."""
    return commit(Path(shutil.copytree(sample_repos / "nightly_etl", tmp_path / "nightly_etl")))


def files_of(root: Path) -> dict[str, bytes]:
    """All files of a repository but git's own, by path."""
    files = (file for file in root.rglob("*") if file.is_file() and ".git" not in file.relative_to(root).parts)
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


class Replay:
    """The repository as it was before its first guided session, in which a script does the same from the answers."""

    def __init__(self, root: Path, twin: Path) -> None:
        self._root, self._twin = root, Path(shutil.copytree(root, twin / root.name))
        self._before = files_of(root)

    def check(self, arguments: tuple[str, ...], exit_code: int) -> None:
        """Where a session has written more than its answers, they give the same bytes and exit code in batch."""
        after = files_of(self._root)
        if "--batch" in arguments or {**self._before, ANSWERS: b""} == {**after, ANSWERS: b""}:
            return
        given: tuple[str, ...] = ()
        if ANSWERS in after:
            (self._twin / ANSWERS).write_bytes(after[ANSWERS])
            given = ("--answers", ANSWERS)
        write = () if "--write" in arguments else ("--write",)
        done = subprocess.run(
            [sys.executable, "-m", "envlift", *arguments, "--batch", *write, *given],
            cwd=self._twin,
            env=clean_environment({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == exit_code, done.stderr
        assert files_of(self._twin) == after


class Terminal:
    """envlift at a terminal of its own, as a person sees it and types."""

    def __init__(
        self, arguments: tuple[str, ...], cwd: Path, env: Mapping[str, str], size: tuple[int, int], replay: Replay
    ) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        # Without an answer to the question where its cursor is, the library would wait and then warn.
        terminal = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "PAGER": "cat"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "envlift", *arguments],
            cwd=cwd,
            env=clean_environment({**terminal, **env}),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""
        self._waited = 0
        self._arguments, self._replay = arguments, replay

    def wait_for(self, text: str) -> None:
        """Read until the text has appeared after what was waited for before."""
        end = time.monotonic() + PATIENCE
        while (found := self.seen.find(text, self._waited)) < 0:
            if time.monotonic() > end or not self._read():
                raise AssertionError(f"{text!r} did not appear after:\n{self.seen}")
        self._waited = found + len(text)

    def wait_for_all(self, *texts: str) -> None:
        """``wait_for`` each, in this order."""
        for text in texts:
            self.wait_for(text)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def exit_code(self) -> int:
        """Read to the end and return how the process ended; what it has written, its answers give in batch, too."""
        while self._read():
            pass
        code = self._process.wait(PATIENCE)
        self._replay.check(self._arguments, code)
        return code

    def close(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        os.close(self._master)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        try:
            # On Linux the end of the other side is an error, elsewhere an empty read.
            read = os.read(self._master, 65536) if ready else b""
        except OSError:
            read = b""
        self.seen += read.decode("utf-8", "replace")
        return bool(read)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Start ``envlift`` at a pseudo-terminal of 80 columns and 24 lines, unless told."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals here")
    opened: list[Terminal] = []
    replays: dict[Path, Replay] = {}

    def open_terminal(
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] = MappingProxyType({}),
        size: tuple[int, int] = (24, 80),
    ) -> Terminal:
        if cwd not in replays:
            replays[cwd] = Replay(cwd, tmp_path_factory.mktemp("twin"))
        opened.append(Terminal(arguments, cwd, env, size, replays[cwd]))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()
