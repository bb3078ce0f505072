"""``load_dotenv(override=True)``: told always, taken out where it is asked for and concerns what runs on pools."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import apply_plan, preview
from envlift.applying.undo import undo
from envlift.plan import Confidence, Extra, Finding, Plan
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.planning.stacks import stacks_of
from envlift.policy import Answers, Policy
from envlift.precedence import Rung, Worker
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

ETL = """
    import os
    from dotenv import load_dotenv
    from prefect import flow

    load_dotenv("config/.env", override=True)  # ours beat the shell's

    @flow
    def etl():
        print(os.environ["REGION"], os.environ["API_TOKEN"])
"""
YAML = "deployments: [{name: nightly, entrypoint: 'etl.py:etl', work_pool: {name: etl-pool}}]\n"
FILES = {"etl.py": ETL, "prefect.yaml": YAML, "config/.env": "REGION=eu\nAPI_TOKEN=q7Rw2Lk9vX\n"}
ASKED = Policy(also=(Extra.DOTENV_OVERRIDE,))


def planned(root: Path, policy: Policy = ASKED) -> Plan:
    return make_plan(scan_repository(root, keep=False), policy, Answers())


def told(plan: Plan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.rule == "dotenv-override"]


def test_unasked_it_is_told_with_the_flag_that_does_it(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    plan = planned(root, Policy())
    assert plan.overrides == ()
    (finding,) = told(plan)
    assert (finding.path, finding.line) == ("etl.py", 6)
    assert "`--also dotenv_override`" in finding.remedy
    apply_plan(root, plan, Confidence.REVIEW, allow_dirty=True)
    assert "override=True" in (root / "etl.py").read_text()


def test_asked_it_goes_with_the_settings_of_the_file(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    plan = planned(root)
    assert load_plan(dump_plan(plan), "plan") == plan
    assert told(plan) == []
    applied = apply_plan(root, plan, Confidence.REVIEW, allow_dirty=True)
    text = (root / "etl.py").read_text()
    assert 'load_dotenv("config/.env")  # ours beat the shell\'s\n' in text
    assert "Secret.load(" in text and applied.refusals == ()
    again = planned(root)
    assert (again.overrides, told(again)) == ((), [])
    assert apply_plan(root, again, Confidence.REVIEW, allow_dirty=True).changes == ()
    assert preview(root, again, Confidence.REVIEW).changes == ()


def test_an_undo_brings_it_back(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "before"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    before = (root / "etl.py").read_bytes()
    assert apply_plan(root, planned(root), Confidence.REVIEW).changes
    assert (root / "etl.py").read_bytes() != before
    undo(root)
    assert (root / "etl.py").read_bytes() == before


def test_afterwards_the_pool_wins_over_the_file(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    inventory = scan_repository(root, keep=False)
    for policy, wins in ((Policy(), Rung.DOTENV_OVERRIDE), (ASKED, Rung.POOL_DEFAULT)):
        plan = make_plan(inventory, policy, Answers())
        (stack,) = stacks_of(inventory, plan, "REGION", workers=[Worker.PROCESS])
        assert (stack.before, stack.after) == (Rung.DOTENV_OVERRIDE, wins)


SERVED = ETL + "\n    etl.serve('nightly')\n"
APP = "from fastapi import FastAPI\nimport settings\napp = FastAPI()\n"
SETTINGS = "from dotenv import load_dotenv\nload_dotenv(override=True)\n"
USING = "import settings\n" + ETL.replace("    ", "", 1).replace("\n    ", "\n").replace(
    'load_dotenv("config/.env", override=True)', "pass"
)


@pytest.mark.parametrize(
    ("more", "policy", "why"),
    [
        ({"etl.py": SERVED, "prefect.yaml": ""}, ASKED, "nightly runs on no work pool"),
        ({"etl.py": SERVED}, ASKED, "nightly runs on no work pool"),
        ({"prefect.yaml": ""}, ASKED, "known to run on a work pool"),
        ({"etl.py": ETL.replace("=True", "=LOCAL")}, ASKED, "computed"),
        ({}, Policy(also=(Extra.DOTENV_OVERRIDE,), never_touch=("etl.py",)), "not to be changed"),
        ({"etl.py": USING, "settings.py": SETTINGS, "app.py": APP}, ASKED, "app.py uses the same code"),
    ],
    ids=["served", "served, too", "not deployed", "computed", "never touched", "a service's too"],
)
def test_what_it_does_not_concern_keeps_it(
    make_repository: MakeRepository, more: dict[str, str], policy: Policy, why: str
) -> None:
    root = make_repository({**FILES, **more})
    plan = planned(root, policy)
    assert plan.overrides == ()
    (finding,) = told(plan)
    assert "envlift leaves it: " in finding.remedy and why in finding.remedy


def test_a_pool_that_is_told_counts_where_nothing_is_deployed(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "prefect.yaml": ""})
    plan = planned(root, Policy(also=ASKED.also, pool="etl-pool"))
    assert [load.path for load in plan.overrides] == ["etl.py"]


def test_an_override_that_cannot_go_holds_up_no_setting(make_repository: MakeRepository) -> None:
    code = ETL.replace(
        '"config/.env", override=True', '"config/.env",\n        override=True,  # why\n        verbose=True,\n    '
    )
    root = make_repository({**FILES, "etl.py": code})
    applied = apply_plan(root, planned(root), Confidence.REVIEW, allow_dirty=True)
    assert "API_TOKEN" in applied.settings
    assert [refusal.path for refusal in applied.refusals] == ["etl.py"]
    text = (root / "etl.py").read_text()
    assert "override=True,  # why" in text and "Secret.load(" in text
