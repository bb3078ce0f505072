"""Files that a plan makes on request: prefect.yaml, ``.env.example`` and the line in ``.gitignore``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from envlift.applying.apply import Applied, apply_plan, preview
from envlift.plan import Confidence, Extra, NewDeployment, Plan
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy, parse_answers
from envlift.proving.flow_runs import create_pools, run_command
from envlift.proving.loopback import LoopbackServer
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

ETL = """
    import os
    from prefect import flow

    @flow
    def load_orders():
        return os.environ["REGION"], os.environ["API_TOKEN"], os.environ["PAGE_SIZE"]
"""
FILES = {
    "flows/etl.py": ETL,
    "flows/report.py": "from prefect import flow\n\n@flow\ndef report(): ...\n",
    "tests/test_etl.py": "from prefect import flow\n\n@flow\ndef in_a_test(): ...\n",
    ".env": "REGION=eu\nAPI_TOKEN=q7Rw2Lk9\nPAGE_SIZE=50\n",
}
YAML = """\
deployments:
  - name: load-orders
    entrypoint: flows/etl.py:load_orders
    work_pool:
      name: etl
      job_variables:
        env:
          PAGE_SIZE: "50"
          REGION: "eu"
  - name: report
    entrypoint: flows/report.py:report
    work_pool:
      name: etl
"""


def planned(root: Path, *also: Extra, pool: str = "etl", answers: Answers | None = None) -> Plan:
    inventory = scan_repository(root, keep=False)
    plan = make_plan(inventory, Policy(pool=pool, also=also), answers or Answers())
    assert load_plan(dump_plan(plan), "envlift-plan.yaml") == plan
    return plan


def applied(root: Path, plan: Plan) -> Applied:
    return apply_plan(root, plan, Confidence.SURE, allow_dirty=True)


def without_variables(text: str) -> str:
    start, end = text.index("      job_variables:"), text.index("  - name: report")
    return text[:start] + text[end:]


def test_no_file_is_made_by_surprise(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    assert all(change.before is not None for change in applied(root, planned(root)).changes)
    assert not (root / "prefect.yaml").exists()


def test_a_prefect_yaml_with_the_flows_that_nothing_deploys(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    assert "prefect.yaml" in [c.path for c in applied(root, planned(root, Extra.PREFECT_YAML)).changes]
    assert (root / "prefect.yaml").read_text() == YAML


def test_its_deployments_get_what_is_theirs_and_no_more(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    answers = parse_answers(["REGION=pool_default", "PAGE_SIZE=leave"])
    applied(root, planned(root, Extra.PREFECT_YAML, answers=answers))
    made = yaml.safe_load((root / "prefect.yaml").read_text())
    assert [deployment["work_pool"] for deployment in made["deployments"]] == [{"name": "etl"}] * 2


def test_without_a_pool_none_is_invented(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    applied(root, planned(root, Extra.PREFECT_YAML, pool=""))
    assert (root / "prefect.yaml").read_text() == without_variables(YAML).replace("name: etl\n", "name: null\n")


def test_the_pool_of_new_deployments_is_a_question_with_its_flag(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    (question,) = planned(root, Extra.PREFECT_YAML, pool="").questions
    assert question.flag == "--pool NAME" and "load-orders, report" in question.text
    assert planned(root, Extra.PREFECT_YAML).questions == ()
    assert planned(root, pool="").questions == ()


def test_new_deployments_go_to_the_pool_that_all_others_have(make_repository: MakeRepository) -> None:
    deploy = "from flows.report import report\nreport.deploy('{}', work_pool_name='{}', image='shop')\n"
    files = {**FILES, "deploy.py": deploy.format("weekly", "k8s"), "flows/__init__.py": ""}
    found = planned(make_repository(files), Extra.PREFECT_YAML, pool="")
    assert (found.new_deployments, found.questions) == (
        (NewDeployment("load-orders", "flows/etl.py:load_orders", "k8s"),),
        (),
    )
    files["deploy_2.py"] = deploy.format("daily", "docker")
    assert planned(make_repository(files), Extra.PREFECT_YAML, pool="").new_deployments[0].pool == ""


def test_what_a_call_deploys_gets_no_second_deployment(make_repository: MakeRepository) -> None:
    deploy = "from flows.report import report\nreport.deploy('weekly', work_pool_name='etl', image='shop')\n"
    root = make_repository({**FILES, "deploy.py": deploy, "flows/__init__.py": ""})
    new = planned(root, Extra.PREFECT_YAML).new_deployments
    assert new == (NewDeployment("load-orders", "flows/etl.py:load_orders", "etl"),)


def test_flows_of_one_name_have_deployments_of_two(make_repository: MakeRepository) -> None:
    flow = "from prefect import flow\n\n@flow\ndef main(): ...\n"
    root = make_repository({"a/etl.py": flow, "b/etl.py": flow, "c/report.py": flow})
    names = [new.name for new in planned(root, Extra.PREFECT_YAML).new_deployments]
    assert names == ["a-etl-main", "b-etl-main", "report-main"]


@pytest.mark.parametrize("text", ["deployments:\n- {name: mine, entrypoint: 'flows/etl.py:load_orders'}\n"])
def test_a_prefect_yaml_that_declares_deployments_stays(make_repository: MakeRepository, text: str) -> None:
    root = make_repository({**FILES, "prefect.yaml": text})
    assert planned(root, Extra.PREFECT_YAML).new_deployments == ()


def test_another_file_of_that_name_is_not_touched(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "prefect.yaml": "name: shop\n"})
    outcome = applied(root, planned(root, Extra.PREFECT_YAML))
    assert (root / "prefect.yaml").read_text() == "name: shop\n"
    assert [refusal.path for refusal in outcome.refusals] == ["prefect.yaml"]
    assert [left.setting for left in outcome.left] == ["PAGE_SIZE", "REGION"]
    assert "flows/etl.py" in [change.path for change in outcome.changes]


@pytest.mark.parametrize("extras", [(Extra.PREFECT_YAML,), tuple(Extra)])
def test_applied_again_it_changes_nothing(make_repository: MakeRepository, extras: tuple[Extra, ...]) -> None:
    root = make_repository(FILES)
    plan = planned(root, *extras)
    applied(root, plan)
    first = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert preview(root, planned(root, *extras), Confidence.SURE).changes == ()
    assert applied(root, planned(root, *extras)).changes == ()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == first


def test_an_example_of_what_code_reads_holds_no_value(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    applied(root, planned(root, Extra.ENV_EXAMPLE))
    text = (root / ".env.example").read_text()
    assert [line for line in text.splitlines() if not line.startswith("#") and line] == ["PAGE_SIZE=", "REGION="]
    assert "# not secret; runs get it from their work pool\nREGION=\n" in text
    # The code loads it from its block now.
    assert "API_TOKEN" not in text


def test_an_example_that_is_there_stays(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, ".env.example": "REGION=  # of the bucket\n"})
    applied(root, planned(root, Extra.ENV_EXAMPLE))
    assert (root / ".env.example").read_text() == "REGION=  # of the bucket\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ".env\n"),
        ("", ".env\n"),
        ("*.pyc\n", "*.pyc\n.env\n"),
        ("*.pyc", "*.pyc\n.env\n"),
        ("*.pyc\r\n", "*.pyc\r\n.env\r\n"),
        (".envrc\n", ".envrc\n.env\n"),
        ("/.env\n*.pyc\n", "/.env\n*.pyc\n"),
        (".env*\n", ".env*\n"),
    ],
)
def test_the_env_file_is_kept_out_of_git(make_repository: MakeRepository, before: str | None, after: str) -> None:
    root = make_repository(FILES)
    if before is not None:
        (root / ".gitignore").write_bytes(before.encode())
    applied(root, planned(root, Extra.GITIGNORE))
    assert (root / ".gitignore").read_bytes() == after.encode()


MISPLACED = """\
deployments:
  - name: nightly
    entrypoint: flows/etl.py:load_orders
    work_pool:
      name: etl
    job_variables:
      env:
        REGION: "us"
"""


def test_job_variables_that_prefect_ignores_move_on_request(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "prefect.yaml": MISPLACED})
    leave = parse_answers(["REGION=leave", "PAGE_SIZE=leave"])
    applied(root, planned(root, answers=leave))
    assert (root / "prefect.yaml").read_text() == MISPLACED
    applied(root, planned(root, Extra.JOB_VARIABLES, answers=leave))
    (deployment,) = yaml.safe_load((root / "prefect.yaml").read_text())["deployments"]
    assert deployment["work_pool"] == {"name": "etl", "job_variables": {"env": {"REGION": "us"}}}
    assert "job_variables" not in deployment
    assert applied(root, planned(root, Extra.JOB_VARIABLES, answers=leave)).changes == ()


def test_variables_of_settings_join_those_that_move(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "prefect.yaml": MISPLACED})
    answers = parse_answers(["REGION=leave", "PAGE_SIZE=deployment"])
    outcome = applied(root, planned(root, Extra.JOB_VARIABLES, answers=answers))
    assert outcome.left == ()
    (deployment,) = yaml.safe_load((root / "prefect.yaml").read_text())["deployments"]
    assert deployment["work_pool"]["job_variables"] == {"env": {"REGION": "us", "PAGE_SIZE": "50"}}


@pytest.mark.parametrize("value", ['"q7Rw2Lk9"', '"{{ prefect.blocks.secret.token }}"'])
def test_what_may_be_a_secret_is_not_moved_to_where_the_api_shows_it(
    make_repository: MakeRepository, value: str
) -> None:
    text = MISPLACED.replace('REGION: "us"', f"API_TOKEN: {value}")
    root = make_repository({**FILES, "prefect.yaml": text})
    leave = parse_answers(["REGION=leave", "PAGE_SIZE=leave"])
    outcome = applied(root, planned(root, Extra.JOB_VARIABLES, answers=leave))
    assert (root / "prefect.yaml").read_text() == text
    assert [left.setting for left in outcome.left] == ["job_variables of nightly"]


@pytest.mark.server
def test_prefect_deploys_what_is_made(make_repository: MakeRepository, prefect_server: LoopbackServer) -> None:
    root = make_repository(FILES)
    applied(root, planned(root, Extra.PREFECT_YAML, pool=""))
    create_pools(prefect_server, ["made"])
    prefect = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "-n", "load-orders", "--pool", "made"]
    run_command(prefect, folder=root, environment=prefect_server.environment())
    (found,) = (d for d in prefect_server.api.post("/deployments/filter", {}) if d["name"] == "load-orders")
    assert found["entrypoint"] == "flows/etl.py:load_orders"
    assert found["work_pool_name"] == "made"
    steps = [{"prefect.deployments.steps.set_working_directory": {"directory": str(root.resolve())}}]
    assert found["pull_steps"] == steps
