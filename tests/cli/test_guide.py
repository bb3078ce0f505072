"""The questions at a terminal, answered with real key presses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import ANSWERS

from envlift.__main__ import INTERRUPTED
from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]
Open = Callable[..., Any]
Commit = Callable[[Path], Path]

ENTER, UP, DOWN, CTRL_C = "\r", "\x1b[A", "\x1b[B", "\x03"
FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_TOKEN"], os.environ["REGION"], os.environ["BUCKET"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
"""
TABLE = "Accept, or open a row"
OPEN_TWO = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "REGION=eu\n"}


def test_it_asks_once_a_setting_secrets_first_with_the_suggestion_preselected(
    terminal: Open, make_repository: Make
) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("API_TOKEN  (1 of 2)")
    session.wait_for("Suggested: secret, because")
    session.wait_for("flows.py:7")
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for("BUCKET  (2 of 2)")
    session.wait_for("Where should BUCKET go?")
    session.press(ENTER)
    session.wait_for("Value of BUCKET?")
    session.press(ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "REGION  (" not in session.seen
    assert session.seen.count("Where should BUCKET go?") >= 1


def test_another_layer_can_be_chosen(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", "--write", cwd=(root := make_repository(OPEN_TWO)))
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(ENTER)
    session.wait_for("Value of BUCKET?")
    session.press(ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text("utf-8")


def test_all_suggestions_can_be_taken_at_once(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("take the suggestions")
    session.press("\x1b[A" * 3 + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "Where should BUCKET go?" not in session.seen


def test_a_setting_can_stay_open_and_the_exit_code_says_so(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("decide all the rest later")
    session.press("\x1b[A" + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.QUESTIONS
    assert "Where should BUCKET go?" not in session.seen


def test_a_secret_is_offered_no_layer_in_clear(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("decide all the rest later")
    question = session.seen.partition("Where should API_TOKEN go?")[2]
    assert "secret_env" in question
    assert "pool_default" not in question
    assert "deployment" not in question


def test_ctrl_c_ends_without_a_trace(terminal: Open, make_repository: Make) -> None:
    root = make_repository(OPEN_TWO)
    before = sorted(root.iterdir())
    session = terminal("plan", "--write", cwd=root)
    session.wait_for("decide all the rest later")
    session.press(CTRL_C)
    assert session.exit_code() == INTERRUPTED
    assert "Traceback" not in session.seen
    assert sorted(root.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(("plan", "--batch"), {}), (("plan",), {"CI": "true"}), (("plan", "--format", "json"), {})],
    ids=["--batch", "CI", "json"],
)
def test_it_does_not_ask_who_cannot_answer(
    terminal: Open, make_repository: Make, arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    session = terminal(*arguments, cwd=make_repository(OPEN_TWO), env=env)
    assert session.exit_code() == ExitCode.QUESTIONS
    assert "Where should" not in session.seen


def test_it_asks_in_a_narrow_terminal_without_colour(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO), env={"NO_COLOR": "1"}, size=(20, 40))
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(ENTER)
    session.wait_for("Value of BUCKET?")
    session.press(ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert not re.search(r"\x1b\[[0-9;]*3[0-7](;[0-9;]*)?m", session.seen)


ALIKE = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["REGION"], os.environ["BUCKET"], os.environ["CURRENCY"]
"""


def test_back_opens_the_question_before_and_forgets_its_answer(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=(root := make_repository(OPEN_TWO)))
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for("Where should BUCKET go?")
    assert 'API_TOKEN = "secret"' in (root / ANSWERS).read_text()
    session.press(UP * 4 + ENTER)
    session.wait_for_all("API_TOKEN  (1 of 2)", "Where should API_TOKEN go?")
    assert not (root / ANSWERS).exists()
    session.press(DOWN + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(UP + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.QUESTIONS
    assert 'API_TOKEN = "secret_env"' in (root / ANSWERS).read_text()


def test_the_first_question_has_no_way_back(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("decide all the rest later")
    assert "back to the question before" not in session.seen


def test_a_block_gets_another_name_that_is_checked_while_it_is_typed(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", "--write", cwd=(root := make_repository(OPEN_TWO)))
    session.wait_for("decide all the rest later")
    session.press(DOWN * 3 + ENTER)
    session.wait_for("Name of the Secret block")
    session.press("_Bad")
    session.wait_for("lower-case letters, digits and dashes")
    session.press(ENTER + "\x7f" * 4 + "-mine" + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(UP + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.exit_code()
    assert 'API_TOKEN = "secret:shop-api-token-mine"' in (root / ANSWERS).read_text()
    assert "block: shop-api-token-mine" in (root / "envlift-plan.yaml").read_text()


def test_the_code_is_shown_with_its_secrets_masked(terminal: Open, make_repository: Make) -> None:
    code = FLOW.replace("@flow", 'DSN = "postgresql://app:Hunter2hunter2@db.internal.example/app"\n\n@flow')
    code = code.replace('os.environ["API_TOKEN"]', "DSN")
    session = terminal("plan", cwd=make_repository({**OPEN_TWO, "flows.py": code}))
    session.wait_for_all(
        "DB_DSN  (1 of 2)", "flows.py:5", "DSN = ", "Where should DB_DSN go?", "decide all the rest later"
    )
    session.press(UP * 4 + ENTER)
    session.wait_for_all("the code loads a Secret block", "decide all the rest later")
    session.press(UP * 5 + ENTER)
    session.wait_for_all("from prefect import flow", ">", "DSN = ", "@flow")
    session.wait_for("decide all the rest later")
    session.press(UP + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    session.exit_code()
    assert "Hunter2" not in session.seen


def test_all_like_one_are_decided_at_once(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=(root := make_repository({**OPEN_TWO, "flows.py": ALIKE, ".env": ""})))
    session.wait_for_all("(1 of 3)", "for all like it (2 more)", "decide all the rest later")
    session.press(UP * 6 + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert [line.split(" = ")[0] for line in (root / ANSWERS).read_text().splitlines() if " = " in line] == [
        "BUCKET",
        "CURRENCY",
        "REGION",
    ]


def test_ctrl_c_keeps_the_answers_and_the_next_session_goes_on(terminal: Open, make_repository: Make) -> None:
    root = make_repository(OPEN_TWO)
    session = terminal("plan", cwd=root)
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(CTRL_C)
    assert session.exit_code() == INTERRUPTED
    again = terminal("plan", "--write", cwd=root)
    again.wait_for_all("Going on with 1 answer of envlift-answers.toml", "BUCKET  (1 of 1)")
    again.wait_for("Where should BUCKET go?")
    again.press(ENTER)
    again.wait_for("Value of BUCKET?")
    again.press(ENTER)
    again.wait_for(TABLE)
    again.press(ENTER)
    assert again.exit_code() == ExitCode.DONE
    assert "Where should API_TOKEN go?" not in again.seen
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text("utf-8")


def take_all_but_bucket(session: Any, keys: str) -> None:
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for_all("Where should BUCKET go?", "decide all the rest later")
    session.press(keys)


def test_a_value_that_looks_like_a_secret_is_not_taken(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=(root := make_repository(OPEN_TWO)))
    take_all_but_bucket(session, ENTER)
    session.wait_for("Value of BUCKET?")
    session.press("postgresql://app:Hunter2hunter2@db.internal.example/app" + ENTER)
    session.wait_for_all("BUCKET is a secret", "envlift push", "Value of BUCKET?")
    session.press("orders-archive" + ENTER)
    session.wait_for(TABLE)
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    kept = (root / ANSWERS).read_text()
    assert 'BUCKET = "orders-archive"' in kept
    assert "Hunter2" not in kept


def test_a_secret_that_no_file_holds_is_left_to_push(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("Where should API_TOKEN go?")
    session.press(ENTER)
    session.wait_for_all("No file here holds its value", "`envlift push` asks for it", "Where should BUCKET go?")
    session.press(CTRL_C)
    assert session.exit_code() == INTERRUPTED
