"""What code sets in the environment, and the reads that only decide whether it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.inventory import Site, SiteKind
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import access_of, find_writes

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (ast.If, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.Match)


def write_sites(module: ParsedModule, path: str) -> Iterator[Site]:
    """The changes, tests and copies of the environment; the obstacle of one is that it need not happen."""
    found = find_writes(module)
    depending = _depending(module) if found else frozenset()
    for write in found:
        obstacle = "it need not happen" if write.span in depending else ""
        name, kind = write.name or "", SiteKind.ENV_WRITE
        yield Site(path, write.span, kind, name, write.form, write.place, write.function, obstacle=obstacle)


def _depending(module: ParsedModule) -> frozenset[Span]:
    """The ``os.environ[...] = ...`` that not each run of their file or function comes to."""
    written = (node for node in module.subscripts if isinstance(node.ctx, ast.Store))
    return frozenset(module.span(node) for node in written if _may_be_left_out(module, node))


def _may_be_left_out(module: ParsedModule, node: ast.expr) -> bool:
    for above in module.ancestors(node):
        if isinstance(above, _FUNCTIONS):
            return any(isinstance(n, ast.Return) and n.lineno < node.lineno for n in ast.walk(above))
        if isinstance(above, _BRANCHES):
            return True
    return False


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
