"""Does the edited document say what the first one said, plus what was planned and nothing else?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml

from envlift.concealed import Concealed
from envlift.prefect_yaml.nodes import LOAD_ERRORS, Document, arriving_text
from envlift.prefect_yaml.splices import Splice, apply_splices

# The planned paths: keys and indices down to the value that must stand there.
Planned: TypeAlias = "Mapping[str, Planned | Concealed] | Mapping[int, Planned | Concealed]"
Path: TypeAlias = tuple[object, ...]

_NOTHING: Planned = {}


def unplanned_difference(before: object, after: object, planned: Planned) -> Path | None:
    """The first path at which two loaded documents differ otherwise than planned, or None.

    Types count: True is not 1, and "1" is neither. A planned path that is not there counts as a difference.
    """
    return _difference(before, after, planned, (), set())


def checked(document: Document, splices: Sequence[Splice], planned: Planned) -> tuple[str, tuple[object, ...] | None]:
    """The edited text, and the first path at which it does not say what it should."""
    result = apply_splices(document.text, splices)
    if result == document.text:
        return result, unplanned_difference(document.data, document.data, planned)
    try:
        after = yaml.safe_load(result)
    except LOAD_ERRORS:
        return document.text, ()
    return result, unplanned_difference(document.data, after, planned)


def _difference(
    before: object, after: object, planned: Planned | Concealed, path: Path, seen: set[tuple[int, int]]
) -> Path | None:
    if isinstance(planned, Concealed):
        text = arriving_text(after)
        return None if text is not None and Concealed(text) == planned else path
    if not planned:
        # Anchors make one object stand at many places: each pair is looked at once, even in a circle.
        if (id(before), id(after)) in seen:
            return None
        seen.add((id(before), id(after)))
    elif before is None:
        before = {}
    old, new = _parts(before), _parts(after)
    if type(before) is not type(after) or old is None or new is None:
        same = type(before) is type(after) and (before == after or _both_nan(before, after))
        return None if same and not planned else path
    wanted: dict[tuple[type, object], Planned | Concealed] = {(type(key), key): below for key, below in planned.items()}
    if new.keys() != old.keys() | wanted.keys():
        return path
    for key, part in new.items():
        found = _difference(old.get(key), part, wanted.get(key, _NOTHING), (*path, key[1]), seen)
        if found is not None:
            return found
    return None


def _both_nan(before: object, after: object) -> bool:
    return isinstance(before, float) and isinstance(after, float) and before != before and after != after  # noqa: PLR0124


def _parts(value: object) -> dict[tuple[type, object], object] | None:
    """The parts of a collection by typed key or index; None for all else."""
    if isinstance(value, dict):
        return {(type(key), key): part for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return {(int, index): part for index, part in enumerate(value)}
    return None
