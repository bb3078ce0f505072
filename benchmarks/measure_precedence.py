"""Which place that sets a variable of a flow run beats which, measured on a server and process worker of some Prefect.

    python benchmarks/measure_precedence.py [VERSION ...] [--environments FOLDER]

Every combination of places gets a variable of its own, and one flow run tells who won each. A run that the same worker
starts after it tells whether a deployment's variables reach another's run. Each version goes into an environment of its
own, which is made where it is missing; the Prefect beside envlift is measured in any case. The output is
docs/precedence.md, and exit code 1 says that envlift's model is of another opinion.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from envlift.errors import EnvliftError
from envlift.feeds.pull_step import MODULE
from envlift.precedence import LEAK, Rung, Worker, order_of, parse_version, winner
from envlift.prefect_yaml import OWN_STEP
from envlift.proving.children import Child, child
from envlift.proving.flow_runs import run_command
from envlift.proving.loopback import LoopbackServer, loopback_server

HEAD = """\
# Who sets a variable last

Measured by `benchmarks/measure_precedence.py`: a process worker and server of each version of Prefect, one flow run,
and a variable for each combination of places. The strongest place comes first. The last column says whether the
variables of one deployment reach the next run of the same worker, where the pool has variables too.

| Prefect | order | combinations | leak |
|---|---|---|---|
"""
# What older versions need beside their own requirements to run with today's packages.
NEEDED = ("fastapi<0.120", "starlette<1", "importlib-metadata", "python-dotenv")

RUNGS = tuple(r for r in Rung if r is not Rung.IMAGE)
POOL, OF_FIRST = "rungs", "RUNG_OF_FIRST"
RUN_SECONDS = 120
COMBINATIONS = [chosen for size in range(1, len(RUNGS) + 1) for chosen in combinations(RUNGS, size)]
FLOWS = """\
import json
import os
from pathlib import Path

from dotenv import load_dotenv
from prefect import flow

load_dotenv(Path(__file__).parent / "plain.env")
load_dotenv(Path(__file__).parent / "over.env", override=True)
for name, value in json.loads(Path(__file__).with_name("default.json").read_text()).items():
    os.environ.setdefault(name, value)


@flow
def etl(out: str):
    seen = {n: v for n, v in os.environ.items() if n.startswith("RUNG_")}
    Path(out + ".part").write_text(json.dumps(seen))
    os.rename(out + ".part", out)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a version of Prefect does.

    Args:
        version: Of Prefect.
        winners: For each of ``COMBINATIONS`` the rung that won it.
        leaks: Whether a deployment's variables reached another's run.
    """

    version: str
    winners: tuple[Rung | None, ...]
    leaks: bool

    @property
    def order(self) -> tuple[Rung, ...]:
        """The rungs, strongest first: by how many pairs each has won."""
        pairs = [won for chosen, won in zip(COMBINATIONS, self.winners, strict=True) if len(chosen) == 2]
        return tuple(sorted(RUNGS, key=lambda rung: -pairs.count(rung)))

    @property
    def consistent(self) -> bool:
        """Whether that order explains every combination."""
        return self.winners == tuple(winner(self.order, chosen) for chosen in COMBINATIONS)

    @property
    def as_modelled(self) -> bool:
        order = order_of(Worker.PROCESS, parse_version(self.version))
        return self.consistent and self.order == order.rungs and self.leaks == (LEAK in order.notes)

    @property
    def row(self) -> str:
        order = " > ".join(rung.value for rung in self.order) if self.consistent else "no order explains what was seen"
        doubt = "" if self.as_modelled else " (envlift says otherwise)"
        return f"| {self.version} | {order}{doubt} | {len(COMBINATIONS)} | {'yes' if self.leaks else 'no'} |"


def given_by(rung: Rung) -> dict[str, str]:
    """The variables that a rung sets: one for each combination that it is in."""
    return {f"RUNG_{number}": rung.value for number, chosen in enumerate(COMBINATIONS) if rung in chosen}


def measure(python: str) -> Measured:
    """Measure the Prefect of an interpreter.

    Raises:
        EnvliftError: Its server does not come up, or a command of it fails.
    """
    with tempfile.TemporaryDirectory(prefix="envlift-precedence-") as folder, loopback_server(python=python) as server:
        root = Path(folder)
        _write_repository(root)
        prefect = [python, "-m", "prefect", "--no-prompt"]
        template = json.loads(
            _run([*prefect, "work-pool", "get-default-base-job-template", "--type", "process"], server)
        )
        template["variables"]["properties"]["env"]["default"] = given_by(Rung.POOL_DEFAULT)
        server.api.post("/work_pools/", {"name": POOL, "type": "process", "base_job_template": template})
        _run([*prefect, "deploy", "--all"], server, folder=root)
        ids = {d["name"]: d["id"] for d in server.api.post("/deployments/filter", {})}
        worker = [*prefect, "worker", "start", "--pool", POOL]
        environment = {**server.environment(), **given_by(Rung.WORKER), "PREFECT_WORKER_QUERY_SECONDS": "1"}
        with child(worker, environment=environment, folder=server.home, log=root / "worker.log") as running:
            for name, variables in (("first", given_by(Rung.FLOW_RUN)), ("second", {})):
                out = root / f"{name}.json"
                body = {"parameters": {"out": str(out)}, "job_variables": {"env": variables}}
                server.api.post(f"/deployments/{ids[name]}/create_flow_run", body)
                _wait_for(out, running)
        seen = json.loads((root / "first.json").read_text())
        winners = tuple(Rung(seen[name]) for name in (f"RUNG_{number}" for number in range(len(COMBINATIONS))))
        leaks = OF_FIRST in json.loads((root / "second.json").read_text())
        return Measured(version_of(python), winners, leaks)


def _write_repository(root: Path) -> None:
    (root / "etl.py").write_text(FLOWS)
    (root / "environment_step.py").write_bytes(MODULE)
    (root / "default.json").write_text(json.dumps(given_by(Rung.DEFAULT)))
    for name, rung in (("plain.env", Rung.DOTENV), ("over.env", Rung.DOTENV_OVERRIDE)):
        (root / name).write_text("".join(f"{n}={v}\n" for n, v in given_by(rung).items()))
    pull = [
        {"prefect.deployments.steps.set_working_directory": {"directory": str(root)}},
        {OWN_STEP: {"variables": given_by(Rung.PULL_STEP)}},
    ]
    deployments = [
        {
            "name": name,
            "entrypoint": "etl.py:etl",
            "work_pool": {"name": POOL, "job_variables": {"env": env}},
            "pull": pull,
        }
        for name, env in (("first", {**given_by(Rung.DEPLOYMENT), OF_FIRST: "x"}), ("second", {}))
    ]
    (root / "prefect.yaml").write_text(json.dumps({"deployments": deployments}))  # which YAML holds, too


def _run(argv: Sequence[str], server: LoopbackServer, *, folder: Path | None = None) -> str:
    return run_command(argv, folder=folder or server.home, environment=server.environment())


def _wait_for(out: Path, worker: Child) -> None:
    until = time.monotonic() + RUN_SECONDS
    while not out.exists():
        if worker.ended or time.monotonic() > until:
            raise EnvliftError(f"no {out.name}; the worker's last words:\n{worker.log_tail()}")
        time.sleep(0.1)


def version_of(python: str) -> str:
    code = "from importlib.metadata import version; print(version('prefect'))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def installed(version: str, environments: Path) -> str:
    """The interpreter of the version's own environment, which is made where it is missing."""
    folder = environments / f"prefect-{version}"
    python = str(folder / "bin" / "python")
    if not folder.exists():
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", f"prefect=={version}", *NEEDED]
        try:
            subprocess.run(pip, check=True, stdout=sys.stderr)
        except BaseException:
            shutil.rmtree(folder)  # half an environment would be taken for a whole one
            raise
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", metavar="VERSION")
    parser.add_argument("--environments", type=Path, help="keeps the environments; default: a temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="envlift-environments-") as temporary:
        folder = (asked.environments or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        pythons = [*(installed(version, folder) for version in asked.versions), sys.executable]
        measured = [measure(python) for python in pythons]
    print(HEAD + "\n".join(found.row for found in measured))
    return 0 if all(found.as_modelled for found in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
