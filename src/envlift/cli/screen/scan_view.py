"""The inventory as people read it: a line a setting, with where it is stored, read and by which flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from envlift.cli.screen.wording import count, few, next_step, trouble_lines
from envlift.inventory import Inventory, Site, SiteKind

_COMPUTED = "(computed name)"


def scan_view(inventory: Inventory) -> tuple[RenderableType, ...]:
    """The views of ``envlift scan``."""
    settings = _by_setting(inventory.sites)
    if not settings:
        return (_summary(inventory, 0), Text("No setting found: nothing is read from the environment or hardcoded."))
    return (
        _summary(inventory, len(settings)),
        Text(),
        _table(settings, inventory),
        *trouble_lines(inventory.troubles),
        Text(),
        next_step("envlift plan", "shows where each setting should go, and why"),
    )


def _summary(inventory: Inventory, settings: int) -> Text:
    parts = (
        count(settings, "setting"),
        count(len(inventory.sites), "place"),
        count(inventory.files, "file"),
        count(len(inventory.flows), "flow"),
        count(len(inventory.deployments), "deployment"),
        count(len(inventory.dotenv_files), ".env file"),
    )
    return Text(" · ".join(parts), style="heading")


def _by_setting(sites: Iterable[Site]) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        found[site.name or _COMPUTED].append(site)
    return dict(sorted(found.items(), key=lambda item: (item[0] == _COMPUTED, item[0])))


def _table(settings: dict[str, list[Site]], inventory: Inventory) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="quiet", pad_edge=False)
    table.add_column("Setting", style="name", overflow="fold", max_width=34)
    table.add_column("Stored in", overflow="fold")
    table.add_column("Used at", style="place", overflow="fold")
    table.add_column("Flows", overflow="fold")
    for name, sites in settings.items():
        used = [site for site in sites if site.kind in (SiteKind.ENV_READ, SiteKind.ENV_WRITE)]
        table.add_row(name, _stored(sites), few(_places(used), 2), _flows(used, inventory))
    return table


def _stored(sites: Sequence[Site]) -> str:
    files = [site.path for site in sites if site.kind is SiteKind.DOTENV_ENTRY]
    literals = [f"{site.path}:{site.span.line} (hardcoded)" for site in sites if site.kind is SiteKind.LITERAL]
    return few(list(dict.fromkeys(files + literals)), 2)


def _places(sites: Iterable[Site]) -> list[str]:
    written = {SiteKind.ENV_WRITE: " (set)"}
    return list(dict.fromkeys(f"{s.path}:{s.span.line}{written.get(s.kind, '')}" for s in sites))


def _flows(sites: Iterable[Site], inventory: Inventory) -> str:
    reached = {entrypoint for site in sites for entrypoint in inventory.reach.get(site.path, ())}
    return few(sorted(PurePosixPath(entrypoint).name.partition(":")[2] or entrypoint for entrypoint in reached), 2)
