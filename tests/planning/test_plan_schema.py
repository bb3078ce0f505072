"""The JSON Schema of the plan file: it takes every plan of envlift, and refuses nothing that the reader would take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from envlift.errors import EnvliftError
from envlift.planning.plan_file import dump_plan, load_plan, plan_schema
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(path.name for path in (ROOT / "sample_repos").iterdir() if path.is_dir())
# The fast ones, where PyYAML has them: the documents are read and written some hundred times.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
VALIDATOR = Draft7Validator(json.loads(plan_schema()))
Change = Callable[[dict[str, Any]], None]


def plan_text(root: Path) -> str:
    return dump_plan(make_plan(scan_repository(root), Policy(), Answers(), commit="abc123"))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {sample: plan_text(ROOT / "sample_repos" / sample) for sample in SAMPLES}


def parsed(text: str) -> Any:
    return yaml.load(text, LOADER)  # noqa: S506 - it is a safe one


def is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(parsed(text)))


def is_read(text: str) -> bool:
    try:
        load_plan(text, "envlift-plan.yaml")
    except EnvliftError:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(json.loads(plan_schema()))


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_takes_the_plan_of_each_sample(texts: dict[str, str], sample: str) -> None:
    assert list(VALIDATOR.iter_errors(parsed(texts[sample]))) == []


def decision_of(plan: dict[str, Any], setting: str) -> dict[str, Any]:
    return next(found for found in plan["decisions"] if found["setting"] == setting)


def changed(text: str, change: Change) -> str:
    plan = parsed(text)
    change(plan)
    return str(yaml.dump(plan, Dumper=DUMPER, sort_keys=False))


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="secrets"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="pool_default"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(confidence="certain"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(sensitive="perhaps"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(block="Orders_Token"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(note="x"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").pop("reason"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(sites="app.py"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(targets=[{"pool": "a", "path": "b"}]),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN")["sites"][0].update(at="12"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN")["sites"][0].update(edit="delete"),
        lambda plan: plan.update(version=2),
        lambda plan: plan.update(decision=[]),
        lambda plan: plan.update(also=["prefect.yml"]),
        lambda plan: plan.pop("decisions"),
    ],
)
def test_both_refuse(texts: dict[str, str], change: Change) -> None:
    text = changed(texts["nightly_etl"], change)
    assert not is_read(text)
    assert not is_valid(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="secret_env"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="deployment", sensitive=False),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="deployment", confidence="by_hand"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(layer="leave", block="Any Name"),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(confidence="review", source=None, targets=None),
        lambda plan: decision_of(plan, "ORDERS_API_TOKEN").update(sites=None, reason=12, runner_up=None),
        lambda plan: plan.update(decisions=None, findings=[]),
    ],
)
def test_both_take(texts: dict[str, str], change: Change) -> None:
    text = changed(texts["nightly_etl"], change)
    assert is_read(text)
    assert is_valid(text)


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a document, each kind of place once: of lists only the first item of each kind counts."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from places(value, (*path, number))


@pytest.mark.parametrize("garbage", ["no such word", {"no": "such key"}, ["no such list"], None, 7])
def test_what_the_reader_takes_at_any_place_the_schema_takes(texts: dict[str, str], garbage: object) -> None:
    """A false alarm in an editor would be worse than none; what the schema lets pass, the reader still judges."""
    plan = parsed(texts["nightly_etl"])
    kinds: dict[tuple[str, ...], tuple[str | int, ...]] = {}
    for path in places(plan):
        kinds.setdefault(tuple(step for step in path if isinstance(step, str)), path)
    for path in kinds.values():

        def put(document: dict[str, Any], path: tuple[str | int, ...] = path) -> None:
            node: Any = document
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = garbage

        text = changed(texts["nightly_etl"], put)
        assert is_valid(text) or not is_read(text), path


CONSTANT = """
import os
from prefect import flow

TOKEN = os.environ["API_TOKEN"]

@flow
def sync():
    return TOKEN
"""


def test_a_constant_that_moves_is_taken(make_repository: Callable[[dict[str, str]], Path]) -> None:
    root = make_repository({"flows.py": CONSTANT, ".env": "API_TOKEN=tok_hunter2hunter2\n"})
    text = plan_text(root)
    assert "do: sink" in text
    assert is_valid(text)


def test_the_samples_show_every_kind_of_target_and_most_edits(texts: dict[str, str]) -> None:
    every, words = "".join(texts.values()), ("{pool:", "index:", "call:", "edit: load", "edit: aload", "source:")
    assert [word for word in words if word not in every] == []
