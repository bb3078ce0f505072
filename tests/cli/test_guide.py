"""The questions at a terminal, answered with real key presses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envlift.__main__ import INTERRUPTED
from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]
Open = Callable[..., Any]

ENTER, DOWN, CTRL_C = "\r", "\x1b[B", "\x03"
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
    assert session.exit_code() == ExitCode.DONE
    assert "REGION  (" not in session.seen
    assert session.seen.count("Where should BUCKET go?") >= 1


def test_another_layer_can_be_chosen(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", "--write", cwd=(root := make_repository(OPEN_TWO)))
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
    session.wait_for("Where should BUCKET go?")
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text("utf-8")


def test_all_suggestions_can_be_taken_at_once(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("take the suggestions")
    session.press("\x1b[A" * 3 + ENTER)
    assert session.exit_code() == ExitCode.DONE
    assert "Where should BUCKET go?" not in session.seen


def test_a_setting_can_stay_open_and_the_exit_code_says_so(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=make_repository(OPEN_TWO))
    session.wait_for("decide all the rest later")
    session.press("\x1b[A" + ENTER)
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
    assert session.exit_code() == ExitCode.DONE
