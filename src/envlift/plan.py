"""A plan: what goes where and why, as a value that can be shown, saved, reviewed and applied. It holds no values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from envlift.inventory import Deployment, DeploymentKind, PoolOwner, SiteKind
from envlift_codemods.edits import AS_USUAL, Loading, LoadSecret, ReadEnvironment, SinkConstant
from envlift_codemods.parsed import Span


class Layer(Enum):
    """Where a setting lives after the migration; the values are those of the JSON output and the plan file."""

    POOL_DEFAULT = "pool_default"
    DEPLOYMENT = "deployment"
    SECRET = "secret"  # noqa: S105 - the layer's name
    SECRET_ENV = "secret_env"  # noqa: S105 - the layer's name
    PREFECT_SETTING = "prefect_setting"
    LEAVE = "leave"


IN_CLEAR = (Layer.POOL_DEFAULT, Layer.DEPLOYMENT)
"""The layers that anybody reads who sees the pool or the deployment: never for a secret."""
WITH_BLOCK = (Layer.SECRET, Layer.SECRET_ENV)
"""The layers that keep a value in a Secret block."""


class Confidence(IntEnum):
    """How far a decision may go without a person; higher is surer."""

    BY_HAND = 0
    REVIEW = 1
    SURE = 2

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where a value is read at the moment it is needed, because a plan holds none.

    Args:
        path: A ``.env`` file, or the Python file of a literal.
        name: The entry's name; for a literal the setting's.
        span: Where the literal stands; None for a ``.env`` entry.
        commit: The git commit that holds the literal once the code is rewritten; empty without git.
    """

    path: str
    name: str
    span: Span | None = None
    commit: str = ""


class TargetKind(Enum):
    """What holds a variable after the migration."""

    POOL = "pool"
    PREFECT_YAML = "prefect.yaml"
    CALL = "call"
    PLATFORM = "platform"
    """The secrets of the platform that runs a pool's containers; only for secrets, as is the next one."""
    WORKER = "worker"
    """The environment in which a pool's process workers are started; a person sets it, as with the next one."""
    SERVE = "serve"
    """The environment in which the process is started that serves a deployment."""


IN_TEMPLATES = (TargetKind.POOL, TargetKind.PLATFORM)
"""What is kept in the base job template of a work pool."""


@dataclass(frozen=True, slots=True)
class Target:
    """A work pool or a deployment that a decision writes to.

    Args:
        kind: A pool's defaults, a deployment of a prefect.yaml, or a deployment call in Python; for a secret of a
            deployment of a prefect.yaml its pull steps, never its job variables; of one that ``serve`` runs, the
            environment of the process.
        name: The pool's or deployment's name.
        path: The file of the deployment; empty for a pool.
        index: Position in the ``deployments`` list of prefect.yaml; -1 otherwise.
        span: The call; None otherwise.
        module: The file with the function that a pull step calls; empty otherwise.
    """

    kind: TargetKind
    name: str
    path: str = ""
    index: int = -1
    span: Span | None = None
    module: str = ""


ANSWERED = "answer"
"""The rule of what a person has decided."""

SiteEdit = LoadSecret | ReadEnvironment | SinkConstant
"""What a decision can do to the code at one of its sites."""


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """A site with the edit that its decision makes there; None where no byte changes."""

    path: str
    span: Span
    kind: SiteKind
    name: str
    edit: SiteEdit | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A setting, at some of its sites, goes to a layer.

    Args:
        setting: The variable's name; for a literal the name proposed for it.
        layer, rule, reason, confidence: Where it goes, by which rule, why in words that people read, how sure.
        runner_up: The layer that would have been next; None where nothing else was possible.
        sensitive: Whether its value is a secret.
        block: Name of the Secret block for ``secret`` and ``secret_env``, or of the platform's own secret; else empty.
        source: Where the value is read from; None where no value is known or none is needed.
        targets: The pools or deployments that get it. For ``secret`` there are some only where the code does not load
            the block yet, which feeds the variable there.
        sites: All places that the decision covers.
    """

    setting: str
    layer: Layer
    rule: str
    reason: str
    confidence: Confidence
    runner_up: Layer | None
    sensitive: bool
    block: str
    source: ValueSource | None
    targets: tuple[Target, ...]
    sites: tuple[PlannedSite, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can answer, with the flag that answers it in batch mode."""

    setting: str
    text: str
    flag: str


class Severity(Enum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the reader should know or do that envlift does not do for them.

    Args:
        severity: How much it matters.
        path, line: Where it stands; line 0 for a whole file.
        message: What is wrong there and why it matters, without any value.
        rule: Which check speaks; empty in plans of earlier versions.
        remedy: What to do about it; empty where the message says it.
        server_object: What of a Prefect server it is about, e.g. ``work pool etl-pool``; then there is no path.
    """

    severity: Severity
    path: str
    line: int
    message: str
    rule: str = ""
    remedy: str = ""
    server_object: str = ""


class Extra(Enum):
    """What is done on request only: a file, a line, a move; the values are those of flag, policy and plan file."""

    PREFECT_YAML = "prefect.yaml"
    ENV_EXAMPLE = ".env.example"
    GITIGNORE = ".gitignore"
    JOB_VARIABLES = "job_variables"
    """Those that stand beside the work pool of a deployment, where Prefect ignores them."""
    DOTENV_OVERRIDE = "dotenv_override"
    """Calls of ``load_dotenv`` whose file beats what pools and deployments give."""


@dataclass(frozen=True, slots=True)
class NewDeployment:
    """A deployment in the prefect.yaml that is made.

    Args:
        name: The deployment's name.
        entrypoint: ``path:function`` from the root of the repository, where the file is made.
        pool: Its work pool; empty where none is known: ``prefect deploy --pool`` names it then.
    """

    name: str
    entrypoint: str
    pool: str = ""


@dataclass(frozen=True, slots=True, order=True)
class OverridingLoad:
    """A call of ``load_dotenv`` that loses its ``override=True``."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Plan:
    """All decisions with open questions and findings.

    Args:
        commit: The git commit that the plan was made from; empty without git.
        fingerprints: For each file that the plan edits or reads values from: what it looked like, values left out.
        decisions: Sorted by setting, then by first site.
        questions, findings: Sorted likewise.
        loading: How the project's code loads Secret blocks.
        extras: What was asked for beside the settings.
        misplaced: The deployments whose job variables move to where Prefect reads them.
        overrides: The calls of ``load_dotenv`` after which a ``.env`` file no longer beats pools and deployments.
        pool_owners: The files that keep the templates of pools that targets name; a push would not last there.
        new_deployments: What the prefect.yaml declares that is made; their places are the indices of targets in it.
    """

    commit: str
    fingerprints: Mapping[str, str]
    decisions: tuple[Decision, ...]
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]
    loading: Loading = AS_USUAL
    extras: tuple[Extra, ...] = ()
    new_deployments: tuple[NewDeployment, ...] = ()
    misplaced: tuple[Target, ...] = ()
    overrides: tuple[OverridingLoad, ...] = ()
    pool_owners: tuple[PoolOwner, ...] = ()


_BY_DEPLOYMENT_KIND = {DeploymentKind.PREFECT_YAML: TargetKind.PREFECT_YAML, DeploymentKind.CALL: TargetKind.CALL}


def target_kind(deployment: Deployment) -> TargetKind | None:
    """What takes a deployment's job variables; None where Prefect takes none: by ``serve``, or without a work pool."""
    return None if deployment.no_pool else _BY_DEPLOYMENT_KIND.get(deployment.kind)


def mended_files(plan: Plan) -> frozenset[str]:
    """The files that a plan mends beside its settings, because it was asked to."""
    return frozenset({target.path for target in plan.misplaced} | {load.path for load in plan.overrides})


def accepted(plan: Plan, lowest: Confidence) -> tuple[Decision, ...]:
    """The decisions that may be carried out at a level of confidence."""
    return tuple(d for d in plan.decisions if d.confidence >= lowest)
