"""The inventory as people read it: a line a setting, with where it is stored, read and by which flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from envlift.cli.screen.wording import count, few, next_step, shortened_path, trouble_lines
from envlift.inventory import Inventory, Site, SiteKind

_COMPUTED = "(computed name)"
_WIDE = 118
_HEADINGS = ("Setting", "Stored in", "Used at", "Flows")
_FLOWS = len("  " * 3 + "Flows")
_SHORTEST_PATH = 12
_SHORT_STORED = 24


def scan_view(inventory: Inventory) -> tuple[RenderableType, ...]:
    """The views of ``envlift scan``."""
    settings = _by_setting(inventory.sites)
    if not settings:
        return (_summary(inventory, 0), Text("No setting found: nothing is read from the environment or hardcoded."))
    return (
        _summary(inventory, len(settings)),
        Text(),
        _SettingTable(settings, inventory),
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


class _SettingTable:
    """A row a setting; where there is little room, the first place stands for all and paths lose their beginning."""

    def __init__(self, settings: dict[str, list[Site]], inventory: Inventory) -> None:
        self._settings = settings
        self._inventory = inventory

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = options.max_width >= _WIDE
        rows = [(name, *self._cells(sites, wide=wide)) for name, sites in self._settings.items()]
        others = sum(max(len(row[column]) for row in (*rows, _HEADINGS)) for column in (0, 1))
        room = options.max_width if wide else options.max_width - others - _FLOWS
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="quiet", pad_edge=False)
        table.add_column(_HEADINGS[0], style="name", no_wrap=True)
        table.add_column(_HEADINGS[1], no_wrap=True)
        table.add_column(_HEADINGS[2], style="place", no_wrap=True)
        table.add_column(_HEADINGS[3], overflow="fold")
        for name, stored, used, flows in rows:
            table.add_row(name, stored, shortened_path(used, max(room, _SHORTEST_PATH)), flows)
        yield table

    def _cells(self, sites: list[Site], *, wide: bool) -> tuple[str, str, str]:
        used = [site for site in sites if site.kind in (SiteKind.ENV_READ, SiteKind.ENV_WRITE)]
        flows, stored = _flows(used, self._inventory), _stored(sites)
        if wide:
            return few(stored, 2), few(_places(used), 2), few(flows, 2)
        return (
            few([shortened_path(place, _SHORT_STORED) for place in stored], 1),
            few(_places(used), 1),
            str(len(flows) or ""),
        )


def _stored(sites: Iterable[Site]) -> list[str]:
    files = [site.path for site in sites if site.kind is SiteKind.DOTENV_ENTRY]
    literals = [f"{site.path}:{site.span.line} (hardcoded)" for site in sites if site.kind is SiteKind.LITERAL]
    return list(dict.fromkeys(files + literals))


def _places(sites: Iterable[Site]) -> list[str]:
    written = {SiteKind.ENV_WRITE: " (set)"}
    return list(dict.fromkeys(f"{s.path}:{s.span.line}{written.get(s.kind, '')}" for s in sites))


def _flows(sites: Iterable[Site], inventory: Inventory) -> list[str]:
    """The names of the flows whose runs import the files of these sites."""
    reached = {entrypoint for site in sites for entrypoint in inventory.reach.get(site.path, ())}
    return sorted({entrypoint.rpartition(":")[2] for entrypoint in reached})
