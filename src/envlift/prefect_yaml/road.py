"""The road from a deployment down to its env mapping, and what a mapping on it still lacks."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from envlift.concealed import Concealed
from envlift.prefect_yaml.facts import EnvChange, Refused
from envlift.prefect_yaml.nodes import (
    Document,
    Entry,
    arriving_text,
    duplicate_keys,
    is_empty_scalar,
    line_of,
    scalar,
)
from envlift.prefect_yaml.quoting import double_quoted
from envlift.prefect_yaml.splices import Item

ROAD = ("work_pool", "job_variables", "env")


def check_keys(document: Document, mapping: yaml.MappingNode) -> None:
    """Refuses a mapping in which a key stands twice."""
    for line in duplicate_keys(document, mapping):
        raise Refused(line, "a key that stands twice in one mapping")


def deployment_items(document: Document) -> list[tuple[yaml.Node, bool]]:
    """The nodes of ``deployments`` and whether each stands there itself."""
    root = document.root
    if not isinstance(root, yaml.MappingNode):
        raise Refused(line_of(root), "the file holds no mapping")
    check_keys(document, root)
    entry = document.lookup(root, "deployments")
    if entry is None or not isinstance(entry.value, yaml.SequenceNode):
        return []
    whole = entry.alias is None and entry.parent is root
    return [(item, whole and alias is None) for item, alias in document.items(entry.value)]


def mapping_of(entry: Entry, key: str) -> yaml.MappingNode | None:
    """The mapping that an entry of the road holds; None for an ``env:`` that waits for its first variable."""
    value = entry.value
    if isinstance(value, yaml.MappingNode):
        return value
    if key == "env" and is_empty_scalar(value) and not entry.alias:
        return None
    if isinstance(value, yaml.SequenceNode):
        raise Refused(entry.line, f"{key} is a list, not a mapping")
    what = "null" if isinstance(value, yaml.ScalarNode) and scalar(value) is None else "no mapping"
    raise Refused(entry.line, f"{key} is {what}")


def nested(keys: Sequence[str], items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, each key around them."""
    for key in reversed(keys):
        items = ((key, items),)
    return items


def leaves(document: Document, env: yaml.MappingNode | None, changes: Sequence[EnvChange]) -> tuple[Item, ...]:
    """The entries that a mapping must get itself so that all changes hold in it."""
    missing = [change for change in changes if env is None or not holds(document, env, change)]
    return tuple((change.name, double_quoted(change.value.reveal())) for change in missing)


def holds(document: Document, env: yaml.MappingNode, change: EnvChange) -> bool:
    """Whether the change holds already; refused where another value stands that may not go."""
    entry = document.lookup(env, change.name)
    if entry is None:
        return False
    text = arriving_text(scalar(entry.value)) if isinstance(entry.value, yaml.ScalarNode) else None
    if text is not None and Concealed(text) == change.value:
        return True
    if not change.overwrite:
        raise Refused(entry.line, f"{change.name} is set to something else")
    return False
