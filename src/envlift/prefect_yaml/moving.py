"""Job variables that stand beside ``work_pool``, where Prefect ignores them, moved under it."""

from __future__ import annotations

import re

import yaml

from envlift.prefect_yaml.comparing import unplanned_difference
from envlift.prefect_yaml.facts import Refused, Trouble
from envlift.prefect_yaml.nodes import LOAD_ERRORS, Document, Entry, line_of, parse
from envlift.prefect_yaml.road import check_keys, deployment_items
from envlift.prefect_yaml.splices import Splice, apply_splices, end_of, lines_after

_KEY = "job_variables"
_POOL = "work_pool"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def move_job_variables(text: str, deployment: int) -> str:
    """The text with the job variables of the deployment at an index under its work pool, in lines of their own.

    Raises:
        Refused: When they cannot be moved safely as they are written; nothing is moved then.
    """
    document = parse(text)
    if isinstance(document, Trouble):
        raise Refused(document.line, document.reason)
    items = deployment_items(document)
    item, own = items[deployment] if 0 <= deployment < len(items) else (document.root, False)
    if not own or not isinstance(item, yaml.MappingNode) or item.flow_style:
        raise Refused(line_of(item), "a deployment that is an alias, in one line or no mapping")
    check_keys(document, item)
    (variables, _), (entry, pool) = _own(document, item, _KEY), _own(document, item, _POOL)
    check_keys(document, pool)
    if document.lookup(pool, _KEY) is not None:
        raise Refused(entry.line, f"its work pool has {_KEY} of its own")
    start = text.rfind("\n", 0, variables.key.start_mark.index) + 1
    if text[start : variables.key.start_mark.index].strip(" "):
        raise Refused(variables.line, f"{_KEY} stand beside a dash")
    last = document.own_entries(pool)[-1]
    by = last.key.start_mark.column - variables.key.start_mark.column
    block = text[start : _line_end(text, end_of(document, variables))]
    moved = [_shifted(line.group().rstrip("\r\n"), by) for line in _LINE.finditer(block) if line.group()]
    result = apply_splices(
        text, [Splice(start, start + len(block), ""), lines_after(text, end_of(document, last), moved)]
    )
    if not _is_moved(document, result, deployment):
        raise Refused(variables.line, "moving them would change more of the file")
    return result


def _own(document: Document, item: yaml.MappingNode, key: str) -> tuple[Entry, yaml.MappingNode]:
    """The mapping of a key that the deployment itself writes, one entry a line."""
    entry = document.lookup(item, key)
    if entry is None:
        raise Refused(line_of(item), f"it has no {key}")
    mapping = entry.value
    if entry.alias or entry.parent is not item or not isinstance(mapping, yaml.MappingNode) or not mapping.value:
        raise Refused(entry.line, f"its {key} stand elsewhere, or are no mapping")
    if mapping.flow_style and key == _POOL:
        raise Refused(entry.line, f"its {key} is written in one line")
    return entry, mapping


def _line_end(text: str, position: int) -> int:
    """Behind the line break of a position's line."""
    found = _LINE.match(text, position)
    return found.end() if found is not None else len(text)


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    return " " * by + line if by >= 0 else line.removeprefix(" " * -by)


def _is_moved(document: Document, result: str, deployment: int) -> bool:
    """Whether the result says what the document says, but for the one key in its new place."""
    data = document.data
    if not isinstance(data, dict):
        return False
    items = list(data["deployments"])
    rest = {key: value for key, value in items[deployment].items() if key != _KEY}
    # New mappings, so that what shares the old ones by an alias must stay as it is.
    rest[_POOL] = {**rest[_POOL], _KEY: items[deployment][_KEY]}
    items[deployment] = rest
    try:
        after = yaml.safe_load(result)
    except LOAD_ERRORS:
        return False
    return unplanned_difference({**data, "deployments": items}, after, {}) is None
