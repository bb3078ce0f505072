"""envlift schema: the schema of the plan file stands where editors look for it, without a network."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from envlift.errors import ExitCode
from envlift.planning.plan_file import MODELINE, PLAN_FILE, SCHEMA_FILE, plan_schema

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_it_is_printed_and_nothing_is_written(run: Run, etl: Path) -> None:
    before = sorted(etl.iterdir())
    done = run("schema", etl)
    assert done.returncode == ExitCode.DONE
    assert json.loads(done.stdout)["properties"]["decisions"]
    assert sorted(etl.iterdir()) == before


def test_a_plan_without_it_names_none(run: Run, etl: Path) -> None:
    run("plan", etl, "--batch", "--write")
    assert MODELINE not in (etl / PLAN_FILE).read_text("utf-8")


def test_a_plan_that_is_there_names_it_and_is_else_as_it_was(run: Run, etl: Path) -> None:
    run("plan", etl, "--batch", "--write")
    before = (etl / PLAN_FILE).read_text("utf-8")
    assert run("schema", etl, "--write").returncode == ExitCode.DONE
    assert (etl / SCHEMA_FILE).read_text("utf-8") == plan_schema()
    assert (etl / PLAN_FILE).read_text("utf-8") == MODELINE + before
    run("schema", etl, "--write")
    assert (etl / PLAN_FILE).read_text("utf-8") == MODELINE + before


def test_later_plans_name_it_while_it_is_there(run: Run, etl: Path) -> None:
    run("schema", etl, "--write")
    assert run("plan", etl, "--batch", "--write", "--answer", "WAREHOUSE_DSN=secret").returncode == ExitCode.DONE
    assert (etl / PLAN_FILE).read_text("utf-8").startswith(MODELINE)
    assert run("apply", etl).returncode == ExitCode.DONE
    (etl / SCHEMA_FILE).unlink()
    run("plan", etl, "--batch", "--refresh")
    assert MODELINE not in (etl / PLAN_FILE).read_text("utf-8")
