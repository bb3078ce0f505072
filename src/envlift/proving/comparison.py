"""Before against after: does each deployment see each setting as it did, by value and by type?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum

from envlift.plan import Layer
from envlift.proving.records import Boundary, Seen

MASK = "********"
NOTHING = "missing"
UNREAD = "not read"
PRESENT, ABSENT = "is there", "is not there"


@dataclass(frozen=True, slots=True)
class Expected:
    """A setting under proof.

    Args:
        name: Its environment variable name; for a literal the proposed one.
        layer: Where it lives after the migration.
        block: The Secret block that code loads after the migration; empty when code reads the environment.
        secret: Whether its value must be masked.
        literal: Digest of the literal that stood in the code before; empty for all other settings.
        literal_type: Name of that literal's Python type.
        literal_plain: That literal in clear when it is not secret; else None.
        deployments: That reach it, as ``flow/deployment``; empty: those that either side saw reading it.
    """

    name: str
    layer: Layer
    block: str = ""
    secret: bool = True
    literal: str = ""
    literal_type: str = "str"
    literal_plain: str | None = None
    deployments: tuple[str, ...] = ()


class Verdict(Enum):
    """How before and after compare; only the first is a proof."""

    SAME = "same"
    OTHER_VALUE = "another value"
    OTHER_TYPE = "another type"
    LOST = "missing after"
    GAINED = "missing before"
    NOT_READ_AFTER = "no longer read"
    NOT_READ_BEFORE = "not read before"
    NEVER_READ = "never read"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the proof's table.

    Args:
        setting: The setting's name.
        layer: Where it lives after the migration.
        deployment: ``flow/deployment``; empty when no deployment was seen reading it.
        before: What was seen, fit to be shown: a value in clear only when it is harmless.
        after: The same.
        verdict: Whether both are equal.
    """

    setting: str
    layer: Layer
    deployment: str
    before: str
    after: str
    verdict: Verdict

    @property
    def same(self) -> bool:
        """Equal, or read by neither side's code in this run, which proves nothing but breaks nothing."""
        return self.verdict in (Verdict.SAME, Verdict.NEVER_READ)


@dataclass(frozen=True, slots=True, order=True)
class Sight:
    """A value as one read saw it; equal sights mean equal values of one type."""

    type: str
    digest: str
    plain: str | None

    @property
    def missing(self) -> bool:
        return self.type == "NoneType" and not self.digest


Sights = frozenset[Sight]


def compare(before: Iterable[Seen], after: Iterable[Seen], settings: Sequence[Expected]) -> tuple[Row, ...]:
    """A row for each setting and deployment, in the order of ``settings``, then by deployment.

    All that a deployment saw for a setting on one side is one set: a migration may read once where the code read ten
    times, or sink a read into two functions, but it must not show another value anywhere. A copy of the whole
    environment holds what the code never asks for, so only what is in the copies of both sides counts.
    """
    old, new = tuple(before), tuple(after)
    copied = _copied(old) & _copied(new)
    seen_before, seen_after = _by_boundary(old, copied), _by_boundary(new, copied)
    return tuple(row for setting in settings for row in _rows(setting, seen_before, seen_after))


_Key = tuple[str, str, bool]


def _copied(records: Iterable[Seen]) -> frozenset[tuple[str, str]]:
    return frozenset((seen.deployment, seen.name) for seen in records if seen.boundary is Boundary.COPY)


def _by_boundary(records: Iterable[Seen], copied: Set[tuple[str, str]]) -> Mapping[_Key, Sights]:
    """(deployment, name, whether it was a Secret block) to all that was seen there."""
    sights: dict[_Key, set[Sight]] = {}
    for seen in records:
        if seen.boundary is Boundary.COPY and (seen.deployment, seen.name) not in copied:
            continue
        key = (seen.deployment, seen.name, seen.boundary is Boundary.SECRET)
        sights.setdefault(key, set()).add(_sight(seen))
    return {key: frozenset(found) for key, found in sights.items()}


def _sight(seen: Seen) -> Sight:
    if seen.boundary is Boundary.MEMBERSHIP:
        # The code asked whether it is there, not what it is.
        return Sight("bool", PRESENT if seen.found else ABSENT, PRESENT if seen.found else ABSENT)
    # A default that the code gives counts as the value: moving it to a layer must not change what is seen.
    return Sight(seen.type, seen.digest, seen.plain)


def _rows(setting: Expected, before: Mapping[_Key, Sights], after: Mapping[_Key, Sights]) -> list[Row]:
    own = {(setting.name, False), (setting.block, True)} - {("", True)}
    reached = setting.deployments or tuple(
        sorted({deployment for side in (before, after) for deployment, name, block in side if (name, block) in own})
    )
    if not reached:
        return [Row(setting.name, setting.layer, "", UNREAD, UNREAD, Verdict.NEVER_READ)]
    rows = []
    for deployment in reached:
        old = _gather(before, deployment, own)
        new = _gather(after, deployment, own)
        if setting.literal and new:
            # A literal is not read, so no recorder sees it: it is there wherever the code that holds it runs.
            old |= {Sight(setting.literal_type, setting.literal, setting.literal_plain)}
        rows.append(
            Row(setting.name, setting.layer, deployment, _shown(old, setting), _shown(new, setting), _verdict(old, new))
        )
    return rows


def _gather(side: Mapping[_Key, Sights], deployment: str, names: Iterable[tuple[str, bool]]) -> Sights:
    return frozenset(sight for name, block in names for sight in side.get((deployment, name, block), ()))


def _verdict(before: Sights, after: Sights) -> Verdict:
    if not before and not after:
        return Verdict.NEVER_READ
    if not after:
        return Verdict.NOT_READ_AFTER
    if not before:
        return Verdict.NOT_READ_BEFORE
    if _values(before) == _values(after):
        return Verdict.SAME
    if {digest for _, digest in _values(before)} == {digest for _, digest in _values(after)}:
        return Verdict.OTHER_TYPE
    lost = any(sight.missing for sight in after) and not any(sight.missing for sight in before)
    gained = any(sight.missing for sight in before) and not any(sight.missing for sight in after)
    return Verdict.LOST if lost else Verdict.GAINED if gained else Verdict.OTHER_VALUE


def _values(sights: Sights) -> frozenset[tuple[str, str]]:
    return frozenset((sight.type, sight.digest) for sight in sights)


def _shown(sights: Sights, setting: Expected) -> str:
    if not sights:
        return UNREAD
    return ", ".join(sorted({_shown_one(sight, setting) for sight in sights}))


def _shown_one(sight: Sight, setting: Expected) -> str:
    if sight.missing:
        return NOTHING
    if sight.digest in (PRESENT, ABSENT):
        return sight.digest
    value = MASK if setting.secret or sight.plain is None else sight.plain
    return value if sight.type == "str" else f"{value} ({sight.type})"
