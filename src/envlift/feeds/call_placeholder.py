"""A placeholder of the block in the job variables of a deployment call, which the worker resolves, too.

Deploying from Python templates nothing (Prefect 3, ``prefect/deployments/runner.py``). ``prefect deploy`` does, and
would store the secret in clear: this is no way for a prefect.yaml.
"""

from __future__ import annotations

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment, DeploymentKind
from envlift.plan import Target, TargetKind


def offer(deployment: Deployment) -> Target | str:
    if deployment.kind is not DeploymentKind.CALL:
        return ""
    if deployment.no_pool:
        return "its call names no work pool, without which Prefect takes no job variables"
    if deployment.trouble:
        return deployment.trouble
    return Target(TargetKind.CALL, deployment.name, deployment.path, deployment.index, deployment.span)


FEED = Feed(TargetKind.CALL, "the job variables that {} sends name the block", offer)
