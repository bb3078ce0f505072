"""--include, --exclude and --layer: a run about some settings does all that belongs to these and nothing else."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import files_of

from envlift.errors import ExitCode
from envlift.planning.plan_file import PLAN_FILE

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]
FLOW = """
import os
from prefect import flow
from mail import send

@flow
def sync():
    return os.environ["API_TOKEN"], os.environ["REGION"], os.environ["BUCKET"], send()
"""
MAIL = """
import os

def send():
    return os.environ["SMTP_PASSWORD"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
  - name: other
    entrypoint: other.py:other
    work_pool: {name: pool}
"""
OTHER = "from prefect import flow\n\n@flow\ndef other():\n    pass\n"
ENTRIES = "API_TOKEN=tok_hunter2hunter2\nREGION=eu\nSMTP_PASSWORD=x9Kd2mQp\n"


@pytest.fixture
def shop(make_repository: Make, commit: Commit) -> Path:
    files = {"flows.py": FLOW, "mail.py": MAIL, "other.py": OTHER, "prefect.yaml": DEPLOYMENT, ".env": ENTRIES}
    return commit(make_repository(files))


def settings_of(text: str) -> list[str]:
    return sorted(set(re.findall(r"^  - setting: (\w+)", text.partition("\nquestions:")[0], re.MULTILINE)))


@pytest.mark.parametrize(
    ("flags", "planned"),
    [
        (["--layer", "secret"], ["API_TOKEN", "SMTP_PASSWORD"]),
        (["--layer", "secret", "--layer", "deployment"], ["API_TOKEN", "BUCKET", "REGION", "SMTP_PASSWORD"]),
        (["--include", "*_TOKEN", "--include", "REGION"], ["API_TOKEN", "REGION"]),
        (["--include", "mail.py"], ["SMTP_PASSWORD"]),
        (["--exclude", "mail.py", "--exclude", "BUCKET"], ["API_TOKEN", "REGION"]),
        (["--include", "*_*", "--exclude", "SMTP_*"], ["API_TOKEN"]),
        (["--include", "NOTHING"], []),
    ],
)
def test_a_plan_of_some_settings(run: Run, shop: Path, flags: list[str], planned: list[str]) -> None:
    run("plan", shop, "--batch", "--write", *flags)
    assert settings_of((shop / PLAN_FILE).read_text("utf-8")) == planned


def test_what_is_not_selected_is_not_asked(run: Run, shop: Path) -> None:
    assert run("plan", shop, "--batch").returncode == ExitCode.QUESTIONS
    done = run("plan", shop, "--batch", "--exclude", "BUCKET")
    assert done.returncode == ExitCode.DONE
    assert "BUCKET" not in done.stdout


def test_a_migration_in_stages_ends_where_one_in_a_single_run_does(run: Run, shop: Path, commit: Commit) -> None:
    answer = ("--answer", "BUCKET=leave", "--answer", "REGION=deployment")
    before = files_of(shop)
    assert run("migrate", shop, "--batch", "--write", "--layer", "secret", *answer).returncode == ExitCode.DONE
    after = files_of(shop)
    assert [path for path in sorted(before) if before[path] != after[path]] == ["flows.py", "mail.py"]
    commit(shop)
    assert run("migrate", shop, "--batch", "--write", *answer).returncode == ExitCode.DONE
    staged = files_of(shop)
    subprocess.run(["git", "reset", "-q", "--hard", "HEAD~1"], cwd=shop, check=True)
    assert run("migrate", shop, "--batch", "--write", *answer).returncode == ExitCode.DONE
    at_once = files_of(shop)
    del staged[PLAN_FILE], at_once[PLAN_FILE]
    assert staged == at_once


def test_a_saved_plan_is_applied_in_part(run: Run, shop: Path) -> None:
    run("plan", shop, "--batch", "--write")
    told = run("apply", shop, "--diff", "--include", "SMTP_PASSWORD").stdout
    assert "mail.py" in told
    assert "flows.py" not in told
    assert run("apply", shop, "--include", "SMTP_PASSWORD").returncode == ExitCode.DONE
    assert 'os.environ["API_TOKEN"]' in (shop / "flows.py").read_text("utf-8")
    assert "Secret.load" in (shop / "mail.py").read_text("utf-8")


def test_a_secret_that_is_not_selected_stays_masked(run: Run, make_repository: Make) -> None:
    code = FLOW.replace("from mail import send\n", "").replace(", send()", "")
    code = code.replace(
        "    return", '    dsn = "postgresql://app:Hunter2hunter2@db.internal.example/app"\n    return dsn,'
    )
    root = make_repository({"flows.py": code, "prefect.yaml": DEPLOYMENT, ".env": ENTRIES})
    told = run("migrate", root, "--batch", "--include", "API_TOKEN").stdout
    assert "Secret.load" in told
    assert "dsn = " in told
    assert "Hunter2" not in told


@pytest.mark.parametrize(
    ("flags", "says"),
    [(["--layer", "secrt"], "Did you mean secret?"), (["--refresh", "--layer", "secret"], "whole plan")],
)
def test_what_makes_no_sense_is_told(run: Run, shop: Path, flags: list[str], says: str) -> None:
    run("plan", shop, "--batch", "--write")
    done = run("plan", shop, "--batch", *flags)
    assert done.returncode == ExitCode.USAGE
    assert says in done.stderr
