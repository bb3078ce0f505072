"""--open-pr-body, and the commit that a migration proposes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]
FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_TOKEN"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
"""


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


def test_a_plan_alone_is_committed_alone(run: Run, make_repository: Make, commit: Commit) -> None:
    root = commit(make_repository({"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "API_TOKEN=tok_hunter2\n"}))
    told = run("migrate", root, "--batch", "--write", "--answer", "API_TOKEN=secret_env").stdout
    assert "git add envlift-plan.yaml && git commit" in told
    assert "git add -u" not in told
    assert told.index("git commit") < told.index("Next: envlift push")


def test_without_git_no_commit_is_proposed(run: Run, make_repository: Make) -> None:
    root = make_repository({"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "API_TOKEN=tok_hunter2\n"})
    told = run("migrate", root, "--batch", "--write", "--allow-dirty").stdout
    assert "Next: envlift push" in told
    assert "git commit" not in told


def test_nothing_is_written_through_a_link(run: Run, etl: Path, tmp_path: Path) -> None:
    (tmp_path / "body.md").symlink_to(etl / "prefect.yaml")
    before = (etl / "prefect.yaml").read_bytes()
    assert run("plan", etl, "--batch", "--open-pr-body", tmp_path / "body.md").returncode == ExitCode.REFUSED
    assert (etl / "prefect.yaml").read_bytes() == before
