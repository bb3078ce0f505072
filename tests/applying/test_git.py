"""git as envlift asks it: what is checked out, what differs, what a commit holds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.applying.git import changed_files, head_commit, is_dirty, repository, show
from envlift.errors import EnvliftError

Git = Callable[..., str]


@pytest.fixture
def committed(root: Path, git: Git) -> Path:
    (root / "flows").mkdir()
    (root / "flows" / "etl.py").write_bytes(b"A = 1\r\n")
    (root / "with space ü.py").write_bytes(b"B = 2\n")
    (root / ".gitignore").write_text(".env\n")
    (root / ".env").write_text("A=1\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return root


def test_without_git(root: Path) -> None:
    assert repository(root) is None
    assert head_commit(root) == ""
    assert show(root, "HEAD", "a.py") is None
    with pytest.raises(EnvliftError, match="not in a git repository") as caught:
        changed_files(root)
    assert "--allow-dirty" in caught.value.hint


def test_where_git_is_not_installed(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(committed))
    assert repository(committed) is None
    assert head_commit(committed) == ""


def test_before_the_first_commit(root: Path, git: Git) -> None:
    (root / "a.py").write_text("a\n")
    assert head_commit(root) == ""
    assert changed_files(root) == ()
    assert changed_files(root, overwritten=["a.py"]) == ("a.py",)
    git("add", "a.py")
    assert changed_files(root) == ("a.py",)


def test_the_commit_that_is_checked_out(committed: Path, git: Git) -> None:
    assert head_commit(committed) == git("rev-parse", "HEAD")
    assert head_commit(committed / "flows") == git("rev-parse", "HEAD")


def test_a_clean_tree(committed: Path) -> None:
    assert not is_dirty(committed, overwritten=["flows/etl.py", "new.py"])


@pytest.mark.parametrize("name", [".env", "notes.txt", "envlift-plan.yaml"])
def test_files_that_git_does_not_know_do_not_count(committed: Path, name: str) -> None:
    (committed / name).write_text("changed\n")
    assert not is_dirty(committed)


def test_a_file_that_git_does_not_know_counts_when_it_would_be_overwritten(committed: Path) -> None:
    (committed / "a[b]*.py").write_text("a\n")
    (committed / "ab.py").write_text("a\n")
    assert changed_files(committed, overwritten=["a[b]*.py", "flows/etl.py"]) == ("a[b]*.py",)


def test_changes_of_tracked_files_count(committed: Path, git: Git) -> None:
    (committed / "with space ü.py").write_text("B = 3\n")
    assert changed_files(committed) == ("with space ü.py",)
    git("add", ".")
    assert changed_files(committed) == ("with space ü.py",)
    assert changed_files(committed, ignoring=["with space ü.py"]) == ()


def test_a_renamed_and_a_deleted_file_count(committed: Path, git: Git) -> None:
    git("mv", "with space ü.py", "moved.py")
    (committed / "flows" / "etl.py").unlink()
    assert changed_files(committed) == ("flows/etl.py", "moved.py", "with space ü.py")


def test_in_a_folder_of_a_larger_repository(committed: Path) -> None:
    (committed / "with space ü.py").write_text("changed elsewhere\n")
    assert changed_files(committed / "flows") == ()
    (committed / "flows" / "etl.py").write_text("changed here\n")
    assert changed_files(committed / "flows", overwritten=["etl.py"]) == ("etl.py",)


def test_touching_a_file_does_not_change_it(committed: Path) -> None:
    (committed / "flows" / "etl.py").touch()
    assert not is_dirty(committed)


def test_what_a_commit_holds(committed: Path, git: Git) -> None:
    commit = head_commit(committed)
    (committed / "flows" / "etl.py").write_text("changed\n")
    assert show(committed, commit, "flows/etl.py") == b"A = 1\r\n"
    assert show(committed / "flows", commit, "etl.py") == b"A = 1\r\n"
    assert show(committed, commit, "with space ü.py") == b"B = 2\n"


@pytest.mark.parametrize(
    ("commit", "path"),
    [("HEAD", "absent.py"), ("HEAD", ".env"), ("0" * 40, "flows/etl.py"), ("nowhere", "flows/etl.py"), ("", "a"),
     ("HEAD", "../outside.py"), ("--help", "a")],
)  # fmt: skip
def test_what_no_commit_holds(committed: Path, commit: str, path: str) -> None:
    assert show(committed, commit, path) is None


def test_the_surroundings_of_a_hook_lead_nowhere_else(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(committed.parent / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(committed.parent / "index"))
    assert not is_dirty(committed)


def test_a_working_tree_of_its_own(committed: Path, git: Git) -> None:
    git("worktree", "add", "-q", "../second")
    found = repository(committed.parent / "second")
    assert found is not None
    assert found.private == committed / ".git" / "worktrees" / "second"
    assert found.top == committed.parent / "second"


def test_what_git_refuses_is_said(committed: Path) -> None:
    (committed / ".git" / "config").write_text("[broken\n")
    with pytest.raises(EnvliftError, match="git rev-parse failed"):
        repository(committed)


def test_a_path_with_a_line_separator_is_one_path(tmp_path: Path) -> None:
    root = tmp_path / "a\u2028b"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    found = repository(root)
    assert found is not None
    assert found.top == root
