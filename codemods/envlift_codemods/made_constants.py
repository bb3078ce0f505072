"""Module-level constants that are made from another one, so that they can sink with it. Standard library only."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from envlift_codemods.parsed import ParsedModule

CONVERSIONS = frozenset({"int", "str", "float"})
# Methods whose result cannot be changed, so that it does not matter how many functions have one of their own.
METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "encode", "decode", "removeprefix", "removesuffix"}
)
# What these functions give hangs on their arguments alone.
_PURE = frozenset({"urllib.parse.quote", "urllib.parse.quote_plus", "base64.b64encode", "base64.b64decode"})
_PLAIN = (ast.Add, ast.Mod, ast.Load, ast.FormattedValue, ast.Dict, ast.Tuple, ast.List, ast.keyword)


@dataclass(frozen=True, slots=True)
class Made:
    """A constant that the module makes from another one by putting texts together.

    ``uses`` holds the names that it is made from: the other constant, and what is made from that.
    """

    name: str
    statement: ast.Assign | ast.AnnAssign
    uses: frozenset[str]


def made_from(module: ParsedModule, reference: str) -> tuple[Made, ...]:
    """The constants of the module itself that are made from one, directly or by way of others, in source order.

    Args:
        reference: How the code writes the constant; there are none of one that is reached through its module.
    """
    if "." in reference:
        return ()
    names, found = {reference}, []
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        used = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} & names
        if used and name not in names and _can_be_made_again(module, name, value):
            names.add(name)
            found.append(Made(name, statement, frozenset(used)))
    return tuple(found)


def _can_be_made_again(module: ParsedModule, name: str, value: ast.expr) -> bool:
    """Whether an expression gives the same at any later time, in text that can be indented."""
    once = len(module.scopes.module.bindings.get(name, ())) == 1 and not name.startswith("__")
    return once and all(_gives_the_same(module, node) for node in ast.walk(value))


def _gives_the_same(module: ParsedModule, node: ast.AST) -> bool:
    match node:
        case ast.Constant() | ast.JoinedStr():
            return node.lineno == node.end_lineno
        case ast.Name(id=used):
            return used in CONVERSIONS or len(module.scopes.module.bindings.get(used, ())) == 1
        case ast.Call(func=ast.Name(id=called)):
            return called in CONVERSIONS or module.origin(node.func) in _PURE
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in METHODS or method == "format" or module.origin(node.func) in _PURE
        case ast.Attribute():
            above = module.parent(node)
            return isinstance(above, ast.Call) and above.func is node
        case ast.BinOp(op=operator):
            return isinstance(operator, (ast.Add, ast.Mod))
    return isinstance(node, _PLAIN)
