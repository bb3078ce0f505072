"""The deployments of a prefect.yaml that is to be made: one for each flow that nothing deploys."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath

from envlift.inventory import Deployment, DeploymentKind, Flow, Inventory
from envlift.plan import Extra, NewDeployment, Question
from envlift.policy import Policy
from envlift.scanning.roles import is_example, is_test

_NO_STEP = "it has no pull steps, and those that Prefect makes up depend on the machine that deploys"


def new_deployments(inventory: Inventory, policy: Policy) -> tuple[NewDeployment, ...]:
    """What a new prefect.yaml declares; nothing where it is not asked for or one declares deployments already."""
    if Extra.PREFECT_YAML not in policy.also:
        return ()
    if any(deployment.kind is DeploymentKind.PREFECT_YAML for deployment in inventory.deployments):
        return ()
    deployed = {deployment.entrypoint for deployment in inventory.deployments}
    flows = [flow for flow in inventory.flows if flow.entrypoint not in deployed and _is_deployable(flow, inventory)]
    names, pool = _names(flows), policy.pool or _only_pool(inventory)
    return tuple(NewDeployment(names[flow], flow.entrypoint, pool) for flow in flows)


def question_of(new: tuple[NewDeployment, ...]) -> Question | None:
    """What the new deployments leave open: where their flows run."""
    if not new or new[0].pool:
        return None
    names = ", ".join(deployment.name for deployment in new)
    text = f"on which work pool do the new deployments run ({names})? Without one, each `prefect deploy` has to name it"
    return Question(Extra.PREFECT_YAML.value, text, "--pool NAME")


def _only_pool(inventory: Inventory) -> str:
    """The pool of all deployments that code makes, where they agree on one."""
    pools = {deployment.pool for deployment in inventory.deployments if deployment.pool}
    return pools.pop() if len(pools) == 1 else ""


def as_deployed(inventory: Inventory, new: tuple[NewDeployment, ...]) -> Inventory:
    """The inventory as a scan would find it once the new deployments are declared."""
    declared = tuple(
        Deployment(
            path=Extra.PREFECT_YAML.value,
            line=0,
            name=deployment.name,
            kind=DeploymentKind.PREFECT_YAML,
            entrypoint=deployment.entrypoint,
            pool=deployment.pool,
            env={},
            index=index,
            step_trouble=_NO_STEP,
        )
        for index, deployment in enumerate(new)
    )
    return replace(inventory, deployments=(*inventory.deployments, *declared))


def _is_deployable(flow: Flow, inventory: Inventory) -> bool:
    """Whether Prefect can import the flow by its entrypoint, and its author means it for more than a demonstration."""
    shown = is_test(flow.path) or is_example(flow.path) or flow.path in inventory.commands
    return flow.function.isidentifier() and not shown


def _names(flows: list[Flow]) -> dict[Flow, str]:
    """A name for each flow that no other has: the function's, with that of its file or folders where two share it."""
    names = {flow: flow.function.replace("_", "-") for flow in flows}
    for depth in range(1, max((len(PurePosixPath(flow.path).parts) for flow in flows), default=0) + 1):
        often = Counter(names.values())
        for flow, name in list(names.items()):
            if often[name] > 1:
                parts = PurePosixPath(flow.path).with_suffix("").parts[-depth:]
                names[flow] = "-".join([*parts, flow.function]).replace("_", "-")
    return names
