"""Every context in which Prefect runs code, on a real server: each sees from blocks what it saw from variables."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import types
import warnings
from collections.abc import Callable, Mapping
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
CONTEXTS: Mapping[str, Callable[[types.ModuleType], object]] = {
    "helper": lambda module: module.helper(),
    "helper under a loop": lambda module: asyncio.run(_in_coroutine(module.helper)),
    "sync flow": lambda module: module.sync_flow(),
    "sync flow under a loop": lambda module: asyncio.run(_in_coroutine(module.sync_flow)),
    "async flow": lambda module: asyncio.run(module.async_flow()),
}


async def _in_coroutine(function: Callable[[], object]) -> object:
    return function()


def imported(source: bytes, *, under_a_loop: bool) -> types.ModuleType:
    """The module, as a worker imports it or, under an event loop, as ``prefect deploy`` does."""
    module = types.ModuleType("shop_flows")

    def run() -> None:
        exec(compile(source, "shop_flows.py", "exec"), module.__dict__)  # noqa: S102 - of this test

    sys.modules["shop_flows"] = module
    if under_a_loop:
        asyncio.run(_in_coroutine(run))
    else:
        run()
    return module


def seen(source: bytes, *, under_a_loop: bool) -> dict[str, object]:
    module = imported(source, under_a_loop=under_a_loop)
    return {name: run(module) for name, run in CONTEXTS.items()}


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
    migrated: tuple[Plan, bytes], monkeypatch: pytest.MonkeyPatch, *, under_a_loop: bool
) -> None:
    plan, after = migrated
    assert {d.setting: d.layer for d in plan.decisions if d.sensitive} == dict.fromkeys(
        ["SHOP_TOKEN", "SHOP_EXTRA_KEY", "SHOP_PIN", "SHOP_LATER_TOKEN", "SHOP_OTHER_TOKEN", "STOCK_TOKEN", "PASSWORD"],
        Layer.SECRET,
    )
    assert b"environ" not in after
    assert b"getenv" not in after
    assert not any(value in after for value in HARDCODED)
    with warnings.catch_warnings():
        # Prefect's own engine leaves a coroutine behind where a sync flow runs below a coroutine.
        warnings.simplefilter("ignore")
        for name, value in DOTENV.items():
            monkeypatch.setenv(name, value)
        before = seen(MODULE.encode(), under_a_loop=under_a_loop)
        for name in DOTENV:
            monkeypatch.delenv(name)
        assert seen(after, under_a_loop=under_a_loop) == before
    assert "12345" in repr(before)


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
