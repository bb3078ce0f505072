"""A placeholder of the block in the pool's environment defaults, which the worker resolves when it starts a run."""

from __future__ import annotations

from envlift.feeds.feed import Feed
from envlift.inventory import Deployment
from envlift.plan import Target, TargetKind


def offer(deployment: Deployment) -> Target | str:
    return Target(TargetKind.POOL, deployment.pool) if deployment.pool else "no work pool is known"


FEED = Feed(
    TargetKind.POOL,
    "the work pool {} gives it to every run",
    offer,
    many="the work pools {} give it to every run",
)
