"""Move a module-level constant into the functions of one file that use it: what goes, and what they load instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from envlift_codemods.constant_uses import brought_by, reference_nodes, uses_of_constant
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.document import Document
from envlift_codemods.edits import Form, Loading, Refused, SinkConstant, WhenMissing
from envlift_codemods.kept_loads import handled, indent_unit
from envlift_codemods.kept_missing import HANDLED
from envlift_codemods.made_constants import Made, made_from
from envlift_codemods.parsed import Span
from envlift_codemods.source_text import Splice, moved
from envlift_codemods.unused_imports import LINTER, without_lines
from envlift_codemods.value_edits import BLOCK_NAME, habitual_quote, load_code

_CONVERSION = re.compile(r"\b(\w+)\((?=[\w({])")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Sinking:
    """One constant of a file on its way into functions.

    Args:
        edit: What asks for it.
        local: The variable in the functions.
        functions: The functions that load it, in the order of the source.
        statements: The statements that go: assignment and guards; none where the constant is imported.
        references: What is written ``config.TOKEN`` today and becomes the variable.
        imported: The imported name that goes for certain; None where only its module is imported.
        remark: A comment that moves along with the constant.
        made: What the module makes from the constant, and what each function makes by itself.
        default: What the functions go on with where there is no block, where the file writes that.
    """

    edit: SinkConstant
    local: str
    functions: tuple[_Function, ...]
    statements: tuple[ast.stmt, ...] = ()
    references: tuple[ast.expr, ...] = ()
    imported: Span | None = None
    remark: str = ""
    made: tuple[Made, ...] = ()
    default: str = ""

    @property
    def gone(self) -> tuple[ast.AST, ...]:
        """What is nowhere any more; what is made from the constant is still made, in functions."""
        return (*self.statements, *self.references)

    def needed_by(self, document: Document, function: _Function) -> list[Made]:
        """What a function makes from the constant, in the order of the source."""
        wanted = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and _is_of_module(document, n)}
        found = []
        for made in reversed(self.made):
            if made.name in wanted:
                wanted |= made.uses
                found.append(made)
        return found[::-1]


def sinking_of(document: Document, edit: SinkConstant) -> Sinking:
    """What an edit means in its file.

    Raises:
        Refused: the file uses the constant in a way that no local variable can stand for.
    """
    line = edit.span.line
    if not BLOCK_NAME.fullmatch(edit.block):
        raise Refused("the block name is not made of lower-case letters, digits and dashes", line)
    if edit.form is Form.ALOAD:
        raise Refused("`await` is not allowed in a plain function", line)
    alias = next((a for a in document.syntax.of(ast.alias) if document.syntax.span(a) == edit.span), None)
    sinking = _of_definition(document, edit) if alias is None else _of_import(document, edit, alias)
    for conversion in (*_CONVERSION.findall(edit.wrapped), HANDLED):
        if any(document.syntax.scope(f.body[0]).lookup(conversion) is not None for f in sinking.functions):
            raise Refused(f"the name {conversion} means something else in this file", line)
    return sinking


def _of_definition(document: Document, edit: SinkConstant) -> Sinking:
    line = edit.span.line
    constant = constant_of(document.syntax, document.reads.get(edit.span, edit.span))
    if isinstance(constant, str):
        raise Refused(constant, line)
    if (constant.name, constant.wrapped) != (edit.constant, edit.wrapped):
        raise Refused("the constant is not what the plan says", line)
    functions = _functions(document, constant.name, line)
    default = _default(document, constant, edit)
    if default and len(functions) > 1:
        raise Refused("the default would stand in several functions", line)
    if constant.remark and not functions and not LINTER.fullmatch(constant.remark):
        raise Refused("a comment stands on the constant's line, and nothing here could take it", line)
    made = made_from(document.syntax, constant.name)
    statements = tuple(_statements(document, constant))
    return Sinking(edit, constant.name, functions, statements, remark=constant.remark, made=made, default=default)


def _default(document: Document, constant: Constant, edit: SinkConstant) -> str:
    """The code of the default that the file writes, where that stands in for a missing block."""
    missing = constant.when_missing()
    if isinstance(missing, str):
        raise Refused(missing, edit.span.line)
    if missing is not edit.missing:
        raise Refused("the constant is not what the plan says", edit.span.line)
    if missing is not WhenMissing.DEFAULT or constant.default is None:
        return ""
    return document.text.at(document.syntax.span(constant.default))


def _of_import(document: Document, edit: SinkConstant, alias: ast.alias) -> Sinking:
    brought = brought_by(document.syntax, alias, edit.constant)
    if isinstance(brought, str):
        raise Refused(brought, edit.span.line)
    functions = _functions(document, brought.reference, edit.span.line)
    if edit.missing is WhenMissing.DEFAULT and functions:
        raise Refused("the default stands in another file", edit.span.line)
    if brought.own_name:
        made = made_from(document.syntax, brought.reference)
        return Sinking(edit, brought.reference, functions, imported=edit.span, made=made)
    references = tuple(reference_nodes(document.syntax, brought.reference))
    return Sinking(edit, edit.constant, functions, references=references)


def _functions(document: Document, reference: str, line: int) -> tuple[_Function, ...]:
    uses = uses_of_constant(document.syntax, reference)
    stopped = next((use for use in uses if use.obstacle), None)
    if stopped is not None:
        raise Refused(stopped.obstacle, stopped.span.line)
    found: dict[int, _Function] = {}
    names = [reference, *(made.name for made in made_from(document.syntax, reference))]
    for node in (node for name in names for node in reference_nodes(document.syntax, name)):
        outer = document.syntax.outermost(node)
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[outer.lineno] = outer
        elif outer is not None:
            raise Refused("it is used in a lambda outside of functions", line)
    return tuple(found[at] for at in sorted(found))


def _is_of_module(document: Document, node: ast.Name) -> bool:
    found = document.syntax.scope(node).lookup(node.id)
    return found is not None and found[0].parent is None


def _statements(document: Document, constant: Constant) -> Iterator[ast.stmt]:
    wanted = {constant.statement, *constant.guards}
    return (s for s in document.syntax.tree.body if document.syntax.span(s) in wanted)


# ---- the text ------------------------------------------------------------------------------------------------------


def load_splices(document: Document, sinkings: Sequence[Sinking], secret: str, loading: Loading) -> tuple[Splice, ...]:
    """One splice a function: the loads of all that it uses, in the order of the constants."""
    by_function: dict[int, list[str]] = {}
    functions: dict[int, _Function] = {}
    loaded: set[tuple[int, str]] = set()
    for sinking in sinkings:
        for number, function in enumerate(sinking.functions):
            if (function.lineno, sinking.local) in loaded:
                raise Refused(f"{sinking.local} comes into this file twice", sinking.edit.span.line)
            loaded.add((function.lineno, sinking.local))
            first = number == 0 and sinking.remark and not _stands_in_head(document, function, sinking.remark)
            code = _load(document, sinking, function, secret, loading, f"  {sinking.remark}" if first else "")
            by_function.setdefault(function.lineno, []).append(code)
            functions[function.lineno] = function
    for line, function in functions.items():
        made = {m.statement: m for sinking in sinkings for m in sinking.needed_by(document, function)}
        by_function[line] += (_text(document, m.statement) for m in sorted(made.values(), key=_by_line))
    return tuple(_at_the_top(document, functions[line], codes) for line, codes in sorted(by_function.items()))


def _by_line(made: Made) -> int:
    return made.statement.lineno


def _text(document: Document, statement: ast.stmt) -> str:
    """A statement with the comment on its line."""
    remark = document.syntax.rest_of_line(statement)
    written = document.text.at(document.syntax.span(statement))
    return f"{written}  {remark}" if remark.startswith("#") else written


def _load(document: Document, sinking: Sinking, function: _Function, secret: str, loading: Loading, remark: str) -> str:
    form, wrapped = sinking.edit.form, sinking.edit.wrapped
    if isinstance(function, ast.AsyncFunctionDef):
        form = Form.ALOAD
    quote = habitual_quote(document)
    loaded = load_code(secret, f"{quote}{sinking.edit.block}{quote}", form, loading)
    if sinking.edit.missing is WhenMissing.RAISES:
        return f"{sinking.local} = {wrapped.replace('{}', loaded)}{remark}"
    stands_in = {WhenMissing.NONE: "None", WhenMissing.EMPTY: quote * 2, WhenMissing.DEFAULT: sinking.default}
    unit = indent_unit(document, function.body[0])
    lines = handled(sinking.local, f"{loaded}{remark}", stands_in[sinking.edit.missing], unit)
    converted = [] if wrapped == "{}" else [f"{sinking.local} = {wrapped.replace('{}', sinking.local)}"]
    return "\n".join([*lines, *converted])


def _stands_in_head(document: Document, function: _Function, remark: str) -> bool:
    """Whether the function leaves no room for a comment; what a linter was told can go, other comments not."""
    first = function.body[0]
    start, _ = document.text.line_range(first.lineno)
    in_head = bool(document.text.text[start:][: document.syntax.span(first).column].strip())
    if in_head and not LINTER.fullmatch(remark):
        raise Refused("a comment would stand in front of code", first.lineno)
    return in_head


def _at_the_top(document: Document, function: _Function, codes: Sequence[str]) -> Splice:
    """Behind the docstring and ahead of the comments of the first statement."""
    text, first = document.text, function.body[1 if _has_docstring(function) else 0]
    decorators = first.decorator_list if isinstance(first, (_Function, ast.ClassDef)) else []
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


def _has_docstring(function: _Function) -> bool:
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
    for sinking in sinkings:
        for reference in sinking.references:
            start, end = text.offsets(document.syntax.span(reference))
            splices.append(Splice(start, end, sinking.local))
    return tuple(splices)


def _only_blank_between(document: Document, last: int, first: int) -> bool:
    text = document.text
    return all(not text.text[slice(*text.line_range(line))].strip() for line in range(last + 1, first))


def inserted_statements(after: Document, load: Splice, splices: Sequence[Splice]) -> list[ast.Assign]:
    """The assignments that a splice of ``load_splices`` made."""
    start = moved(load.start, splices, opening=False)
    found = []
    for node in after.syntax.nodes:
        if isinstance(node, ast.Assign):
            at, _ = after.text.offsets(after.syntax.span(node))
            if start <= at < start + len(load.text):
                found.append(node)
    return found
