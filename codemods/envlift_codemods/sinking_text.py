"""The text of constants that move into functions: what the functions load, and what goes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from envlift_codemods.constant_uses import why_no_room
from envlift_codemods.document import Document
from envlift_codemods.edits import Form, Loading, Refused, WhenMissing
from envlift_codemods.kept_loads import handled, indent_unit
from envlift_codemods.made_constants import (
    SLOT,
    Made,
    Recipe,
    annotation_of_its_file,
    can_be_imported,
    names_of_its_file,
    needed_for,
)
from envlift_codemods.sinking import Function, Sinking
from envlift_codemods.source_text import LINTER, Splice, moved
from envlift_codemods.unused_imports import without_lines
from envlift_codemods.value_edits import habitual_quote, load_code


def load_splices(document: Document, sinkings: Sequence[Sinking], secret: str, loading: Loading) -> tuple[Splice, ...]:
    """One splice a function: the loads of all that it uses, in the order of the constants, and what it makes."""
    _refuse_other_meanings(document, sinkings)
    functions = {f.lineno: f for sinking in sinkings for f in sinking.functions}
    quote = habitual_quote(document)
    splices = []
    for line, function in sorted(functions.items()):
        using = [sinking for sinking in sinkings if function in sinking.functions]
        loads: dict[str, tuple[Sinking, str]] = {}
        for sinking in sorted(using, key=lambda s: s.recipe is not None):
            alike = [local for local, (other, _) in loads.items() if other.edit.loaded == sinking.edit.loaded]
            if sinking.local in alike:
                continue
            if sinking.local in loads:
                raise Refused(f"{sinking.local} comes into this file twice", sinking.edit.span.line)
            first = sinking.functions[0] is function and sinking.remark
            remark = first and not _stands_in_head(document, function, sinking.remark)
            load = _Load(secret, quote, loading, f"  {sinking.remark}" if remark else "")
            known = alike[0] if alike and sinking.recipe is not None else ""
            code = f"{sinking.local} = {known}" if known else _load(document, sinking, function, load)
            loads[sinking.local] = sinking, code
        needed = {name: sinking for sinking in using for name in (sinking.recipe.beside if sinking.recipe else ())}
        if lacking := min(needed.keys() - loads.keys(), default=""):
            raise Refused(f"{lacking} would not be loaded there", needed[lacking].edit.span.line)
        codes = [code for _, code in loads.values()]
        codes += dict.fromkeys(line for sinking in using for line in _recipe_lines(sinking))
        made = {m.statement: m for sinking in using for m in sinking.needed_by(document, function)}
        codes += (_text(document, m.statement, sinkings) for m in sorted(made.values(), key=_by_line))
        splices.append(_at_the_top(document, function, codes))
    return tuple(splices)


def _refuse_other_meanings(document: Document, sinkings: Sequence[Sinking]) -> None:
    """What functions need on the way to what another file makes must mean nothing else in this file."""
    lines: dict[str, str] = {}
    for sinking in sinkings:
        recipe, line = sinking.recipe, sinking.edit.span.line
        if recipe is None:
            continue
        own = [s for s in sinkings if not s.references]
        brought = {s.variable for s in own if s.edit.loaded == sinking.edit.loaded or s.local in recipe.beside}
        brought |= recipe.imported - set(sinking.brings)
        if reason := why_no_room(document.syntax, recipe, recipe.variables | recipe.imported, brought):
            raise Refused(reason, line)
        for code in _recipe_lines(sinking):
            name = re.split(r"\W", code, maxsplit=1)[0]
            if lines.setdefault(name, code) != code:
                raise Refused(f"{name} comes into this file twice", line)


def _recipe_lines(sinking: Sinking) -> Iterator[str]:
    for line in sinking.recipe.lines if sinking.recipe is not None else ():
        yield line.replace(SLOT, sinking.local)


def recipe_of(document: Document, sinking: Sinking, name: str, also: Set[str]) -> Recipe:
    """How a file makes something from a constant, for files that import it.

    Args:
        also: The other constants of the file that move.

    Raises:
        Refused: it means something in this file alone.
    """
    known, line = sinking.recipe, sinking.edit.span.line
    if known is not None and known.imported:
        raise Refused(f"{name} is made with {min(known.imported)} of another file", line)
    if known is not None and known.name == name:
        return known
    chain = needed_for(sinking.made, {name})
    is_part = bool(sinking.references)
    beside = names_of_its_file(document.syntax, chain, {sinking.variable})
    imported = beside - also
    stays = (n for n in sorted(imported) if known is not None or not can_be_imported(document.syntax, n))
    odd = next(stays, "") or annotation_of_its_file(document.syntax, chain)
    if odd:
        raise Refused(f"{name} is made with {odd}", line)
    beside -= imported
    variables = {one.name for one in chain[:-1]} | beside | (set() if is_part else {sinking.variable})
    names = variables.union(*(one.names for one in chain))
    shown = [replace(sinking, local=SLOT)] if is_part else [sinking]
    lines = [_text(document, one.statement, shown) for one in chain]
    if not all(text.startswith(one.name) for text, one in zip(lines, chain, strict=True)):
        raise Refused(f"{name} is written in brackets", line)
    local, is_open = sinking.local, is_part
    if known is not None:
        names, variables, beside = names | known.names, variables | known.variables, beside | known.beside
        local, is_open, lines = known.local, known.is_open, [*known.lines, *lines]
    return Recipe(name, frozenset(names), frozenset(variables), local, is_open, beside, imported, tuple(lines))


def _by_line(made: Made) -> int:
    return made.statement.lineno


def _text(document: Document, statement: ast.stmt, sinkings: Sequence[Sinking]) -> str:
    """A statement with the comment on its line, and variables in the place of the parts that are loaded."""
    remark = document.syntax.rest_of_line(statement)
    start, end = document.text.offsets(document.syntax.span(statement))
    written, at = "", start
    for splice in sorted(s for sinking in sinkings for s in _reference_splices(document, sinking)):
        if start <= splice.start < end:
            written += document.text.text[at : splice.start] + splice.text
            at = splice.end
    written += document.text.text[at:end]
    return f"{written}  {remark}" if remark.startswith("#") else written


@dataclass(frozen=True, slots=True)
class _Load:
    """How a load is written: what names ``Secret``, the quotes of the block, and the comment behind it."""

    secret: str
    quote: str
    loading: Loading
    remark: str


def _load(document: Document, sinking: Sinking, function: Function, load: _Load) -> str:
    form, wrapped = sinking.edit.form, sinking.edit.wrapped
    if isinstance(function, ast.AsyncFunctionDef):
        form = Form.ALOAD
    quote = load.quote
    loaded = load_code(load.secret, f"{quote}{sinking.edit.block}{quote}", form, load.loading)
    if sinking.edit.missing is WhenMissing.RAISES:
        return f"{sinking.local} = {wrapped.replace('{}', loaded)}{load.remark}"
    stands_in = {WhenMissing.NONE: "None", WhenMissing.EMPTY: quote * 2, WhenMissing.DEFAULT: sinking.default}
    unit = indent_unit(document, function.body[0])
    lines = handled(sinking.local, f"{loaded}{load.remark}", stands_in[sinking.edit.missing], unit)
    converted = [] if wrapped == "{}" else [f"{sinking.local} = {wrapped.replace('{}', sinking.local)}"]
    return "\n".join([*lines, *converted])


def _stands_in_head(document: Document, function: Function, remark: str) -> bool:
    """Whether the function leaves no room for a comment; what a linter was told can go, other comments not."""
    first = function.body[0]
    start, _ = document.text.line_range(first.lineno)
    in_head = bool(document.text.text[start:][: document.syntax.span(first).column].strip())
    if in_head and not LINTER.fullmatch(remark):
        raise Refused("a comment would stand in front of code", first.lineno)
    return in_head


def _at_the_top(document: Document, function: Function, codes: Sequence[str]) -> Splice:
    """Behind the docstring and ahead of the comments of the first statement."""
    text, first = document.text, function.body[1 if _has_docstring(function) else 0]
    decorators = first.decorator_list if isinstance(first, (Function, ast.ClassDef)) else []
    line = min([first.lineno, *(d.lineno for d in decorators)])
    start, end = text.line_range(line)
    column = document.syntax.span(first).column
    indent = text.text[start:end][:column]
    if line == first.lineno and indent.strip():
        # The body stands on the line of its head.
        if any("#" in code or len(code.splitlines()) > 1 for code in codes):
            raise Refused("several lines would stand in the head of a function", line)
        at = start + column
        return Splice(at, at, "".join(f"{code}; " for code in codes))
    indent = text.text[start:end][: len(text.text[start:end]) - len(text.text[start:end].lstrip())]
    while line > function.lineno + 1 and text.text[slice(*text.line_range(line - 1))].lstrip().startswith("#"):
        line -= 1
    newline = text.newline_after(function.lineno)
    start, _ = text.line_range(line)
    return Splice(start, start, "".join(_indented(code, indent, newline) for code in codes))


def _indented(code: str, indent: str, newline: str) -> str:
    return "".join(f"{indent}{line}{newline}" if line.strip() else newline for line in code.splitlines())


def _has_docstring(function: Function) -> bool:
    match function.body:
        case [ast.Expr(value=ast.Constant(value=str())), _, *_]:
            return True
    return False


def removal_splices(document: Document, sinkings: Sequence[Sinking], added: Sequence[Splice]) -> tuple[Splice, ...]:
    """What goes: the statements with their lines, and the ways to write a constant of another module."""
    text = document.text
    splices: list[Splice] = []
    ranges: list[tuple[int, int]] = []
    for statement in sorted(
        {s for k in sinkings for s in (*k.statements, *(m.statement for m in k.made))}, key=lambda s: s.lineno
    ):
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        start, end = text.offsets(document.syntax.span(statement))
        rest = text.text[end : text.line_range(last)[1]].strip()
        if text.text[text.line_starts[first - 1] : start].strip() or (rest and not rest.startswith("#")):
            raise Refused("the constant shares its line with other code", first)
        if ranges and _only_blank_between(document, ranges[-1][1], first):
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    splices += [without_lines(text, first, last, added) for first, last in ranges]
    lines = {line for first, last in ranges for line in range(first, last + 1)}
    found = dict.fromkeys(s for sinking in sinkings for s in _reference_splices(document, sinking))
    splices += (s for s in found if text.position(s.start)[0] not in lines)
    return tuple(splices)


def _reference_splices(document: Document, sinking: Sinking) -> Iterator[Splice]:
    for reference in sinking.references:
        yield Splice(*document.text.offsets(document.syntax.span(reference)), sinking.variable)


def _only_blank_between(document: Document, last: int, first: int) -> bool:
    text = document.text
    return all(not text.text[slice(*text.line_range(line))].strip() for line in range(last + 1, first))


def inserted_statements(after: Document, load: Splice, splices: Sequence[Splice]) -> list[ast.Assign]:
    """The assignments that a splice of ``load_splices`` made."""
    start = moved(load.start, splices, opening=False)
    found = []
    for node in after.syntax.of(ast.Assign):
        at, _ = after.text.offsets(after.syntax.span(node))
        if start <= at < start + len(load.text):
            found.append(node)
    return found
