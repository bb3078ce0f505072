"""A value that stands in no ``.env`` file: the plan says where it comes from, and judges it as it judges others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.plan import Decision, Plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = "import os\nfrom prefect import flow\n@flow\ndef etl(): use(os.environ['SHOP_REGION'])\n"


def plan_of(root: Path) -> tuple[Plan, Decision]:
    plan = make_plan(scan_repository(root), Policy(), Answers())
    (decision,) = (d for d in plan.decisions if d.setting == "SHOP_REGION")
    return plan, decision


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("compose.yaml", "services:\n  w:\n    environment: {SHOP_REGION: north}\n", "compose.yaml:3 for w"),
        ("Dockerfile", "FROM x\nENV SHOP_REGION=north\n", "Dockerfile:2"),
        (
            "k8s.yaml",
            "kind: Pod\nspec:\n  containers:\n    - name: w\n      env:\n        - name: SHOP_REGION\n"
            "          valueFrom: {secretKeyRef: {name: s, key: k}}\n",
            "k8s.yaml:6 for w",
        ),
    ],
)
def test_the_question_names_the_giver(make_repository: MakeRepository, path: str, text: str, place: str) -> None:
    plan, decision = plan_of(make_repository({"etl.py": FLOW, path: text}))
    assert f"its value comes from {place}" in decision.reason
    assert [q.text for q in plan.questions] == [
        f"SHOP_REGION is required at etl.py:4, and only {place} gives it a value"
    ]


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("SHOP_PASSWORD", "only ship.py:2 for south gives it a value"),
        ("PASSWORD", "no file here holds a value for it"),
    ],
)
def test_a_secret_in_job_variables_is_a_value_that_somebody_gives(
    make_repository: MakeRepository, variable: str, told: str
) -> None:
    given = f"{{'env': {{'{variable}': 'x'}}}}"
    ship = f"from etl import etl\netl.deploy('south', work_pool_name='p', job_variables={given})\n"
    files = {"etl.py": FLOW.replace("SHOP_REGION", "SHOP_PASSWORD"), "ship.py": ship}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers())
    assert [q.text for q in plan.questions] == [f"SHOP_PASSWORD is required at etl.py:4, and {told}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "echo $SHOP_REGION\n"),
        ("tests/Dockerfile", "FROM x\nENV SHOP_REGION=north\n"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{uses: x, with: {t: '${{ secrets.SHOP_REGION }}'}}]}}\n"),
    ],
)
def test_a_reader_or_a_test_gives_nothing(make_repository: MakeRepository, path: str, text: str) -> None:
    _, decision = plan_of(make_repository({"etl.py": FLOW, path: text}))
    assert "no value is known here" in decision.reason


def test_the_one_that_runs_flows_comes_first(make_repository: MakeRepository) -> None:
    compose = (
        "services:\n  a: {environment: {SHOP_REGION: north}}\n"
        "  b: {command: prefect worker start, environment: {SHOP_REGION: south}}\n"
    )
    _, decision = plan_of(make_repository({"etl.py": FLOW, "compose.yaml": compose}))
    assert "compose.yaml:3 for b" in decision.reason


def test_a_value_given_there_is_judged(make_repository: MakeRepository) -> None:
    plain = "services: {w: {environment: {SHOP_REGION: north}}}\n"
    dsn = "services: {w: {environment: {SHOP_REGION: 'postgresql://app:H4rbour-9@db.corp.internal/x'}}}\n"
    assert not plan_of(make_repository({"etl.py": FLOW, "compose.yaml": plain}))[1].sensitive
    assert plan_of(make_repository({"etl.py": FLOW, "compose.yaml": dsn}))[1].sensitive


@pytest.mark.parametrize(("command", "sensitive"), [("pytest", True), ("python etl.py", False)])
def test_what_ci_gives_to_its_tests_says_nothing_about_the_flows(
    make_repository: MakeRepository, command: str, sensitive: bool
) -> None:
    job = {"run": command, "env": {"SHOP_CLIENT_ID": "storefront"}}
    workflow = f"jobs: {{a: {{steps: [{json.dumps(job)}]}}}}\n"
    flow = FLOW.replace("SHOP_REGION", "SHOP_CLIENT_ID")
    plan = make_plan(
        scan_repository(make_repository({"etl.py": flow, ".github/workflows/ci.yml": workflow})), Policy(), Answers()
    )
    assert [d.sensitive for d in plan.decisions] == [sensitive]
