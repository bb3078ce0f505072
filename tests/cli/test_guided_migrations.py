"""Guided migrations to their end; the terminal itself replays each in batch and compares the trees byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import ANSWERS
from tests.cli.test_guide import CTRL_C, DOWN, ENTER, FLOW, OPEN_TWO, TABLE, UP, take_all_but_bucket

from envlift.__main__ import INTERRUPTED
from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]
Open = Callable[..., Any]
Commit = Callable[[Path], Path]


def change(session: Any) -> None:
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)


def take_all(session: Any) -> None:
    session.wait_for("Where should API_TOKEN go?")
    session.press(UP * 3 + ENTER)


def rename_after_going_back(session: Any) -> None:
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for_all("Where should BUCKET go?", "decide all the rest later")
    session.press(UP * 4 + ENTER)
    session.wait_for_all("Where should API_TOKEN go?", "decide all the rest later")
    session.press(DOWN * 3 + ENTER)
    session.wait_for("Name of the Secret block")
    session.press("-mine" + ENTER)


def leave(session: Any) -> None:
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN * 2 + ENTER)


def give_a_value(session: Any) -> None:
    take_all_but_bucket(session, DOWN * 4 + ENTER)
    session.wait_for("Value of BUCKET?")
    session.press("orders-archive" + ENTER)


def stop(session: Any) -> None:
    session.wait_for("decide all the rest later")
    session.press(UP + ENTER)


@pytest.mark.parametrize(
    ("answer", "asks_for_bucket"),
    [
        (change, True),
        (take_all, False),
        (rename_after_going_back, True),
        (leave, True),
        (give_a_value, False),
        (stop, False),
    ],
)
def test_a_guided_migration_replays_in_batch_to_the_same_bytes(
    terminal: Open, make_repository: Make, commit: Commit, answer: Callable[[Any], None], asks_for_bucket: bool
) -> None:
    root = commit(make_repository(OPEN_TWO))
    session = terminal("migrate", cwd=root)
    answer(session)
    if asks_for_bucket:
        session.wait_for("Where should BUCKET go?")
        session.press(ENTER)
        session.wait_for("Value of BUCKET?")
        session.press(ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.wait_for("no, stop here")
    session.press("y" + ENTER)
    assert session.exit_code() == (ExitCode.QUESTIONS if answer is stop else ExitCode.DONE)
    assert (root / "envlift-plan.yaml").is_file()
    assert ("orders-archive" in (root / "prefect.yaml").read_text("utf-8")) == (answer is give_a_value)


def test_a_migration_that_goes_on_after_ctrl_c_replays_too(
    terminal: Open, make_repository: Make, commit: Commit
) -> None:
    root = commit(make_repository(OPEN_TWO))
    session = terminal("migrate", cwd=root)
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(CTRL_C)
    assert session.exit_code() == INTERRUPTED
    again = terminal("migrate", cwd=root)
    again.wait_for_all("Going on with 1 answer", "Where should BUCKET go?", "decide all the rest later")
    again.press(UP * 3 + ENTER)
    again.wait_for(TABLE)
    again.press(ENTER)
    again.wait_for("no, stop here")
    again.press("y" + ENTER)
    assert again.exit_code() == ExitCode.DONE
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text("utf-8")


def test_all_like_one_replay_too(terminal: Open, make_repository: Make, commit: Commit) -> None:
    code = FLOW.replace("REGION", "STOCK_TOKEN").replace("BUCKET", "MAIL_TOKEN")
    root = commit(make_repository({**OPEN_TWO, "flows.py": code}))
    session = terminal("migrate", cwd=root)
    session.wait_for_all("for all like it (2 more)", "decide all the rest later")
    session.press(UP * 6 + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.wait_for("no, stop here")
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert (root / "flows.py").read_text("utf-8").count("Secret.load(") == 3


def test_what_was_sure_can_be_changed_before_the_changes_are_made(
    terminal: Open, make_repository: Make, commit: Commit
) -> None:
    root = commit(make_repository({**OPEN_TWO, ".env": "API_TOKEN=tok_hunter2hunter2\nREGION=eu\nBUCKET=b\n"}))
    before = (root / "flows.py").read_bytes()
    session = terminal("migrate", cwd=root)
    session.wait_for_all(TABLE, "accept all of these", "API_TOKEN", "BUCKET", "REGION")
    session.press(ENTER)
    session.wait_for("Make these changes?")
    session.press("c" + ENTER)
    session.wait_for(TABLE)
    session.press("API" + ENTER)
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.wait_for("Write envlift-plan.yaml")
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text()
    assert (root / "flows.py").read_bytes() == before
    assert 'API_TOKEN = "secret_env"' in (root / ANSWERS).read_text()


def test_a_long_diff_comes_in_a_pager(terminal: Open, etl: Path) -> None:
    session = terminal("migrate", cwd=etl, env={"PAGER": "cat -n"})
    session.wait_for("Where should WAREHOUSE_DSN go?")
    session.press(UP * 3 + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.wait_for_all("    20\t", "Make these changes?")
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
