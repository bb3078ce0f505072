"""Whether a module-level constant may sink into the functions that use it, and the edit of each file that has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from envlift.inventory import ConstantFacts, ConstantHolder, Inventory, Site, SiteKind
from envlift.layers.setting import Setting
from envlift.plan import PlannedSite
from envlift.policy import Policy
from envlift.scanning.roles import is_test
from envlift_codemods.edits import Form, SinkConstant
from envlift_codemods.parsed import Span


def judged(site: Site, inventory: Inventory, policy: Policy) -> Site:
    """The site, its constant kept only where all of its users can load it by themselves, else with the reason."""
    if site.path in inventory.started:
        why = "it runs in a program that a flow starts, which has the environment and no flow run of its own"
        return replace(site, load=None, load_or_raise=None, constant=None, obstacle=site.obstacle or why)
    if site.constant is None:
        return site
    reason = why_it_stays(site.constant, inventory, policy)
    return replace(site, constant=None, obstacle=reason) if reason else site


def why_it_stays(constant: ConstantFacts, inventory: Inventory, policy: Policy) -> str:
    """Why a constant cannot sink; empty where all files that have it can move together."""
    if constant.obstacle:
        return constant.obstacle
    for holder in constant.holders:
        if is_test(holder.path):
            return f"the test {holder.path} uses {constant.name}"
        if holder.path not in inventory.reach:
            return f"{holder.path} uses {constant.name} too, and no flow runs it"
        if policy.forbids(holder.path):
            return f"{holder.path} uses {constant.name} too, and the policy says to leave it"
    return ""


def alone(settings: Sequence[Setting], inventory: Inventory) -> Iterator[Setting]:
    """The settings, constants kept only where nothing goes with them that has to stay.

    A literal that an import evaluates stays; in a function it would not, and the next run would change the file again.
    What an import does beside defining is lost with the last name that a file imports from there. What other files make
    from several constants they can make when all of those move; one that is no secret they can import.
    """
    secrets = {(s.path, s.span) for setting in settings if setting.judgement.sensitive for s in setting.sites}
    held = ((s, s.constant) for s in inventory.sites if (s.path, s.span) in secrets)
    secret_names = {(site.path, constant.name) for site, constant in held if constant is not None}
    values = [s for other in settings if _moves_at_call_time(other) for s in other.literals if s.value is not None]
    found, before = list(settings), 0
    while (moving := _moving(found)) and len(moving) != before:
        before = len(moving)
        found = [_without_what_stays(setting, values, moving, secret_names) for setting in found]
    yield from found


def _moving(settings: Iterable[Setting]) -> list[ConstantFacts]:
    """The constants that would sink."""
    secrets = (s for setting in settings if setting.judgement.sensitive for s in setting.sites)
    return [site.constant for site in secrets if site.constant is not None]


def _without_what_stays(
    setting: Setting, values: Sequence[Site], moving: Iterable[ConstantFacts], secret_names: Set[tuple[str, str]]
) -> Setting:
    holders = [holder for constant in moving for holder in constant.holders]
    gone = {(h.path, span) for h in holders for span in (h.span, *h.written)}
    names = {(h.path, h.called) for h in holders if not h.made_in}

    def kept(site: Site) -> Site:
        if site.constant is None:
            return site
        companions = (c for c in site.constant.companions if not c.can_be_imported or (c.path, c.name) in secret_names)
        alone = (c.reason for c in companions if (c.path, c.name) not in names)
        why = _with_it(site.constant, values) or _lost(site.constant, gone) or next(alone, "")
        return replace(site, constant=None, obstacle=why) if why else site

    return replace(setting, reads=tuple(map(kept, setting.reads)), literals=tuple(map(kept, setting.literals)))


def _moves_at_call_time(setting: Setting) -> bool:
    return setting.worth_moving is not None and not setting.judgement.sensitive


def _with_it(constant: ConstantFacts, values: Iterable[Site]) -> str:
    moving = [(holder.path, span) for holder in constant.holders for span in holder.moving]
    other = next((s for s in values if any(s.path == path and s.span.within(span) for path, span in moving)), None)
    if other is None:
        return ""
    return f"{other.name}, which is no secret, would move into functions with it ({other.path}:{other.span.line})"


def _lost(constant: ConstantFacts, gone: Set[tuple[str, Span]]) -> str:
    last = (h for h in constant.holders if h.effect and all((h.path, span) in gone for span in h.beside))
    holder = next(last, None)
    if holder is None:
        return ""
    return f"{holder.path} imports nothing else from where {constant.name} is, which does more ({holder.effect})"


def users_of(site: Site) -> tuple[str, ...]:
    """The files whose code loads the value when it moves: those of a constant's users, else that of the site."""
    if site.constant is None:
        return (site.path,)
    return tuple(holder.path for holder in site.constant.holders if holder.functions)


def sinking_sites(site: Site, block: str, inventory: Inventory) -> Iterator[PlannedSite]:
    """One site for each file that has the constant: that of the read or literal, then those of the imports."""
    constant = site.constant
    if constant is None:
        return
    for number, holder in enumerate(constant.holders):
        form = Form.LOAD_SYNC if loop_above(holder, inventory) else Form.LOAD
        missing, made_in = constant.missing, holder.made_in
        edit = SinkConstant(holder.span, block, holder.name, form, constant.wrapped, missing, made_in)
        kind = SiteKind.ENV_READ if number else site.kind
        yield PlannedSite(holder.path, holder.span, kind, site.name, edit)


def loop_above(place: Site | ConstantHolder, inventory: Inventory) -> bool:
    """Whether a coroutine may be running above a sync function: any ``async def`` on the way of its flows."""
    flows = inventory.reach.get(place.path, frozenset())
    return any(flows & inventory.reach[path] for path in inventory.asynchronous)
