"""Which literals of a module are given to a variable, a keyword or a parameter of a name. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import surroundings

_GIVEN_BY = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.keyword, ast.arguments)


def assigned_literals(module: ParsedModule) -> Iterator[tuple[str, ast.expr]]:
    """The name and the literal of each ``name = literal``, ``name=literal`` and parameter default, in source order."""
    found = [n for n in module.nodes if isinstance(n, ast.expr) and _is_literal(n)]
    for node in sorted(found, key=module.span):
        if isinstance(module.parent(node), _GIVEN_BY):
            receiver, _, _ = surroundings(module, node)
            if receiver:
                yield receiver, node


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes, int, float))
