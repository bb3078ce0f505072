"""Mappings that take all from a mapping elsewhere by a merge key and shadow what changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from envlift.prefect_yaml.facts import EnvChange
from envlift.prefect_yaml.nodes import Document, Entry
from envlift.prefect_yaml.road import check_keys, leaves, mapping_of, nested
from envlift.prefect_yaml.splices import Item, Splice, colon_end


@dataclass(frozen=True, slots=True)
class NewAnchors:
    """Anchors that the edit adds to mappings elsewhere, so that an override can merge them; grows on the way."""

    document: Document
    invented: dict[int, str] = field(default_factory=dict)
    splices: list[Splice] = field(default_factory=list)


def override(
    names: NewAnchors,
    entry: Entry,
    source: yaml.MappingNode,
    below: Sequence[str],
    changes: Sequence[EnvChange],
    *,
    stem: str = "",
) -> tuple[Item, ...]:
    """The entries of a mapping that takes all from the source elsewhere and shadows what changes; empty for none.

    ``stem`` begins the anchors that are added on the way.
    """
    document = names.document
    stem = stem or document.anchors.get(id(source)) or document.anchors.get(id(entry.parent)) or ""
    check_keys(document, source)
    if below:
        inner = document.lookup(source, below[0])
        mapping = mapping_of(inner, below[0]) if inner else None
        if inner is None or mapping is None:
            items = nested(below, leaves(document, None, changes))
        else:
            deeper = override(names, inner, mapping, below[1:], changes, stem=stem)
            items = ((below[0], deeper),) if deeper else ()
    else:
        items = leaves(document, source, changes)
    if not items or not source.value:
        return items
    return ((None, f"*{_anchor(names, entry, source, stem)}"), *items)


def _anchor(names: NewAnchors, entry: Entry, source: yaml.MappingNode, stem: str) -> str:
    """The anchor of an entry's mapping; a new one, with its splice, where it has none."""
    document = names.document
    found = document.anchors.get(id(source)) or names.invented.get(id(source))
    if found:
        return found
    taken = {*document.anchors.values(), *names.invented.values()}
    wish = f"{stem}_{entry.key.value}" if stem else str(entry.key.value)
    name = next(name for name in (wish, *(f"{wish}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)
    names.invented[id(source)] = name
    if source.flow_style:
        names.splices.append(Splice(source.start_mark.index, source.start_mark.index, f"&{name} "))
    else:
        position = colon_end(document, entry.key)
        names.splices.append(Splice(position, position, f" &{name}"))
    return name
