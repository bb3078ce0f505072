"""What a plan does, derived from its decisions so that editing a decision changes it."""

from __future__ import annotations

from dataclasses import dataclass

from envlift.plan import Decision, Layer, Target, TargetKind, ValueSource
from envlift_codemods.edits import Loading


@dataclass(frozen=True, slots=True)
class SaveSecret:
    """Create a Secret block; ``for_get`` when code calls ``.get()`` on it, else it feeds a placeholder as text."""

    setting: str
    block: str
    source: ValueSource | None
    for_get: bool


@dataclass(frozen=True, slots=True)
class SetPoolDefault:
    """Set a variable in a pool's defaults: to a value that is not secret, or to a placeholder of a Secret block."""

    setting: str
    pool: str
    source: ValueSource | None
    block: str


@dataclass(frozen=True, slots=True)
class NamePlatformSecret:
    """Let a pool's template name a secret of the platform for a variable."""

    setting: str
    pool: str
    secret: str


@dataclass(frozen=True, slots=True)
class SetDeploymentEnv:
    """Set a variable in the job variables of a deployment, in prefect.yaml or in a deployment call."""

    setting: str
    target: Target
    source: ValueSource


@dataclass(frozen=True, slots=True)
class FeedVariable:
    """Let the runs of a deployment get a variable from a Secret block, by a pull step or by what a call sends."""

    setting: str
    target: Target
    block: str


ServerAction = SaveSecret | SetPoolDefault | NamePlatformSecret


def server_actions(decisions: tuple[Decision, ...], loading: Loading) -> tuple[ServerAction, ...]:
    """What ``push`` does for these decisions of a plan, blocks before the pools that refer to them."""
    defaults = [
        SetPoolDefault(d.setting, t.name, d.source, d.block if d.layer is not Layer.POOL_DEFAULT else "")
        for d in decisions
        if d.layer in (Layer.POOL_DEFAULT, Layer.SECRET, Layer.SECRET_ENV)
        for t in d.targets
        if t.kind is TargetKind.POOL
    ]
    named = [
        NamePlatformSecret(d.setting, t.name, d.block)
        for d in decisions
        if d.layer in (Layer.SECRET, Layer.SECRET_ENV)
        for t in d.targets
        if t.kind is TargetKind.PLATFORM
    ]
    return (*secrets_to_save(decisions, loading), *dict.fromkeys(defaults), *dict.fromkeys(named))


def secrets_to_save(decisions: tuple[Decision, ...], loading: Loading) -> tuple[SaveSecret, ...]:
    """The Secret blocks that these decisions of a plan need."""
    decoded = not loading.exact
    secrets = [
        SaveSecret(d.setting, d.block, d.source, for_get=decoded and d.layer is Layer.SECRET and not d.targets)
        for d in decisions
        if d.layer in (Layer.SECRET, Layer.SECRET_ENV) and not _is_kept_elsewhere(d)
    ]
    return tuple(dict.fromkeys(secrets))


def _is_kept_elsewhere(decision: Decision) -> bool:
    """Whether all that gets a secret takes it from where Prefect has nothing to do with it."""
    elsewhere = (TargetKind.PLATFORM, TargetKind.WORKER)
    return bool(decision.targets) and all(target.kind in elsewhere for target in decision.targets)


def deployment_actions(decisions: tuple[Decision, ...]) -> tuple[SetDeploymentEnv, ...]:
    """The variables that deployments get."""
    return tuple(
        SetDeploymentEnv(d.setting, t, d.source)
        for d in decisions
        if d.layer is Layer.DEPLOYMENT and d.source is not None
        for t in d.targets
        if t.kind is not TargetKind.POOL
    )


def feed_actions(decisions: tuple[Decision, ...]) -> tuple[FeedVariable, ...]:
    """The secrets that deployments get as variables."""
    return tuple(
        FeedVariable(d.setting, t, d.block)
        for d in decisions
        if d.layer in (Layer.SECRET, Layer.SECRET_ENV) and d.block
        for t in d.targets
        if t.kind in (TargetKind.PREFECT_YAML, TargetKind.CALL)
    )


def placeholder(block: str) -> str:
    """What Prefect replaces by the stored text of a Secret block when a run starts."""
    return f"{{{{ prefect.blocks.secret.{block} }}}}"
