"""The feeds on a real server and worker: what a flow sees at import and when it runs, and what the API shows."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import apply_plan
from envlift.applying.push import push
from envlift.plan import Confidence, TargetKind
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.proving.children import child
from envlift.proving.flow_runs import create_pools, run_command
from envlift.proving.loopback import LoopbackServer
from envlift.rendering.process_starts import process_starts
from envlift.scanning.repository import scan_repository

pytestmark = pytest.mark.server
MakeRepository = Callable[[Mapping[str, str]], Path]

# A value that `.get()` would make an int of: a variable must hold the text.
SECRET = "8461937250"
FLOWS = """
    import json
    import os
    from pathlib import Path
    from prefect import flow
    from flows.client import Client

    AT_IMPORT = os.environ["FEEDS_API_TOKEN"]
    CLIENT = Client(AT_IMPORT)

    @flow
    def etl(out: str):
        Path(out).write_text(json.dumps([AT_IMPORT, os.environ["FEEDS_API_TOKEN"]]))
"""
CLIENT = "class Client:\n    def __init__(self, token): ...\n"
DEPLOY = """
    import os
    from flows.etl import etl

    etl.from_source(source=os.getcwd(), entrypoint="flows/etl.py:etl").deploy(
        name="by-call", work_pool_name=os.environ.get("SHOP_POOL", "feeds"), print_next_steps=False
    )
"""
PULLS = """
    deployments:
    - name: local
      entrypoint: flows/etl.py:etl
      pull:
      - prefect.deployments.steps.set_working_directory:
          directory: {root}
    - name: cloned
      entrypoint: flows/etl.py:etl
      pull:
      - prefect.deployments.steps.git_clone:
          repository: file://{root}
          branch: main
    - name: in-pool
      entrypoint: flows/etl.py:etl
      work_pool: {{name: feeds-pool}}
      pull:
      - prefect.deployments.steps.set_working_directory:
          directory: {root}
"""
FED_BY = {
    "local": TargetKind.PREFECT_YAML,
    "cloned": TargetKind.PREFECT_YAML,
    "feeds-pool": TargetKind.POOL,
    "by-call": TargetKind.CALL,
}


SERVE = """
    from flows.etl import etl

    if __name__ == "__main__":
        etl.serve("served", pause_on_shutdown=False)
"""


def commit(root: Path) -> None:
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run([*git, *command], cwd=root, check=True, capture_output=True)


def test_runs_see_a_fed_secret_and_the_api_shows_none(
    make_repository: MakeRepository, prefect_api: LoopbackServer, tmp_path: Path
) -> None:
    root = make_repository({".gitignore": ".env\n"})
    make_repository(
        {
            "flows/etl.py": FLOWS,
            "flows/client.py": CLIENT,
            "flows/__init__.py": "",
            "deploy.py": DEPLOY,
            "prefect.yaml": PULLS.format(root=root),
            ".env": f"FEEDS_API_TOKEN={SECRET}\n",
        }
    )
    inventory = scan_repository(root, keep=False)
    plan = make_plan(inventory, Policy(project="feeds"), Answers())
    (decision,) = (d for d in plan.decisions if d.setting == "FEEDS_API_TOKEN" and d.targets)
    assert {target.name: target.kind for target in decision.targets} == FED_BY
    apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    create_pools(prefect_api, ["feeds", "feeds-pool"])
    push(root, plan, Confidence.SURE)
    (root / ".env").unlink()
    commit(root)

    environment = prefect_api.environment(without=["FEEDS_API_TOKEN"])
    # Whoever deploys needs no secret: the files of flows are only read for their signatures then.
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    without_a_pool = {**environment, "PREFECT_DEFAULT_WORK_POOL_NAME": "feeds"}
    run_command([*prefect, "deploy", "--all"], folder=root, environment=without_a_pool)
    deploying = {**environment, "FEEDS_API_TOKEN": "set by who deploys", "PYTHONPATH": str(root)}
    run_command([sys.executable, "deploy.py"], folder=root, environment=deploying)

    runs = {}
    for deployment in prefect_api.api.post("/deployments/filter", {}):
        if deployment["name"] in {"local", "cloned", "in-pool", "by-call"}:
            out = tmp_path / f"{deployment['name']}.json"
            made = prefect_api.api.post(
                f"/deployments/{deployment['id']}/create_flow_run", {"parameters": {"out": str(out)}}
            )
            runs[made["id"]] = out
    (tmp_path / "worker").mkdir()
    for pool in ("feeds", "feeds-pool"):
        run_command(
            [*prefect, "worker", "start", "--run-once", "--pool", pool],
            folder=tmp_path / "worker",
            environment=environment,
        )
    seen = {out.stem: json.loads(out.read_text()) for out in runs.values() if out.exists()}
    assert seen == {name: [SECRET, SECRET] for name in ("local", "cloned", "in-pool", "by-call")}
    for kind in ("deployments", "work_pools", "flow_runs", "logs"):
        assert SECRET not in json.dumps(prefect_api.api.post(f"/{kind}/filter", {})), kind
    assert all(SECRET not in file.read_text() for file in root.rglob("*") if file.suffix in (".py", ".yaml"))


def test_a_serving_process_started_as_told_hands_the_secret_on(
    make_repository: MakeRepository, prefect_api: LoopbackServer, tmp_path: Path
) -> None:
    code = {"flows/etl.py": FLOWS, "flows/client.py": CLIENT, "flows/__init__.py": "", "serve.py": SERVE}
    root = make_repository({**code, ".env": f"FEEDS_API_TOKEN={SECRET}\n"})
    plan = make_plan(scan_repository(root, keep=False), Policy(project="served"), Answers())
    (task,) = process_starts(plan.decisions)
    assert apply_plan(root, plan, Confidence.REVIEW, allow_dirty=True).changes == ()
    push(root, plan, Confidence.REVIEW)
    (root / ".env").unlink()

    out = tmp_path / "seen.json"
    environment = prefect_api.environment(without=["FEEDS_API_TOKEN"]) | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    command = [sys.executable, *shlex.split(task.command)[1:]]
    with child(command, environment=environment, folder=root, log=tmp_path / "serve.log") as process:
        until = time.monotonic() + 90
        made = False
        while not out.exists() and not process.ended and time.monotonic() < until:
            found = prefect_api.api.post("/deployments/filter", {"deployments": {"name": {"any_": ["served"]}}})
            if found and not made:
                path = f"/deployments/{found[0]['id']}/create_flow_run"
                made = bool(prefect_api.api.post(path, {"parameters": {"out": str(out)}}))
            time.sleep(0.2)
        assert out.exists(), process.log_tail()
    assert json.loads(out.read_text()) == [SECRET, SECRET]
    assert SECRET not in json.dumps(prefect_api.api.post("/flow_runs/filter", {}))
