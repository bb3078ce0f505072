"""The variables that the flows' own code sets, and those for which nothing else then counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from envlift.inventory import Inventory, Site, SiteKind, Standing
from envlift.layers.setting import place_of
from envlift.planning.outside import NO_WRITES
from envlift.scanning.libraries.ambient_reads import is_ambient
from envlift_codemods.parsed import Place

_SETS = "environ[]="
_GIVING = (_SETS, "environ.setdefault()", "environ.update()")  # forms that leave a value behind


class OwnValues:
    """What code that flows reach does to the environment."""

    def __init__(self, inventory: Inventory) -> None:
        self._reach = inventory.reach
        self._flows = {(flow.path, flow.function): flow.entrypoint for flow in inventory.flows}
        self._writes: dict[str, list[Site]] = defaultdict(list)
        for site in inventory.sites:
            changes = site.kind is SiteKind.ENV_WRITE and site.form not in NO_WRITES
            if changes and site.name and site.path in inventory.reach:
                self._writes[site.name].append(site)

    def changed_at(self, name: str) -> str:
        """Where code of flows sets or deletes the variable, as ``path:line``; empty where it does not."""
        return next((place_of(site) for site in self._writes.get(name, ())), "")

    def given_at(self, name: str) -> str:
        """Where an import of that code sets it, so that a read finds a value; empty where none does."""
        giving = (s for s in self._writes.get(name, ()) if s.place is Place.MODULE and s.standing is Standing.OPEN)
        return next((place_of(site) for site in giving if site.form in _GIVING), "")

    def settled_at(self, name: str, reads: Sequence[Site]) -> str:
        """Where the code sets it for a library, whatever it was before; empty where a value from outside may count."""
        wanted = {entrypoint for read in reads for entrypoint in self._reach.get(read.path, ())}
        if not wanted or not all(map(is_ambient, reads)):
            return ""
        certain = [s for s in self._writes.get(name, ()) if s.form == _SETS and not s.obstacle]
        covered = {flow for site in certain for flow in self._runs_of(site)}
        early = any(r.place is not None and r.place.at_import and not _comes_after(r, certain) for r in reads)
        return place_of(certain[0]) if wanted <= covered and not early else ""

    def _runs_of(self, site: Site) -> Iterator[str]:
        """The flows whose runs are sure to come by a place: those that import it, and the flow that it is in."""
        if site.place is Place.MODULE and site.standing is Standing.OPEN:
            yield from self._reach[site.path]
        elif (entrypoint := self._flows.get((site.path, site.function))) is not None:
            yield entrypoint


def _comes_after(read: Site, writes: Iterable[Site]) -> bool:
    """Whether an import that reads has set the variable before."""
    return any(w.path == read.path and w.place is Place.MODULE and w.span < read.span for w in writes)
