"""Module-level constants that hold a read or a literal, as far as their definition tells. Standard library only.

A constant can sink into the functions that use it when all of its uses run at call time.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from envlift_codemods.call_time import NOTEBOOK, is_notebook, why_the_name_stays
from envlift_codemods.edits import WhenMissing
from envlift_codemods.made_constants import CONVERSIONS, METHODS, Made, made_around
from envlift_codemods.missing_values import GUARDS, handling_by
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import Read, access_of
from envlift_codemods.receivers import dotted_name

# An argument of a method is part of the plan, which holds no values: `"\\n"` may be in it, a longer text not.
_LONGEST_ARGUMENT = 2
_WARNS = re.compile(r"print|(\w*log\w*\.)?(debug|info|warning|error|critical|exception)|sys\.exit|exit|quit")


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant that could sink as far as its definition goes.

    Args:
        name: The variable.
        given: Where the environment read or the literal stands.
        wrapped: What stands around it, ``{}``, or turns text into a number like the literal; e.g. ``int({})``.
        statement: The assignment.
        guards: The statements that only raise when the value is missing; none is one that asks for more than it.
        missing: What the read gives without the variable; a literal is as good as one that must be there.
        default: What it gives then, where that is written there.
        remark: The comment on its line; empty where there is none.
        around: What the statement makes where the value is only a part of that, as in a dict; else None.
    """

    name: str
    given: Span
    wrapped: str
    statement: Span
    guards: tuple[Span, ...]
    missing: Missing
    default: ast.expr | None = None
    remark: str = ""
    around: Made | None = None

    def when_missing(self) -> WhenMissing | str:
        """What a function gets where the block is missing, or why the constant cannot sink."""
        if self.missing is Missing.DEFAULT:
            if self.guards:
                return "it has a default, and a guard besides"
            if not isinstance(self.default, ast.Constant):
                return "its default is computed"
            return WhenMissing.EMPTY if self.default.value == "" else WhenMissing.DEFAULT
        if self.missing is Missing.NONE and self.guards and "str({" in self.wrapped:
            return "its guard lets the text None pass"
        # A guard at import lets no flow run without the value.
        goes_on = self.missing is Missing.NONE and not self.guards
        return WhenMissing.NONE if goes_on else WhenMissing.RAISES


def constant_of(module: ParsedModule, site: Read | Span) -> Constant | str:
    """The constant that holds a read, or the literal at a span; or why there is none that could sink."""
    span = site.span if isinstance(site, Read) else site
    if isinstance(site, Read) and (reason := why_the_name_stays(module, site)):
        return reason
    if is_notebook(module):
        return NOTEBOOK
    node = module.expression_at(span)
    plain = None if node is None else "{}" if isinstance(site, Read) else _as_written(node)
    if node is None or plain is None:
        return "neither an environment read nor a string or number stands there"
    wrapped, top = _wrapping(module, node, plain)
    around, statement = None, module.parent(top)
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is top:
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is top:
            pass
        case _:
            around = made_around(module, node)
            if around is None:
                return "it is evaluated at import as a part of something else"
            name, statement, wrapped = around.name, around.statement, plain
    if module.parent(statement) is not module.tree:
        return "it is evaluated at import, in a branch or block"
    several_lines = statement.end_lineno != statement.lineno and not isinstance(statement.value, ast.Constant)
    if several_lines and around is None:
        return "it is a constant that is written over several lines"
    if len(module.scopes.module.bindings[name]) != 1:
        return f"{name} is assigned more than once"
    if name.startswith("__"):
        return f"{name} means another name inside of a class"
    access = access_of(module, node) if isinstance(node, (ast.Call, ast.Subscript)) else None
    remark = module.rest_of_line(statement)
    return Constant(
        name=name,
        given=span,
        wrapped=wrapped,
        statement=module.span(statement),
        guards=tuple(module.span(guard) for guard in guards_of(module, name)) if around is None else (),
        missing=site.missing if isinstance(site, Read) else Missing.RAISES,
        default=None if access is None else access.default,
        remark=remark if remark.startswith("#") and around is None else "",
        around=around,
    )


def _as_written(literal: ast.expr) -> str | None:
    """What gives a literal back from its text, ``{}``; None for what does not come back from text."""
    match literal:
        case ast.Constant(value=str()):
            return "{}"
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as number):
            return f"{type(number).__name__}({{}})"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as number):
            return _as_written(number)
    return None


def _wrapping(module: ParsedModule, node: ast.expr, written: str) -> tuple[str, ast.expr]:
    """What stands around a value that can be repeated in each function, and the outermost expression of it."""
    while True:
        above = module.parent(node)
        match above:
            case ast.Call(func=ast.Name(id=function), args=[only], keywords=[]) if only is node:
                if function not in CONVERSIONS or module.scope(above).lookup(function) is not None:
                    return written, node
                written, node = f"{function}({written})", above
            case ast.Attribute(value=inner, attr=method) if inner is node and method in METHODS:
                call = module.parent(above)
                if not isinstance(call, ast.Call) or call.func is not above or call.keywords:
                    return written, node
                arguments = [_argument(argument) for argument in call.args]
                if "" in arguments:
                    return written, node
                written, node = f"{written}.{method}({', '.join(arguments)})", call
            case _:
                return written, node


def _argument(node: ast.expr) -> str:
    """A short constant as it is written again; empty for anything else."""
    match node:
        case ast.Constant(value=str() as text) if len(text) <= _LONGEST_ARGUMENT and not set(text) & set("{}"):
            return json.dumps(text)
        case ast.Constant(value=int() as number):
            return str(number)
    return ""


def guards_of(module: ParsedModule, name: str) -> Iterator[ast.stmt]:
    """The statements of the module itself that raise or exit when the constant is missing, and do nothing else."""
    for statement in module.tree.body:
        if not isinstance(statement, (ast.If, ast.Assert)):
            continue
        names = [n for n in ast.walk(statement.test) if isinstance(n, ast.Name)]
        calls = any(isinstance(n, ast.Call) for n in ast.walk(statement.test))
        if not names or calls or any(n.id != name for n in names):
            continue
        if any(handling_by(module, n) not in GUARDS for n in names):
            continue
        if isinstance(statement, ast.Assert) or all(map(only_complains, statement.body)):
            yield statement


def only_complains(statement: ast.stmt) -> bool:
    """Whether a statement raises, exits or tells somebody, and does nothing else."""
    match statement:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=called)):
            return bool(_WARNS.fullmatch(dotted_name(called)))
    return False
