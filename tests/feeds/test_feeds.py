"""Which feed a secret that must stay a variable has, and why it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from rich.text import Text

from envlift.actions import secrets_to_save
from envlift.applying.apply import apply_plan
from envlift.cli.screen.outcome_view import left_view
from envlift.feeds.pull_step import MODULE
from envlift.plan import Confidence, Decision, Layer, Plan, Target, TargetKind
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy, parse_answers
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = """
    import os
    from prefect import flow
    from shop.client import Client

    CLIENT = Client(os.environ["API_TOKEN"])

    @flow
    def etl():
        CLIENT.fetch()
"""
ENV = "API_TOKEN=q7Rw2Lk9\n"
LOCAL = "pull: [{prefect.deployments.steps.set_working_directory: {directory: /srv/shop}}]\n"
CLONE = """\
pull:
- prefect.deployments.steps.git_clone: {repository: 'https://example.org/shop.git'}
deployments:
"""


def yaml_with(head: str, *deployments: str) -> str:
    head = head if "deployments:" in head else f"{head}deployments:\n"
    return head + "".join(
        f"- {{name: d{i}, entrypoint: 'flows/etl.py:etl'{more}}}\n" for i, more in enumerate(deployments)
    )


def files(**more: str) -> dict[str, str]:
    return {"flows/etl.py": FLOW, "shop/client.py": "", ".env": ENV} | {
        name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py"): text for name, text in more.items()
    }


def planned(root: Path, policy: Policy | None = None) -> tuple[Plan, Decision]:
    inventory = scan_repository(root, keep=False)
    plan = make_plan(inventory, policy or Policy(), Answers(), project=inventory.project)
    return plan, next(d for d in plan.decisions if d.setting == "API_TOKEN" and d.layer is not Layer.LEAVE)


def kinds(decision: Decision) -> list[tuple[TargetKind, str]]:
    return [(target.kind, target.name) for target in decision.targets]


def test_a_known_pool_gives_it_to_its_runs(make_repository: MakeRepository) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(LOCAL, ", work_pool: {name: etl}", ", work_pool: {name: etl}")))
    _, decision = planned(root)
    assert kinds(decision) == [(TargetKind.POOL, "etl")]
    assert decision.confidence is Confidence.SURE
    assert "the work pool etl gives it to every run" in decision.reason


@pytest.mark.parametrize(
    ("pools", "told"),
    [
        (("etl", "etl"), "the work pool etl gives it to every run"),
        (("day", "night"), "the work pools day, night give it to every run"),
        (("a", "b", "c", "d"), "the work pools a, b, c, d give it to every run"),
        (("a", "b", "c", "d", "e"), "the work pools a, b, c and 2 more give it to every run"),
    ],
)
def test_many_pools_are_told_by_the_first(make_repository: MakeRepository, pools: tuple[str, ...], told: str) -> None:
    deployed = "".join(
        f"- {{name: d{n}, entrypoint: flows/etl.py:etl, work_pool: {{name: {pool}}}}}\n" for n, pool in enumerate(pools)
    )
    _, decision = planned(make_repository(files(prefect_yaml=f"{LOCAL}deployments:\n{deployed}")))
    assert [target.name for target in decision.targets] == sorted(set(pools))
    assert told in decision.reason


def test_what_is_open_to_no_deployment_is_told_once(make_repository: MakeRepository) -> None:
    deploy = "from flows.etl import etl\n" + "".join(f"etl.to_deployment('d{n}')\n" for n in range(5))
    _, decision = planned(make_repository(files(deploy_py=deploy, flows____init___py="")))
    assert "it: d0, d1, d2 and 2 more: no work pool is known" in decision.reason
    assert decision.reason.count("no work pool is known") == 1


def test_a_call_whose_pool_is_computed_names_the_block(make_repository: MakeRepository) -> None:
    deploy = "import os\nfrom flows.etl import etl\netl.deploy('d', work_pool_name=os.environ['POOL'], image='shop')\n"
    root = make_repository(files(deploy_py=deploy, flows____init___py=""))
    plan, decision = planned(root)
    assert kinds(decision) == [(TargetKind.CALL, "d")]
    apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    written = (root / "deploy.py").read_text()
    assert '"API_TOKEN": "{{ prefect.blocks.secret.' in written.replace("'", '"')
    assert "q7Rw2Lk9" not in written


@pytest.mark.parametrize("head", [CLONE, LOCAL.replace("[{", "\n- ").replace("}}]", "}")])
def test_pull_steps_set_it_where_no_pool_is_known(make_repository: MakeRepository, head: str) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(head, "")))
    plan, decision = planned(root)
    assert decision.targets == (Target(TargetKind.PREFECT_YAML, "d0", "prefect.yaml", 0, module="environment_step.py"),)
    assert decision.confidence is Confidence.SURE
    applied = apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    assert [change.path for change in applied.changes] == ["environment_step.py", "prefect.yaml"]
    assert (root / "environment_step.py").read_bytes() == MODULE
    assert f'API_TOKEN: "{{{{ prefect.blocks.secret.{decision.block} }}}}"' in (root / "prefect.yaml").read_text()


def test_the_step_stands_where_entrypoints_are_written_from(make_repository: MakeRepository) -> None:
    layout = {f"services/{path}": text for path, text in files(prefect_yaml=yaml_with(CLONE, "")).items()}
    root = make_repository(layout)
    _, decision = planned(root)
    assert [target.module for target in decision.targets] == ["services/environment_step.py"]


def test_applied_again_it_changes_nothing(make_repository: MakeRepository) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(CLONE, "")))
    plan, first = planned(root)
    apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    again, second = planned(root)
    assert apply_plan(root, again, Confidence.SURE, allow_dirty=True).changes == ()
    assert second.targets == first.targets


def test_another_file_of_the_steps_name_stays(make_repository: MakeRepository) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(CLONE, ""), environment_step_py="MINE = 1\n"))
    plan, _ = planned(root)
    applied = apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    assert applied.changes == ()
    assert [left.setting for left in applied.left] == ["API_TOKEN"]
    assert (root / "environment_step.py").read_text() == "MINE = 1\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "no deployment of its flows is known"),
        ({"prefect_yaml": yaml_with("", "")}, "d0: no work pool is known, and it has no pull steps of its own"),
        ({"prefect_yaml": yaml_with("pull: [{shop.steps.fetch: {}}]\n", "")}, "shop.steps.fetch"),
        (
            {"deploy_py": "from flows.etl import etl\nd = etl.to_deployment('d')\n", "flows____init___py": ""},
            "its call names no work pool",
        ),
    ],
)
def test_without_a_feed_the_reason_says_why(make_repository: MakeRepository, more: dict[str, str], words: str) -> None:
    _, decision = planned(make_repository(files(**more)))
    assert decision.targets == ()
    assert decision.confidence is Confidence.BY_HAND
    assert words in decision.reason


SERVING = [
    "from flows.etl import etl\netl.serve('nightly')\n",
    "from prefect import serve\nfrom flows.etl import etl\nserve(etl.to_deployment('nightly', work_pool_name='etl'))\n",
]


@pytest.mark.parametrize("code", SERVING)
@pytest.mark.parametrize("policy", [Policy(), Policy(pool="etl"), Policy(feed=TargetKind.PLATFORM, pool="etl")])
def test_a_serving_process_is_started_with_it_by_a_person(
    make_repository: MakeRepository, code: str, policy: Policy
) -> None:
    root = make_repository(files(serve_py=code, flows____init___py=""))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    plan, decision = planned(root, policy)
    (target,) = decision.targets
    assert (target.kind, target.name, target.path) == (TargetKind.SERVE, "nightly", "serve.py")
    assert decision.confidence is Confidence.REVIEW, "nobody has agreed to start it so"
    assert "the process that serves nightly must be started with it" in decision.reason
    applied = apply_plan(root, plan, Confidence.REVIEW, allow_dirty=True)
    assert (applied.changes, applied.settings, applied.left) == ((), (), ())
    (task,) = applied.tasks
    assert task.setting == "API_TOKEN"
    assert any(isinstance(line, Text) and line.plain.startswith("For you to do (1)") for line in left_view(applied))
    assert decision.block in task.command and task.command.endswith(" serve.py")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert "q7Rw2Lk9" not in f"{plan}{applied.tasks}"
    assert [action.block for action in secrets_to_save((decision,), plan.loading)] == [decision.block]


def test_where_a_pool_feeds_it_too_the_pool_need_not_wait(make_repository: MakeRepository) -> None:
    deployed = yaml_with(LOCAL, ", work_pool: {name: etl}")
    root = make_repository(files(serve_py=SERVING[0], flows____init___py="", prefect_yaml=deployed))
    _, decision = planned(root)
    assert kinds(decision) == [(TargetKind.POOL, "etl"), (TargetKind.SERVE, "nightly")]
    assert decision.confidence is Confidence.SURE


def test_a_served_flow_that_can_load_needs_no_variable(make_repository: MakeRepository) -> None:
    code = "import os\nfrom prefect import flow\n\n@flow\ndef etl():\n    use(os.environ['API_TOKEN'])\n"
    root = make_repository(files(serve_py=SERVING[0], flows____init___py="", flows__etl_py=code))
    plan, decision = planned(root)
    assert (decision.layer, decision.targets, decision.confidence) == (Layer.SECRET, (), Confidence.SURE)
    assert apply_plan(root, plan, Confidence.SURE, allow_dirty=True).tasks == ()


def test_a_hardcoded_secret_does_not_go_before_somebody_gives_the_variable(make_repository: MakeRepository) -> None:
    code = "from fastapi import FastAPI\nfrom prefect import flow\napp = FastAPI()\n\n@flow\ndef etl():\n"
    code += "    api_token = 'sk_live_9aF3kQ7xL2mZ8vT4cW6b'\n    use(api_token)\n"
    root = make_repository(files(serve_py=SERVING[0], flows____init___py="", flows__etl_py=code) | {".env": ""})
    inventory = scan_repository(root, keep=False)
    plan = make_plan(inventory, Policy(), parse_answers(["API_TOKEN=secret_env"]), project=inventory.project)
    applied = apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    assert applied.changes == ()
    assert [left.setting for left in applied.left] == ["API_TOKEN"]


def test_each_deployment_has_its_own_feed(make_repository: MakeRepository) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(CLONE, ", work_pool: {name: etl}", "")))
    _, decision = planned(root)
    assert kinds(decision) == [(TargetKind.POOL, "etl"), (TargetKind.PREFECT_YAML, "d1")]


def test_without_a_value_it_has_its_feed_all_the_same(make_repository: MakeRepository) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(CLONE, ", work_pool: {name: etl}")) | {".env": ""})
    _, decision = planned(root)
    assert decision.source is None
    assert kinds(decision) == [(TargetKind.POOL, "etl")]
    assert decision.confidence is Confidence.REVIEW


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (TargetKind.PREFECT_YAML, [(TargetKind.PREFECT_YAML, "d0")]),
        (TargetKind.PLATFORM, [(TargetKind.PLATFORM, "etl")]),
        (TargetKind.WORKER, [(TargetKind.WORKER, "etl")]),
        (TargetKind.CALL, [(TargetKind.POOL, "etl")]),  # no call makes it: the usual way then
    ],
)
def test_the_policy_goes_first(
    make_repository: MakeRepository, wanted: TargetKind, expected: list[tuple[TargetKind, str]]
) -> None:
    root = make_repository(files(prefect_yaml=yaml_with(CLONE, ", work_pool: {name: etl}")))
    _, decision = planned(root, Policy(feed=wanted))
    assert kinds(decision) == expected


def test_the_pool_of_the_policy_has_what_is_deployed_some_day(make_repository: MakeRepository) -> None:
    _, decision = planned(make_repository(files()), Policy(pool="etl"))
    assert kinds(decision) == [(TargetKind.POOL, "etl")]
