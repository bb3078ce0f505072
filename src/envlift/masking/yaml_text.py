"""The stretches of YAML that nobody may read, and where values can stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from envlift.masking.credentials import Stretch, assigned, is_secret, partly
from envlift.prefect_yaml import value_places


def in_yaml(text: str) -> Iterator[Stretch]:
    """The values that are secrets by their keys, and assignments in other values and in comments."""
    places = value_places(text)
    if places is None:
        yield from assigned(text, 0, len(text))
        return
    for place in places:
        start, end = place.start, place.start + len(text[place.start : place.end].rstrip())
        if text[start : start + 1] in ("'", '"') and end - start > 1:
            start, end = start + 1, end - 1
        if is_secret(place.keys, place.value):
            if (found := partly(text, place.keys, start, end)) is not None:
                yield found
        else:
            yield from assigned(text, start, end)
    for start, end in yaml_comments(text, [(place.start, place.end) for place in places]):
        yield from assigned(text, start, end)


def yaml_comments(text: str, values: Sequence[Stretch]) -> Iterator[Stretch]:
    """The comments: what begins with a mark outside of values."""
    taken = bytearray(len(text))
    for start, end in values:
        taken[start:end] = b"\1" * (end - start)
    for match in re.finditer(r"(?:(?<=\s)|^)#[^\r\n]*", text, re.MULTILINE):
        if not taken[match.start()]:
            yield match.span()
