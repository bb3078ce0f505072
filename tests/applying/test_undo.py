"""Undo: the last apply is taken back byte for byte, or nothing is touched; and no old byte is kept for it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.applying.conftest import Git
from tests.applying.test_recovery import CHANGES, NEW, OLD, content_of, fill

from envlift.applying.files import write_all
from envlift.applying.undo import undo
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange


@pytest.fixture
def committed(root: Path, git: Git) -> Path:
    """The old tree, committed."""
    fill(root)
    (root / "a.py").chmod(0o750)
    git("add", "-A")
    git("commit", "-qm", "before")
    return root


@pytest.fixture
def applied(committed: Path) -> Path:
    """A tree in which an apply has replaced two files and made one."""
    assert write_all(committed, CHANGES) == ()
    assert content_of(committed) == NEW
    return committed


def refused(root: Path) -> EnvliftError:
    """The error of an undo, after which nothing is changed."""
    before = content_of(root)
    with pytest.raises(EnvliftError) as caught:
        undo(root)
    assert content_of(root) == before
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def test_all_files_are_as_they_were(applied: Path, git: Git) -> None:
    assert undo(applied) == ("a.py", "flows/b.py", "flows/made.py")
    assert content_of(applied) == OLD
    assert stat.S_IMODE((applied / "a.py").stat().st_mode) == 0o750
    assert git("status", "--porcelain") == ""
    assert not (applied / ".git" / "envlift").exists()


def test_what_is_remembered_holds_no_byte_of_a_file(applied: Path) -> None:
    folder = applied / ".git" / "envlift"
    assert [path.name for path in folder.iterdir()] == ["last.json"]
    text = (folder / "last.json").read_text()
    assert "hunter2" not in text
    assert "None" not in text
    assert stat.S_IMODE((folder / "last.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"a = 1\r\nb = 2\n", b"\xef\xbb\xbfa = 1", b"\xff\xfe\x00"])
def test_bytes_of_every_kind_come_back(committed: Path, git: Git, content: bytes) -> None:
    (committed / "a.py").write_bytes(content)
    git("commit", "-qam", "another form")
    write_all(committed, [FileChange("a.py", content, b"a = 2\n")])
    undo(committed)
    assert (committed / "a.py").read_bytes() == content


def test_in_a_repository_with_longer_ids(root: Path) -> None:
    made = subprocess.run(["git", "init", "-q", "--object-format=sha256"], cwd=root, capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this git knows no other ids")
    fill(root)
    for command in (["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "before"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    assert write_all(root, CHANGES) == ()
    undo(root)
    assert content_of(root) == OLD


def test_an_apply_that_was_committed_since_is_undone_in_the_tree(applied: Path, git: Git) -> None:
    git("add", "-A")
    git("commit", "-qm", "migrate")
    undo(applied)
    assert content_of(applied) == OLD


def test_it_is_undone_once(applied: Path) -> None:
    undo(applied)
    assert "no apply to undo" in refused(applied).message


def test_where_nothing_was_applied(committed: Path) -> None:
    assert "no apply to undo" in refused(committed).message


def test_an_apply_that_failed_leaves_the_one_before_it(applied: Path) -> None:
    with pytest.raises(EnvliftError):
        write_all(applied, [FileChange("a.py", b"something else\n", b"third\n")])
    undo(applied)
    assert content_of(applied) == OLD


def test_another_folder_of_the_repository_is_named(committed: Path, git: Git) -> None:
    part = committed / "services"
    part.mkdir()
    write_all(committed, CHANGES)
    assert str(committed) in refused(part).hint


# ---- what git does not hold -----------------------------------------------------------------------------------------


def test_a_file_that_was_not_committed_is_told_at_the_apply_and_at_the_undo(committed: Path) -> None:
    (committed / "a.py").write_bytes(b"a = 'hunter2'\n")
    final = write_all(committed, [FileChange("a.py", b"a = 'hunter2'\n", b"a = None\n"), *CHANGES[2:]])
    assert final == ("a.py",)
    assert "git does not hold what stood before the last apply in a.py" in refused(committed).message
    kept = [path for path in (committed / ".git" / "envlift").rglob("*") if path.is_file()]
    assert not any(b"hunter2" in path.read_bytes() for path in kept)


def test_the_second_of_two_applies_is_the_last_though_it_cannot_be_undone(applied: Path) -> None:
    assert write_all(applied, [FileChange("a.py", NEW["a.py"], b"third\n")]) == ("a.py",)
    assert "a.py" in refused(applied).message


def test_a_file_that_git_holds_in_other_bytes(committed: Path, git: Git) -> None:
    (committed / ".gitattributes").write_text("a.py text eol=crlf\n")
    (committed / "a.py").write_bytes(b"a = 1\r\n")
    git("add", "-A")
    git("commit", "-qm", "line ends")
    assert git("status", "--porcelain") == ""
    assert write_all(committed, [FileChange("a.py", b"a = 1\r\n", b"a = 2\r\n")]) == ("a.py",)
    assert "a.py" in refused(committed).message


def test_a_blob_that_git_has_thrown_away(applied: Path, git: Git) -> None:
    blob = git("rev-parse", "HEAD:flows/b.py")
    (applied / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "flows/b.py" in refused(applied).message


def test_without_git(root: Path) -> None:
    fill(root)
    assert write_all(root, CHANGES) == ("a.py", "flows/b.py")
    assert "in no git repository" in refused(root).message
    assert not (root / ".envlift").exists()


def test_a_memory_that_cannot_be_read(applied: Path) -> None:
    for text in ("{", "[]", "{}", '{"version": 99}', '{"version": 1, "root": "", "files": [{}]}'):
        (applied / ".git" / "envlift" / "last.json").write_text(text)
        assert "cannot read" in refused(applied).message


# ---- what changed since ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NEW)
def test_a_file_that_changed_since_is_not_touched_nor_any_other(applied: Path, path: str) -> None:
    (applied / path).write_bytes(b"mine\n")
    assert f"changed since the last apply: {path}" in refused(applied).message


def test_a_file_that_is_gone_is_named(applied: Path) -> None:
    (applied / "flows" / "made.py").unlink()
    assert "flows/made.py" in refused(applied).message


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


# ---- trouble on the way ---------------------------------------------------------------------------------------------


def test_a_full_disk_at_every_write(applied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, writes = os.fsync, 0
    while True:
        writes, calls = writes + 1, 0

        def full(handle: int) -> None:
            nonlocal calls
            calls += stat.S_ISREG(os.fstat(handle).st_mode)
            if calls == writes:  # noqa: B023 - it is meant to be the one of this round
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            if calls_through(lambda: undo(applied)):
                break
        assert content_of(applied) == NEW
    assert content_of(applied) == OLD
    assert writes > len(NEW)


def calls_through(act: Callable[[], object]) -> bool:
    """Whether something came to its end instead of finding no room."""
    try:
        act()
    except EnvliftError as error:
        assert "No space left" in error.message
        return False
    return True


def test_the_command(applied: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "envlift", "undo", str(applied)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first, second = run(), run()
    assert first.returncode == 0, first.stderr
    assert "Brought back 3 files" in first.stdout
    assert content_of(applied) == OLD
    assert second.returncode == ExitCode.REFUSED
    assert "no apply to undo" in second.stderr
