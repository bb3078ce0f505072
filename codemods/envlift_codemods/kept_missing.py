"""How a load goes on as the environment read did where the value is missing: by a handler of its own error.

Standard library only. ``load`` raises ValueError for a block that does not exist (Prefect's ``Block._load``). The
handler stands around the load alone, so it takes no other error away.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from envlift_codemods.missing_values import Handling
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import Read, access_of

HANDLED = "ValueError"
_BLOCKS = "prefect.blocks."
_REPEATABLE = (ast.Constant, ast.Name, ast.Load, ast.UnaryOp, ast.USub, ast.BinOp, ast.Add, ast.List, ast.Tuple)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands in for a missing value, and the statement that gets the handler.

    Args:
        value: The default; None where it is None.
        statement: The statement that the load stands in, or that it must come ahead of.
        target: The variable to which the statement assigns the whole as it is; empty where it does more with it.
        whole: The read; or the ``or`` of it and the variables before it, which the handler has to hold together, so
            that nothing is loaded where one of them is true.
    """

    value: ast.expr | None
    statement: ast.stmt
    target: str
    whole: ast.expr


def is_needed(read: Read) -> bool:
    """Whether the program goes on when the value is missing, where a load would end it.

    None may be handed on to code that knows what to do without the value; only a guard right there lets nothing pass.
    One that raises another error than a load still has its say.
    """
    goes_on = read.missing is Missing.NONE and read.handling is not Handling.GUARD
    return read.missing is Missing.DEFAULT or goes_on


def stand_in(module: ParsedModule, read: Read) -> StandIn | None:
    """What stands in where a read in a function gives no value; None where no handler could keep that."""
    node = next(n for n in module.nodes if isinstance(n, (ast.Call, ast.Subscript)) and module.span(n) == read.span)
    access = access_of(module, node)
    if access is None or not is_needed(read) or not (access.default is None or _is_repeatable(access.default)):
        return None
    whole = _last_resort(module, node) or node
    statement = _statement(module, whole)
    if statement is None or not _stands_alone(module, statement):
        return None
    if module.scope(node).lookup(HANDLED) is not None:
        return None
    default = None if read.missing is Missing.NONE else access.default
    return StandIn(default, statement, _target(module, statement, whole), whole)


def _is_repeatable(default: ast.expr) -> bool:
    """Whether a default gives the same when it is evaluated only behind a load, and stands on one line."""
    return default.lineno == default.end_lineno and all(isinstance(n, _REPEATABLE) for n in ast.walk(default))


def _last_resort(module: ParsedModule, node: ast.expr) -> ast.BoolOp | None:
    """The ``given or READ`` that ends with a read, where none of what it asks before raises a handler's error."""
    chain = module.parent(node)
    if not isinstance(chain, ast.BoolOp) or not isinstance(chain.op, ast.Or) or chain.values[-1] is not node:
        return None
    quiet = all(_is_quiet(module, value) for value in chain.values[:-1])
    return chain if quiet and chain.lineno == chain.end_lineno else None


def _is_quiet(module: ParsedModule, value: ast.expr) -> bool:
    """Whether it raises nothing; a block's value stands where a read did, after which nothing was rewritten."""
    if not isinstance(value, ast.Name):
        return isinstance(value, ast.Constant)
    found = module.scope(value).lookup(value.id)
    given = [b for b in found[1] if isinstance(b, ast.expr)] if found is not None else []
    names = (n for b in given for n in ast.walk(b) if isinstance(n, ast.Name))
    return not any((module.origin(n) or "").startswith(_BLOCKS) for n in names)


def _statement(module: ParsedModule, node: ast.expr) -> ast.stmt | None:
    """The statement that evaluates a read whenever it runs; None where it may go without."""
    below: ast.AST = node
    for above in module.ancestors(node):
        match above:
            case ast.BoolOp(values=[first, *_]) if below is not first:
                return None
            case ast.IfExp(test=test) if below is not test:
                return None
            case ast.Compare(comparators=[_, _, *_]) | ast.match_case() | ast.ExceptHandler() | ast.While():
                return None
            case ast.Assert(test=test) if below is not test:
                return None
            case ast.stmt():
                return above
        below = above
    return None


def _stands_alone(module: ParsedModule, statement: ast.stmt) -> bool:
    """Whether a line can come ahead of a statement: it is the first on its line, and no ``elif``."""
    match module.parent(statement):
        case ast.If(orelse=[ast.If() as only], col_offset=column) if only is statement:
            # An `if` alone in an `else:` is written deeper than the `if` around it; an `elif` is not.
            is_elif = only.col_offset == column
        case _:
            is_elif = False
    return not module.start_of_line(statement).strip() and not is_elif


def _target(module: ParsedModule, statement: ast.stmt, node: ast.expr) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=name) as target, value=ast.expr() as value):
            pass
        case _:
            return ""
    one_line = target.lineno == node.lineno and statement.end_lineno == node.end_lineno
    plain = one_line and not module.rest_of_line(statement).startswith(";")
    return name if value is node and plain else ""
