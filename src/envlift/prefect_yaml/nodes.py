"""A YAML document as PyYAML's own nodes with their positions, and the look-ups that safe_load would do."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from envlift.prefect_yaml.facts import Trouble

# All that safe_load was seen to raise: besides its own errors, those of int(), datetime() and of unhashable keys.
LOAD_ERRORS = (
    yaml.YAMLError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text by character positions."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value; ``alias`` is where the value is written as an alias of a node elsewhere."""

    parent: yaml.MappingNode
    key: yaml.Node
    value: yaml.Node
    alias: Span | None

    @property
    def line(self) -> int:
        return line_of(self.key)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its text, its root node, what safe_load makes of it, and what PyYAML's nodes do not tell.

    ``aliases`` maps (id of the parent, index in a sequence or id of the key node) to the alias in the text,
    ``anchors`` the id of a node to its anchor. Nodes live as long as ``root``.
    """

    text: str = field(repr=False)
    root: yaml.Node = field(repr=False)
    data: object = field(repr=False)
    aliases: dict[tuple[int, int], Span] = field(repr=False)
    anchors: dict[int, str] = field(repr=False)

    def own_entries(self, mapping: yaml.MappingNode) -> list[Entry]:
        """The entries that stand in the mapping itself, merge keys too, in order."""
        return [Entry(mapping, key, value, self.aliases.get((id(mapping), id(key)))) for key, value in mapping.value]

    def items(self, sequence: yaml.SequenceNode) -> list[tuple[yaml.Node, Span | None]]:
        return [(item, self.aliases.get((id(sequence), index))) for index, item in enumerate(sequence.value)]

    def entries(self, mapping: yaml.MappingNode) -> dict[object, Entry]:
        """The effective entries by scalar key, merge keys resolved as safe_load does; keys keep their YAML type.

        True and 1 are one key here as they are one key of a dict there.
        """
        return self._merged(mapping, ())

    def _merged(self, mapping: yaml.MappingNode, above: tuple[int, ...]) -> dict[object, Entry]:
        found: dict[object, Entry] = {}
        for entry in self.own_entries(mapping):
            if entry.key.tag == MERGE_TAG:
                sources = entry.value.value if isinstance(entry.value, yaml.SequenceNode) else [entry.value]
                for source in reversed(sources):
                    # PyYAML lets a mapping merge itself; it gets nothing from it.
                    if id(source) not in (*above, id(mapping)):
                        found |= self._merged(source, (*above, id(mapping)))
        for entry in self.own_entries(mapping):
            if entry.key.tag != MERGE_TAG and isinstance(entry.key, yaml.ScalarNode):
                found[scalar(entry.key)] = entry
        return found

    def lookup(self, mapping: yaml.MappingNode, name: str) -> Entry | None:
        """The effective entry of a key; its parent is another mapping when it comes through a merge key."""
        return self.entries(mapping).get(name)


class _Recorder(yaml.SafeLoader):
    """PyYAML's composer, noting where aliases stand and how anchors are called."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.alias_spans: dict[tuple[int, int], Span] = {}
        self.anchor_names: dict[int, str] = {}

    def compose_node(self, parent: yaml.Node | None, index: yaml.Node | int | None) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)  # type: ignore[arg-type]
        if isinstance(event, yaml.AliasEvent):
            place = index if isinstance(index, int) else id(index)
            self.alias_spans[id(parent), place] = _span(event)
        elif node is not None and event.anchor is not None:
            self.anchor_names[id(node)] = event.anchor
        return node


def _span(event: yaml.Event) -> Span:
    # The stubs allow events without marks; the parser gives every one its marks.
    return Span(event.start_mark.index, event.end_mark.index)  # type: ignore[union-attr]


def parse(text: str) -> Document | Trouble:
    """The document of a text that safe_load can load, or why it cannot; never an exception."""
    try:
        data = yaml.safe_load(text)
        loader = _Recorder(text)
        root = loader.get_single_node()
    except LOAD_ERRORS as error:
        return _trouble(text, error)
    if root is None:
        return Trouble(1, "the file is empty")
    return Document(text, root, data, loader.alias_spans, loader.anchor_names)


def scalar(node: yaml.ScalarNode) -> object:
    """What safe_load makes of a scalar."""
    tag = "tag:yaml.org,2002:str" if node.tag == "tag:yaml.org,2002:value" else node.tag
    plain = yaml.ScalarNode(tag, node.value, node.start_mark, node.end_mark, node.style)
    return yaml.SafeLoader("").construct_object(plain, deep=True)


def arriving_text(value: object) -> str | None:
    """The text that a loaded env value is in the deployment; None for null and for what the server refuses.

    Prefect dumps the file's models as JSON (prefect/cli/deploy/_config.py), where a date is its ISO form.
    """
    if isinstance(value, datetime.date):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str) else None


def line_of(node: yaml.Node) -> int:
    """The 1-based line on which a node starts."""
    return int(node.start_mark.line) + 1


def is_empty_scalar(node: yaml.Node) -> bool:
    """Whether nothing is written where the value would stand."""
    return isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index


def duplicate_keys(document: Document, mapping: yaml.MappingNode) -> Iterator[int]:
    """The lines on which a scalar key of this mapping stands again; safe_load takes the last one silently."""
    seen: set[object] = set()
    for entry in document.own_entries(mapping):
        if isinstance(entry.key, yaml.ScalarNode):
            key = MERGE_TAG if entry.key.tag == MERGE_TAG else (scalar(entry.key),)
            if key in seen:
                yield entry.line
            seen.add(key)


def all_nodes(document: Document) -> Iterator[yaml.Node]:
    """Every node once, in the order of the text."""
    return _nodes_below(document.root)


def _nodes_below(root: yaml.Node) -> Iterator[yaml.Node]:
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(reversed(node.value))
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in reversed(node.value) for part in reversed(pair))


def _trouble(text: str, error: Exception) -> Trouble:
    # Only fixed words of ours: PyYAML's messages quote the text, and so may hold a value.
    if isinstance(error, RecursionError):
        return Trouble(1, "the file is nested too deeply, or an anchor holds itself")
    if isinstance(error, yaml.reader.ReaderError):
        return Trouble(text.count("\n", 0, error.position) + 1, "YAML does not allow this character")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Trouble(_unconstructable_line(text), "PyYAML cannot build the value that its form stands for")
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if mark and text[mark.index : mark.index + 1] == "\t":
        return Trouble(line, "a tab stands where YAML allows only spaces")
    problem = error.problem or ""
    for words, reason in _PROBLEMS:
        if words in problem or words in (error.context or ""):
            return Trouble(line, reason)
    return Trouble(line, "not valid YAML")


_PROBLEMS = (
    ("but found another document", "several documents in one file: Prefect reads only a single one"),
    ("single document", "several documents in one file: Prefect reads only a single one"),
    ("undefined alias", "an alias without its anchor"),
    ("duplicate anchor", "an anchor that is defined twice"),
    ("constructor for the tag", "a tag, or a '=' without quotes, that safe_load does not know"),
    ("for merging", "a merge key that holds no mapping"),
    ("unhashable key", "a key that is neither text nor number"),
    ("could not find expected ':'", "not valid YAML: a ':' is missing"),
    ("mapping values are not allowed", "not valid YAML: a second ':' on the line, or wrong indentation"),
    ("expected <block end>", "not valid YAML: the indentation does not fit the lines above"),
    ("while scanning a quoted scalar", "not valid YAML: a quoted text that does not end, or a wrong escape"),
)


def _unconstructable_line(text: str) -> int:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except LOAD_ERRORS:
        return 1
    scalars = [node for node in _nodes_below(root) if isinstance(node, yaml.ScalarNode)] if root else []
    return next((line_of(node) for node in scalars if not _constructable(node)), 1)


def _constructable(node: yaml.ScalarNode) -> bool:
    try:
        scalar(node)
    except LOAD_ERRORS:
        return False
    return True
