"""A plan for one environment takes its values and none of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Plan
from envlift.planning.one_environment import of_one_environment
from envlift.planning.planner import make_plan
from envlift.policy import Policy, parse_answers
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = """
import os
from prefect import flow

@flow
def etl():
    return os.environ["API_TOKEN"], os.environ["REGION"], os.environ["BUCKET"], os.environ["OWNER_TOKEN"]
"""
DEPLOYMENTS = """
deployments:
  - {name: etl-prod, entrypoint: "etl.py:etl", work_pool: {name: prod-pool}}
  - {name: etl-lab, entrypoint: "etl.py:etl", work_pool: {name: lab-pool}}
"""
FILES = {
    "etl.py": FLOW,
    "prefect.yaml": DEPLOYMENTS,
    ".env": "OWNER_TOKEN=tok_5t4r3e2w1q0z\n",
    ".env.prod": "API_TOKEN=tok_9x8y7z6w5v4u\nREGION=north\nBUCKET=all\n",
    ".env.lab": "API_TOKEN=tok_1a2b3c4d5e6f\nREGION=lab\nBUCKET=all\n",
    ".env.example": "API_TOKEN=\nREGION=\n",
}


def plan_of(make_repository: MakeRepository, **more: str) -> Plan:
    root = make_repository({**FILES, **more})
    return make_plan(scan_repository(root), Policy(), parse_answers(["API_TOKEN=secret"]))


def sources(plan: Plan, setting: str) -> list[str]:
    """Where its values are read from, a text for each decision; empty where nothing says."""
    return [d.source.path if d.source else "" for d in plan.decisions if d.setting == setting]


@pytest.mark.parametrize("name", ["prod", "lab"])
def test_the_values_are_those_of_its_own_files(make_repository: MakeRepository, name: str) -> None:
    plan = plan_of(make_repository)
    assert sources(plan, "API_TOKEN") == [""]  # of which of the two, nothing here tells
    assert sorted(sources(plan, "REGION")) == [".env.lab", ".env.prod"]
    own = of_one_environment(plan, name)
    assert sources(own, "API_TOKEN") == sources(own, "REGION") == [f".env.{name}"]


def test_what_no_environment_has_a_file_for_stays(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository)
    own = of_one_environment(plan, "lab")
    assert sources(own, "OWNER_TOKEN") == sources(plan, "OWNER_TOKEN") == [".env"]
    assert (own.questions, own.findings, own.fingerprints) == (plan.questions, plan.findings, plan.fingerprints)


def test_of_two_files_of_an_environment_only_a_person_can_say_which(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository, **{"jobs/.env.prod": "API_TOKEN=tok_0p9o8i7u6y5t\n"})
    assert sources(of_one_environment(plan, "prod"), "API_TOKEN") == [""]


@pytest.mark.parametrize("name", ["example", "staging", ""])
def test_an_environment_without_a_file_is_an_error(make_repository: MakeRepository, name: str) -> None:
    with pytest.raises(EnvliftError, match="of the environment") as caught:
        of_one_environment(plan_of(make_repository), name)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "lab, prod" in str(caught.value.hint)
