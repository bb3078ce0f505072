"""--open-pr-body, and the commit that a migration proposes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.errors import ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("command", [("plan",), ("migrate",), ("migrate", "--write")])
def test_the_text_goes_into_the_file_that_is_named(
    run: Run, etl: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "body.md"
    run(*command, etl, "--batch", "--answer", "WAREHOUSE_DSN=secret", "--open-pr-body", file)
    text = file.read_text("utf-8")
    assert "| `WAREHOUSE_DSN` | `orders_etl/warehouse.py:38` |" in text
    assert ("## Files" in text) is ("migrate" in command)


def test_the_proposed_commit_leaves_nothing_behind(run: Run, etl: Path) -> None:
    done = run("migrate", etl, "--batch", "--write", "--answer", "WAREHOUSE_DSN=secret", "--also", ".env.example")
    assert done.returncode == ExitCode.DONE
    (line,) = (line for line in done.stdout.splitlines() if "git commit" in line)
    identity = "-c user.name=Tester -c user.email=tester@example.org -c commit.gpgsign=false"
    command = line.removeprefix("Next: ").replace("git commit", f"git {identity} commit")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    told = subprocess.run(["git", "status", "--porcelain"], cwd=etl, check=True, capture_output=True, text=True)
    assert told.stdout == ""


def test_nothing_is_written_through_a_link(run: Run, etl: Path, tmp_path: Path) -> None:
    (tmp_path / "body.md").symlink_to(etl / "prefect.yaml")
    before = (etl / "prefect.yaml").read_bytes()
    assert run("plan", etl, "--batch", "--open-pr-body", tmp_path / "body.md").returncode == ExitCode.REFUSED
    assert (etl / "prefect.yaml").read_bytes() == before
