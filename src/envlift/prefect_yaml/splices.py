"""Stretches of text to replace, and new entries written in the style of the mapping that takes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from envlift.prefect_yaml.facts import Refused
from envlift.prefect_yaml.nodes import Document, Entry, Span, all_nodes, line_of
from envlift.prefect_yaml.quoting import key_text

# A new entry: the bare key (None for the merge key), and either YAML text or the entries of a new mapping.
Item: TypeAlias = "tuple[str | None, str | tuple[Item, ...]]"

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Splice:
    """New text for the stretch from start to end; where two start at one place, the order given is kept."""

    start: int
    end: int
    text: str = field(repr=False)


def apply_splices(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices in; they must not overlap."""
    pieces, position = [], 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < position:
            raise Refused(text.count("\n", 0, splice.start) + 1, "two edits meet on one place")
        pieces += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*pieces, text[position:]])


def insert_items(document: Document, mapping: yaml.MappingNode, items: Sequence[Item], step: int) -> list[Splice]:
    """Splices that put the items after the mapping's last entry, in its own style."""
    if mapping.flow_style:
        return _insert_flow(document, mapping, items)
    last = document.own_entries(mapping)[-1]
    column = last.key.start_mark.column
    return [
        lines_after(document.text, end_of(document, last), render_block(items, column, step, habit(document, mapping)))
    ]


def _insert_flow(document: Document, mapping: yaml.MappingNode, items: Sequence[Item]) -> list[Splice]:
    text, close = document.text, mapping.end_mark.index - 1
    if text[close : close + 1] != "}":
        raise Refused(line_of(mapping), "a mapping of one pair without braces")
    body = render_flow(items, habit(document, mapping))
    entries = document.own_entries(mapping)
    if not entries:
        opening = text.rindex("{", mapping.start_mark.index, close) + 1
        blank = text[opening:close].strip(" ") == ""
        return [Splice(opening if blank else close, close, body)]
    end = end_of(document, entries[-1])
    line_end = _line_end(text, end)
    first_on_line = not text[
        _line_start(text, entries[-1].key.start_mark.index) : entries[-1].key.start_mark.index
    ].strip()
    if line_end > close or not first_on_line:
        return [Splice(end, end, f", {body}")]
    # One entry a line: the new one gets its own, behind the comment of the one before it.
    comma = text[end:line_end].lstrip().startswith(",")
    start = [] if comma else [Splice(end, end, ",")]
    line = " " * entries[-1].key.start_mark.column + body + ("," if comma else "")
    return [*start, lines_after(text, line_end, [line])]


def lines_after(text: str, position: int, lines: Sequence[str]) -> Splice:
    """A splice that puts whole lines behind the line of the position, with that line's own line end."""
    end = _line_end(text, position)
    found = _BREAK.match(text, end) or _BREAK.search(text)
    newline = found.group() if found else "\n"
    return Splice(end, end, newline + newline.join(lines))


def render_block(items: Sequence[Item], column: int, step: int, quote: str | None) -> list[str]:
    """The lines of entries that start at a column."""
    lines = []
    for key, value in items:
        start = " " * column + _key(key, quote) + ":"
        if isinstance(value, str):
            lines.append(f"{start} {value}")
        else:
            lines += [start, *render_block(value, column + step, step, quote)]
    return lines


def render_flow(items: Sequence[Item], quote: str | None) -> str:
    """The entries as they stand between braces."""
    return ", ".join(
        f"{_key(key, quote)}: {value if isinstance(value, str) else '{' + render_flow(value, quote) + '}'}"
        for key, value in items
    )


def _key(key: str | None, quote: str | None) -> str:
    return "<<" if key is None else key_text(key, quote)


def habit(document: Document, mapping: yaml.MappingNode) -> str | None:
    """The quote character of a mapping's keys when all of them are quoted alike."""
    styles = {entry.key.style for entry in document.own_entries(mapping) if isinstance(entry.key, yaml.ScalarNode)}
    return styles.pop() if len(styles) == 1 else None


def indent_step(document: Document, item: yaml.MappingNode) -> int:
    """By how many columns mappings are indented: in this deployment's work pool, else mostly in the file, else two."""
    pool = [
        entry.value
        for entry in document.own_entries(item)
        if entry.key.value == "work_pool" and not entry.alias and isinstance(entry.value, yaml.MappingNode)
    ]
    for mapping in (*pool, item):
        if steps := _steps(document, mapping, pool):
            return steps[-1]
    mappings = [node for node in all_nodes(document) if isinstance(node, yaml.MappingNode)]
    counted = Counter(step for mapping in mappings for step in _steps(document, mapping, []))
    return counted.most_common(1)[0][0] if counted else _INDENT


def _steps(document: Document, mapping: yaml.MappingNode, last: Sequence[yaml.MappingNode]) -> list[int]:
    """The steps of the block mappings in a block mapping, those of the last ones at the end."""
    inner = [
        (entry.key, document.own_entries(entry.value)[0].key)
        for entry in sorted(document.own_entries(mapping), key=lambda entry: entry.value in last)
        if not entry.alias and isinstance(entry.value, yaml.MappingNode) and not entry.value.flow_style
    ]
    steps = [int(first.start_mark.column - key.start_mark.column) for key, first in inner]
    return [step for step in steps if step > 0 and not mapping.flow_style]


def end_of(document: Document, entry: Entry) -> int:
    """A position on the last line that belongs to an entry, right behind its last character where it is no block."""
    return node_end(document, entry.value, entry.alias)


def node_end(document: Document, node: yaml.Node, alias: Span | None) -> int:
    """The same for a value, or for the alias that stands in its place."""
    if alias:
        return alias.end
    if isinstance(node, yaml.ScalarNode):
        return _block_scalar_end(document.text, node) if node.style in ("|", ">") else int(node.end_mark.index)
    if node.flow_style:  # type: ignore[attr-defined]
        return int(node.end_mark.index)
    if isinstance(node, yaml.MappingNode):
        return end_of(document, document.own_entries(node)[-1])
    item, item_alias = document.items(node)[-1]  # type: ignore[arg-type]
    return node_end(document, item, item_alias)


def _block_scalar_end(text: str, node: yaml.ScalarNode) -> int:
    body = text[node.start_mark.index : node.end_mark.index]
    keeps = "+" in body[: _line_end(body, 0)].partition("#")[0]
    while (found := _last_break(body)) is not None:
        body = body[:found]
        # Blank lines at the end count only where the header says "keep".
        if keeps or _last_break(body) is None:
            break
    return int(node.start_mark.index) + len(body)


def _last_break(body: str) -> int | None:
    if body.endswith("\r\n"):
        return len(body) - 2
    return len(body) - 1 if body and _BREAK.fullmatch(body[-1]) else None


def colon_end(document: Document, key: yaml.Node) -> int:
    """The position behind the colon of a key."""
    found = re.compile(r"[ \t]*:").match(document.text, key.end_mark.index)
    if found is None:
        raise Refused(line_of(key), "a key and its value that are not written as 'key: value'")
    return found.end()


def _line_end(text: str, position: int) -> int:
    found = _BREAK.search(text, position)
    return found.start() if found else len(text)


def _line_start(text: str, position: int) -> int:
    ends = [found.end() for found in _BREAK.finditer(text, 0, position)]
    return ends[-1] if ends else 0
