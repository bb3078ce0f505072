"""Every context in which Prefect runs code, on a real server: each sees from blocks what it saw from variables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import preview
from envlift.applying.push import push
from envlift.plan import Confidence, Layer, Plan
from envlift.planning.planner import make_plan
from envlift.policy import Policy, parse_answers
from envlift.proving.loopback import LoopbackServer
from envlift.scanning.repository import scan_repository

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parent.parent

MODULE = """\
import asyncio
import os

from prefect import flow, task

TOKEN = os.environ["SHOP_TOKEN"]
EXTRA_KEY = os.getenv("SHOP_EXTRA_KEY", "")
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
STOCK_TOKEN = "2468013579"
LOGIN = {"user": "etl", "password": "hunter2-q7Rk92mz"}


def helper():
    return os.environ["SHOP_PIN"], HEADERS["Authorization"], STOCK_TOKEN, LOGIN


def without():
    return os.getenv("SHOP_LATER_TOKEN"), EXTRA_KEY, os.getenv("SHOP_OTHER_TOKEN", "")


@task
def part(number):
    return number, os.environ["SHOP_PIN"], TOKEN, STOCK_TOKEN, without()


@task
async def async_part(number):
    return number, os.environ["SHOP_PIN"], TOKEN, LOGIN["password"], without()


@flow
def sync_flow():
    mapped = [future.result() for future in part.map([1, 2])]
    return helper(), without(), part(3), part.submit(4).result(), part.fn(5), mapped, os.environ["SHOP_PIN"]


@flow
async def async_flow():
    in_thread = await asyncio.to_thread(helper)
    submitted = part.submit(1).result()
    return helper(), without(), in_thread, part(2), submitted, await async_part(3), part.fn(4), sync_flow()
"""
HARDCODED = (b"2468013579", b"hunter2-q7Rk92mz")
DOTENV = {"SHOP_TOKEN": "tok-9f8e7d6c5b", "SHOP_PIN": "12345"}


def seen(file: Path, server: LoopbackServer, variables: Mapping[str, str], *, under_a_loop: bool) -> str:
    """What each context saw, a line each."""
    how = ["under-a-loop"] if under_a_loop else []
    run = subprocess.run(
        [sys.executable, ROOT / "tests" / "see_contexts.py", file, *how],
        env={**os.environ, "PREFECT_API_URL": server.api_url, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture
def migrated(tmp_path: Path, prefect_api: LoopbackServer) -> tuple[Plan, bytes]:
    (tmp_path / "flows.py").write_text(MODULE)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in DOTENV.items()))
    plan = make_plan(scan_repository(tmp_path), Policy(), parse_answers([]))
    (change,) = preview(tmp_path, plan, Confidence.REVIEW).changes
    push(tmp_path, plan, Confidence.REVIEW)
    return plan, change.after


@pytest.mark.parametrize("under_a_loop", [False, True], ids=["worker import", "deploy import"])
def test_blocks_give_what_variables_gave(
    migrated: tuple[Plan, bytes], tmp_path: Path, prefect_api: LoopbackServer, *, under_a_loop: bool
) -> None:
    plan, after = migrated
    assert {d.setting: d.layer for d in plan.decisions if d.sensitive} == dict.fromkeys(
        ["SHOP_TOKEN", "SHOP_EXTRA_KEY", "SHOP_PIN", "SHOP_LATER_TOKEN", "SHOP_OTHER_TOKEN", "STOCK_TOKEN", "PASSWORD"],
        Layer.SECRET,
    )
    assert b"environ" not in after
    assert b"getenv" not in after
    assert not any(value in after for value in HARDCODED)
    before_file, after_file = tmp_path / "before.py", tmp_path / "after.py"
    before_file.write_text(MODULE)
    after_file.write_bytes(after)
    before = seen(before_file, prefect_api, DOTENV, under_a_loop=under_a_loop)
    assert seen(after_file, prefect_api, {}, under_a_loop=under_a_loop) == before
    assert before.count("12345") >= len(before.splitlines()) == 5


DEPLOYED = """
prefect-version: 3.0.0
deployments:
  - name: {name}
    entrypoint: flows.py:report
    work_pool: {{name: contexts}}
"""
PARAMETER = (
    MODULE.replace("HEADERS =", 'REGION = "eu"\nHEADERS =')
    + """

@flow
def report(region: str = REGION):
    return region, sync_flow()
"""
)


def deployed(folder: Path, server: LoopbackServer, name: str, variables: Mapping[str, str]) -> object:
    """What the server keeps of a deployment that ``prefect deploy`` makes, without what names and dates it."""
    (folder / "prefect.yaml").write_text(DEPLOYED.format(name=name))
    environment = {**os.environ, "PREFECT_API_URL": server.api_url, **variables}
    run = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "never awaited" not in run.stderr
    (found,) = server.api.post("/deployments/filter", {"deployments": {"name": {"any_": [name]}}})
    return found["parameter_openapi_schema"], found["parameters"], found["job_variables"]


def test_prefect_deploy_imports_the_module_as_before(tmp_path: Path, prefect_api: LoopbackServer) -> None:
    """It does so under an event loop and without the variables; a load at import would lose the defaults."""
    prefect_api.api.post("/work_pools/", {"name": "contexts", "type": "process"})
    (tmp_path / "flows.py").write_text(PARAMETER)
    (tmp_path / "prefect.yaml").write_text(DEPLOYED.format(name="planned"))
    plan = make_plan(scan_repository(tmp_path), Policy(), parse_answers([]))
    before = deployed(tmp_path, prefect_api, "contexts-before", DOTENV)
    for change in preview(tmp_path, plan, Confidence.REVIEW).changes:
        (tmp_path / change.path).write_bytes(change.after)
    assert "os.environ" not in (tmp_path / "flows.py").read_text()
    after = deployed(tmp_path, prefect_api, "contexts-after", {})
    assert after == before
    assert "'default': 'eu'" in repr(after)
    assert all(value not in repr(after) for value in DOTENV.values())
