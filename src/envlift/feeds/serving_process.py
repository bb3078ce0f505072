"""The environment of the process that serves a deployment, which its runs inherit: for a person to set."""

from __future__ import annotations

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment, DeploymentKind
from envlift.plan import Target, TargetKind


def offer(deployment: Deployment) -> Target | str:
    if deployment.kind is not DeploymentKind.SERVE:
        return ""
    return Target(TargetKind.SERVE, deployment.name, deployment.path, span=deployment.span)


FEED = Feed(TargetKind.SERVE, "the process that serves {} must be started with it", offer)
