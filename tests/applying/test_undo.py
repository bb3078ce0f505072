"""Undo: the last apply is taken back byte for byte, or nothing is touched."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.applying.conftest import Git
from tests.applying.test_recovery import CHANGES, NEW, OLD, content_of, fill, killed_at

from envlift.applying.files import Mending, recover, undo, write_all
from envlift.applying.journal import home_of
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange


@pytest.fixture
def applied(root: Path) -> Path:
    """A tree in which an apply has replaced two files and made one."""
    fill(root)
    (root / "a.py").chmod(0o750)
    write_all(root, CHANGES)
    assert content_of(root) == NEW
    return root


def refused(root: Path) -> EnvliftError:
    """The error of an undo, after which nothing is changed."""
    before = content_of(root)
    with pytest.raises(EnvliftError) as caught:
        undo(root)
    assert content_of(root) == before
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def test_all_files_are_as_they_were(applied: Path) -> None:
    assert undo(applied) == ("a.py", "flows/b.py", "flows/made.py")
    assert content_of(applied) == OLD
    assert stat.S_IMODE((applied / "a.py").stat().st_mode) == 0o750
    assert not (applied / ".envlift").exists()


def test_in_git_nothing_stands_in_the_working_tree(root: Path, git: Git) -> None:
    fill(root)
    git("add", "-A")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "before")
    write_all(root, CHANGES)
    assert git("status", "--porcelain").split() == ["M", "a.py", "M", "flows/b.py", "??", "flows/made.py"]
    undo(root)
    assert git("status", "--porcelain") == ""
    assert not (root / ".git" / "envlift").exists()


def test_without_git_the_kept_bytes_are_private_and_ignored(applied: Path) -> None:
    folder = home_of(applied).last
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    subprocess.run(["git", "init", "-q", str(applied)], check=True)
    told = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=applied, capture_output=True, text=True, check=True
    )
    assert ".envlift" not in told.stdout


def test_it_is_undone_once(applied: Path) -> None:
    undo(applied)
    assert "no apply to undo" in refused(applied).message


def test_where_nothing_was_applied(root: Path) -> None:
    fill(root)
    assert "no apply to undo" in refused(root).message


def test_the_last_of_two_is_undone(applied: Path) -> None:
    write_all(applied, [FileChange("a.py", NEW["a.py"], b"third\n")])
    assert undo(applied) == ("a.py",)
    assert content_of(applied) == NEW
    assert "no apply to undo" in refused(applied).message


def test_an_apply_that_failed_leaves_the_one_before_it(applied: Path) -> None:
    with pytest.raises(EnvliftError):
        write_all(applied, [FileChange("a.py", b"something else\n", b"third\n")])
    undo(applied)
    assert content_of(applied) == OLD


@pytest.mark.parametrize("path", NEW)
def test_a_file_that_changed_since_is_not_touched_nor_any_other(applied: Path, path: str) -> None:
    (applied / path).write_bytes(b"mine\n")
    error = refused(applied)
    assert error.exit_code is ExitCode.REFUSED
    assert path in error.message
    assert "old-0" in error.hint


def test_a_file_that_is_gone_is_named(applied: Path) -> None:
    (applied / "a.py").unlink()
    assert "a.py" in refused(applied).message


def test_a_file_that_became_a_link_is_not_written_through(applied: Path) -> None:
    outside = applied.parent / "outside.py"
    outside.write_bytes(NEW["a.py"])
    (applied / "a.py").unlink()
    (applied / "a.py").symlink_to(outside)
    assert "symbolic link" in refused(applied).message
    assert outside.read_bytes() == NEW["a.py"]


def test_a_read_only_file_stays(applied: Path) -> None:
    (applied / "a.py").chmod(0o444)
    assert "read-only" in refused(applied).message


def test_a_kill_at_every_line_of_it(root: Path) -> None:
    step, seen = 0, set()
    while True:
        step += 1
        fill(root)
        write_all(root, CHANGES)
        if not killed_at(step, lambda: undo(root)):
            break
        mending = recover(root).mending
        content = content_of(root)
        assert content == OLD or (content == NEW and mending is Mending.NOTHING)
        seen.add(mending)
        if content == NEW:
            undo(root)
        assert content_of(root) == OLD
    assert content_of(root) == OLD
    assert seen == {Mending.NOTHING, Mending.ROLLED_BACK}
    assert step > 50


def test_the_command(applied: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "envlift", "undo", str(applied)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first, second = run(), run()
    assert first.returncode == 0, first.stderr
    assert "Restored 3 files" in first.stdout
    assert content_of(applied) == OLD
    assert second.returncode == ExitCode.REFUSED
    assert "no apply to undo" in second.stderr
