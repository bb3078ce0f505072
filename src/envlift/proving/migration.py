"""What a proof runs and compares for a repository: its deployments, its migration by envlift, its settings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import DeploymentKind, Inventory, SiteKind
from envlift.plan import Confidence, Decision, Layer, Plan, accepted
from envlift.planning.plan_file import PLAN_FILE
from envlift.proving.comparison import Expected
from envlift.proving.flow_runs import Subject
from envlift.proving.proof import Stage, Step
from envlift.proving.records import Recording

_GIT = ("git", "-c", "user.name=envlift", "-c", "user.email=envlift@localhost", "-c", "commit.gpgsign=false")


def subject_of(root: Path, inventory: Inventory, plan: Plan, set_up: Path | None = None) -> Subject:
    """The repository as its deployments declare it: by prefect.yaml files where there are any, else by scripts.

    Args:
        set_up: The program that makes what the flows expect of a server, absolute or relative to the repository.

    Raises:
        EnvliftError: there is no flow, no deployment names a work pool, so no worker could run it, or no ``set_up``.
    """
    if set_up is not None and not (root / set_up).is_file():
        raise EnvliftError(
            f"There is no program {root / set_up}.", "--set-up FILE, as seen from the repository", ExitCode.USAGE
        )
    if not inventory.flows:
        raise EnvliftError(
            f"{root.name}: no flow of Prefect is here, so there is nothing to prove",
            "envlift leaves such a project as it is; `envlift scan` lists its settings",
            ExitCode.USAGE,
        )
    declared = [d for d in inventory.deployments if d.pool]
    yaml = sorted({d.path for d in declared if d.kind is DeploymentKind.PREFECT_YAML})
    scripts = sorted({d.path for d in declared if d.kind is DeploymentKind.CALL})
    if not declared:
        raise EnvliftError(
            f"{root.name}: no deployment names a work pool",
            "a proof runs deployments on process workers: declare one in prefect.yaml or by .deploy(work_pool_name=…)",
            ExitCode.USAGE,
        )
    secret = {d.setting for d in plan.decisions if d.sensitive}
    hidden = {s.value for s in inventory.sites if s.value is not None and s.name in secret and s.value.reveal()}
    return Subject(
        repository=root,
        pools=tuple(sorted({d.pool for d in declared})),
        scripts=() if yaml else tuple(scripts),
        folders=tuple(path.rpartition("/")[0] or "." for path in yaml) or (".",),
        hidden=tuple(hidden),
        set_up="" if set_up is None else str(set_up),
        blocks=_blocks(inventory),
    )


def _blocks(inventory: Inventory) -> Mapping[str, str]:
    """The Secret blocks that flows load by name as it is, each with the first place."""
    loads = (b for b in reversed(inventory.block_loads) if b.block == "Secret" and b.name and b.path in inventory.reach)
    return {load.name: f"{load.path}:{load.line}" for load in loads}


def migration_by_envlift(
    subject: Subject, answers: Sequence[str], told: Callable[[str], None], only: str = "sure"
) -> tuple[Step, ...]:
    """The steps that a person would take: commit, migrate, commit, push; each is the command itself."""
    flags = [word for answer in answers for word in ("--answer", answer)]

    def begin(stage: Stage) -> None:
        stage.run([*_GIT[:1], "init", "-q"], subject)
        _commit(stage, subject, "as it was")

    def migrate(stage: Stage) -> None:
        shown = ["migrate", "--batch", "--write", *flags, *(["--only", only] if only != "sure" else [])]
        told(f"$ envlift {' '.join(shown)}")
        stage.run([sys.executable, "-m", "envlift", *shown], subject)
        _commit(stage, subject, "migrated")

    def push(stage: Stage) -> None:
        if not (stage.repository / PLAN_FILE).exists():
            return  # nothing was to be done, so no plan was left to push
        shown = ["push", "--yes", *(["--only", only] if only != "sure" else [])]
        told(f"$ envlift {' '.join(shown)}")
        stage.run([sys.executable, "-m", "envlift", *shown], subject)

    return begin, migrate, push


def _commit(stage: Stage, subject: Subject, message: str) -> None:
    stage.run([*_GIT, "add", "--all"], subject)
    stage.run([*_GIT, "commit", "-q", "--no-verify", "--allow-empty", "-m", message], subject)


def settings_under_proof(
    inventory: Inventory, plan: Plan, recording: Recording, lowest: Confidence = Confidence.SURE
) -> tuple[Expected, ...]:
    """Every setting that the migration moves or that flows read, and each block that they load already, to compare."""
    decided = tuple(
        _expected(decision, inventory, recording)
        for decision in accepted(plan, lowest)
        if decision.layer not in (Layer.LEAVE, Layer.PREFECT_SETTING)
    )
    others = sorted(_blocks(inventory).keys() - {expected.block for expected in decided})
    return (*decided, *(Expected(block, Layer.SECRET, block) for block in others))


def harmless_names(plan: Plan) -> frozenset[str]:
    """The settings whose values a proof may show."""
    names = {d.setting for d in plan.decisions if d.setting}
    return frozenset(names - {d.setting for d in plan.decisions if d.sensitive})


def _expected(decision: Decision, inventory: Inventory, recording: Recording) -> Expected:
    literal = _literal(decision, inventory)
    return Expected(
        name=decision.setting,
        layer=decision.layer,
        block=decision.block if decision.layer is Layer.SECRET and not decision.targets else "",
        secret=decision.sensitive,
        literal="" if literal is None else recording.digest(literal),
        literal_plain=None if literal is None or decision.sensitive else literal.reveal(),
    )


def _literal(decision: Decision, inventory: Inventory) -> Concealed | None:
    places = {(s.path, s.span) for s in decision.sites if s.kind is SiteKind.LITERAL and s.edit is not None}
    return next((s.value for s in inventory.sites if (s.path, s.span) in places), None)
