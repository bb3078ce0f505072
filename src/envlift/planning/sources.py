"""Where a variable's value comes from today, in the order in which one source beats another, by type of worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from envlift.concealed import Concealed
from envlift.inventory import Inventory, MentionKind, Site, SiteKind
from envlift.layers.setting import place_of
from envlift.planning import value_givers
from envlift.planning.value_givers import ValueGivers
from envlift.precedence import Worker


class SourceKind(Enum):
    """What gives a value; a kind beats those below it, save that ``load_dotenv(override=True)`` beats all."""

    DEPLOYMENT = "deployment"
    SURROUNDINGS = "surroundings"
    IMAGE = "image"
    DOTENV = "dotenv"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Source:
    """One place that gives a variable its value.

    Args:
        kind: What it is.
        place: ``path:line``, with who gets it there where that is known.
        value: What it gives; None where that is not written there.
        workers: The types of worker whose runs see it.
        deployment: The only deployment that gets it; empty where all do.
    """

    kind: SourceKind
    place: str
    value: Concealed | None
    workers: tuple[Worker, ...] = tuple(Worker)
    deployment: str = ""


class Sources:
    """What an inventory knows of the sources of variables.

    A process worker hands its own environment on to its runs; the runs of docker and kubernetes workers start from
    the image. See Prefect's ``BaseJobConfiguration._base_environment`` and ``ProcessJobConfiguration``.
    """

    def __init__(self, inventory: Inventory, givers: ValueGivers) -> None:
        self._inventory = inventory
        self._givers = givers
        self._examples = {file.path for file in inventory.dotenv_files if file.is_example}
        self._entries: dict[str, list[Site]] = {}
        for site in inventory.sites:
            if site.kind is SiteKind.DOTENV_ENTRY and site.path not in self._examples:
                self._entries.setdefault(site.name, []).append(site)

    def of(self, name: str, reads: Sequence[Site]) -> tuple[Source, ...]:
        """The sources of a variable that these reads take, strongest first."""
        return (
            *self._deployments(name),
            *self._around(name),
            *(Source(SourceKind.DOTENV, place_of(e), e.value) for e in self._entries.get(name, ()) if _is_given(e)),
            *(Source(SourceKind.DEFAULT, place_of(s), s.value) for s in reads if s.value is not None),
        )

    def _deployments(self, name: str) -> Iterator[Source]:
        for deployment in self._inventory.deployments:
            if name in deployment.env:
                place = f"{deployment.path}:{deployment.line} for {deployment.name or 'an unnamed deployment'}"
                yield Source(SourceKind.DEPLOYMENT, place, deployment.env[name], deployment=deployment.name)

    def _around(self, name: str) -> Iterator[Source]:
        for mention in self._givers.of(name):
            place = value_givers.place_of(mention) + (f" for {mention.owner}" if mention.owner else "")
            if mention.kind is MentionKind.DOCKERFILE:
                yield Source(SourceKind.IMAGE, place, mention.value)
            elif self._givers.runs_flows(mention.runs):
                yield Source(SourceKind.SURROUNDINGS, place, mention.value, (Worker.PROCESS,))


def seen_by(sources: Iterable[Source], deployment: str, worker: Worker) -> Source | None:
    """The source whose value a deployment's runs see on a type of worker; None where none is known."""
    return next((s for s in sources if worker in s.workers and s.deployment in ("", deployment)), None)


def disagreement(sources: Iterable[Source], kind: SourceKind) -> tuple[Source, ...]:
    """The first two sources of a kind that give different values to the same runs; none where all agree."""
    alike = [s for s in sources if s.kind is kind and s.value is not None and s.value.reveal()]
    other = next((s for s in alike if s.value != alike[0].value), None)
    return () if other is None else (alike[0], other)


def _is_given(entry: Site) -> bool:
    return entry.value is not None and bool(entry.value.reveal())
