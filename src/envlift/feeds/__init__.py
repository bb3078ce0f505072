"""The ways in which a run gets a secret as an environment variable, one a file; and which one a deployment has.

The order of FEEDS is the order in which they are asked: the first that is open to a deployment is its feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from envlift.feeds import (
    call_placeholder,
    platform_secret,
    pool_placeholder,
    pull_step,
    serving_process,
    worker_environment,
)
from envlift.feeds.feed import NO_FEEDING, Feed, Feeding, listed
from envlift.inventory import Deployment
from envlift.plan import Target, TargetKind
from envlift.policy import Policy

FEEDS: tuple[Feed, ...] = (
    pool_placeholder.FEED,
    call_placeholder.FEED,
    pull_step.FEED,
    platform_secret.FEED,
    worker_environment.FEED,
    serving_process.FEED,
)


def feeding_of(deployments: Sequence[Deployment], policy: Policy) -> Feeding:
    """How the runs of the deployments that use a secret get it; the feed that the policy wants is asked first."""
    asked = [feed for feed in FEEDS if feed.kind is policy.feed or not feed.on_request]
    asked.sort(key=lambda feed: feed.kind is not policy.feed)
    if not deployments:
        return _of_no_deployment(asked[0], policy)
    targets: dict[Target, None] = {}
    gaps: dict[str, list[str]] = {}
    for deployment in deployments:
        offers = [feed.offer(deployment) for feed in asked]
        found = next((offer for offer in offers if isinstance(offer, Target)), None)
        if found is None:
            gaps.setdefault(_why_none(offers), []).append(_named(deployment))
        else:
            targets[found] = None
    ordered = tuple(sorted(targets, key=lambda t: (t.kind.value, t.path, t.index, t.name)))
    return Feeding(ordered, _how(ordered), "; ".join(f"{listed(names)}: {why}" for why, names in gaps.items()))


def _of_no_deployment(first: Feed, policy: Policy) -> Feeding:
    """The pool that the policy names has whatever is deployed some day."""
    if not policy.pool:
        return Feeding(gap="no deployment of its flows is known here; --pool NAME says where they run")
    by_pool = first.kind in (TargetKind.PLATFORM, TargetKind.WORKER)
    target = Target(first.kind if by_pool else TargetKind.POOL, policy.pool)
    return Feeding((target,), _how((target,)))


def _how(targets: Sequence[Target]) -> str:
    by_feed = [(feed, [_held_by(target) for target in targets if target.kind is feed.kind]) for feed in FEEDS]
    return "; ".join(feed.told(names) for feed, names in by_feed if names)


def _held_by(target: Target) -> str:
    return target.name or (f"{target.path}:{target.span.line}" if target.span is not None else target.path)


def _why_none(offers: Iterable[Target | str]) -> str:
    return ", and ".join(dict.fromkeys(str(offer) for offer in offers if offer))


def _named(deployment: Deployment) -> str:
    return deployment.name or f"{deployment.path}:{deployment.line}"


__all__ = ["FEEDS", "NO_FEEDING", "Feed", "Feeding", "feeding_of", "listed"]
