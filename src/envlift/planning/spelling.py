"""What a setting is called whose sites do not all write its name in the same mixture of upper and lower case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from envlift.inventory import Inventory, Site, SiteKind
from envlift.plan import Plan


def spelling_of(sites: Iterable[Site]) -> Callable[[Site], str]:
    """The name of a site's setting: as other sites write it where case does not count for this one, else upper."""
    exact = sorted({s.name for s in sites if s.kind is not SiteKind.LITERAL and not s.any_case}, reverse=True)
    written = {name.upper(): name for name in exact}
    return lambda site: written.get(site.name.upper(), site.name.upper()) if site.any_case else site.name


def as_spelled(inventory: Inventory, plan: Plan) -> Inventory:
    """The inventory with the names of a plan's settings at sites that write them in another mixture."""
    if not any(site.any_case for site in inventory.sites):
        return inventory
    planned = {decision.setting.upper(): decision.setting for decision in plan.decisions}
    found = spelling_of(inventory.sites)
    sites = (replace(s, name=planned.get(s.name.upper(), found(s))) if s.any_case else s for s in inventory.sites)
    return replace(inventory, sites=tuple(sites))
