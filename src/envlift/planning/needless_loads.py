"""Calls of ``load_dotenv`` that nothing needs any more once the plan is carried out: told, never removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from envlift.inventory import DotenvLoad, Inventory, SiteKind
from envlift.plan import Confidence, Decision, Finding, Layer, PlannedSite, Severity
from envlift.planning.outside import WHOLE
from envlift.scanning.roles import is_example, is_test
from envlift_codemods.edits import ReadEnvironment


@dataclass(frozen=True, slots=True)
class _After:
    """What the plan leaves: names that no code reads any more, and files whose code still reads the environment."""

    moved: frozenset[str]
    readers: frozenset[str]


def needless_loads(inventory: Inventory, decisions: Iterable[Decision]) -> Iterator[Finding]:
    """A finding for each load of a ``.env`` file whose flows read nothing of it after the plan.

    Every entry of every ``.env`` file must have moved, examples included: a library may read what no code names.
    """
    after = _after(inventory, tuple(decisions))
    entries = {site.name for site in inventory.sites if site.kind is SiteKind.DOTENV_ENTRY}
    if not after.moved or not entries <= after.moved:
        return
    for load in inventory.dotenv_loads:
        if load.by == "load_dotenv" and not _is_needed(load, inventory, after):
            message = "nothing that its flows run reads the environment any more, once the plan is carried out"
            remedy = "remove load_dotenv() when nobody misses it: envlift leaves it"
            yield Finding(Severity.NOTE, load.path, load.line, message, "needless-dotenv", remedy)


def _after(inventory: Inventory, decisions: tuple[Decision, ...]) -> _After:
    moved, left = set[str](), set[str]()
    readers = {child.path for child in inventory.children}
    # A copy of the environment may hand everything on.
    readers |= {s.path for s in inventory.sites if s.kind is SiteKind.ENV_WRITE and s.form == WHOLE}
    for decision in decisions:
        staying = {s.path for s in decision.sites if _reads(s, decision) and not is_test(s.path)}
        readers |= staying
        if staying:
            left.add(decision.setting)
        elif decision.layer is Layer.SECRET and any(site.edit is not None for site in decision.sites):
            moved.add(decision.setting)
    return _After(frozenset(moved - left), frozenset(readers))


def _reads(site: PlannedSite, decision: Decision) -> bool:
    """Whether a site reads the environment when the plan is carried out."""
    if site.edit is None or decision.confidence < Confidence.REVIEW:
        return site.kind is SiteKind.ENV_READ
    return isinstance(site.edit, ReadEnvironment)


def _is_needed(load: DotenvLoad, inventory: Inventory, after: _After) -> bool:
    """Whether a file that runs in one process with the load still reads the environment; yes where no flow tells."""
    flows = inventory.reach.get(load.path, frozenset())
    if not flows or is_example(load.path) or load.path in inventory.shared:
        return True
    return any((inventory.reach.get(path) or inventory.beside.get(path, frozenset())) & flows for path in after.readers)
