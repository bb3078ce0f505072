"""Reads that only decide whether the code sets the same variable: ``if not os.getenv("X"): os.environ["X"] = ...``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import access_of


def write_guards(module: ParsedModule) -> frozenset[Span]:
    """The reads inside tests of ``if`` statements whose branches set the variable that is tested."""
    found: set[Span] = set()
    for node in module.subscripts:
        if isinstance(node.ctx, ast.Store):
            name = module.constant(node.slice) if module.origin(node.value) == "os.environ" else None
            for test in _tests_around(module, node) if name else ():
                found |= {module.span(read) for read in _reads(module, test, name)}
    return frozenset(found)


def _tests_around(module: ParsedModule, node: ast.AST) -> Iterator[ast.expr]:
    for above in module.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return
        if isinstance(above, ast.If):
            yield above.test


def _reads(module: ParsedModule, test: ast.expr, name: str | None) -> Iterator[ast.expr]:
    for node in ast.walk(test):
        access = access_of(module, node) if isinstance(node, (ast.Call, ast.Subscript)) else None
        if access is not None and module.constant(access.key) == name and isinstance(node, ast.expr):
            yield node
