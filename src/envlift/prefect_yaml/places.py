"""Where the values of YAML text stand, each with the keys that it stands under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from envlift.prefect_yaml.nodes import LOAD_ERRORS

_MOST = 200_000


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """One scalar that is no key: ``start`` and ``end`` are character positions, quotes and anchor within."""

    keys: tuple[str, ...]
    value: str = field(repr=False)
    start: int
    end: int


def value_places(text: str) -> tuple[ValuePlace, ...] | None:
    """Every value of all documents, the keys nearest first; None where the text is no YAML."""
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        found: list[ValuePlace] = []
        for root in roots:
            if root is not None:
                for place in _places(root):
                    found.append(place)
                    if len(found) > _MOST:
                        return None
    except LOAD_ERRORS:
        return None
    return tuple(found)


def _places(root: yaml.Node) -> Iterator[ValuePlace]:
    stack: list[tuple[yaml.Node, tuple[str, ...]]] = [(root, ())]
    seen: set[tuple[int, tuple[str, ...]]] = set()
    while stack:
        node, keys = stack.pop()
        if (id(node), keys[:2]) in seen:
            continue
        seen.add((id(node), keys[:2]))
        if isinstance(node, yaml.ScalarNode):
            yield ValuePlace(keys, node.value, node.start_mark.index, node.end_mark.index)
        elif isinstance(node, yaml.SequenceNode):
            stack += [(item, keys) for item in node.value]
        elif isinstance(node, yaml.MappingNode):
            pairs = [(_text(key), value) for key, value in node.value]
            named = next((_text(value) for key, value in pairs if key == "name"), "")
            for key, value in pairs:
                # `- name: X` with `value: …` below it is how lists spell X=….
                own = (named,) if key == "value" and named else ()
                stack.append((value, (*own, key, *keys)))


def _text(node: yaml.Node) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""
