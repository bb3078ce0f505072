"""The stack of places that set one variable for a deployment's runs, and which of them wins, today and after a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from envlift.inventory import Deployment, DeploymentKind, Inventory, Site, SiteKind
from envlift.layers.setting import place_of
from envlift.plan import WITH_BLOCK, Layer, Plan, Target, TargetKind, target_kind
from envlift.planning.child_readers import ChildReaders
from envlift.planning.sources import Source, SourceKind, Sources
from envlift.planning.spelling import as_spelled
from envlift.planning.value_givers import ValueGivers
from envlift.precedence import Rung, Stack, Step, Version, Worker, order_of, winner


def stacks_of(
    inventory: Inventory,
    plan: Plan,
    setting: str,
    *,
    workers: Sequence[Worker] = tuple(Worker),
    version: Version | None = None,
) -> tuple[Stack, ...]:
    """The stacks of a setting, one for each deployment that reaches it and each type of worker.

    What ``serve`` runs has the environment of its process, as the runs of process workers do: no other type counts.

    Args:
        inventory, plan: The plan was made from the inventory.
        setting: The name of a setting of the plan.
        workers: The types of worker to tell of.
        version: Of Prefect; None for a current one.
    """
    inventory = as_spelled(inventory, plan)
    told = _Told(inventory, plan, setting)
    deployments = told.deployments or ((None,) if told.flows else ())
    return tuple(
        told.stack(deployment, worker, version)
        for deployment in deployments
        for worker in workers
        if worker is Worker.PROCESS or deployment is None or deployment.kind is not DeploymentKind.SERVE
    )


class _Told:
    """What an inventory and the decisions that move a setting tell of it."""

    def __init__(self, inventory: Inventory, plan: Plan, setting: str) -> None:
        moving = [d for d in plan.decisions if d.setting == setting and d.layer is not Layer.LEAVE]
        self.inventory = inventory
        self.moving = moving
        self.setting = setting
        edited = {(s.path, s.span) for d in moving for s in d.sites if s.edit is not None}
        used = [s for s in inventory.sites if s.path in inventory.reach and self._is_of_it(s)]
        self.reads = [s for s in used if s.kind is SiteKind.ENV_READ]
        self.literals = [s for s in used if s.kind is SiteKind.LITERAL]
        self.kept = {place_of(s) for s in used if (s.path, s.span) not in edited}
        self.sources = Sources(inventory, ValueGivers(inventory)).of(setting, self.reads)
        self.flows = ChildReaders(inventory).started_for(setting).union(*(inventory.reach[s.path] for s in used))
        reached = [d for d in inventory.deployments if d.entrypoint in self.flows]
        self.deployments = tuple(sorted(reached, key=lambda d: (d.name, d.path, d.line)))
        loads = [
            load
            for load in inventory.dotenv_loads
            if load.override and inventory.reach.get(load.path, frozenset()) & self.flows
        ]
        mended = {(load.path, load.span) for load in plan.overrides}
        self.overrides = bool(loads)
        self.still_overrides = any((load.path, load.call) not in mended for load in loads)

    def _is_of_it(self, site: Site) -> bool:
        planned = {(s.path, s.span) for d in self.moving for s in d.sites}
        return site.name == self.setting if site.kind is SiteKind.ENV_READ else (site.path, site.span) in planned

    def stack(self, deployment: Deployment | None, worker: Worker, version: Version | None) -> Stack:
        order = order_of(worker, version)
        before = self.before(deployment, worker)
        loaded = [d.block for d in self.moving if d.layer is Layer.SECRET and not d.targets]
        given = dict(self.given(deployment, worker))
        after = {**self.unmoved(self.mended(before)), **given}
        won = winner(order.rungs, tuple(before))
        return Stack(
            self.setting,
            deployment.name or "(unnamed)" if deployment is not None else "",
            deployment.entrypoint if deployment is not None else "",
            worker,
            tuple(Step(rung, before.get(rung, ""), after.get(rung, "")) for rung in order.rungs),
            won,
            None if loaded else winner(order.rungs, tuple(after)),
            loaded[0] if loaded else "",
            (*order.notes, *self.notes(won)),
            tuple(given),
        )

    def before(self, deployment: Deployment | None, worker: Worker) -> Mapping[Rung, str]:
        """Where the rungs give a value today; of two places on one rung the first, which wins."""
        found: dict[Rung, str] = {}
        for source in self.sources:
            if worker in source.workers and source.deployment in ("", deployment.name if deployment else ""):
                found.setdefault(self.rung_of(source, worker), source.place)
        for literal in self.literals:
            found.setdefault(Rung.DEFAULT, place_of(literal))
        return found

    def rung_of(self, source: Source, worker: Worker) -> Rung:
        if source.kind is SourceKind.DOTENV:
            return Rung.DOTENV_OVERRIDE if self.overrides else Rung.DOTENV
        if source.kind is SourceKind.IMAGE:
            return Rung.WORKER if worker is Worker.PROCESS else Rung.IMAGE  # a process worker's own image
        return {SourceKind.DEPLOYMENT: Rung.DEPLOYMENT, SourceKind.SURROUNDINGS: Rung.WORKER}.get(
            source.kind, Rung.DEFAULT
        )

    def mended(self, before: Mapping[Rung, str]) -> Mapping[Rung, str]:
        """What stands when the plan has taken overrides away: a file that beat all is behind all."""
        if self.overrides and not self.still_overrides:
            return {Rung.DOTENV if rung is Rung.DOTENV_OVERRIDE else rung: place for rung, place in before.items()}
        return before

    def unmoved(self, before: Mapping[Rung, str]) -> Mapping[Rung, str]:
        """What stands after the plan as it does before it: all but what the code's edits take away."""
        return {rung: place for rung, place in before.items() if rung is not Rung.DEFAULT or place in self.kept}

    def given(self, deployment: Deployment | None, worker: Worker) -> Iterator[tuple[Rung, str]]:
        """What the plan adds for the runs of a deployment."""
        for decision in self.moving:
            secret = f"block {decision.block}" if decision.layer in WITH_BLOCK else ""
            for target in decision.targets:
                if _reaches(target, deployment):
                    yield from _rung_given(target, worker, secret)

    def notes(self, won: Rung | None) -> Iterator[str]:
        if won is None:
            yield "no value is known here: it comes from a flow run, a pool or a worker that no file describes"
        if won in (Rung.DOTENV, Rung.DOTENV_OVERRIDE):
            yield "a .env file counts where it lies beside the code at run time: a clone lacks one that git ignores"
        if self.still_overrides and won is not Rung.DOTENV_OVERRIDE:
            yield "load_dotenv(override=True) runs here: a .env file with this name would beat all layers"


def _reaches(target: Target, deployment: Deployment | None) -> bool:
    if deployment is None or target.kind in (TargetKind.POOL, TargetKind.PLATFORM, TargetKind.WORKER):
        return deployment is None or not deployment.pool or deployment.pool == target.name
    same_place = (target.path, target.index, target.span) == (deployment.path, deployment.index, deployment.span)
    kind = TargetKind.SERVE if deployment.kind is DeploymentKind.SERVE else target_kind(deployment)
    return target.kind is kind and same_place


def _rung_given(target: Target, worker: Worker, secret: str) -> Iterator[tuple[Rung, str]]:
    own = Rung.WORKER if worker is Worker.PROCESS else Rung.IMAGE
    match target.kind:
        case TargetKind.POOL:
            yield Rung.POOL_DEFAULT, f"{target.name}{f': {secret}' if secret else ''}"
        case TargetKind.PREFECT_YAML if secret:
            yield Rung.PULL_STEP, f"{target.path}: {secret}"
        case TargetKind.PREFECT_YAML | TargetKind.CALL:
            yield Rung.DEPLOYMENT, f"{target.path}{f': {secret}' if secret else ''}"
        case TargetKind.PLATFORM if worker is not Worker.PROCESS:
            yield own, f"{target.name}: the platform's {secret.removeprefix('block ')}"
        case TargetKind.WORKER if worker is Worker.PROCESS:
            yield own, f"workers of {target.name}, by hand"
        case TargetKind.SERVE if worker is Worker.PROCESS:
            yield own, f"the process that serves {target.name or target.path}, by hand"
        case _:
            return
