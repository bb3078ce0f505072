"""Calls of ``load_dotenv(override=True)`` that defeat pools and deployments, and which of them an edit can mend."""

from __future__ import annotations

from collections.abc import Iterator

from envlift.inventory import DeploymentKind, DotenvLoad, Inventory
from envlift.plan import Extra, Finding, OverridingLoad, Severity
from envlift.policy import Policy
from envlift.scanning.roles import is_example, is_test


def overriding_loads(inventory: Inventory, policy: Policy) -> tuple[OverridingLoad, ...]:
    """What is left out where it is asked for: the overrides of flows that run on work pools."""
    if Extra.DOTENV_OVERRIDE not in policy.also:
        return ()
    loads = (load for load in inventory.dotenv_loads if not _why_it_stays(load, inventory, policy))
    return tuple(sorted(OverridingLoad(load.path, load.call) for load in loads if load.call is not None))


def override_findings(inventory: Inventory, policy: Policy) -> Iterator[Finding]:
    """Each override that flows run, with what mends it."""
    for load in inventory.dotenv_loads:
        if not load.override or load.path not in inventory.reach:
            continue
        message = "load_dotenv(override=True) beats the variables of pools and deployments wherever a .env file lies"
        why = _why_it_stays(load, inventory, policy)
        if not why and Extra.DOTENV_OVERRIDE in policy.also:
            continue  # the plan leaves it out
        how = f"envlift leaves it: {why}" if why else f"`--also {Extra.DOTENV_OVERRIDE.value}` does it"
        remedy = f"leave `override=True` out: variables that are set then win over the file; {how}"
        yield Finding(Severity.MEDIUM, load.path, load.line, message, "dotenv-override", remedy)


def _why_it_stays(load: DotenvLoad, inventory: Inventory, policy: Policy) -> str:
    """Why no edit leaves an override out; empty where one can.

    Without it a variable that is set wins: right where a pool or deployment sets it, a change anywhere else.
    """
    if load.call is None:
        return "it is computed, or another library's"
    if is_test(load.path) or is_example(load.path) or policy.forbids(load.path):
        return "the file is not to be changed"
    if services := sorted(set(inventory.shared.get(load.path, ())) & inventory.services):
        return f"{services[0]} uses the same code and is not a flow"
    flows = inventory.reach.get(load.path, frozenset())
    mine = [d for d in inventory.deployments if d.entrypoint in flows]
    if served := [d for d in mine if d.kind is DeploymentKind.SERVE or d.no_pool]:
        return f"{served[0].name or served[0].path} runs on no work pool"
    if not mine and not policy.pool:
        return "none of its flows is known to run on a work pool"
    return ""
