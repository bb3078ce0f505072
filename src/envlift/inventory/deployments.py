"""Flows, their deployments in prefect.yaml and in code, and what sets work pools up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from envlift.concealed import Concealed
from envlift_codemods.parsed import Span


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """A function decorated with ``@flow``; ``entrypoint`` is Prefect's ``path:function``."""

    path: str
    function: str
    line: int
    is_async: bool

    @property
    def entrypoint(self) -> str:
        return f"{self.path}:{self.function}"


class DeploymentKind(Enum):
    """How a deployment is made, which decides where its job variables can be written."""

    PREFECT_YAML = "prefect.yaml"
    CALL = "deploy call"
    SERVE = "serve call"


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text that the API keeps in clear with a deployment; ``where`` is e.g. ``parameters.db.url`` or ``tags``."""

    where: str
    line: int
    value: Concealed


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment that the repository declares.

    Args:
        path: The prefect.yaml or Python file that declares it.
        line: 1-based line of the declaration.
        name: The deployment's name; empty where it is computed.
        kind: By prefect.yaml, by a call that takes job variables, or by ``serve``.
        entrypoint: ``path:function`` relative to the repository; empty where it is not known.
        pool: Name of the work pool; empty where it is not known.
        env: Variables that its job variables set already, by name.
        index: Position in the ``deployments`` list of prefect.yaml; -1 for calls.
        span: The whole call; None for prefect.yaml.
        trouble: Why its job variables cannot be edited; empty when they can.
        stored: The texts in its job variables' env, parameters and tags.
        misplaced: The line of ``job_variables`` beside the work pool, which Prefect ignores; 0 where there are none.
        bundle: What its job variables take their whole env from, e.g. ``os.environ``; empty where they list it.
        branch: The branch that its pull steps clone; empty where they name none.
        no_pool: Whether its call gives it no work pool, so that Prefect takes no job variables from it.
        code_root: The folder of the repository that its entrypoint is written from; empty for the root.
        step_trouble: Why no pull step can set variables for its runs; empty where one can.
    """

    path: str
    line: int
    name: str
    kind: DeploymentKind
    entrypoint: str
    pool: str
    env: Mapping[str, Concealed]
    index: int = -1
    span: Span | None = None
    trouble: str = ""
    stored: tuple[StoredText, ...] = ()
    misplaced: int = 0
    bundle: str = ""
    branch: str = ""
    no_pool: bool = False
    code_root: str = ""
    step_trouble: str = ""


class PoolTool(Enum):
    """What keeps the base job template of a work pool as its own files say; the values are those of the JSON output."""

    TERRAFORM = "terraform"
    HELM = "helm"


@dataclass(frozen=True, slots=True, order=True)
class PoolOwner:
    """A file that writes a work pool's base job template anew whenever its tool runs, so that no push lasts.

    Args:
        path: The ``.tf`` file, or the values of the chart ``prefect-worker``.
        line: 1-based line of the pool there.
        pool: The pool's name; empty where it is computed.
        tool: What reads the file.
    """

    path: str
    line: int
    pool: str
    tool: PoolTool
