"""Secrets that only git's history holds: told by file, commit and names, never by value."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.applying.conftest import Git

from envlift.applying.history import secrets_in_history
from envlift.cli.survey import survey

SECRETS = "API_TOKEN=tok_hunter2hunter2\nREGION=eu\nDB_PASSWORD=Zx81-hunter2\n"


def commit(root: Path, git: Git, path: str, text: str | None) -> str:
    """Commit a file with a text, or that it is gone; returns the commit as git shortens it."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).unlink() if text is None else (root / path).write_text(text)
    git("add", "-A")
    git("commit", "-qm", "a step")
    return git("rev-parse", "--short", "HEAD")


@pytest.mark.parametrize("path", [".env", ".env.prod", "deploy/stack.env", "a b/.env"])
def test_a_file_that_was_removed_is_told_with_its_last_commit(root: Path, git: Git, path: str) -> None:
    commit(root, git, path, "API_TOKEN=older-hunter2\n")
    last = commit(root, git, path, SECRETS)
    commit(root, git, path, None)
    (finding,) = secrets_in_history(root)
    assert finding.path == path
    assert f"in commit {last} with the values of API_TOKEN, DB_PASSWORD" in finding.message
    assert "REGION" not in finding.message
    assert "hunter2" not in repr(finding)


def test_the_plan_tells_it(root: Path, git: Git) -> None:
    commit(root, git, ".env", SECRETS)
    commit(root, git, ".env", None)
    assert [finding.rule for finding in survey(root).plan.findings] == ["dotenv-in-history"]


def test_other_branches_count(root: Path, git: Git) -> None:
    commit(root, git, "flows.py", "x = 1\n")
    git("checkout", "-qb", "other")
    commit(root, git, ".env", SECRETS)
    git("checkout", "-q", "main")
    assert len(secrets_in_history(root)) == 1


def test_a_folder_of_a_larger_repository_tells_of_itself(root: Path, git: Git) -> None:
    for path in (".env", "services/etl/.env"):
        commit(root, git, path, SECRETS)
    for path in (".env", "services/etl/.env"):
        commit(root, git, path, None)
    (root / "services" / "etl").mkdir(parents=True, exist_ok=True)  # git may have removed it
    assert [finding.path for finding in secrets_in_history(root / "services" / "etl")] == [".env"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "REGION=eu\nPORT=5432\n"),
        (".env", "API_TOKEN=\nDB_PASSWORD=changeme\n"),
        (".env.example", SECRETS),
        ("tests/.env", SECRETS),
        ("environment.py", "API_TOKEN = 'tok_hunter2hunter2'\n"),
    ],
)
def test_what_holds_no_secret_is_not_told(root: Path, git: Git, path: str, text: str) -> None:
    commit(root, git, path, text)
    commit(root, git, path, None)
    assert secrets_in_history(root) == ()


def test_a_file_that_git_holds_now_is_another_finding(root: Path, git: Git) -> None:
    commit(root, git, ".env", SECRETS)
    assert secrets_in_history(root) == ()


def test_without_git_or_a_commit(root: Path, tmp_path: Path, git: Git) -> None:
    assert secrets_in_history(root) == ()
    (tmp_path / "bare").mkdir()
    assert secrets_in_history(tmp_path / "bare") == ()


def test_a_clone_without_contents_is_not_completed_and_ends_no_run(root: Path, tmp_path: Path, git: Git) -> None:
    (root / ".env").write_text("API_TOKEN=q7Rw2Lk9Zx\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("rm", "-q", ".env")
    git("commit", "-qm", "two")
    git("config", "uploadpack.allowFilter", "true")
    part = tmp_path / "part"
    git("clone", "-q", "--filter=blob:none", f"file://{root}", str(part))
    assert secrets_in_history(part) == ()
    listed = git("-C", str(part), "rev-list", "--objects", "--all", "--missing=print")
    assert "?" in listed  # nothing was fetched
    assert len(secrets_in_history(root)) == 1
