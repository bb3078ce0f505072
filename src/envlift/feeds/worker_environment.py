"""The environment of the workers themselves, which the runs of process workers inherit: for a person to set."""

from __future__ import annotations

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment
from envlift.plan import Target, TargetKind


def offer(deployment: Deployment) -> Target | str:
    return Target(TargetKind.WORKER, deployment.pool) if deployment.pool else "no work pool is known"


FEED = Feed(TargetKind.WORKER, "the process workers of {} must be started with it", offer, on_request=True)
