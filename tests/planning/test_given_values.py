"""Values that a person gave: taken where no file has one, never for a secret, and read only when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.applying.values import find_value
from envlift.concealed import Concealed
from envlift.errors import EnvliftError
from envlift.plan import Confidence, Decision, Layer, ValueSource
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import ANSWERS_FILE, Answer, Answers, Policy
from envlift.scanning.repository import scan_repository

Make = Callable[[Mapping[str, str]], Path]
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
FILES = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "REGION=eu\n"}


def decision(root: Path, setting: str, answers: Answers) -> Decision:
    plan = make_plan(scan_repository(root), Policy(), answers)
    assert "archive" not in dump_plan(plan)
    return next(d for d in plan.decisions if d.setting == setting)


def test_a_value_that_was_given_is_the_source(make_repository: Make) -> None:
    found = decision(make_repository(FILES), "BUCKET", Answers(values={"BUCKET": Concealed("archive")}))
    assert found.source == ValueSource(ANSWERS_FILE, "BUCKET")
    assert (found.layer, found.confidence) == (Layer.POOL_DEFAULT, Confidence.SURE)
    assert [target.name for target in found.targets] == ["pool"]


def test_a_value_in_a_file_of_the_repository_stays_the_source(make_repository: Make) -> None:
    found = decision(make_repository(FILES), "REGION", Answers(values={"REGION": Concealed("archive")}))
    assert found.source == ValueSource(".env", "REGION")


@pytest.mark.parametrize(
    ("setting", "value", "answers"),
    [
        ("API_TOKEN", "hunter2-hunter2", {}),
        ("BUCKET", "postgresql://app:hunter2-hunter2@db.internal.example/app", {}),
        ("BUCKET", "archive", {"BUCKET": Answer(Layer.SECRET)}),
    ],
    ids=["by its name", "by its value", "by its layer"],
)
def test_a_secret_is_refused_without_its_value(
    make_repository: Make, setting: str, value: str, answers: dict[str, Answer]
) -> None:
    with pytest.raises(EnvliftError) as caught:
        decision(make_repository(FILES), setting, Answers(answers, values={setting: Concealed(value)}))
    assert "envlift push" in caught.value.hint
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_it_is_read_from_the_answers(tmp_path: Path) -> None:
    source = ValueSource(ANSWERS_FILE, "BUCKET")
    assert find_value(tmp_path, source) is None
    (tmp_path / ANSWERS_FILE).write_text('[values]\nBUCKET = "archive"\n')
    assert find_value(tmp_path, source) == Concealed("archive")
    assert find_value(tmp_path, ValueSource(ANSWERS_FILE, "REGION")) is None


COMPOSED = """
from prefect import flow

@flow
def sync(path: str):
    return f"https://reports.internal.example:8443/{path}"
"""


@pytest.mark.parametrize("layer", ["pool_default", "deployment"])
def test_what_no_edit_moves_stays_by_hand_whatever_is_answered(make_repository: Make, layer: str) -> None:
    root = make_repository({"flows.py": COMPOSED, "prefect.yaml": DEPLOYMENT})
    found = next(d for d in make_plan(scan_repository(root), Policy(), Answers()).decisions if d.setting)
    answers = Answers({found.setting: Answer(Layer(layer))})
    plan = make_plan(scan_repository(root), Policy(), answers)
    (answered,) = (d for d in plan.decisions if d.setting == found.setting)
    assert answered.confidence is Confidence.BY_HAND
    assert "no edit here" in answered.reason
    assert load_plan(dump_plan(plan), "envlift-plan.yaml") == plan
