"""Work pools whose templates files of the repository keep: a push would not last, so these files get a proposal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from envlift.applying.left import Left
from envlift.applying.pool_templates import PoolOutcome
from envlift.applying.server_state import SaveOutcome
from envlift.inventory import PoolOwner, PoolTool
from envlift.rendering.pool_proposals import helm_proposal, terraform_proposal
from envlift.scanning.around.terraform import WorkPool, work_pools

_NEW = (SaveOutcome.CREATED, SaveOutcome.OVERWRITTEN)


def with_proposal(root: Path, owner: PoolOwner, outcome: PoolOutcome) -> PoolOutcome:
    """The outcome with a file for the owner's tool, beside the pool's template; the same where nothing is new."""
    env = outcome.template.get("variables", {}).get("properties", {}).get("env", {}).get("default") or {}
    new = {name: str(env[name]) for name, done in outcome.outcomes if done in _NEW and name in env}
    place = f"{owner.path}:{owner.line}"
    outcome = replace(outcome, kept_by=place)
    if not new:
        return outcome
    if owner.tool is PoolTool.HELM:
        file = ("values.yaml", helm_proposal(outcome.pool, place, outcome.template))
        return replace(outcome, beside=(*outcome.beside, file))
    for found in _resources(root / owner.path):
        if found.name == outcome.pool or (not found.name and found.line == owner.line):
            text = terraform_proposal(outcome.pool, place, found.label, found.template, new)
            return replace(outcome, beside=(*outcome.beside, ("tf", text)))
    return outcome


def tasks_of(pools: Iterable[PoolOutcome], templates: Path | None) -> list[Left]:
    """What is to be done for each new variable of a pool that a file keeps."""
    return [
        Left(name, _task(pool, templates))
        for pool in pools
        if pool.kept_by
        for name, done in pool.outcomes
        if done in _NEW
    ]


def _task(pool: PoolOutcome, templates: Path | None) -> str:
    undone = f"{pool.kept_by} keeps the template of the work pool {pool.pool} and would undo a push"
    if templates is None:
        return f"{undone}: envlift push --yes --templates FOLDER writes what to put there"
    proposal = next((suffix for suffix, _ in pool.beside if suffix in ("tf", "values.yaml")), "json")
    return f"{undone}: put there what {templates / f'{pool.pool}.{proposal}'} says"


def _resources(file: Path) -> tuple[WorkPool, ...]:
    try:
        return tuple(work_pools(file.read_bytes()))
    except OSError:
        return ()
