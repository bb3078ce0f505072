"""A repository deployed to a throw-away server, and each of its deployments run once by a real process worker."""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.proving.children import Child, child, end_by_id
from envlift.proving.loopback import LoopbackServer, child_environment
from envlift.proving.records import Recording, Records, read_records

COMMAND_SECONDS = 180.0
RUN_SECONDS = 300.0
LOG_LINES = 30
LOG_SECONDS = 3.0
MASK = "********"
TERMINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What is run.

    Args:
        repository: Its folder: a copy, for the code in it runs.
        pools: Names of the process work pools that its deployments name.
        scripts: Python files, relative to the repository, that deploy it; empty: ``prefect deploy --all``.
        folders: Folders with a prefect.yaml, relative to the repository, in which to deploy.
        parameters: ``flow/deployment`` to the parameters of its run, where defaults do not do.
        only: The deployments to run; empty: all.
        hidden: Values that must not appear in an error.
        set_up: The program that makes what the flows expect of a server, absolute or relative to the repository; empty
            where they expect nothing.
        blocks: Secret blocks that the code loads before any migration, each with the place that does.
    """

    repository: Path
    pools: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    folders: tuple[str, ...] = (".",)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    hidden: tuple[Concealed, ...] = ()
    set_up: str = ""
    blocks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that the server knows: its id, and ``flow/deployment``."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FlowRun:
    """One finished flow run: ``flow/deployment``, its state's type and name."""

    deployment: str
    id: str
    state_type: str
    state_name: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What one side of a proof gave: a flow run for each deployment, and what they saw."""

    runs: tuple[FlowRun, ...]
    records: Records


def create_pools(server: LoopbackServer, pools: Sequence[str]) -> None:
    """Create process work pools that are not there, with the default base job template that push merges into.

    Raises:
        EnvliftError: Prefect refuses a name.
    """
    known = {pool["name"] for pool in server.api.post("/work_pools/filter", {})}
    for pool in sorted(set(pools) - known):
        template = json.loads(_process_template())
        server.api.post("/work_pools/", {"name": pool, "type": "process", "base_job_template": template})


@functools.cache
def _process_template() -> str:
    """What ``prefect work-pool create`` would send: that of the worker's class, which takes more than the server's."""
    argv = [sys.executable, "-m", "prefect", "work-pool", "get-default-base-job-template", "--type", "process"]
    with tempfile.TemporaryDirectory(prefix="envlift-template-", ignore_cleanup_errors=True) as home:
        file = Path(home) / "template.json"
        run_command([*argv, "--file", str(file)], folder=Path(home), environment=child_environment(Path(home)))
        return file.read_text(encoding="utf-8")


def set_up(server: LoopbackServer, subject: Subject) -> None:
    """Run the repository's own program that makes blocks and the like, with the variables of the caller's shell.

    Raises:
        EnvliftError: It fails.
    """
    if subject.set_up:
        argv = [sys.executable, str(subject.repository / subject.set_up)]
        run_command(argv, folder=subject.repository, environment=server.environment(), hidden=subject.hidden)


def secret_blocks(server: LoopbackServer, names: Collection[str]) -> Mapping[str, Concealed]:
    """The Secret blocks of these names that the server has; their values only to be hidden."""
    asked = {"block_documents": {"name": {"any_": sorted(names)}}, "include_secrets": True}
    found = server.api.post("/block_documents/filter", asked) if names else []
    return {b["name"]: Concealed(str(b["data"]["value"])) for b in found if b["block_type"]["slug"] == "secret"}


def deploy(server: LoopbackServer, subject: Subject, *, without: Sequence[str] = ()) -> tuple[Deployment, ...]:
    """Deploy the repository as its authors do.

    Raises:
        EnvliftError: A deploy command fails, or there is no deployment afterwards.
    """
    environment = server.environment(without=without)
    python = [sys.executable]
    commands = [([*python, script], subject.repository) for script in subject.scripts] or [
        ([*python, "-m", "prefect", "--no-prompt", "deploy", "--all"], subject.repository / folder)
        for folder in subject.folders
    ]
    for argv, folder in commands:
        run_command(argv, folder=folder, environment=environment, hidden=subject.hidden)
    found = deployments(server, subject.pools)
    if not found:
        raise EnvliftError(
            f"{subject.repository.name}: deploying made no deployment",
            hint="Name the script that deploys it, or the folder with its prefect.yaml.",
        )
    return found


def deployments(server: LoopbackServer, pools: Sequence[str]) -> tuple[Deployment, ...]:
    """Every deployment on the server whose runs these work pools take, by name."""
    flows = {flow["id"]: flow["name"] for flow in server.api.post("/flows/filter", {})}
    found = [item for item in server.api.post("/deployments/filter", {}) if item["work_pool_name"] in pools]
    named = [Deployment(item["id"], f"{flows[item['flow_id']]}/{item['name']}") for item in found]
    return tuple(sorted(named, key=lambda deployment: deployment.name))


def observe(
    server: LoopbackServer,
    subject: Subject,
    recording: Recording,
    *,
    without: Sequence[str] = (),
    run_seconds: float = RUN_SECONDS,
) -> Observed:
    """Run each deployment once on process workers, one after the other, and say what they saw.

    Args:
        without: Variables of our own environment that the workers must not see.
        run_seconds: How long one flow run may take.

    Raises:
        EnvliftError: A flow run does not complete; with its state and the end of its log, masked.
    """
    folder = server.home / f"records-{time.monotonic_ns()}"
    folder.mkdir()
    ids: dict[str, str] = {}
    runs = []
    with _ending_leftovers(folder), contextlib.ExitStack() as stack:
        environment = recording.environment(folder, subject.repository, server.environment(without=without))
        workers = [stack.enter_context(_worker(server, pool, environment)) for pool in subject.pools]
        for deployment in _chosen(deployments(server, subject.pools), subject.only):
            body = {"parameters": dict(subject.parameters.get(deployment.name, {})), "state": {"type": "SCHEDULED"}}
            created = server.api.post(f"/deployments/{deployment.id}/create_flow_run", body)
            ids[created["id"]] = deployment.name
            runs.append(_Waiting(server, deployment, created["id"], tuple(workers), subject).finish(run_seconds))
    return Observed(tuple(runs), read_records(folder, ids))


def _chosen(found: Sequence[Deployment], only: Sequence[str]) -> list[Deployment]:
    unknown = sorted(set(only) - {deployment.name for deployment in found})
    if unknown:
        raise EnvliftError(
            f"no deployment is called {', '.join(unknown)}",
            hint=f"The deployments are {', '.join(deployment.name for deployment in found)}.",
            exit_code=ExitCode.USAGE,
        )
    return [deployment for deployment in found if not only or deployment.name in only]


@contextlib.contextmanager
def _worker(server: LoopbackServer, pool: str, environment: Mapping[str, str]) -> Iterator[Child]:
    folder = server.home / f"worker-{time.monotonic_ns()}"  # not the repository: a worker elsewhere is the usual case
    folder.mkdir()
    argv = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
    quick = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_PREFETCH_SECONDS": "10"}
    with child(
        [*argv, "--install-policy", "never"],
        environment={**environment, **quick},
        folder=folder,
        log=server.home / f"{folder.name}.log",
    ) as worker:
        yield worker


@contextlib.contextmanager
def _ending_leftovers(folder: Path) -> Iterator[None]:
    # Workers start flow runs in sessions of their own, so ending a worker can leave its runs behind.
    try:
        yield
    finally:
        for _, pid in read_records(folder, {}).processes:
            end_by_id(pid, str(folder))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A flow run that was asked for, and all that can say how it went."""

    server: LoopbackServer
    deployment: Deployment
    run: str
    workers: tuple[Child, ...]
    subject: Subject

    def finish(self, seconds: float) -> FlowRun:
        """Wait for its terminal state; raises EnvliftError when that is not COMPLETED."""
        until = time.monotonic() + seconds
        while True:
            state = self.server.api.get(f"/flow_runs/{self.run}")["state"]
            if state["type"] == "COMPLETED":
                return FlowRun(self.deployment.name, self.run, state["type"], state["name"])
            if state["type"] in TERMINAL:
                raise self._trouble(f"the flow run ended as {state['name']}: {state['message'] or ''}")
            if any(worker.ended for worker in self.workers):
                raise self._trouble("a worker ended")
            if time.monotonic() > until:
                raise self._trouble(f"still {state['name']} after {seconds:.0f} s")
            time.sleep(0.2)

    def _trouble(self, what: str) -> EnvliftError:
        time.sleep(LOG_SECONDS)  # the process sends its last lines as it ends, after its state
        chosen = {"logs": {"flow_run_id": {"any_": [self.run]}}, "sort": "TIMESTAMP_DESC", "limit": LOG_LINES}
        lines = [entry["message"] for entry in reversed(self.server.api.post("/logs/filter", chosen))]
        # A process that dies early sends no log: the worker has then seen why.
        tail = "\n".join(lines) or "\n".join(worker.log_tail(LOG_LINES) for worker in self.workers)
        return EnvliftError(
            masked(f"{self.deployment.name}: {what}\n{tail}", self.subject.hidden),
            hint="The flow must run with what its repository holds; give it parameters or leave it out.",
            exit_code=ExitCode.FOUND,
        )


def masked(text: str, hidden: Sequence[Concealed]) -> str:
    """``text`` with every hidden value, and each of its lines, covered."""
    values = {part for value in hidden for part in (value.reveal(), *value.reveal().splitlines()) if len(part) > 1}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def run_command(
    argv: Sequence[str], *, folder: Path, environment: Mapping[str, str], hidden: Sequence[Concealed] = ()
) -> str:
    """Run a command to its end; returns what it printed.

    Raises:
        EnvliftError: It fails or takes too long; with the end of its output, masked.
    """
    try:
        done = subprocess.run(
            list(argv),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EnvliftError(f"`{_shown(argv)}` did not end", exit_code=ExitCode.SERVER) from None
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        tail = "\n".join(output.splitlines()[-LOG_LINES:])
        raise EnvliftError(
            f"`{_shown(argv)}` failed with exit code {done.returncode}:\n{masked(tail, hidden)}",
            exit_code=ExitCode.SERVER,
        )
    return output


def _shown(argv: Sequence[str]) -> str:
    return " ".join("python" if word == sys.executable else word for word in argv)
