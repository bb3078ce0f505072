"""Prefect blocks and variables that the code loads already, and environment reads that only stand in for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.inventory import BlockLoad
from envlift.scanning.read_sites import argument
from envlift_codemods.parsed import ParsedModule

_METHODS = frozenset({"load", "aload", "get", "aget", "load_from_ref"})
_VARIABLES = frozenset({"prefect.variables.Variable", "prefect.variables", "prefect.Variable"})
_NO_BLOCKS = frozenset(
    {"prefect.settings", "prefect.context", "prefect.runtime", "prefect.utilities", "prefect.client"}
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def block_of(module: ParsedModule, call: ast.Call) -> str:
    """The type of the block that a call loads, e.g. ``Secret`` or ``Variable``; empty where it loads none."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return ""
    origin = module.origin(call.func.value) or ""
    if origin in _VARIABLES:
        return "Variable" if call.func.attr in {"get", "aget"} else ""
    package, _, name = origin.rpartition(".")
    is_block = package.startswith("prefect") and not package.startswith(tuple(_NO_BLOCKS)) and name[:1].isupper()
    return name if is_block and call.func.attr not in {"get", "aget"} else ""


def block_name(call: ast.Call) -> ast.expr | None:
    """The expression that names the block."""
    return argument(call, 0, "name")


def find_block_loads(module: ParsedModule, path: str) -> tuple[BlockLoad, ...]:
    """The loads of blocks and variables, in the order of the source."""
    found = []
    for call in module.calls:
        if block := block_of(module, call):
            name = block_name(call)
            text = module.constant(name) if name is not None else None
            found.append(BlockLoad(path, call.lineno, block, text or "", module.enclosing_name(call)))
    return tuple(sorted(found))


def stands_in_for(module: ParsedModule, node: ast.AST, loads: list[ast.Call]) -> ast.Call | None:
    """The block load in the same function that an environment read is the alternative of; None where there is none.

    Alternatives are the parts of a ``try``, of an ``or``, of a conditional, and what follows a ``try`` or ``if`` that
    returns the block's value.
    """
    mine = [load for load in loads if module.function(load) is module.function(node)]
    if not mine:
        return None
    for branch, others in _alternatives(module, node):
        for load in mine:
            around = {id(a) for a in (load, *module.ancestors(load))}
            if id(branch) not in around and any(id(other) in around for other in others):
                return load
    return None


def _alternatives(module: ParsedModule, node: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """For each construct around a node: the branch that holds it, and the branches beside or before it."""
    below = node
    for above in module.ancestors(node):
        if isinstance(above, _SCOPES) and below not in (above.body if isinstance(above.body, list) else [above.body]):
            return
        match above:
            case ast.BoolOp(op=ast.Or(), values=values):
                yield below, list(values)
            case ast.IfExp(body=body, orelse=orelse) if below is not above.test:
                yield below, [body, orelse]
            case ast.Try(body=body, handlers=handlers, orelse=orelse):
                yield below, [*body, *handlers] if below not in body else [*handlers, *orelse]
            case ast.If(body=body, orelse=orelse) if below is not above.test:
                yield below, list(orelse if below in body else body)
        for block in _blocks(above):
            if below in block:
                earlier = block[: block.index(below)]
                yield below, [s for s in earlier if isinstance(s, (ast.Try, ast.If)) and _returns(s)]
        if isinstance(above, _SCOPES):
            return
        below = above


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block


def _returns(statement: ast.stmt) -> bool:
    """Whether the statement may end the function with a value, so that what follows is its alternative."""
    return any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(statement))
