"""Loads that go on where the block is missing: a handler around the assignment, or one ahead of the statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from envlift_codemods.document import Document
from envlift_codemods.edits import LoadSecret, Refused
from envlift_codemods.free_names import all_names, free_name
from envlift_codemods.kept_missing import HANDLED, StandIn, stand_in
from envlift_codemods.source_text import SourceText, Splice

_UNIT = "    "


@dataclass(frozen=True, slots=True)
class KeptLoad:
    """An edit whose read gave something where the variable was missing."""

    edit: LoadSecret
    stand_in: StandIn


def kept_load(document: Document, edit: LoadSecret) -> KeptLoad | None:
    """The edit with what stands in for a missing block; None where nothing needs to, or could."""
    read = document.reads.get(edit.span)
    found = stand_in(document.syntax, read) if read is not None else None
    return KeptLoad(edit, found) if found is not None else None


def around_splices(document: Document, kept: KeptLoad) -> tuple[Splice, ...]:
    """The handler around an assignment that takes the read as it is; the read itself is replaced elsewhere."""
    text, statement = document.text, kept.stand_in.statement
    start, _ = text.offsets(document.syntax.span(statement))
    _, end = text.line_range(statement.end_lineno or statement.lineno)
    newline, indent = text.newline_after(statement.lineno), document.syntax.start_of_line(statement)
    inner = indent + indent_unit(document, statement)
    given = f"{kept.stand_in.target} = {_default(document, kept)}"
    return (
        Splice(start, start, f"try:{newline}{inner}"),
        Splice(end, end, f"{newline}{indent}except {HANDLED}:{newline}{inner}{given}"),
    )


def ahead_splices(
    document: Document, kept: Sequence[KeptLoad], load_of: Callable[[LoadSecret], str]
) -> tuple[tuple[Splice, ...], tuple[Splice, ...]]:
    """The handlers that come ahead of statements, and the variables in the place of the reads.

    Args:
        kept: Those whose statement does more than to take the read.
        load_of: The code that loads the block of an edit.
    """
    ahead: dict[ast.stmt, list[str]] = {}
    places: list[Splice] = []
    named: list[tuple[KeptLoad, str]] = []
    taken: dict[ast.AST, set[str]] = {}
    for one in kept:
        statement = one.stand_in.statement
        start, end = document.text.offsets(document.syntax.span(one.stand_in.whole))
        read_start, read_end = document.text.offsets(one.edit.span)
        known = next((name for other, name in named if _serves(document, other, one)), "")
        name = known or _free_name(document, one, taken)
        places += (Splice(start, read_start, ""), Splice(read_start, read_end, name))
        if known:
            continue
        named.append((one, name))
        given = document.text.text[start:read_start] + load_of(one.edit) + document.text.text[read_end:end]
        lines = handled(name, given, _default(document, one), indent_unit(document, statement))
        ahead.setdefault(statement, []).extend(lines)
    return tuple(_ahead(document, s, lines) for s, lines in ahead.items()), tuple(places)


def handled(name: str, loaded: str, default: str, unit: str) -> list[str]:
    """The lines that give a variable the block's value, or the default where there is no such block."""
    return ["try:", f"{unit}{name} = {loaded}", f"except {HANDLED}:", f"{unit}{name} = {default}"]


def indent_unit(document: Document, statement: ast.stmt) -> str:
    """How much deeper a block stands, told by how much deeper than the block around it the statement does."""
    indent = document.syntax.start_of_line(statement)
    above = document.syntax.parent(statement)
    outer = document.syntax.start_of_line(above) if isinstance(above, ast.stmt) else ""
    if indent.strip() or outer.strip() or not indent.startswith(outer) or indent == outer:
        return "\t" if indent.startswith("\t") else _UNIT
    return indent[len(outer) :]


def _ahead(document: Document, statement: ast.stmt, lines: Sequence[str]) -> Splice:
    text: SourceText = document.text
    start, _ = text.offsets(document.syntax.span(statement))
    newline, indent = text.newline_after(statement.lineno), document.syntax.start_of_line(statement)
    return Splice(start, start, "".join(f"{line}{newline}{indent}" for line in lines))


def _default(document: Document, kept: KeptLoad) -> str:
    value = kept.stand_in.value
    return "None" if value is None else document.text.at(document.syntax.span(value))


def _serves(document: Document, earlier: KeptLoad, later: KeptLoad) -> bool:
    """Whether the value of an earlier load is there, and the same, wherever a later one asks for it."""
    one, other, syntax = earlier.stand_in, later.stand_in, document.syntax
    alike = earlier.edit.block == later.edit.block and _default(document, earlier) == _default(document, later)
    if other.value is not None and not isinstance(other.value, ast.Constant):
        return False  # a variable may have another value by then, and a list be another list
    plain = all(syntax.span(kept.stand_in.whole) == kept.edit.span for kept in (earlier, later))
    if not alike or not plain or syntax.function(one.statement) is not syntax.function(other.statement):
        return False
    block, around = syntax.block(one.statement), [other.statement, *syntax.ancestors(other.statement)]
    return any(statement in around for statement in block[block.index(one.statement) :])


def _free_name(document: Document, one: KeptLoad, taken: dict[ast.AST, set[str]]) -> str:
    """A variable which nothing else of the outermost function is called; ``taken`` holds the names of each."""
    outer = document.syntax.outermost(one.stand_in.statement)
    if outer is None:
        raise Refused("it is evaluated at import, where no block can be loaded", one.edit.span.line)
    names = taken.setdefault(outer, all_names(outer))
    free = free_name((document.reads[one.edit.span].name or "").lower(), names, one.edit.span.line)
    names.add(free)
    return free
