"""All files or none: what is checked first, what stays, and what every kind of trouble leaves behind."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.applying import disk
from envlift.applying.files import Mending, RecoveryOutcome, recover, write_all
from envlift.applying.journal import home_of
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange

Git = Callable[..., str]
OLD = {"a.py": b"a = 'hunter2'\r\n", "flows/b.py": b"\xef\xbb\xbfb = 1", "prefect.yaml": b"name: x\n"}
NEW = {path: content + b"# new\n" for path, content in OLD.items()}
CHANGES = [FileChange(path, OLD[path], NEW[path]) for path in OLD]


@pytest.fixture(params=["with git", "without git"])
def tree(request: pytest.FixtureRequest, root: Path) -> Path:
    """The old files, once in a git repository and once outside of any."""
    if request.param == "with git":
        request.getfixturevalue("git")
    fill(root)
    return root


def fill(root: Path) -> None:
    for path, content in OLD.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(content)


def content_of(root: Path) -> dict[str, bytes]:
    """Every file of the working tree, temporary ones and journals too, but not git's own."""
    inside = (p for p in root.rglob("*") if p.is_file() and not p.is_relative_to(root / ".git"))
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in inside}


def left_in_git(root: Path) -> list[Path]:
    """What an apply leaves there beside its memory of the last one."""
    found = [*(root / ".git").glob("envlift*"), *(root / ".git" / "envlift").glob("*")]
    return [path for path in found if path.name not in ("envlift", "last.json")]


def refused(root: Path, changes: list[FileChange] | None = None) -> EnvliftError:
    """The error of an apply, after which nothing is changed and nothing is left over."""
    before = content_of(root)
    with pytest.raises(EnvliftError) as caught:
        write_all(root, CHANGES if changes is None else changes)
    assert content_of(root) == before
    assert left_in_git(root) == []
    assert recover(root) == RecoveryOutcome(Mending.NOTHING)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def test_all_files_change_and_nothing_is_left_over(tree: Path) -> None:
    write_all(tree, CHANGES)
    assert content_of(tree) == NEW
    assert left_in_git(tree) == []
    assert recover(tree) == RecoveryOutcome(Mending.NOTHING)
    assert sorted(p.name for p in tree.iterdir() if p.name != ".git") == ["a.py", "flows", "prefect.yaml"]


def test_files_that_are_not_named_stay(tree: Path) -> None:
    (tree / "flows" / "other.py").write_bytes(b"other\n")
    before = (tree / "flows" / "other.py").stat()
    write_all(tree, CHANGES)
    after = (tree / "flows" / "other.py").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o664])
def test_modes_stay(tree: Path, mode: int) -> None:
    (tree / "a.py").chmod(mode)
    write_all(tree, CHANGES)
    assert stat.S_IMODE((tree / "a.py").stat().st_mode) == mode


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tree: Path) -> None:
    os.chown(tree / "a.py", 65534, 65534)
    write_all(tree, CHANGES)
    assert (tree / "a.py").stat().st_uid == 65534


def test_nothing_to_change_writes_nothing(tree: Path) -> None:
    before = (tree / "a.py").stat().st_ino
    write_all(tree, [FileChange("a.py", OLD["a.py"], OLD["a.py"])])
    write_all(tree, [])
    assert (tree / "a.py").stat().st_ino == before


def test_in_a_folder_of_a_larger_repository(root: Path, git: Git) -> None:
    part = root / "services" / "etl"
    part.mkdir(parents=True)
    fill(part)
    write_all(part, CHANGES)
    assert content_of(part) == NEW
    assert left_in_git(root) == []


def test_a_new_file_is_made_as_every_other_program_would(tree: Path) -> None:
    os.umask(mask := os.umask(0o022))
    write_all(tree, [*CHANGES, FileChange("flows/made.py", None, b"made\n")])
    assert content_of(tree) == {**NEW, "flows/made.py": b"made\n"}
    assert stat.S_IMODE((tree / "flows" / "made.py").stat().st_mode) == 0o666 & ~mask
    assert left_in_git(tree) == []


# ---- refused before anything is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../outside.py", "/etc/hosts", "flows/../../outside.py", ""])
def test_a_path_that_leads_out(tree: Path, path: str) -> None:
    (tree.parent / "outside.py").write_bytes(b"outside\n")
    error = refused(tree, [*CHANGES, FileChange(path, b"outside\n", b"changed\n")])
    assert "not a path inside" in error.message
    assert (tree.parent / "outside.py").read_bytes() == b"outside\n"


def test_a_symbolic_link(tree: Path) -> None:
    target = tree.parent / "real.py"
    target.write_bytes(OLD["a.py"])
    (tree / "a.py").unlink()
    (tree / "a.py").symlink_to(target)
    assert "a.py is a symbolic link" in refused(tree).message
    assert target.read_bytes() == OLD["a.py"]


def test_a_folder_that_is_a_symbolic_link(tree: Path) -> None:
    (tree / "flows").rename(tree.parent / "elsewhere")
    (tree / "flows").symlink_to(tree.parent / "elsewhere")
    assert "flows is a symbolic link" in refused(tree).message
    assert (tree.parent / "elsewhere" / "b.py").read_bytes() == OLD["flows/b.py"]


def test_a_file_that_changed_since_it_was_read(tree: Path) -> None:
    (tree / "flows" / "b.py").write_bytes(b"mine\n")
    assert "flows/b.py changed" in refused(tree).message


def test_a_file_that_went(tree: Path) -> None:
    (tree / "prefect.yaml").unlink()
    assert "prefect.yaml cannot be read" in refused(tree).message


def test_a_new_file_that_is_there_already(tree: Path) -> None:
    (tree / "made.py").write_bytes(b"mine\n")
    assert "made.py is there already" in refused(tree, [*CHANGES, FileChange("made.py", None, b"made\n")]).message


def test_a_new_file_in_no_folder(tree: Path) -> None:
    assert "its folder is not there" in refused(tree, [*CHANGES, FileChange("jobs/made.py", None, b"made\n")]).message


def test_no_regular_file(tree: Path) -> None:
    (tree / "a.py").unlink()
    os.mkfifo(tree / "a.py")
    assert "not a regular file" in refused(tree).message


def test_a_read_only_file(tree: Path) -> None:
    (tree / "a.py").chmod(0o444)
    error = refused(tree)
    assert "a.py is read-only" in error.message
    assert "chmod u+w a.py" in error.hint


def test_a_read_only_folder(tree: Path) -> None:
    """As somebody who may not write there; root may write anywhere."""
    code = """
import json, os, sys
from pathlib import Path
from envlift.applying.files import write_all
from envlift.errors import EnvliftError
from envlift.rewriting import FileChange
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
root = Path(sys.argv[1])
changes = [FileChange(p, (root / p).read_bytes(), b"new") for p in ("a.py", "flows/b.py")]
try:
    write_all(root, changes)
except EnvliftError as error:
    print(error.message, error.hint, sep="|")
"""
    for place in [tree, *tree.rglob("*")]:
        os.chown(place, 65534, 65534) if os.getuid() == 0 else None
    for folder in tree.parents:
        if Path(tempfile.gettempdir()) in folder.parents:
            folder.chmod(0o755)
    (tree / "flows").chmod(0o555)
    done = subprocess.run([sys.executable, "-c", code, str(tree)], capture_output=True, text=True, check=False)
    (tree / "flows").chmod(0o755)
    assert "the folder of flows/b.py is read-only" in done.stdout, done.stderr
    assert content_of(tree) == OLD


def test_a_second_envlift_at_the_same_time(tree: Path) -> None:
    with disk.alone_in(home_of(tree).locked), pytest.raises(EnvliftError, match="another envlift"):
        write_all(tree, CHANGES)
    assert content_of(tree) == OLD
    write_all(tree, CHANGES)


# ---- trouble on the way ---------------------------------------------------------------------------------------------


def test_a_full_disk_at_any_write(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file brought to disk in its turn finds no room: record, three of each change, in git the memory, record."""
    real, left = os.fsync, 0

    def full(handle: int) -> None:
        nonlocal left
        left -= stat.S_ISREG(os.fstat(handle).st_mode)
        if left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    for number in range(1, 13 if (tree / ".git").exists() else 12):
        left = number
        assert "No space left" in refused(tree).message
    left = 0
    write_all(tree, CHANGES)
    assert content_of(tree) == NEW


def test_a_really_full_disk(tmp_path: Path) -> None:
    """A file system of 64 KiB that cannot hold the new files beside the old ones."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        before = {"a.py": b"a" * 9000, "b.py": b"b" * 9000}
        for path, content in before.items():
            (small / path).write_bytes(content)
        changes = [FileChange(path, content, content + b"x" * 20000) for path, content in before.items()]
        with pytest.raises(EnvliftError, match="No space left"):
            write_all(small, changes)
        assert content_of(small) == before
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_failing_replacement_takes_the_earlier_ones_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fail_at_replacement(monkeypatch, number, lambda: PermissionError(errno.EACCES, "Permission denied", "a.py"))
    modes = {path: (tree / path).stat().st_mode for path in OLD}
    assert "Permission denied" in refused(tree).message
    assert {path: (tree / path).stat().st_mode for path in OLD} == modes


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_interruption_takes_the_earlier_ones_back(tree: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    fail_at_replacement(monkeypatch, number, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        write_all(tree, CHANGES)
    assert content_of(tree) == OLD
    assert left_in_git(tree) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_failing_replacement_takes_new_files_back(tree: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    fail_at_replacement(monkeypatch, number, lambda: PermissionError(errno.EACCES, "Permission denied", "a.py"))
    assert "Permission denied" in refused(tree, [FileChange("made.py", None, b"made\n"), *CHANGES]).message


def test_a_file_that_comes_in_between_is_kept(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.link

    def link(source: Path, target: Path) -> None:
        target.write_bytes(b"mine\n")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(EnvliftError, match="File exists"):
        write_all(tree, [*CHANGES, FileChange("made.py", None, b"made\n")])
    assert content_of(tree) == {**OLD, "made.py": b"mine\n"}
    assert left_in_git(tree) == []


def fail_at_replacement(monkeypatch: pytest.MonkeyPatch, number: int, error: Callable[[], BaseException]) -> None:
    real, calls = Path.replace, 0

    def replace(place: Path, target: Path) -> Path:
        nonlocal calls
        calls += place.name.startswith(".envlift-")
        if place.name.startswith(".envlift-") and calls == number:
            raise error()
        return real(place, target)

    monkeypatch.setattr(Path, "replace", replace)


def test_somebody_elses_change_during_the_apply_is_kept(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file is saved in an editor while the first is being replaced."""
    real = Path.replace

    def replace(place: Path, target: Path) -> Path:
        if target.name == "a.py" and b"new" in place.read_bytes():
            (tree / "flows" / "b.py").write_bytes(b"mine\n")
        return real(place, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(EnvliftError, match=r"flows/b\.py changed"):
        write_all(tree, CHANGES)
    assert content_of(tree) == {**OLD, "flows/b.py": b"mine\n"}
    assert left_in_git(tree) == []
