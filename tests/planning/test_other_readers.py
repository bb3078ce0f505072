"""Why a ``.env`` entry stays that no flow reads: by who reads it, as the owner would say it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import SiteKind
from envlift.plan import Confidence, Layer
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = "import os\nfrom prefect import flow\n@flow\ndef etl(): use(os.environ['SHOP_REGION'])\n"
WEB = "services:\n  web:\n    environment:\n      Y: ${X}\n"


def left(root: Path, name: str = "X") -> list[tuple[str, str]]:
    """Rule and reason of each decision on the entries of a name; all leave it, and all are sure."""
    plan = make_plan(scan_repository(root), Policy(), Answers())
    found = [d for d in plan.decisions if any(s.name == name and s.kind is SiteKind.DOTENV_ENTRY for s in d.sites)]
    assert {(d.layer, d.confidence) for d in found} == {(Layer.LEAVE, Confidence.SURE)}
    return [(d.rule, d.reason) for d in found]


@pytest.mark.parametrize(
    ("files", "rule", "reason"),
    [
        ({}, "unread", "nothing here reads it"),
        ({"compose.yaml": WEB}, "compose-only", "only Compose interpolates it for web (compose.yaml:4), as Y"),
        (
            {"Dockerfile": "FROM x\nRUN run $X\n"},
            "dockerfile-only",
            "only the build of an image takes it (Dockerfile:2)",
        ),
        (
            {".github/workflows/ci.yml": "jobs: {a: {steps: [{run: 'echo ${{ secrets.X }}'}]}}\n"},
            "workflow-only",
            "only a GitHub workflow uses it for a (.github/workflows/ci.yml:1)",
        ),
        ({"run.sh": "echo $X\n"}, "shell-only", "only a shell script uses it (run.sh:1)"),
        ({"Makefile": "include .env\nrun:\n\techo $(X)\n"}, "make-only", "only make uses it (Makefile:3)"),
        (
            {"prefect.yaml": "build: [{x: '{{ $X }}'}]\n"},
            "prefect-yaml-only",
            "only Prefect takes it, when it deploys (prefect.yaml:1)",
        ),
        ({"profiles.yml": "a: \"{{ env_var('X') }}\"\n"}, "dbt-only", "only dbt reads it (profiles.yml:1)"),
        (
            {"run.sh": "echo $X\n", "b.sh": "echo $X\n"},
            "shell-only",
            "only a shell script uses it (b.sh:1 and 1 other file)",
        ),
        ({"run.sh": "echo $X\n", "compose.yaml": WEB}, "not-by-python", "used by compose.yaml:4 and 1 other file"),
        ({"api.py": "import os\nos.environ['X']\n"}, "not-by-flows", "by name only by api.py:2, which no flow runs"),
        (
            {"api.py": "import os\nos.environ['X']\n", "compose.yaml": WEB},
            "not-by-flows",
            "read by name only by api.py:2 and compose.yaml:4, which no flow runs",
        ),
        ({"tests/test_a.py": "import os\nos.environ['X']\n"}, "not-by-flows", "read only by tests: tests/test_a.py:2"),
        (
            {"compose.yaml": "services:\n  db:\n    env_file: .env\n"},
            "env-file",
            "nothing here names it; compose.yaml:3 hands the whole file on to db",
        ),
        (
            {"compose.yaml": "services:\n  db:\n    environment: {X: b}\n"},
            "unread",
            "nothing here reads it; compose.yaml:3 sets it too",
        ),
        (
            {"deploy/compose.yaml": "services:\n  db:\n    env_file: .env\n"},
            "env-file",
            "hands the whole file on to db",
        ),
        ({"tests/run.sh": "echo $X\n"}, "shell-only", "only a shell script uses it (tests/run.sh:1)"),
        ({"a/x.sh": "echo $X\n", "x.sh": "echo $X\n"}, "shell-only", "(x.sh:1 and 1 other file)"),
        ({"tests/a.sh": "echo $X\n", "x.sh": "echo $X\n"}, "shell-only", "only a shell script uses it (x.sh:1)"),
        ({"run.sh": "X=1\necho $X '$X' # $X\n"}, "unread", "nothing here reads it"),
    ],
)
def test_the_reason_names_the_reader(
    make_repository: MakeRepository, files: dict[str, str], rule: str, reason: str
) -> None:
    found = left(make_repository({"etl.py": FLOW, ".env": "X=a\n"} | files))
    assert [one[0] for one in found] == [rule]
    assert reason in found[0][1]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("prefect worker start --pool p", "which runs a Prefect worker"),
        ("python jobs/etl.py", "which runs flows (jobs/etl.py)"),
        ("python -m jobs.etl", "which runs flows (jobs.etl)"),
        ("python /app/jobs/etl.py", "which runs flows (/app/jobs/etl.py)"),
    ],
)
def test_a_service_that_runs_flows_is_named(make_repository: MakeRepository, command: str, says: str) -> None:
    compose = f"services:\n  w:\n    command: {command}\n    environment: [X]\n"
    found = left(make_repository({"jobs/etl.py": FLOW, ".env": "X=a\n", "compose.yaml": compose}))
    assert [one[0] for one in found] == ["feeds-flows"]
    assert says in found[0][1]


def test_a_service_that_runs_something_else_is_not(make_repository: MakeRepository) -> None:
    compose = "services:\n  w:\n    command: python web.py\n    environment: [X]\n"
    found = left(make_repository({"jobs/etl.py": FLOW, "web.py": "", ".env": "X=a\n", "compose.yaml": compose}))
    assert [one[0] for one in found] == ["compose-only"]


def test_what_flows_read_can_be_made_from_another_name(make_repository: MakeRepository) -> None:
    compose = "services:\n  w:\n    environment:\n      SHOP_REGION: ${X}\n"
    found = left(make_repository({"etl.py": FLOW, ".env": "X=a\n", "compose.yaml": compose}))
    assert found == [("feeds-flows", "compose.yaml:4 makes SHOP_REGION from it, which flows read")]


def test_an_example_stands_for_the_file_that_is_made_from_it(make_repository: MakeRepository) -> None:
    compose = "services:\n  db:\n    env_file: .env\n"
    root = make_repository(
        {"etl.py": FLOW, ".env.example": "X=a\n", "compose.yaml": compose, "b/.env.example": "X=a\n"}
    )
    assert [one[0] for one in left(root)] == ["env-file", "unread"]


def test_composes_own_settings_have_a_reader(make_repository: MakeRepository) -> None:
    files = {"etl.py": FLOW, ".env": "COMPOSE_PROJECT_NAME=a\n"}
    assert [r for r, _ in left(make_repository(files), "COMPOSE_PROJECT_NAME")] == ["unread"]
    files["compose.yaml"] = "services: {web: {image: '${TAG}'}}\n"
    assert [r for r, _ in left(make_repository(files), "COMPOSE_PROJECT_NAME")] == ["compose-only"]


@pytest.mark.parametrize("value", ["http://prefect:4200/api", "op://shop/prefect/url"])
def test_a_setting_of_prefect_in_a_dotenv_file_is_one(make_repository: MakeRepository, value: str) -> None:
    root = make_repository({"etl.py": FLOW, ".env": f"PREFECT_API_URL={value}\n"})
    plan = make_plan(scan_repository(root), Policy(), Answers())
    assert [d.layer for d in plan.decisions if d.setting == "PREFECT_API_URL"] == [Layer.PREFECT_SETTING]


def test_a_reason_holds_no_value(make_repository: MakeRepository) -> None:
    compose = textwrap.dedent("services:\n  w:\n    environment: {Y: 'plainly-visible-9 ${X}'}\n")
    root = make_repository({"etl.py": FLOW, ".env": "X=plainly-visible-9\n", "compose.yaml": compose})
    assert "plainly-visible-9" not in repr(left(root))


def test_where_names_are_computed_nobody_can_be_sure(make_repository: MakeRepository) -> None:
    flow = FLOW.replace("'SHOP_REGION'", "pick()")
    plan = make_plan(scan_repository(make_repository({"etl.py": flow, ".env": "X=a\n"})), Policy(), Answers())
    (decision,) = (d for d in plan.decisions if d.setting == "X")
    assert (decision.layer, decision.confidence, decision.rule) == (Layer.LEAVE, Confidence.BY_HAND, "computed-name")
    assert "etl.py:4 computes the names it reads" in decision.reason


def test_what_others_read_by_name_a_flow_may_read_by_a_computed_one(make_repository: MakeRepository) -> None:
    flow = FLOW.replace("'SHOP_REGION'", "pick()")
    files = {"etl.py": flow, ".env": "X=a\n", "api/app.py": "import os\nos.environ['X']\n"}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers())
    (decision,) = (d for d in plan.decisions if d.setting == "X" and d.rule == "not-by-flows")
    assert "api/app.py:2" in decision.reason
    assert "etl.py:4 computes the names it reads" in decision.reason


STARTING = "import os, subprocess\nfrom prefect import flow\n@flow\ndef etl(): subprocess.run({}, cwd='jobs')\n"
NIGHTLY = "deployments:\n- {name: nightly, entrypoint: etl.py:etl, work_pool: {name: etl-pool}}\n"
PROFILE = "shop:\n  password: \"{{ env_var('SHOP_PASSWORD') }}\"\n  host: \"{{ env_var('SHOP_HOST') }}\"\n"
SCRIPT = "psql -h $SHOP_HOST -p $SHOP_PASSWORD\n"
VALUES = "SHOP_PASSWORD=Zq8vT3nR6yK1\nSHOP_HOST=db.internal\n"


def decided(root: Path) -> dict[str, tuple[Layer, Confidence, list[str]]]:
    plan = make_plan(scan_repository(root), Policy(), Answers())
    return {
        d.setting: (d.layer, d.confidence, [target.name for target in d.targets]) for d in plan.decisions if d.setting
    }


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("['dbt', 'run']", {"jobs/profiles.yml": PROFILE}),
        ("'dbt deps && dbt run', shell=True", {"jobs/profiles.yml": PROFILE}),
        ("['dbt', 'run'], env={**os.environ, 'DBT_TARGET': 'prod'}", {"jobs/profiles.yml": PROFILE}),
        ("['sh', 'load.sh']", {"jobs/load.sh": SCRIPT}),
        ("['make', 'load']", {"jobs/Makefile": "load:\n\tpsql -h $$SHOP_HOST -p $$SHOP_PASSWORD\n"}),
    ],
)
def test_what_a_flow_starts_gets_the_variables_that_it_reads(
    make_repository: MakeRepository, command: str, files: dict[str, str]
) -> None:
    root = make_repository({"etl.py": STARTING.format(command), "prefect.yaml": NIGHTLY, ".env": VALUES} | files)
    assert decided(root) == {
        "SHOP_PASSWORD": (Layer.SECRET_ENV, Confidence.SURE, ["etl-pool"]),
        "SHOP_HOST": (Layer.POOL_DEFAULT, Confidence.SURE, ["etl-pool"]),
    }


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("['dbt', 'run'], env={'A': 'b'}", {"jobs/profiles.yml": PROFILE}),
        ("['ls', 'dbt']", {"jobs/profiles.yml": PROFILE}),
        ("['sh', 'other.sh']", {"jobs/load.sh": SCRIPT}),
        ("command", {"jobs/load.sh": SCRIPT}),
    ],
)
def test_what_no_flow_is_known_to_start_keeps_its_variables(
    make_repository: MakeRepository, command: str, files: dict[str, str]
) -> None:
    root = make_repository({"etl.py": STARTING.format(command), "prefect.yaml": NIGHTLY, ".env": VALUES} | files)
    assert {layer for layer, _, targets in decided(root).values() if not targets} == {Layer.LEAVE}
    assert not any(targets for *_, targets in decided(root).values())
