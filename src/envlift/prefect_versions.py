"""What locks, pins and images say about the Prefect of a project, and what follows for the whole of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class VersionSource(Enum):
    """What says which Prefect a project has, the surest first; the values are those of the JSON output."""

    LOCK = "lock"
    PIN = "pin"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class PrefectVersion:
    """What one file says about the project's Prefect.

    Args:
        path: The lock, pin or image.
        written: The version or range as written, e.g. ``3.4.1`` or ``>=2.20,<3``.
        oldest: The oldest version that it allows, as far as it is written; None where it does not tell.
        source: What kind of file it is.
    """

    path: str
    written: str
    oldest: tuple[int, ...] | None
    source: VersionSource


def oldest_allowed(versions: Iterable[PrefectVersion]) -> tuple[int, ...] | None:
    """The oldest Prefect that a project allows: by what stands nearest to its root, and there by the surest."""
    sources = list(VersionSource)
    known = [(v.path.count("/"), sources.index(v.source), v.oldest) for v in versions if v.oldest is not None]
    nearest = min((place for *place, _ in known), default=None)
    return min((oldest for *place, oldest in known if place == nearest), default=None)
