"""Files of several environments find their deployments by name, pool or tag, or somebody is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.actions import deployment_actions
from envlift.plan import Confidence, Layer, Plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = "import os\nfrom prefect import flow\n@flow\ndef etl():\n    return os.environ['REGION']\n"
FILES = {"etl.py": FLOW, ".env.prod": "REGION=north\n", ".env.dev": "REGION=lab\n", ".env.example": "REGION=\n"}


def cloning(branch: str) -> str:
    return f"pull: [{{prefect.deployments.steps.git_clone: {{repository: r, branch: {branch}}}}}]"


def planned(
    make_repository: MakeRepository, *deployments: str, policy: Policy | None = None, above: str = "", **files: str
) -> Plan:
    items = "".join(f"  - {{entrypoint: 'etl.py:etl', {text}}}\n" for text in deployments)
    root = make_repository({**FILES, **files, "prefect.yaml": f"{above}deployments:\n{items}"})
    return make_plan(scan_repository(root), policy or Policy(), Answers({}))


@pytest.mark.parametrize(
    ("prod", "dev"),
    [
        ("name: etl-prod, work_pool: {name: p}", "name: etl-dev, work_pool: {name: p}"),
        ("name: Production ETL, work_pool: {name: p}", "name: Development ETL, work_pool: {name: p}"),
        ("name: a, work_pool: {name: prod-pool}", "name: b, work_pool: {name: dev-pool}"),
        ("name: a, tags: [prod, etl], work_pool: {name: p}", "name: b, tags: [dev], work_pool: {name: p}"),
        ("name: etl-prod, work_pool: {name: dev-pool}", "name: etl-dev, work_pool: {name: dev-pool}"),
        (
            f"name: a, work_pool: {{name: p}}, {cloning('release/prod')}",
            f"name: b, work_pool: {{name: p}}, {cloning('dev')}",
        ),
    ],
)
def test_each_deployment_gets_the_value_of_its_environment(
    make_repository: MakeRepository, prod: str, dev: str
) -> None:
    plan = planned(make_repository, prod, dev)
    assert plan.questions == ()
    decisions = [d for d in plan.decisions if d.setting == "REGION"]
    assert {(d.layer, d.confidence) for d in decisions} == {(Layer.DEPLOYMENT, Confidence.REVIEW)}
    given = {action.target.index: action.source.path for action in deployment_actions(tuple(decisions))}
    assert given == {0: ".env.prod", 1: ".env.dev"}
    sites = [(site.path, site.span) for d in decisions for site in d.sites]
    assert len(sites) == len(set(sites)) == 4


@pytest.mark.parametrize(
    "deployments",
    [
        ("name: nightly, work_pool: {name: p}",),
        ("name: etl-prod, work_pool: {name: p}", "name: nightly, work_pool: {name: p}"),
        ("name: prod-to-dev, work_pool: {name: p}", "name: etl-dev, work_pool: {name: p}"),
        ("name: producer, work_pool: {name: p}", "name: devices, work_pool: {name: p}"),
    ],
)
def test_what_no_name_tells_is_asked(make_repository: MakeRepository, deployments: tuple[str, ...]) -> None:
    plan = planned(make_repository, *deployments)
    assert ["different values" in q.text for q in plan.questions] == [True]
    assert deployment_actions(plan.decisions) == ()


def test_the_branch_that_all_deployments_of_a_file_share_tells_their_environment(
    make_repository: MakeRepository,
) -> None:
    plan = planned(make_repository, "name: a, work_pool: {name: p}", above=f"{cloning('prod')}\n")
    (action,) = deployment_actions(plan.decisions)
    assert action.source.path == ".env.prod"


NIGHTLY = ("name: nightly, work_pool: {name: live}", "name: trial, work_pool: {name: lab}")


@pytest.mark.parametrize("told", [{"prod": ("nightly",), "dev": ("tri*",)}, {"prod": ("live",), "dev": ("lab",)}])
def test_the_policy_tells_what_no_name_does(make_repository: MakeRepository, told: dict[str, tuple[str, ...]]) -> None:
    plan = planned(make_repository, *NIGHTLY, policy=Policy(environments=told))
    assert plan.questions == ()
    given = {action.target.index: action.source.path for action in deployment_actions(plan.decisions)}
    assert given == {0: ".env.prod", 1: ".env.dev"}


def test_the_policy_beats_a_name(make_repository: MakeRepository) -> None:
    prod, dev = "name: etl-prod, work_pool: {name: p}", "name: etl-dev, work_pool: {name: p}"
    swapped = Policy(environments={"prod": ("etl-dev",), "dev": ("etl-prod",)})
    plan = planned(make_repository, prod, dev, policy=swapped)
    given = {action.target.index: action.source.path for action in deployment_actions(plan.decisions)}
    assert given == {0: ".env.dev", 1: ".env.prod"}


@pytest.mark.parametrize("told", [{"prod": ("nightly",)}, {"prod": ("nightly",), "staging": ("trial",)}])
def test_what_the_policy_leaves_open_is_asked(
    make_repository: MakeRepository, told: dict[str, tuple[str, ...]]
) -> None:
    plan = planned(make_repository, *NIGHTLY, policy=Policy(environments=told))
    assert [q.setting for q in plan.questions] == ["REGION"]
    assert "[tool.envlift.environments]" in plan.questions[0].text


def test_secrets_of_several_environments_are_asked_about(make_repository: MakeRepository) -> None:
    flow = FLOW.replace("REGION", "SHOP_TOKEN")
    files = {"etl.py": flow, ".env.prod": "SHOP_TOKEN=k9Xw2Lq7Zt\n", ".env.dev": "SHOP_TOKEN=b7Rm4Kd9Wq\n"}
    plan = planned(
        make_repository, "name: etl-prod, work_pool: {name: p}", "name: etl-dev, work_pool: {name: p}", **files
    )
    assert [q.setting for q in plan.questions] == ["SHOP_TOKEN"]


# ---- a file for all beside those of environments, and what only some of them have -----------------------------------

BOTH = ("name: etl-prod, work_pool: {name: p}", "name: etl-dev, work_pool: {name: p}")


def placed(plan: Plan) -> list[tuple[str, str, str, str]]:
    """``(layer, confidence, file of the value, targets)`` of each decision on REGION."""
    return sorted(
        (d.layer.value, d.confidence.label, d.source.path, " ".join(target.name for target in d.targets))
        for d in plan.decisions
        if d.setting == "REGION" and d.source is not None
    )


def test_what_all_environments_share_goes_to_the_pool_once(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *BOTH, **{".env.dev": "REGION=north\n"})
    assert placed(plan) == [("pool_default", "sure", ".env.dev", "p")]


def test_what_one_environment_has_is_given_to_no_other(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *BOTH, **{".env.dev": "OTHER=1\n"})
    assert placed(plan) == [("deployment", "review", ".env.prod", "etl-prod")]


def test_the_file_for_all_serves_the_environments_that_have_no_value(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *BOTH, **{".env.dev": "OTHER=1\n", ".env": "REGION=base\n"})
    assert placed(plan) == [
        ("deployment", "review", ".env", "etl-dev"),
        ("deployment", "review", ".env.prod", "etl-prod"),
    ]


@pytest.mark.parametrize("dev", ["REGION=north\n", "OTHER=1\n"])
def test_the_file_for_all_is_enough_where_no_other_says_otherwise(make_repository: MakeRepository, dev: str) -> None:
    plan = planned(make_repository, *BOTH, **{".env.dev": dev, ".env": "REGION=north\n"})
    assert placed(plan) == [("pool_default", "sure", ".env", "p")]


def test_a_person_looks_where_no_name_tells_who_gets_the_other_value(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *NIGHTLY, **{".env": "REGION=base\n"})
    assert {(layer, confidence, file) for layer, confidence, file, _ in placed(plan)} == {
        ("pool_default", "review", ".env")
    }
    assert any("has another value" in d.reason for d in plan.decisions)


def test_a_person_looks_where_only_one_environment_has_a_value(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *NIGHTLY, **{".env.dev": "OTHER=1\n"})
    assert {(layer, confidence, file) for layer, confidence, file, _ in placed(plan)} == {
        ("pool_default", "review", ".env.prod")
    }
    assert any("the file of dev does not" in d.reason for d in plan.decisions)


def test_a_file_for_tests_says_nothing_beside_one_for_all(make_repository: MakeRepository) -> None:
    files = {".env.prod": "OTHER=1\n", ".env.dev": "OTHER=2\n", ".env.test": "REGION=t\n", ".env": "REGION=base\n"}
    assert placed(planned(make_repository, *BOTH, **files)) == [("pool_default", "sure", ".env", "p")]


def test_files_of_another_folder_are_of_no_environment_here(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, *BOTH, **{"web/.env.staging": "OTHER=1\n"})
    assert [row[2:] for row in placed(plan)] == [(".env.dev", "etl-dev"), (".env.prod", "etl-prod")]


def test_a_secret_that_one_environment_has_keeps_its_one_block(make_repository: MakeRepository) -> None:
    flow = FLOW.replace("REGION", "SHOP_TOKEN")
    files = {"etl.py": flow, ".env.prod": "SHOP_TOKEN=k9Xw2Lq7Zt\n", ".env.dev": "OTHER=1\n"}
    (decision,) = (d for d in planned(make_repository, *BOTH, **files).decisions if d.setting == "SHOP_TOKEN")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.REVIEW)
    assert decision.source is not None and decision.source.path == ".env.prod"


def test_a_name_that_tells_its_environment_is_missed_in_no_other(make_repository: MakeRepository) -> None:
    flow = FLOW.replace("REGION", "PROD_REGION")
    plan = planned(make_repository, *NIGHTLY, **{"etl.py": flow, ".env.prod": "PROD_REGION=north\n"})
    assert [d.confidence for d in plan.decisions if d.setting == "PROD_REGION"] == [Confidence.SURE]


MONOREPO = {
    "north/etl.py": FLOW,
    "south/etl.py": FLOW,
    "north/.env": "REGION=north\n",
    "south/.env": "REGION=south\n",
    "north/prefect.yaml": "deployments: [{name: up, entrypoint: 'etl.py:etl', work_pool: {name: p}}]\n",
    "south/prefect.yaml": "deployments: [{name: down, entrypoint: 'etl.py:etl', work_pool: {name: p}}]\n",
}
SHARED = "import os\ndef region():\n    return os.environ['REGION']\n"
SHARING = "from prefect import flow\nfrom lib.place import region\n@flow\ndef etl():\n    return region()\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {"up": "north/.env", "down": "south/.env"}),
        ({"south/.env": "OTHER=1\n", ".env": "REGION=all\n"}, {"up": "north/.env", "down": ".env"}),
        (
            {"lib/__init__.py": "", "lib/place.py": SHARED, "north/etl.py": SHARING, "south/etl.py": SHARING},
            {"up": "north/.env", "down": "south/.env"},
        ),
    ],
)
def test_each_deployment_gets_the_value_of_the_folder_of_its_code(
    make_repository: MakeRepository, files: dict[str, str], expected: dict[str, str]
) -> None:
    plan = make_plan(scan_repository(make_repository(MONOREPO | files)), Policy(), Answers({}))
    actions = deployment_actions(tuple(d for d in plan.decisions if d.setting == "REGION"))
    assert {action.target.name: action.source.path for action in actions} == expected


def test_folders_with_one_value_share_the_pool_default(make_repository: MakeRepository) -> None:
    files = MONOREPO | {"south/.env": MONOREPO["north/.env"]}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    (decision,) = (d for d in plan.decisions if d.setting == "REGION")
    assert (decision.layer, decision.confidence) == (Layer.POOL_DEFAULT, Confidence.SURE)


def test_secrets_of_several_folders_are_asked_about(make_repository: MakeRepository) -> None:
    files = {path: text.replace("REGION", "DB_PASSWORD") for path, text in MONOREPO.items()}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    (decision,) = (d for d in plan.decisions if d.setting == "DB_PASSWORD")
    assert (decision.confidence, decision.source) == (Confidence.REVIEW, None)
    assert [question.setting for question in plan.questions] == ["DB_PASSWORD"]


def test_a_person_looks_where_files_beside_the_code_do_not_agree(make_repository: MakeRepository) -> None:
    files = {"etl.py": FLOW, "docker/.env": "REGION=a\n", "conf/.env": "REGION=b\n"}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    (decision,) = (d for d in plan.decisions if d.setting == "REGION")
    assert decision.confidence is Confidence.REVIEW
    assert "docker/.env:1 has another value for it" in decision.reason


def test_two_files_of_one_environment_that_do_not_agree_are_asked_about(make_repository: MakeRepository) -> None:
    files = {".env.prod": "", ".env.dev": "", "a/.env.prod": "REGION=north\n", "b/.env.prod": "REGION=south\n"}
    plan = planned(make_repository, *BOTH, **files)
    assert [question.setting for question in plan.questions] == ["REGION"]
    plan = planned(make_repository, *BOTH, **{**files, ".env": "REGION=base\n"})
    assert [row[:3] for row in placed(plan)] == [("pool_default", "review", ".env")]
