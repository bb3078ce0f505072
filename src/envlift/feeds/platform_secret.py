"""The secrets of the platform that runs the containers, which the pool's template names: no Secret block is needed."""

from __future__ import annotations

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment
from envlift.plan import Target, TargetKind


def offer(deployment: Deployment) -> Target | str:
    return Target(TargetKind.PLATFORM, deployment.pool) if deployment.pool else "no work pool is known"


FEED = Feed(TargetKind.PLATFORM, "the work pool {} takes it from the secrets of its platform", offer, on_request=True)
