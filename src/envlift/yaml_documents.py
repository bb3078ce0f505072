"""Plain YAML as a tree with line numbers: no tag is resolved, no alias can grow it, nothing raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

MAX_NODES = 200_000
"""Nodes of one text, aliases counted as often as they are used: more is no configuration but an attack."""

MAX_DEPTH = 80
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OTHER_BREAKS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it is written; ``text_line`` is where its text begins, the line below ``|`` for a block."""

    line: int
    text: str = field(repr=False)
    is_null: bool
    text_line: int
    end_line: int

    def line_at(self, line: int) -> int:
        """Where a line of the text, counted from 1, stands in the file; folded text has lines of its own."""
        return min(self.text_line + line - 1, self.end_line)


@dataclass(frozen=True, slots=True)
class Pair:
    """One key of a table with its value, and the line of the key."""

    key: str
    line: int
    value: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping: its own pairs in order, then those that merge keys bring and it has not."""

    line: int
    pairs: tuple[Pair, ...] = field(repr=False)

    def get(self, key: str) -> Node | None:
        """The value of a key, the last one where it stands twice."""
        return next((pair.value for pair in reversed(self.pairs) if pair.key == key), None)

    def table(self, key: str) -> Table | None:
        value = self.get(key)
        return value if isinstance(value, Table) else None

    def text(self, key: str) -> str:
        """The text of a scalar; empty where there is none."""
        value = self.get(key)
        return value.text if isinstance(value, Scalar) and not value.is_null else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence."""

    line: int
    items: tuple[Node, ...] = field(repr=False)


Node = Scalar | Table | Listing


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no YAML that can be read: a line, 1-based, and fixed words that quote nothing of it."""

    line: int
    reason: str


def read_yaml(text: str) -> tuple[Node, ...] | Unreadable:
    """The documents of a text, empty ones left out."""
    # A value that is missing at the end of the text stands below its last line to PyYAML.
    builder = _Builder(len(re.split(r"\r\n|[\r\n]", text)))
    try:
        for event in yaml.parse(text.translate(_OTHER_BREAKS), Loader=_PARSER):
            builder.take(event)
    except _TooMuchError as error:
        return Unreadable(error.line, error.reason)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Unreadable(mark.line + 1 if mark else 1, "not valid YAML")
    except (yaml.YAMLError, ValueError, RecursionError):
        return Unreadable(1, "not valid YAML")
    return tuple(builder.documents)


def scalars(node: Node) -> Iterator[Scalar]:
    """Every value below a node; keys are left out."""
    match node:
        case Scalar():
            yield node
        case Table(pairs=pairs):
            for pair in pairs:
                yield from scalars(pair.value)
        case Listing(items=items):
            for item in items:
                yield from scalars(item)


def tables(node: Node) -> Iterator[Table]:
    """Every mapping at and below a node, outer ones first."""
    match node:
        case Scalar():
            return
        case Table(pairs=pairs):
            yield node
            for pair in pairs:
                yield from tables(pair.value)
        case Listing(items=items):
            for item in items:
                yield from tables(item)


class _TooMuchError(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(slots=True)
class _Open:
    """A collection that is being read: keys and values of a mapping in turn, or items."""

    line: int
    is_table: bool
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)
    weight: int = 1
    height: int = 1


class _Builder:
    """Makes nodes from parser events, counting what they would be with all aliases written out."""

    def __init__(self, last_line: int) -> None:
        self.last_line = last_line
        self.documents: list[Node] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.nodes = 0

    def take(self, event: yaml.Event) -> None:
        line = min(event.start_mark.line + 1, self.last_line) if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                self.add(_scalar(event, line, self.last_line), 1, 1, event.anchor, line)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self.open.append(_Open(line, isinstance(event, yaml.MappingStartEvent), event.anchor))
                if len(self.open) > MAX_DEPTH:
                    raise _TooMuchError(line, "nested too deeply")
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = self.open.pop()
                node = _table(done) if done.is_table else Listing(done.line, tuple(done.nodes))
                self.add(node, done.weight, done.height + 1, done.anchor, line)
            case yaml.AliasEvent():
                # An alias to a collection that is still open would make a circle: it stands for nothing.
                missing = (Scalar(line, "", is_null=True, text_line=line, end_line=line), 1, 1)
                self.add(*self.anchors.get(event.anchor or "", missing), None, line)
            case yaml.DocumentStartEvent():
                self.anchors.clear()
            case _:
                pass

    def add(self, node: Node, weight: int, height: int, anchor: str | None, line: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, weight, height)
        if len(self.open) + height > 2 * MAX_DEPTH:
            raise _TooMuchError(line, "nested too deeply")
        if not self.open:
            self.nodes += weight
            if not (isinstance(node, Scalar) and node.is_null):
                self.documents.append(node)
            return
        parent = self.open[-1]
        parent.nodes.append(node)
        parent.weight += weight
        parent.height = max(parent.height, height)
        if self.nodes + sum(above.weight for above in self.open) > MAX_NODES:
            raise _TooMuchError(line, "too many nodes")


def _scalar(event: yaml.ScalarEvent, line: int, last_line: int) -> Scalar:
    end = min(event.end_mark.line + 1, last_line) if event.end_mark else line
    is_block = event.style in ("|", ">")
    return Scalar(
        line=line,
        text=event.value,
        is_null=event.style in (None, "") and event.tag is None and event.value in _NULLS,
        text_line=min(line + 1, last_line) if is_block else line,
        end_line=max(line, end - 1) if is_block and event.end_mark and event.end_mark.column == 0 else end,
    )


def _table(done: _Open) -> Table:
    own: list[Pair] = []
    merged: list[Pair] = []
    for key, value in zip(done.nodes[::2], done.nodes[1::2], strict=True):
        if not isinstance(key, Scalar):
            continue
        if key.text == "<<":
            sources = value.items if isinstance(value, Listing) else (value,)
            merged += [pair for source in sources if isinstance(source, Table) for pair in source.pairs]
        else:
            own.append(Pair(key.text, key.line, value))
    seen = {pair.key for pair in own}
    for pair in merged:
        if pair.key not in seen:
            seen.add(pair.key)
            own.append(pair)
    return Table(done.line, tuple(own))
