"""Variables that programs started by a flow may read: a secret among them must stay in the environment."""

from __future__ import annotations

from collections.abc import Iterator

from envlift.inventory import Inventory, MentionKind, MentionRole, SiteKind
from envlift.scanning.roles import is_example, is_test

_RUN_BY_CHILDREN = (MentionKind.DBT, MentionKind.SHELL, MentionKind.MAKE)


class ChildReaders:
    """What code outside of the flows reads, which a program that a flow starts with its environment may be."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._readers: dict[str, str] = {}
        for name, path in _read_outside(inventory) if inventory.children else ():
            self._readers.setdefault(name, path)

    def of(self, name: str, flows: frozenset[str]) -> str:
        """Where these flows start a program while other code reads the variable; empty where nothing speaks for it."""
        reader = self._readers.get(name)
        reach = self._inventory.reach
        for child in self._inventory.children if reader is not None else ():
            if (child.inherits or name in child.names) and reach.get(child.path, frozenset()) & flows:
                return f"{child.path}:{child.line} starts another program, and {reader} reads it"
        return ""


def _read_outside(inventory: Inventory) -> Iterator[tuple[str, str]]:
    for mention in inventory.mentions:
        if mention.role is MentionRole.READS and mention.kind in _RUN_BY_CHILDREN:
            yield mention.name, mention.path
    for site in inventory.sites:
        elsewhere = site.path not in inventory.reach and not is_test(site.path) and not is_example(site.path)
        if site.kind is SiteKind.ENV_READ and site.name and elsewhere:
            yield site.name, site.path
