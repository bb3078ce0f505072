"""Which place beats which: as a table for each version, and on a real server and process worker."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path

import pytest

from envlift.feeds.pull_step import MODULE
from envlift.precedence import LEAK, ODDITIES, Rung, Version, Worker, order_of, parse_version, winner
from envlift.prefect_yaml import OWN_STEP
from envlift.proving.flow_runs import create_pools, run_command
from envlift.proving.loopback import LoopbackServer

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("worker", "version", "given", "wins"),
    [
        # today
        (Worker.PROCESS, None, [Rung.POOL_DEFAULT, Rung.DEPLOYMENT, Rung.WORKER, Rung.DOTENV], Rung.DEPLOYMENT),
        (Worker.PROCESS, None, [Rung.POOL_DEFAULT, Rung.WORKER, Rung.DEFAULT], Rung.POOL_DEFAULT),
        (Worker.DOCKER, None, [Rung.POOL_DEFAULT, Rung.FLOW_RUN, Rung.IMAGE], Rung.FLOW_RUN),
        (Worker.KUBERNETES, None, [Rung.IMAGE, Rung.DOTENV], Rung.IMAGE),
        (Worker.PROCESS, None, [Rung.DOTENV, Rung.DEFAULT], Rung.DOTENV),
        (Worker.PROCESS, None, [Rung.DOTENV_OVERRIDE, Rung.FLOW_RUN], Rung.DOTENV_OVERRIDE),
        (Worker.DOCKER, None, [Rung.PULL_STEP, Rung.POOL_DEFAULT], Rung.POOL_DEFAULT),
        (Worker.PROCESS, None, [Rung.PULL_STEP, Rung.WORKER], Rung.WORKER),
        (Worker.KUBERNETES, None, [Rung.PULL_STEP, Rung.DOTENV, Rung.DEFAULT], Rung.PULL_STEP),
        # the default of the pool beat all at first
        (Worker.PROCESS, (3, 0, 11), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.POOL_DEFAULT),
        (Worker.DOCKER, (3, 1, 2), [Rung.POOL_DEFAULT, Rung.FLOW_RUN], Rung.POOL_DEFAULT),
        (Worker.PROCESS, (3, 1, 4), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        (Worker.PROCESS, (2, 20, 27), [Rung.POOL_DEFAULT, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        # the environment of process workers beat all for a while
        (Worker.PROCESS, (3, 4, 25), [Rung.WORKER, Rung.FLOW_RUN, Rung.POOL_DEFAULT], Rung.WORKER),
        (Worker.PROCESS, (3, 6, 26), [Rung.WORKER, Rung.DEPLOYMENT], Rung.WORKER),
        (Worker.PROCESS, (3, 6, 29), [Rung.WORKER, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        (Worker.DOCKER, (3, 4, 25), [Rung.IMAGE, Rung.DEPLOYMENT], Rung.DEPLOYMENT),
        # never
        (Worker.PROCESS, None, [Rung.IMAGE], None),
        (Worker.DOCKER, None, [Rung.WORKER], None),
        (Worker.DOCKER, None, [], None),
    ],
)
def test_what_wins(worker: Worker, version: Version | None, given: list[Rung], wins: Rung | None) -> None:
    assert winner(order_of(worker, version).rungs, given) is wins


@pytest.mark.parametrize("worker", Worker)
@pytest.mark.parametrize("version", [None, (2, 20, 27), (3, 0, 11), (3, 4, 25), (3, 8, 8)])
def test_an_order_holds_each_rung_once(worker: Worker, version: Version | None) -> None:
    rungs = order_of(worker, version).rungs
    assert len(rungs) == len(set(rungs)) == len(Rung) - 1  # a worker's environment or an image
    assert rungs[0] is Rung.DOTENV_OVERRIDE
    assert rungs[-3:] == (Rung.PULL_STEP, Rung.DOTENV, Rung.DEFAULT)


def test_what_is_odd_is_said() -> None:
    assert order_of(Worker.PROCESS, (3, 0, 11)).notes == (ODDITIES[0].note,)
    assert order_of(Worker.PROCESS, (3, 4, 25)).notes == (ODDITIES[1].note, LEAK)
    assert order_of(Worker.DOCKER, (3, 5)).notes == (LEAK,)
    assert order_of(Worker.PROCESS, (3, 8, 8)).notes == order_of(Worker.PROCESS, None).notes == ()


@pytest.mark.parametrize(
    ("written", "version"),
    [("3.4.25", (3, 4, 25)), ("3", (3,)), ("3.x", None), ("", None), ("v3", None), ("3..1", None), ("³", None)],
)
def test_a_version_as_it_is_written(written: str, version: Version | None) -> None:
    assert parse_version(written) == version


# ---- on a real worker -----------------------------------------------------------------------------------------------

SETTERS = [r for r in order_of(Worker.PROCESS, None).rungs if r is not Rung.DEFAULT]
COMBINATIONS = [chosen for size in range(1, len(SETTERS) + 1) for chosen in combinations(SETTERS, size)]
FLOWS = """
    import json
    import os
    from pathlib import Path
    from dotenv import load_dotenv
    from prefect import flow

    load_dotenv(Path(__file__).parent / "plain.env")
    load_dotenv(Path(__file__).parent / "over.env", override=True)

    @flow
    def etl(out: str):
        Path(out).write_text(json.dumps({n: v for n, v in os.environ.items() if n.startswith("RUNG_")}))
"""


def given_by(rung: Rung) -> dict[str, str]:
    """The variables that a rung sets: one for each combination that it is in."""
    return {f"RUNG_{number}": rung.value for number, chosen in enumerate(COMBINATIONS) if rung in chosen}


@pytest.mark.server
def test_a_process_worker_does_so(make_repository: MakeRepository, prefect_api: LoopbackServer, tmp_path: Path) -> None:
    root = make_repository({"etl.py": FLOWS})
    (root / "environment_step.py").write_bytes(MODULE)
    for name, rung in (("plain.env", Rung.DOTENV), ("over.env", Rung.DOTENV_OVERRIDE)):
        (root / name).write_text("".join(f"{n}={v}\n" for n, v in given_by(rung).items()))
    document = {
        "deployments": [
            {
                "name": "rungs",
                "entrypoint": "etl.py:etl",
                "work_pool": {"name": "rungs", "job_variables": {"env": given_by(Rung.DEPLOYMENT)}},
                "pull": [
                    {"prefect.deployments.steps.set_working_directory": {"directory": str(root)}},
                    {OWN_STEP: {"variables": given_by(Rung.PULL_STEP)}},
                ],
            }
        ]
    }
    (root / "prefect.yaml").write_text(json.dumps(document))  # which YAML holds, too
    create_pools(prefect_api, ["rungs"])
    template = prefect_api.api.get("/work_pools/rungs")["base_job_template"]
    template["variables"]["properties"]["env"]["default"] = given_by(Rung.POOL_DEFAULT)
    (tmp_path / "rungs.json").write_text(json.dumps(template))

    environment = prefect_api.environment()
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    update = ["work-pool", "update", "rungs", "--base-job-template", str(tmp_path / "rungs.json")]
    run_command([*prefect, *update], folder=root, environment=environment)
    run_command([*prefect, "deploy", "--all"], folder=root, environment=environment)
    (deployment,) = [d for d in prefect_api.api.post("/deployments/filter", {}) if d["name"] == "rungs"]
    out = tmp_path / "seen.json"
    body = {"parameters": {"out": str(out)}, "job_variables": {"env": given_by(Rung.FLOW_RUN)}}
    prefect_api.api.post(f"/deployments/{deployment['id']}/create_flow_run", body)
    run_command(
        [*prefect, "worker", "start", "--run-once", "--pool", "rungs"],
        folder=root,
        environment={**environment, **given_by(Rung.WORKER)},
    )
    order = order_of(Worker.PROCESS, None).rungs
    wins = {f"RUNG_{number}": winner(order, chosen) for number, chosen in enumerate(COMBINATIONS)}
    assert json.loads(out.read_text()) == {name: rung.value for name, rung in wins.items() if rung is not None}
