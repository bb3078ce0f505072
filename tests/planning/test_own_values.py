"""Variables that the code sets for a library: a value from outside would be lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.plan import Layer, Plan
from envlift.planning.planner import make_plan
from envlift.policy import Policy, parse_answers
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
HEAD = "import os\nfrom prefect import flow\nfrom openai import OpenAI\n"
SET = "os.environ['OPENAI_API_KEY'] = pick()\n"
FLOW = "@flow\ndef etl():\n"


def plan_of(root: Path) -> Plan:
    inventory = scan_repository(root)
    return make_plan(inventory, Policy(), parse_answers(()), project=inventory.project)


def layers(plan: Plan) -> set[Layer]:
    return {d.layer for d in plan.decisions if d.setting == "OPENAI_API_KEY" and d.rule != "write"}


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{SET}{FLOW}    OpenAI()\n",
        f"{HEAD}{SET}client = OpenAI()\n{FLOW}    client\n",
        f"{HEAD}{FLOW}    {SET}    OpenAI()\n",
        f"{HEAD}with opened() as f:\n    {SET}{FLOW}    OpenAI()\n",
    ],
)
def test_what_the_code_sets_for_a_library_needs_no_layer(make_repository: MakeRepository, text: str) -> None:
    plan = plan_of(make_repository({"etl.py": text, ".env": "OPENAI_API_KEY=q7Rw2Lk9\n"}))
    found = next(d for d in plan.decisions if d.rule == "set-by-code")
    assert layers(plan) == {Layer.LEAVE}
    assert "the code sets it itself (etl.py:" in found.reason
    assert found.sensitive


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}if LOCAL:\n    {SET}{FLOW}    OpenAI()\n",
        f"{HEAD}try:\n    {SET}except OSError:\n    pass\n{FLOW}    OpenAI()\n",
        f"{HEAD}os.environ.setdefault('OPENAI_API_KEY', pick())\n{FLOW}    OpenAI()\n",
        f"{HEAD}client = OpenAI()\n{SET}{FLOW}    client\n",
        f"{HEAD}{FLOW}    if done():\n        return\n    {SET}    OpenAI()\n",
        f"{HEAD}def prepare():\n    {SET}{FLOW}    OpenAI()\n",
        f"{HEAD}{SET}{FLOW}    OpenAI()\n    use(os.environ['OPENAI_API_KEY'])\n",
        f"{HEAD}os.environ['OPENAI_API_KEY'] = os.getenv('OPENAI_API_KEY')\n{FLOW}    OpenAI()\n",
        f"{HEAD}{FLOW}    {SET}    OpenAI()\n@flow\ndef other():\n    OpenAI()\n",
        f"{HEAD}if __name__ == '__main__':\n    {SET}{FLOW}    OpenAI()\n",
    ],
)
def test_where_a_value_from_outside_may_count_it_has_one(make_repository: MakeRepository, text: str) -> None:
    plan = plan_of(make_repository({"etl.py": text, ".env": "OPENAI_API_KEY=q7Rw2Lk9\n"}))
    assert layers(plan) <= {Layer.SECRET, Layer.SECRET_ENV}
    assert layers(plan)


def test_a_file_that_some_flows_do_not_import_settles_nothing_for_them(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "client.py": "from openai import OpenAI\ndef ask():\n    OpenAI()\n",
            "first.py": f"{HEAD}from client import ask\n{SET}{FLOW}    ask()\n",
            "second.py": f"{HEAD}from client import ask\n{FLOW}    ask()\n",
            ".env": "OPENAI_API_KEY=q7Rw2Lk9\n",
        }
    )
    assert layers(plan_of(root)) == {Layer.SECRET_ENV}
