"""Who sets a variable of a flow run last: the places that can, by type of worker and version of Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Version = tuple[int, ...]


class Worker(Enum):
    """How a pool's worker starts runs, which decides whose environment they get."""

    PROCESS = "process"
    DOCKER = "docker"
    KUBERNETES = "kubernetes"


class Rung(Enum):
    """One place that can set a variable; the values are those of the JSON output."""

    DOTENV_OVERRIDE = "dotenv_override"
    FLOW_RUN = "flow_run"
    DEPLOYMENT = "deployment"
    POOL_DEFAULT = "pool_default"
    WORKER = "worker"
    IMAGE = "image"
    PULL_STEP = "pull_step"
    DOTENV = "dotenv"
    DEFAULT = "default"


TITLES = {
    Rung.DOTENV_OVERRIDE: ".env, override=True",
    Rung.FLOW_RUN: "flow run",
    Rung.DEPLOYMENT: "deployment",
    Rung.POOL_DEFAULT: "work pool",
    Rung.WORKER: "worker",
    Rung.IMAGE: "image",
    Rung.PULL_STEP: "pull step",
    Rung.DOTENV: ".env",
    Rung.DEFAULT: "code",
}
"""The rungs as a narrow table names them."""

_OWN_ENVIRONMENT = {Worker.PROCESS: Rung.WORKER, Worker.DOCKER: Rung.IMAGE, Worker.KUBERNETES: Rung.IMAGE}
"""What a run starts from: a process worker hands its own environment on, containers start from their image."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Versions of Prefect that order job variables otherwise.

    Args:
        workers: The types of worker that it concerns.
        since, before: The versions: from the first one, up to the second one, which no longer does it.
        rungs: The order, strongest first, of job variables and what a run starts from.
        note: What is odd, as people read it.
        source: How that is known.
    """

    workers: tuple[Worker, ...]
    since: Version
    before: Version
    rungs: tuple[Rung, ...]
    note: str
    source: str


ODDITIES = (
    Oddity(
        tuple(Worker),
        (3, 0),
        (3, 1, 4),
        (Rung.POOL_DEFAULT, Rung.FLOW_RUN, Rung.DEPLOYMENT),
        "before Prefect 3.1.4 a default of the work pool beats deployment and flow run",
        "observed on 3.0.11; read in 3.1.0, 3.1.2 and 3.1.4: BaseJobConfiguration.from_template_and_values",
    ),
    Oddity(
        (Worker.PROCESS,),
        (3, 3),
        (3, 6, 29),
        (Rung.WORKER, Rung.FLOW_RUN, Rung.DEPLOYMENT, Rung.POOL_DEFAULT),
        "from Prefect 3.3 to 3.6.28 the environment of a process worker beats all job variables",
        "observed on 3.4.25 and 3.6.26, gone in 3.6.29; not checked on 3.6.27 and 3.6.28: Runner._run_process",
    ),
)
_USUAL = (Rung.FLOW_RUN, Rung.DEPLOYMENT, Rung.POOL_DEFAULT)

LEAKS_SINCE, LEAKS_BEFORE = (3, 4, 25), (3, 6, 22)
LEAK = (
    "from Prefect 3.4.25 to 3.6.20, where the pool has a default env, one deployment's variables reach the next run "
    "that the same worker starts"
)
"""Observed on 3.4.25, read in wheels up to 3.6.20; gone in 3.6.22: the shared template is changed in place."""


@dataclass(frozen=True, slots=True)
class Order:
    """The rungs for one type of worker and version, strongest first, with what is odd about them."""

    rungs: tuple[Rung, ...]
    notes: tuple[str, ...]


def parse_version(written: str) -> Version | None:
    """``3.4.25`` as numbers; None where it is none."""
    parts = written.split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else None


def oddities(worker: Worker, version: Version | None) -> tuple[Oddity, ...]:
    """What is odd about a type of worker in a version of Prefect; nothing for a current one, which is None."""
    return tuple(o for o in ODDITIES if version is not None and worker in o.workers and o.since <= version < o.before)


def order_of(worker: Worker, version: Version | None) -> Order:
    """How the places that set a variable beat one another.

    What runs in the run's own process comes after all that started it: envlift's pull step and ``load_dotenv`` set
    variables that are missing, in this order, and ``load_dotenv(override=True)`` sets all.

    Args:
        worker: The type of the pool's worker.
        version: Of Prefect; None for a current one.
    """
    own = _OWN_ENVIRONMENT[worker]
    odd = oddities(worker, version)
    rungs = odd[0].rungs if odd else _USUAL
    rungs = rungs if own in rungs else (*rungs, own)
    leaks = version is not None and LEAKS_SINCE <= version < LEAKS_BEFORE
    notes = (*(o.note for o in odd), *((LEAK,) if leaks else ()))
    return Order((Rung.DOTENV_OVERRIDE, *rungs, Rung.PULL_STEP, Rung.DOTENV, Rung.DEFAULT), notes)


def winner(order: Sequence[Rung], given: Sequence[Rung]) -> Rung | None:
    """The strongest of the rungs that give a value."""
    return next((rung for rung in order if rung in given), None)


# ---- what that comes to for one setting -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a stack.

    Args:
        rung: What it is.
        before, after: Where it gives a value today and after the plan, as ``path:line`` or in words; empty where it
            gives none that is known here.
    """

    rung: Rung
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Stack:
    """What a deployment's runs see of one setting.

    Args:
        setting: Its name.
        deployment: The deployment's name; empty where none is known.
        entrypoint: Of its flow; empty where no deployment is known.
        worker: The type of worker.
        steps: From the strongest to the weakest, those that give nothing, too.
        before, after: The rung that wins today and after the plan; None where no value is known.
        block: The Secret block that the code loads after the plan, so that no variable counts; else empty.
        notes: What is odd about it, or not certain.
        planned: The rungs on which the plan puts a value.
    """

    setting: str
    deployment: str
    entrypoint: str
    worker: Worker
    steps: tuple[Step, ...]
    before: Rung | None
    after: Rung | None
    block: str
    notes: tuple[str, ...]
    planned: tuple[Rung, ...] = ()
