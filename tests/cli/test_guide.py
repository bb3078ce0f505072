"""The questions at a terminal, answered with real key presses."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envlift.__main__ import INTERRUPTED
from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]
Open = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]
Commit = Callable[[Path], Path]

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
    assert not re.search(r"\x1b\[[0-9;]*3[0-7](;[0-9;]*)?m", session.seen)


# ---- every kind of prompt -------------------------------------------------------------------------------------------

UP = "\x1b[A"
ANSWERS = "envlift-answers.toml"
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
    session.wait_for_all("what do these mean?", "the code loads a Secret block", "decide all the rest later")
    session.press(UP * 5 + ENTER)
    session.wait_for_all("look at the code", "from prefect import flow", ">", "DSN = ", "@flow")
    session.wait_for("decide all the rest later")
    session.press(UP + ENTER)
    session.exit_code()
    assert "Hunter2" not in session.seen


def test_all_like_one_are_decided_at_once(terminal: Open, make_repository: Make) -> None:
    session = terminal("plan", cwd=(root := make_repository({**OPEN_TWO, "flows.py": ALIKE, ".env": ""})))
    session.wait_for_all("(1 of 3)", "for all like it (2 more)", "decide all the rest later")
    session.press(UP * 6 + ENTER)
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
    assert again.exit_code() == ExitCode.DONE
    assert "Where should API_TOKEN go?" not in again.seen
    assert "layer: secret_env" in (root / "envlift-plan.yaml").read_text("utf-8")


@pytest.mark.parametrize("keys", [DOWN + ENTER, UP * 3 + ENTER], ids=["no file changes", "all suggestions"])
def test_a_guided_migration_replays_in_batch_to_the_same_bytes(
    terminal: Open, run: Run, make_repository: Make, commit: Commit, keys: str
) -> None:
    root = commit(make_repository(OPEN_TWO))
    twin = Path(shutil.copytree(root, root.parent / "twin" / root.name))
    session = terminal("migrate", cwd=root)
    session.wait_for("Where should API_TOKEN go?")
    session.press(keys)
    if "\x1b[A" not in keys:
        session.wait_for("Where should BUCKET go?")
        session.press(ENTER)
    session.wait_for("yes")
    session.press("y" + ENTER)
    assert session.exit_code() == ExitCode.DONE
    (twin / ANSWERS).write_bytes((root / ANSWERS).read_bytes())
    done = run("migrate", twin, "--batch", "--write", "--answers", twin / ANSWERS)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert files_of(twin) == files_of(root)


def files_of(root: Path) -> dict[str, bytes]:
    files = (file for file in root.rglob("*") if file.is_file() and ".git" not in file.relative_to(root).parts)
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


def test_what_was_sure_can_be_changed_before_the_changes_are_made(
    terminal: Open, make_repository: Make, commit: Commit
) -> None:
    root = commit(make_repository({**OPEN_TWO, ".env": "API_TOKEN=tok_hunter2hunter2\nREGION=eu\nBUCKET=b\n"}))
    before = (root / "flows.py").read_bytes()
    session = terminal("migrate", cwd=root)
    session.wait_for("Make these changes?")
    session.press("c" + ENTER)
    session.wait_for("Which setting?")
    session.press("API" + ENTER)
    session.wait_for("Where should API_TOKEN go?")
    session.press(DOWN + ENTER)
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
    session.wait_for_all("    20\t", "Make these changes?")
    session.press(ENTER)
    assert session.exit_code() == ExitCode.DONE
