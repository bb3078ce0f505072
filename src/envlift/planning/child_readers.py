"""Variables that programs started by a flow may read: a secret among them must stay in the environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from envlift.inventory import ChildProcess, Inventory, MentionKind, MentionRole, Site, SiteKind
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
        """A program that these flows start while other code reads the variable; None where nothing does.

        ``reads`` are those that the flows' own code and the programs that it starts are known to make.
        """
        own = next((site for site in reads if site.path in self._inventory.started), None)
        if own is not None:
            return ChildRead(f"a program that a flow starts reads it ({place_of(own)})", certain=True)
        reader = self._readers.get(name)
        if reader is None:
            return None
        reach = self._inventory.reach
        found = [
            ChildRead(
                f"{child.path}:{child.line} starts another program, and {reader.path} reads it",
                certain=name in child.names or reader.is_started_by(child),
            )
            for child in self._inventory.children
            if (child.inherits or name in child.names) and reach.get(child.path, frozenset()) & flows
        ]
        return next((child for child in found if child.certain), found[0] if found else None)

    def started_for(self, name: str) -> frozenset[str]:
        """The entrypoints of flows that start a program which reads the variable from their environment."""
        reader = self._readers.get(name)
        found = (c for c in self._inventory.children if reader is not None and reader.is_started_by(c))
        taking = (c for c in found if c.inherits and name not in c.names)
        return frozenset[str]().union(*(self._inventory.reach.get(c.path, frozenset()) for c in taking))

    def handed(self, flows: frozenset[str]) -> str:
        """Where these flows write out that another program gets their whole environment; empty where they do not."""
        reach = self._inventory.reach
        found = (c for c in self._inventory.children if c.handed and reach.get(c.path, frozenset()) & flows)
        child = next(found, None)
        return "" if child is None else f"{child.path}:{child.line} hands the whole environment to another program"


@dataclass(frozen=True, slots=True)
class _Reader:
    """A file that reads a variable; of code, which a flow's own ``started`` files are, without a kind."""

    path: str
    kind: MentionKind | None = None

    def is_started_by(self, child: ChildProcess) -> bool:
        """Whether the command is written out, and runs this file."""
        match self.kind:
            case MentionKind.DBT:
                by_name = any(PurePosixPath(p).stem == "dbt" or p.startswith("dbt.") for p in child.programs)
                return by_name or "dbt" in child.form
            case MentionKind.MAKE:
                return "make" in child.programs
            case MentionKind.SHELL:
                return any(f"/{self.path}".endswith(f"/{p.removeprefix('./')}") for p in child.programs)
        return False


def _read_outside(inventory: Inventory) -> Iterator[tuple[str, _Reader]]:
    for mention in inventory.mentions:
        if mention.role is MentionRole.READS and mention.kind in _RUN_BY_CHILDREN:
            yield mention.name, _Reader(mention.path, mention.kind)
    for site in inventory.sites:
        elsewhere = site.path not in inventory.reach and not is_test(site.path) and not is_example(site.path)
        if site.kind is SiteKind.ENV_READ and site.name and elsewhere:
            yield site.name, _Reader(site.path)
