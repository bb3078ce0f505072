"""Environment variables put into the text of a prefect.yaml; nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from envlift.prefect_yaml.comparing import Planned, checked
from envlift.prefect_yaml.facts import EnvChange, Refused, Trouble
from envlift.prefect_yaml.nodes import Document, Entry, line_of, parse
from envlift.prefect_yaml.overrides import NewAnchors, override
from envlift.prefect_yaml.quoting import double_quoted, placeholder_in
from envlift.prefect_yaml.road import ROAD, check_keys, deployment_items, holds, leaves, mapping_of, nested
from envlift.prefect_yaml.splices import (
    Item,
    Splice,
    colon_end,
    indent_step,
    insert_items,
    lines_after,
    render_block,
    render_flow,
)


def set_env(text: str, changes: Sequence[EnvChange]) -> str:
    """The text with every change made, or the text itself where all of them hold already.

    The result is loaded again and compared path by path with what the text said before.

    Raises:
        Refused: When one change cannot be made safely; none is made then.
    """
    document = parse(text)
    if isinstance(document, Trouble):
        raise Refused(document.line, document.reason)
    wanted = _by_deployment(document, changes)
    names = NewAnchors(document)
    edits = [_plan_deployment(names, item, asked) for item, asked in wanted.values()]
    planned: Planned = {
        "deployments": {
            index: {"work_pool": {"job_variables": {"env": {change.name: change.value for change in asked}}}}
            for index, (_, asked) in wanted.items()
        }
    }
    # Where deployments share a mapping and all of them get the change, the mapping's own edit may be enough.
    result, stray = checked(document, [splice for edit in edits for splice in edit.own], planned)
    if stray is not None:
        every = [splice for edit in edits for splice in (*edit.own, *edit.shadowing)]
        result, stray = checked(document, [*names.splices, *every], planned)
    if stray is not None:
        raise Refused(*_explained(document, stray, wanted))
    return result


@dataclass(frozen=True, slots=True)
class _Edit:
    """The splices for one deployment: in mappings of its own, or to shadow a mapping that stands elsewhere."""

    own: Sequence[Splice] = ()
    shadowing: Sequence[Splice] = ()


def _by_deployment(
    document: Document, changes: Sequence[EnvChange]
) -> dict[int, tuple[yaml.MappingNode, list[EnvChange]]]:
    items = deployment_items(document)
    found: dict[int, tuple[yaml.MappingNode, list[EnvChange]]] = {}
    for change in changes:
        if not 0 <= change.deployment < len(items):
            raise Refused(1, f"there is no deployment with the index {change.deployment}")
        item, own = items[change.deployment]
        if not own or not isinstance(item, yaml.MappingNode):
            raise Refused(line_of(item), "a deployment that is an alias or no mapping")
        _check_change(change, line_of(item))
        names = found.setdefault(change.deployment, (item, []))[1]
        twin = next((other for other in names if other.name == change.name), None)
        if twin and twin.value != change.value:
            raise Refused(line_of(item), f"{change.name} is asked for twice with two values")
        if not twin:
            names.append(change)
    return found


def _check_change(change: EnvChange, line: int) -> None:
    value = change.value.reveal()
    if not change.name or "=" in change.name or "\0" in change.name:
        raise Refused(line, "the name of an environment variable that no system takes")
    if placeholder_in(value):
        raise Refused(line, f"the value of {change.name} holds '{{{{ word }}}}', which Prefect would blank")
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise Refused(line, f"the value of {change.name} holds characters that no environment takes")


def _plan_deployment(names: NewAnchors, item: yaml.MappingNode, changes: Sequence[EnvChange]) -> _Edit:
    document = names.document
    step = indent_step(document, item)
    parent = item
    for depth, key in enumerate(ROAD):
        check_keys(document, parent)
        below = ROAD[depth + 1 :]
        entry = document.lookup(parent, key)
        if entry is None and key == "work_pool":
            raise Refused(line_of(item), "a deployment without work_pool: it has no job variables")
        inner = mapping_of(entry, key) if entry else None
        if entry is None or inner is None:
            items = nested(below, leaves(document, None, changes))
            if entry and entry.parent is parent:
                return _Edit(own=[_fill(document, entry, items, step)])
            return _Edit(own=insert_items(document, parent, [(key, items)], step))
        if entry.alias or entry.parent is not parent:
            return _Edit(shadowing=_shadow(names, parent, entry, override(names, entry, inner, below, changes), step))
        parent = inner
    check_keys(document, parent)
    return _Edit(own=_set_names(document, parent, changes, step))


def _set_names(document: Document, env: yaml.MappingNode, changes: Sequence[EnvChange], step: int) -> list[Splice]:
    splices, new = [], []
    for change in changes:
        if holds(document, env, change):
            continue
        entry = document.lookup(env, change.name)
        quoted = double_quoted(change.value.reveal())
        if entry and entry.parent is env:
            splices.append(_replace_value(entry, quoted))
        else:
            new.append((change.name, quoted))
    return [*splices, *(insert_items(document, env, new, step) if new else [])]


def _replace_value(entry: Entry, quoted: str) -> Splice:
    if entry.alias:
        return Splice(entry.alias.start, entry.alias.end, quoted)
    if not isinstance(entry.value, yaml.ScalarNode) or entry.value.style in ("|", ">"):
        raise Refused(entry.line, "a value over several lines, which a person has to replace")
    start, end = entry.value.start_mark.index, entry.value.end_mark.index
    return Splice(start, end, quoted) if start < end else Splice(start, end, f" {quoted}")


def _shadow(
    names: NewAnchors, parent: yaml.MappingNode, entry: Entry, items: tuple[Item, ...], step: int
) -> list[Splice]:
    """Splices that give the parent a mapping of its own where it had an alias or a merged one."""
    document, alias = names.document, entry.alias
    if not items:
        return []
    if alias is None or entry.parent is not parent:
        return insert_items(document, parent, [(entry.key.value, items)], step)
    if parent.flow_style:
        return [Splice(alias.start, alias.end, "{" + render_flow(items, None) + "}")]
    lines = render_block(items, entry.key.start_mark.column + step, step, None)
    return [Splice(colon_end(document, entry.key), alias.end, ""), lines_after(document.text, alias.end, lines)]


def _fill(document: Document, entry: Entry, items: tuple[Item, ...], step: int) -> Splice:
    """A splice that gives a key without a value its first entries."""
    position = colon_end(document, entry.key)
    if entry.parent.flow_style:
        return Splice(position, position, " {" + render_flow(items, None) + "}")
    lines = render_block(items, entry.key.start_mark.column + step, step, None)
    return lines_after(document.text, position, lines)


def _explained(
    document: Document,
    stray: tuple[object, ...],
    wanted: dict[int, tuple[yaml.MappingNode, list[EnvChange]]],
) -> tuple[int, str]:
    """Line and reason for an edit that would change more or less than it should."""
    items = deployment_items(document)
    match stray:
        case ("deployments", int() as index, *_) if index not in wanted:
            return line_of(items[index][0]), "this deployment would change too, because they share a mapping"
        case ("deployments", int() as index, *_):
            return line_of(
                items[index][0]
            ), "the edit would change more of this deployment than was asked; it may share a mapping"
        case _:
            first = next(iter(wanted.values()), None)
            return line_of(first[0]) if first else 1, "the edit would change more of the file than was asked"
