"""Variables that programs started by a flow may read: a secret among them must stay in the environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from envlift.inventory import Inventory, MentionKind, MentionRole, Site, SiteKind
from envlift.layers.setting import place_of
from envlift.scanning.roles import is_example, is_test

_RUN_BY_CHILDREN = (MentionKind.DBT, MentionKind.SHELL, MentionKind.MAKE)


@dataclass(frozen=True, slots=True)
class ChildRead:
    """Where flows start a program that may read a variable; ``certain`` where it is named for that program."""

    reason: str
    certain: bool


class ChildReaders:
    """What code outside of the flows reads, which a program that a flow starts with its environment may be."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._readers: dict[str, _Reader] = {}
        for name, reader in _read_outside(inventory) if inventory.children else ():
            self._readers.setdefault(name, reader)

    def of(self, name: str, flows: frozenset[str], reads: Iterable[Site]) -> ChildRead | None:
        """The first program that these flows start while other code reads the variable; None where nothing does.

        ``reads`` are those that the flows' own code and the programs that it starts are known to make.
        """
        own = next((site for site in reads if site.path in self._inventory.started), None)
        if own is not None:
            return ChildRead(f"a program that a flow starts reads it ({place_of(own)})", certain=True)
        reader = self._readers.get(name)
        reach = self._inventory.reach
        for child in self._inventory.children if reader is not None else ():
            named = name in child.names
            if (child.inherits or named) and reader is not None and reach.get(child.path, frozenset()) & flows:
                reason = f"{child.path}:{child.line} starts another program, and {reader.path} reads it"
                return ChildRead(reason, named or (reader.is_dbt and "dbt" in child.form))
        return None

    def handed(self, flows: frozenset[str]) -> str:
        """Where these flows write out that another program gets their whole environment; empty where they do not."""
        reach = self._inventory.reach
        found = (c for c in self._inventory.children if c.handed and reach.get(c.path, frozenset()) & flows)
        child = next(found, None)
        return "" if child is None else f"{child.path}:{child.line} hands the whole environment to another program"


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    is_dbt: bool = False


def _read_outside(inventory: Inventory) -> Iterator[tuple[str, _Reader]]:
    for mention in inventory.mentions:
        if mention.role is MentionRole.READS and mention.kind in _RUN_BY_CHILDREN:
            yield mention.name, _Reader(mention.path, is_dbt=mention.kind is MentionKind.DBT)
    for site in inventory.sites:
        elsewhere = site.path not in inventory.reach and not is_test(site.path) and not is_example(site.path)
        if site.kind is SiteKind.ENV_READ and site.name and elsewhere:
            yield site.name, _Reader(site.path)
