"""What every feed says of itself, and what a secret has in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from envlift.inventory import Deployment
from envlift.plan import Target, TargetKind


@dataclass(frozen=True, slots=True)
class Feed:
    """One way in which the runs of a deployment get a secret as an environment variable.

    Args:
        kind: What then holds the variable.
        how: The way in words; ``{}`` stands for the names of the pools or deployments.
        many: The same for several of them, where it reads otherwise; empty where it does not.
        offer: What holds it for a deployment, or why this way is not open to it; an empty reason where the deployment
            is of another kind altogether.
        on_request: Only where the policy names it.
    """

    kind: TargetKind
    how: str
    offer: Callable[[Deployment], Target | str]
    on_request: bool = False
    many: str = ""

    def told(self, names: Iterable[str]) -> str:
        """The way in words, for pools or deployments of these names."""
        known = list(dict.fromkeys(names))
        return (self.many if self.many and len(known) > 1 else self.how).format(listed(known))


@dataclass(frozen=True, slots=True)
class Feeding:
    """How a secret reaches the runs that use it: what holds it, the way in words, and who gets it by no way and why."""

    targets: tuple[Target, ...] = ()
    how: str = ""
    gap: str = ""


NO_FEEDING = Feeding()
_SHOWN = 3


def listed(names: Iterable[str]) -> str:
    """The names of deployments or pools in a reason, each once; of many the first, and how many more there are."""
    known = list(dict.fromkeys(names))
    rest = len(known) - _SHOWN
    return f"{', '.join(known[:_SHOWN])} and {rest} more" if rest > 1 else ", ".join(known)
