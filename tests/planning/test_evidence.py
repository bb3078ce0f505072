"""What speaks for each decision: every layer's word, the consumers, what runs see today, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.evidence import Evidence
from envlift.plan import Layer
from envlift.planning.planner import evidence_for, make_plan
from envlift.policy import Answers, Policy
from envlift.rendering import FORMATS
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

VALUE = "k9Xw2Lq7Zt4Rm8Bv"
FILES = {
    "etl.py": """
        import os
        from prefect import flow
        from prefect.settings import PREFECT_API_URL
        @flow
        def etl():
            use(os.environ["SHOP_TOKEN"], os.getenv("REGION", "south"), os.environ["DEPTH"], os.environ["PATH"])
        """,
    "ops/till.py": "import os\nTILL = os.environ['TILL']\n",
    "tests/test_etl.py": "import os\nos.environ['SHOP_TOKEN']\n",
    ".env": f"SHOP_TOKEN={VALUE}\nREGION=east\nUNREAD=1\n",
    "Dockerfile": "FROM python\nENV REGION=west\n",
    "prefect.yaml": """
        deployments:
          - name: nightly
            entrypoint: etl.py:etl
            work_pool: {name: pool, job_variables: {env: {DEPTH: '1'}}}
          - name: weekly
            entrypoint: etl.py:etl
            work_pool: {name: pool}
        """,
}


@pytest.fixture
def evidence(make_repository: MakeRepository) -> dict[str, Evidence]:
    found = evidence_for(scan_repository(make_repository(FILES)), Policy(), Answers({}))
    return {e.setting: e for e in reversed(found)}


def test_the_layers_speak_in_their_order(evidence: dict[str, Evidence]) -> None:
    assert [voice.layer for voice in evidence["SHOP_TOKEN"].voices] == [Layer.SECRET, Layer.SECRET_ENV]
    assert [voice.layer for voice in evidence["DEPTH"].voices] == [Layer.DEPLOYMENT, Layer.POOL_DEFAULT]


def test_the_consumers_are_named(evidence: dict[str, Evidence]) -> None:
    assert evidence["REGION"].flows == ("etl.py:etl",)
    assert evidence["REGION"].deployments == ("nightly on pool", "weekly on pool")


def test_what_each_run_sees_today(evidence: dict[str, Evidence]) -> None:
    assert evidence["REGION"].sources == ("Dockerfile:2", ".env:2", "etl.py:7")
    assert {(s.deployment, s.place) for s in evidence["REGION"].seen} == {
        ("nightly", "Dockerfile:2"),
        ("weekly", "Dockerfile:2"),
    }
    assert {(s.deployment, s.place) for s in evidence["DEPTH"].seen} == {
        ("nightly", "prefect.yaml:3 for nightly"),
        ("weekly", ""),
    }
    assert {len(s.workers) for s in evidence["DEPTH"].seen} == {3}


def test_a_process_worker_hands_on_what_other_workers_do_not(make_repository: MakeRepository) -> None:
    compose = """
        services:
          worker:
            image: shop
            command: prefect worker start --pool pool
            environment: {REGION: north}
    """
    files = FILES | {"compose.yaml": compose}
    (found,) = (
        e for e in evidence_for(scan_repository(make_repository(files)), Policy(), Answers({})) if e.setting == "REGION"
    )
    seen = {s.workers: s.place for s in found.seen if s.deployment == "weekly"}
    assert seen == {("process",): "compose.yaml:6 for worker", ("docker", "kubernetes"): "Dockerfile:2"}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("SHOP_TOKEN", "secret_env"),
        ("REGION", "deployment"),
        ("DEPTH", "an answer"),
        ("TILL", "a flow that imports the file"),
        ("UNREAD", "code of a flow that reads it"),
    ],
)
def test_what_would_change_it(evidence: dict[str, Evidence], setting: str, words: str) -> None:
    assert any(words in change for change in evidence[setting].changes)


def test_every_decision_of_the_json_has_a_reason_and_evidence_and_no_value(make_repository: MakeRepository) -> None:
    inventory = scan_repository(make_repository(FILES))
    plan = make_plan(inventory, Policy(), Answers({}))
    text = FORMATS["json"].plan(plan, (), evidence_for(inventory, Policy(), Answers({})))
    assert VALUE not in text
    for decision in json.loads(text)["decisions"]:
        assert decision["reason"]
        assert decision["rule"]
        assert decision["evidence"]["would_change"]


@pytest.mark.parametrize("sample", ["async_ingester", "code_deployments", "nightly_etl"])
def test_every_decision_and_what_stays_has_a_rule_a_reason_and_what_would_change_it(
    sample_repos: Path, sample: str
) -> None:
    inventory = scan_repository(sample_repos / sample)
    plan = make_plan(inventory, Policy(), Answers({}))
    decided = {(s.path, s.span.line, s.kind) for d in plan.decisions for s in d.sites}
    assert {(s.path, s.span.line, s.kind) for s in inventory.sites} <= decided
    assert [d for d in plan.decisions if not (d.rule and d.reason)] == []
    told = {(e.setting, e.layer, e.rule, e.reason): e for e in evidence_for(inventory, Policy(), Answers({}))}
    assert [d for d in plan.decisions if not told[d.setting, d.layer, d.rule, d.reason].changes] == []
