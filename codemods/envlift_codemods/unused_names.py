"""Names that nothing defines and names that nothing uses, as a linter would tell them of a file."""

from __future__ import annotations

import ast
import builtins

from envlift_codemods.document import Document
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.unused_imports import idle_imports

_SEES_ALL_NAMES = frozenset({"locals", "vars", "eval", "exec", "dir"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def undefined_names(module: ParsedModule) -> frozenset[str]:
    """The names that a module takes values from and never binds."""
    names = (n for n in module.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return frozenset(n.id for n in names if not hasattr(builtins, n.id) and module.scope(n).lookup(n.id) is None)


def unused_names(document: Document, *, keep_imports: bool = False) -> frozenset[str]:
    """The imported names and the local variables that nothing uses; a module's own variables are for others too.

    Args:
        keep_imports: Leave imports out, as in a file that passes them on.
    """
    imported = () if keep_imports else idle_imports(document)
    return frozenset((*imported, *_idle_variables(document.syntax)))


def _idle_variables(module: ParsedModule) -> frozenset[str]:
    """What functions assign by ``name = ...`` alone and never look at."""
    used: set[tuple[int, str]] = set()
    shared: set[str] = set()
    for node in module.nodes:
        if isinstance(node, ast.Nonlocal):
            shared.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            if node.id in _SEES_ALL_NAMES:
                return frozenset()
            if (found := module.scope(node).lookup(node.id)) is not None:
                used.add((id(found[0]), node.id))
    scopes = (scope for scope in module.scopes.by_node.values() if isinstance(scope.node, _FUNCTIONS))
    return frozenset(
        name
        for scope in scopes
        for name, bound in scope.bindings.items()
        if (id(scope), name) not in used and name not in shared and all(isinstance(value, ast.expr) for value in bound)
    )
