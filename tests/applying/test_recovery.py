"""kill -9 at every line of an apply: the next command finds the old tree or the new one, never a mix."""

from __future__ import annotations

import itertools
import os
import signal
import stat
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from envlift.applying.files import Mending, recover, write_all
from envlift.applying.journal import home_of
from envlift.errors import EnvliftError
from envlift.rewriting import FileChange

OLD = {"a.py": b"a = 1\n", "flows/b.py": b"b = 'hunter2'\n"}
NEW = {"flows/made.py": b"c = 3\n", "a.py": b"a = 2\n", "flows/b.py": b"b = None\n"}
CHANGES = [FileChange(path, OLD.get(path), NEW[path]) for path in NEW]
_TRACED = ("files.py", "journal.py", "disk.py")


def fill(root: Path) -> None:
    for path, content in OLD.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(content)
    (root / "flows" / "made.py").unlink(missing_ok=True)


def content_of(root: Path) -> dict[str, bytes]:
    inside = (p for p in root.rglob("*") if p.is_file() and not p.is_relative_to(root / ".git"))
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in inside}


def killed(act: Callable[[], object], before_line: Callable[[FrameType], bool]) -> bool:
    """Run something in a process of its own, killed before the first fitting line of ours; False if it came through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a test runner may have threads; the child needs none
        child = os.fork()
    if child == 0:
        setattr(os, "fsync", lambda _: None)  # noqa: B010 - it is the process that ends here, not the machine

        def watch(frame: FrameType, event: str, _: object) -> object:
            if "applying" not in frame.f_code.co_filename or not frame.f_code.co_filename.endswith(_TRACED):
                return None
            if event == "line" and before_line(frame):
                os.kill(os.getpid(), signal.SIGKILL)
            return watch

        sys.settrace(watch)  # type: ignore[arg-type]
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Killed before the step-th line."""
    lines = itertools.count(1)
    return killed(act, lambda _: next(lines) == step)


def whole(root: Path) -> str:
    """Which of the two trees stands there."""
    content = content_of(root)
    assert content in (OLD, NEW), content.keys()
    return "old" if content == OLD else "new"


def test_a_kill_at_every_line_of_an_apply(root: Path) -> None:
    seen, step = set(), 0
    while True:
        step += 1
        fill(root)
        if not killed_at(step, lambda: write_all(root, CHANGES)):
            break
        left = content_of(root)
        outcome = recover(root)
        seen.add((outcome.mending, whole(root)))
        if outcome.mending is Mending.NOTHING:
            assert {path: left[path] for path in left if not path.startswith(".envlift/")} in (OLD, NEW)
        else:
            assert set(outcome.paths) <= set(NEW)
        assert not (root / ".envlift").exists()
    assert content_of(root) == NEW
    assert {(Mending.ROLLED_BACK, "old"), (Mending.ROLLED_FORWARD, "new"), (Mending.NOTHING, "old")} <= seen
    assert (Mending.ROLLED_BACK, "new") not in seen
    assert step > 100


def half_done(root: Path) -> None:
    """An apply that was killed when one file was made and the first of two replaced."""
    fill(root)
    assert killed(lambda: write_all(root, CHANGES), lambda _: (root / "a.py").read_bytes() == NEW["a.py"])
    assert (root / "flows" / "b.py").read_bytes() == OLD["flows/b.py"]


def test_a_kill_at_every_line_of_the_mending(root: Path, git: Callable[..., str]) -> None:
    half_done(root)
    kept = {
        p: p.read_bytes() for p in [*root.rglob(".envlift-*"), *(root / ".git" / "envlift").rglob("*")] if p.is_file()
    }
    step = 0
    while True:
        step += 1
        (root / "a.py").write_bytes(NEW["a.py"])
        (root / "flows" / "made.py").write_bytes(NEW["flows/made.py"])
        for place, content in kept.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if not killed_at(step, lambda: recover(root)):
            break
        recover(root)
        assert content_of(root) == OLD
    assert content_of(root) == OLD
    assert step > 30


def test_nothing_is_written_before_the_mending(root: Path) -> None:
    half_done(root)
    before = content_of(root)
    with pytest.raises(EnvliftError, match="interrupted"):
        write_all(root, [FileChange("a.py", NEW["a.py"], b"third\n")])
    assert content_of(root) == before


def test_mending_keeps_modes(root: Path) -> None:
    fill(root)
    (root / "a.py").chmod(0o750)
    half_done(root)
    assert recover(root).mending is Mending.ROLLED_BACK
    assert stat.S_IMODE((root / "a.py").stat().st_mode) == 0o750


def test_what_was_edited_since_is_not_overwritten(root: Path) -> None:
    half_done(root)
    (root / "a.py").write_bytes(b"mine\n")
    before = content_of(root)
    with pytest.raises(EnvliftError, match=r"a\.py was changed after that") as caught:
        recover(root)
    assert "old-1" in caught.value.hint
    assert content_of(root) == before


def test_a_new_file_that_was_edited_since_is_kept(root: Path) -> None:
    half_done(root)
    (root / "flows" / "made.py").write_bytes(b"mine\n")
    before = content_of(root)
    with pytest.raises(EnvliftError, match=r"flows/made\.py was changed after that") as caught:
        recover(root)
    assert "there was none before" in caught.value.hint
    assert content_of(root) == before


def test_what_was_edited_before_its_turn_came_is_kept(root: Path) -> None:
    half_done(root)
    (root / "flows" / "b.py").write_bytes(b"mine\n")
    assert recover(root).mending is Mending.ROLLED_BACK
    assert content_of(root) == {**OLD, "flows/b.py": b"mine\n"}


def test_old_bytes_are_private_and_inside_git(root: Path, git: Callable[..., str]) -> None:
    half_done(root)
    folder = root / ".git" / "envlift" / "apply"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    assert (folder / "old-2").read_bytes() == OLD["flows/b.py"]
    assert "hunter2" not in (folder / "journal.json").read_text()
    assert sorted(p.name for p in root.rglob(".envlift*")) == [p.name for p in sorted(root.rglob(".envlift-*"))]


def test_an_apply_of_one_folder_is_mended_from_another(root: Path, git: Callable[..., str]) -> None:
    part = root / "services" / "etl"
    part.mkdir(parents=True)
    half_done(part)
    outcome = recover(root)
    assert outcome.mending is Mending.ROLLED_BACK
    assert content_of(part) == OLD


@pytest.mark.parametrize("record", [b"{", b"[]", b"{}", b'{"version": 99}', b'{"version": 1, "stage": "?"}'])
def test_a_record_that_cannot_be_read_is_named(root: Path, record: bytes) -> None:
    half_done(root)
    before = (root / "a.py").read_bytes()
    (home_of(root).folder / "journal.json").write_bytes(record)
    with pytest.raises(EnvliftError, match="cannot read") as caught:
        recover(root)
    assert "old-0" in caught.value.hint
    assert (root / "a.py").read_bytes() == before
