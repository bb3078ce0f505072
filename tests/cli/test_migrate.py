"""migrate and apply as commands: a preview until told to write, all or none, and nothing the second time."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from tests.applying.test_fault_injection import Fault, outcome_of

from envlift.__main__ import INTERRUPTED, main
from envlift.cli.survey import secrets_of, survey
from envlift.errors import ExitCode
from envlift.planning.plan_file import PLAN_FILE, load_plan
from envlift.policy import ANSWERS_FILE

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]
Open = Callable[..., Any]

DSN = ("--answer", "WAREHOUSE_DSN=secret")
ENTER, DOWN, UP, CTRL_C = "\r", "\x1b[B", "\x1b[A", "\x03"
FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_TOKEN"], os.environ["SMTP_PASSWORD"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
"""
HALF_OPEN = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "API_TOKEN=tok_hunter2hunter2\n"}


def tree(root: Path) -> dict[str, bytes]:
    """All files outside of git's own folder."""
    files = (file for file in root.rglob("*") if file.is_file() and ".git" not in file.relative_to(root).parts)
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


def test_a_preview_shows_the_diff_masked_and_writes_nothing(run: Run, etl: Path) -> None:
    before = tree(etl)
    done = run("migrate", etl, "--batch", *DSN)
    assert done.returncode == ExitCode.DONE
    assert '-        token = os.environ["ORDERS_API_TOKEN"]' in done.stdout
    assert '+        token = Secret.load("orders-api-token").get()' in done.stdout
    assert "****" in done.stdout
    assert "Wh4rf-Lantern" not in done.stdout
    assert "--write" in done.stderr
    assert tree(etl) == before


def test_values_of_several_literals_of_one_name_are_all_known_to_a_diff(make_repository: Make) -> None:
    values = {"sales": "zorb-sales-alarm7", "stock": "zorb-stock-alarm7"}
    files = {f"{folder}/config.py": f"def a():\n    db_password = '{value}'\n" for folder, value in values.items()}
    flow = "from prefect import flow\nimport sales.config, stock.config\n@flow\ndef etl(): ...\n"
    found = survey(make_repository({**files, "etl.py": flow}))
    assert {d.setting for d in found.plan.decisions} == {"SALES_DB_PASSWORD", "STOCK_DB_PASSWORD"}
    assert {secret.reveal() for secret in secrets_of(found.inventory, found.plan)} == set(values.values())


def test_it_writes_code_prefect_yaml_and_the_plan(run: Run, etl: Path) -> None:
    before = tree(etl)
    done = run("migrate", etl, "--batch", "--write", *DSN)
    assert done.returncode == ExitCode.DONE, done.stderr
    after = tree(etl)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {f"orders_etl/{name}.py" for name in ("carrier", "shop", "warehouse")} | {
        "prefect.yaml",
        PLAN_FILE,
    }
    assert set(before) <= set(after)
    assert 'dsn = Secret.load("warehouse-dsn").get()' in after["orders_etl/warehouse.py"].decode()
    assert "envlift push" in done.stdout
    assert "rotate" in done.stdout


def test_each_deployment_gets_the_value_of_its_environment(run: Run, make_repository: Make, commit: Commit) -> None:
    deployments = "".join(
        f"  - name: sync-{e}\n    entrypoint: flows.py:sync\n    work_pool: {{name: pool}}\n" for e in ("prod", "dev")
    )
    files = {"flows.py": FLOW.replace('os.environ["SMTP_PASSWORD"]', 'os.environ["REGION"]')}
    files |= {"prefect.yaml": f"deployments:\n{deployments}", ".env.prod": "REGION=north\n", ".env.dev": "REGION=lab\n"}
    root = commit(make_repository(files))
    done = run("migrate", root, "--batch", "--write", "--only", "review", "--answer", "API_TOKEN=leave")
    assert done.returncode == ExitCode.DONE, done.stderr
    written = (root / "prefect.yaml").read_text("utf-8")
    assert re.findall(r"name: sync-(\w+)|REGION: \W?(\w+)", written) == [
        ("prod", ""),
        ("", "north"),
        ("dev", ""),
        ("", "lab"),
    ]
    before = tree(root)
    assert run("migrate", root, "--batch", "--write", "--only", "review", "--answer", "API_TOKEN=leave").returncode == 0
    assert tree(root)["prefect.yaml"] == before["prefect.yaml"]


def test_the_plan_file_holds_blocks_to_push_and_no_value(run: Run, etl: Path) -> None:
    values = [value for value in dotenv_values(etl / ".env").values() if value and len(value) > 7]
    run("migrate", etl, "--batch", "--write", *DSN)
    text = (etl / PLAN_FILE).read_text("utf-8")
    blocks = {d.block for d in load_plan(text, PLAN_FILE).decisions if d.block}
    assert {"orders-api-token", "warehouse-dsn"} <= blocks
    assert [value for value in [*values, "Wh4rf-Lantern"] if value in text] == []


def test_a_second_migration_changes_nothing_not_even_the_plan(run: Run, etl: Path) -> None:
    run("migrate", etl, "--batch", "--write", *DSN)
    once = tree(etl)
    again = run("migrate", etl, "--batch", "--write", *DSN, "--allow-dirty")
    assert again.returncode == ExitCode.DONE
    assert "No file needs a change" in again.stdout
    assert tree(etl) == once


def test_a_later_migration_keeps_what_is_still_to_be_pushed(run: Run, etl: Path, commit: Commit) -> None:
    run("migrate", etl, "--batch", "--write")
    assert b"warehouse-dsn" not in run_blocks(etl)
    commit(etl)
    run("migrate", etl, "--batch", "--write", *DSN)
    assert {b"orders-api-token", b"warehouse-dsn"} <= run_blocks(etl)
    assert run("apply", etl, "--diff").returncode == ExitCode.DONE


LITERAL = """
import os
from prefect import flow
import psycopg

DSN = "postgresql://app:Hunter2hunter2@db.internal.example/app"

@flow
def sync():
    return psycopg.connect(DSN)
"""


def test_a_literal_that_became_a_variable_is_not_asked_about_again(
    run: Run, make_repository: Make, commit: Commit
) -> None:
    root = commit(make_repository({"flows.py": LITERAL, "prefect.yaml": DEPLOYMENT}))
    flags = ("--batch", "--write", "--answer", "POSTGRES_DSN=secret_env")
    assert run("migrate", root, *flags).returncode == ExitCode.DONE
    assert 'DSN = os.environ["POSTGRES_DSN"]' in (root / "flows.py").read_text("utf-8")
    commit(root)
    once = tree(root)
    again = run("migrate", root, "--batch", "--write")
    assert (again.returncode, again.stderr) == (ExitCode.DONE, "")
    assert tree(root) == once
    run("plan", root, "--write")
    plan = load_plan((root / PLAN_FILE).read_text("utf-8"), PLAN_FILE)
    assert [(d.setting, d.source.path) for d in plan.decisions if d.source] == [("POSTGRES_DSN", "flows.py")]


def test_a_literal_that_was_secret_by_its_value_stays_so_when_only_its_name_is_left(
    run: Run, make_repository: Make, commit: Commit
) -> None:
    literal = "NASDAQ_API = 'x7Kq3ZtR7mXw2LsV8cYb'\n\n\n@flow\ndef etl():\n    return NASDAQ_API\n"
    literal = f"from prefect import flow\n\n{literal}"
    deployment = "deployments:\n  - name: n\n    entrypoint: flows.py:etl\n    work_pool: {name: p}\n"
    files = {"flows.py": literal, "prefect.yaml": deployment, ".env": "NASDAQ_API=other9Kq3ZtR7mXw2LsV8\n"}
    root = commit(make_repository(files))
    flags = ("--batch", "--write", "--only", "review")
    assert run("migrate", root, *flags, "--answer", "NASDAQ_API_2=secret_env").returncode == ExitCode.DONE
    assert "os.environ['NASDAQ_API_2']" in (root / "flows.py").read_text("utf-8").replace('"', "'")
    commit(root)
    again = run("migrate", root, *flags)
    assert (again.returncode, again.stderr) == (ExitCode.DONE, "")
    assert "pool_default" not in again.stdout
    assert "nasdaq-api-2" in again.stdout


def run_blocks(root: Path) -> set[bytes]:
    plan = load_plan((root / PLAN_FILE).read_text("utf-8"), PLAN_FILE)
    return {d.block.encode() for d in plan.decisions if d.block and d.confidence == 2}


def test_an_open_question_does_not_keep_back_what_is_sure(run: Run, make_repository: Make, commit: Commit) -> None:
    root = commit(make_repository(HALF_OPEN))
    done = run("migrate", root, "--batch", "--write")
    assert done.returncode == ExitCode.QUESTIONS
    text = (root / "flows.py").read_text("utf-8")
    assert "Secret.load" in text
    assert 'os.environ["SMTP_PASSWORD"]' in text
    assert "What is sure was done" in done.stderr
    assert "--answer SMTP_PASSWORD=secret" in done.stderr


def test_the_pool_of_new_deployments_is_asked_for_by_its_flag(run: Run, make_repository: Make, commit: Commit) -> None:
    root = commit(make_repository({"flows.py": FLOW, ".env": "API_TOKEN=tok_hunter2hunter2\nSMTP_PASSWORD=x9Kd2mQp\n"}))
    asked = run("migrate", root, "--batch", "--also", "prefect.yaml")
    assert asked.returncode == ExitCode.QUESTIONS and "--pool NAME" in asked.stderr
    (root / "answers.toml").write_text('pool = "etl"\n')
    told = run("migrate", root, "--batch", "--also", "prefect.yaml", "--answers", root / "answers.toml")
    assert told.returncode == ExitCode.DONE
    done = run("migrate", root, "--batch", "--write", "--also", "prefect.yaml", "--pool", "etl")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "name: etl" in (root / "prefect.yaml").read_text()


def test_only_review_carries_out_what_a_person_should_look_at(run: Run, etl: Path) -> None:
    run("migrate", etl, "--batch", "--write", "--only", "review")
    assert "Secret.load" in (etl / "orders_etl/warehouse.py").read_text("utf-8")


def test_the_tests_to_adapt_are_listed_with_the_fixture(run: Run, make_repository: Make, commit: Commit) -> None:
    test = "def test_sync(monkeypatch):\n    monkeypatch.setenv('API_TOKEN', 't')\n"
    root = commit(make_repository({**HALF_OPEN, "tests/test_flows.py": test}))
    done = run("migrate", root, "--batch", "--write", "--only", "review")
    assert "Tests to adapt (1)" in done.stdout
    assert "tests/test_flows.py:2  API_TOKEN → shop-api-token" in done.stdout
    assert "with prefect_test_harness():" in done.stdout
    assert "Next: adapt the tests" in done.stdout
    assert (root / "tests" / "test_flows.py").read_text() == test


def test_a_dirty_tree_is_refused_and_left_as_it_is(run: Run, etl: Path) -> None:
    (etl / "orders_etl" / "shop.py").write_text("x = 1\n" + (etl / "orders_etl" / "shop.py").read_text())
    before = tree(etl)
    done = run("migrate", etl, "--batch", "--write", *DSN)
    assert done.returncode == ExitCode.REFUSED
    assert "--allow-dirty" in done.stderr
    assert tree(etl) == before
    assert run("migrate", etl, "--batch", "--write", *DSN, "--allow-dirty").returncode == ExitCode.DONE


def test_without_git_it_asks_for_leave(run: Run, make_repository: Make) -> None:
    root = make_repository(HALF_OPEN)
    assert run("migrate", root, "--batch", "--write").returncode == ExitCode.REFUSED
    assert not (root / PLAN_FILE).exists()
    assert run("migrate", root, "--batch", "--write", "--allow-dirty").returncode == ExitCode.QUESTIONS
    assert "Secret.load" in (root / "flows.py").read_text("utf-8")


def test_plan_then_apply_gives_the_same_tree_as_migrate(run: Run, etl: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / etl.name
    subprocess.run(["git", "clone", "-q", etl, other], check=True, capture_output=True)
    (other / ".env").write_bytes((etl / ".env").read_bytes())
    run("migrate", etl, "--batch", "--write", *DSN)
    run("plan", other, "--batch", "--write", *DSN)
    shown = run("apply", other, "--diff")
    assert "+    dsn = Secret.load" in shown.stdout
    assert "Wh4rf-Lantern" not in shown.stdout
    assert run("apply", other).returncode == ExitCode.DONE
    assert tree(other) == tree(etl)


def test_apply_again_changes_nothing(run: Run, etl: Path) -> None:
    run("migrate", etl, "--batch", "--write", *DSN)
    once = tree(etl)
    done = run("apply", etl)
    assert (done.returncode, "No file needs a change" in done.stdout) == (ExitCode.DONE, True)
    assert tree(etl) == once


def test_a_stale_plan_is_refused(run: Run, etl: Path, commit: Commit) -> None:
    run("plan", etl, "--write", *DSN)
    file = etl / "orders_etl" / "shop.py"
    file.write_text("import sys\n" + file.read_text("utf-8"), "utf-8")
    commit(etl)
    done = run("apply", etl)
    assert done.returncode == ExitCode.REFUSED
    assert "stale" in done.stderr
    assert "orders_etl/shop.py" in done.stderr


@pytest.mark.parametrize("command", ["apply", "push"])
def test_without_a_plan_it_says_how_to_make_one(run: Run, tmp_path: Path, command: str) -> None:
    done = run(command, tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert "envlift plan --write" in done.stderr


# ---- at a terminal ------------------------------------------------------------------------------------------------


def test_guided_it_asks_shows_the_diff_and_applies_what_is_accepted(terminal: Open, etl: Path) -> None:
    session = terminal("migrate", cwd=etl)
    session.wait_for("Where should WAREHOUSE_DSN go?")
    session.press(ENTER)
    session.wait_for("Where should ARCHIVE_BUCKET go?")
    session.press(UP + ENTER)
    session.wait_for("Accept, or open a row")
    session.press(ENTER)
    session.wait_for("Make these changes?")
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "Secret.load" in (etl / "orders_etl/warehouse.py").read_text("utf-8")
    assert (etl / PLAN_FILE).is_file()
    assert "Wh4rf-Lantern" not in session.seen


def test_guided_the_pool_of_new_deployments_is_asked_for(terminal: Open, make_repository: Make, commit: Commit) -> None:
    root = commit(make_repository({"flows.py": FLOW, ".env": "API_TOKEN=tok_hunter2hunter2\nSMTP_PASSWORD=x9Kd2mQp\n"}))
    session = terminal("migrate", "--also", "prefect.yaml", cwd=root)
    session.wait_for("On which work pool")
    session.press("etl" + ENTER)
    session.wait_for("Accept, or open a row")
    session.press(ENTER)
    session.wait_for("Make these changes?")
    assert 'pool = "etl"' in (root / ANSWERS_FILE).read_text()
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "name: etl" in (root / "prefect.yaml").read_text()


def test_guided_the_pool_of_flows_that_nothing_deploys_is_asked_for_once(
    terminal: Open, make_repository: Make, commit: Commit
) -> None:
    read = FLOW.replace("SMTP_PASSWORD", "REGION")
    root = commit(make_repository({"flows.py": read, ".env": "API_TOKEN=tok_hunter2hunter2\nREGION=eu\n"}))
    session = terminal("migrate", cwd=root)
    session.wait_for("which nothing here deploys")
    session.press("etl" + ENTER)
    session.wait_for("Accept, or open a row")
    session.press(ENTER)
    session.wait_for("Make these changes?")
    assert 'pool = "etl"' in (root / ANSWERS_FILE).read_text()
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "{pool: etl}" in (root / PLAN_FILE).read_text("utf-8")


@pytest.mark.parametrize("keys", [ENTER, CTRL_C], ids=["no", "ctrl-C"])
def test_guided_nothing_is_done_without_a_yes(terminal: Open, etl: Path, keys: str) -> None:
    before = tree(etl)
    session = terminal("migrate", "--only", "review", cwd=etl)
    session.wait_for("Where should WAREHOUSE_DSN go?")
    session.press(UP + ENTER)
    session.wait_for("Accept, or open a row")
    session.press(ENTER)
    session.wait_for("Make these changes?")
    session.press(keys)
    assert session.exit_code() == (INTERRUPTED if keys == CTRL_C else ExitCode.DONE)
    assert tree(etl) == before


def test_guided_a_dirty_tree_is_told_before_any_question(terminal: Open, etl: Path) -> None:
    (etl / "prefect.yaml").write_text("# mine\n" + (etl / "prefect.yaml").read_text("utf-8"), "utf-8")
    session = terminal("migrate", cwd=etl)
    assert session.exit_code() == ExitCode.REFUSED
    assert "Where should" not in session.seen


def test_batch_never_asks_at_a_terminal_either(terminal: Open, etl: Path) -> None:
    session = terminal("migrate", "--batch", "--write", cwd=etl)
    assert session.exit_code() == ExitCode.DONE
    assert "?" not in session.seen.replace("****", "")


@pytest.mark.parametrize("step", [1, 3, 6, 12, 20, 30])
def test_a_killed_migration_is_finished_by_the_same_command(run: Run, etl: Path, tmp_path: Path, step: int) -> None:
    """Killed before its step-th write, of the plan or of the files; applying itself is tested write by write."""
    twin = Path(shutil.copytree(etl, tmp_path / "twin" / etl.name))
    command = ("migrate", "--batch", "--write", *DSN)
    assert outcome_of(lambda: main([*command, str(etl)]), etl, Fault.KILL, step) is None
    assert run(*command, etl).returncode == ExitCode.DONE
    assert run(*command, twin).returncode == ExitCode.DONE
    assert tree(etl) == tree(twin)


def test_what_a_served_flow_needs_is_for_who_starts_it(run: Run, make_repository: Make, commit: Commit) -> None:
    code = FLOW.replace('os.environ["SMTP_PASSWORD"]', 'os.environ["REGION"]')
    served = f"{code}\nif __name__ == '__main__':\n    sync.serve(name='hourly')\n"
    root = commit(make_repository({"flows.py": served, ".env.example": "API_TOKEN=\n"}))
    answers = ("--answer", "API_TOKEN=secret", "--answer", "REGION=pool_default")
    done = run("migrate", root, "--batch", "--write", *answers)
    assert done.returncode == ExitCode.DONE
    assert "Next: start what serves  with REGION in its environment" in done.stdout
    assert "give values" not in done.stdout
