"""The decisions on what stays as it is: one for all sites of a name that are left for the same reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envlift.inventory import Site, SiteKind
from envlift.plan import Confidence, Decision, Layer, PlannedSite
from envlift.planning.known_blocks import KnownBlocks
from envlift.planning.outside import Outside
from envlift.planning.value_givers import ValueGivers
from envlift.sensitivity.judgement import Use, judge
from envlift_codemods.parsed import Span

# Rules by which what stays is a matter of programs that are no flow's run.
_NOT_OURS = ("not-reached", "script-only", "command-line")


def left_alone(outside: Iterable[Outside], blocks: KnownBlocks, givers: ValueGivers) -> Iterator[Decision]:
    """One decision for all sites of a name that are left for the same reason; nameless ones speak for themselves."""
    named: dict[tuple[str, str, str], list[Site]] = {}
    for left in outside:
        named.setdefault((left.site.name, left.rule, left.reason), []).append(left.site)
    for (name, rule, reason), sites in named.items():
        for sensitive, alike in _by_sensitivity(name, rule, sites, blocks, givers).items():
            yield Decision(
                setting=name,
                layer=Layer.LEAVE,
                rule=rule,
                reason=reason,
                confidence=Confidence.BY_HAND if rule == "computed-name" else Confidence.SURE,
                runner_up=None,
                sensitive=sensitive,
                block="",
                source=None,
                targets=(),
                sites=tuple(in_place(site) for site in alike),
            )


def _by_sensitivity(
    name: str, rule: str, sites: list[Site], blocks: KnownBlocks, givers: ValueGivers
) -> dict[bool, list[Site]]:
    """The sites by whether they are secret: those of one name together, those whose names are computed one by one."""
    found: dict[bool, list[Site]] = {}
    for judged in [sites] if name else [[site] for site in sites]:
        ours = [s for s in judged if rule not in _NOT_OURS or _is_ours(s, rule, givers)]
        found.setdefault(_is_sensitive(name, ours, blocks.uses(name)), []).extend(judged)
    return found


def _is_ours(site: Site, rule: str, givers: ValueGivers) -> bool:
    """Whether a site that no flow's run reaches is not for other programs to judge.

    A secret in the code is everybody's, and so is one that a function reads beside those that flows import. What the
    repository itself keeps as a secret it has judged already.
    """
    beside_flows = rule == "script-only" and bool(site.function)
    return site.kind is SiteKind.LITERAL or beside_flows or givers.keep_as_secret(site.name)


def in_place(site: Site) -> PlannedSite:
    """A site that no edit changes; of a ``.env`` entry only the line, for its end tells how long the value is."""
    line = site.span.line
    span = Span(line, 0, line, 0) if site.kind is SiteKind.DOTENV_ENTRY else site.span
    return PlannedSite(site.path, span, site.kind, site.name)


def _is_sensitive(name: str, sites: list[Site], kept: tuple[Use, ...]) -> bool:
    if not sites:
        return False
    uses = [*(Use.of(site) for site in sites if site.kind is SiteKind.ENV_READ), *kept]
    return judge(name, values=[s.value for s in sites if s.value is not None], uses=uses).sensitive
