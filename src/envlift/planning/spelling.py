"""What a setting is called whose sites do not all write its name in the same mixture of upper and lower case."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from envlift.inventory import Site, SiteKind


def spelling_of(sites: Iterable[Site]) -> Callable[[Site], str]:
    """The name of a site's setting: as other sites write it where case does not count for this one, else upper."""
    exact = sorted({s.name for s in sites if s.kind is not SiteKind.LITERAL and not s.any_case}, reverse=True)
    written = {name.upper(): name for name in exact}
    return lambda site: written.get(site.name.upper(), site.name.upper()) if site.any_case else site.name
