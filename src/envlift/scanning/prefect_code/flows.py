"""The flows and tasks of one module, as its decorators say."""

from __future__ import annotations

import ast
from collections.abc import Container

from envlift.inventory import Flow
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.scopes import Scope

FLOW = frozenset({"prefect.flow", "prefect.flows.flow"})
_OLD_FLOW = frozenset({"prefect.Flow", "prefect.core.Flow", "prefect.core.flow.Flow"})
TASK = frozenset({"prefect.task", "prefect.tasks.task", "prefect.assets.materialize"})


def origins(scope: Scope, node: ast.expr) -> set[str]:
    """Every object that an expression may mean: for decorators a fallback import behind ``try`` counts too."""
    certain = scope.origin(node)
    if certain is not None:
        return {certain}
    if isinstance(node, ast.Attribute):
        return {f"{inner}.{node.attr}" for inner in origins(scope, node.value)}
    found = scope.lookup(node.id) if isinstance(node, ast.Name) else None
    return {bound for bound in found[1] if isinstance(bound, str)} if found else set()


def is_decorated(module: ParsedModule, node: ast.FunctionDef | ast.AsyncFunctionDef, by: frozenset[str]) -> bool:
    """Whether one of a function's decorators, called or not, is one of the given objects."""
    scope = module.scope(node)
    plain = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return any(origins(scope, decorator) & by for decorator in plain)


def find_flows(module: ParsedModule, path: str, also: Container[ast.AST] = ()) -> tuple[Flow, ...]:
    """The functions decorated with ``@flow``, and those in ``also``, in the order of the source."""
    found = (
        Flow(path, module.qualified_name(node), node.lineno, isinstance(node, ast.AsyncFunctionDef))
        for node in module.functions
        if node in also or is_decorated(module, node, FLOW)
    )
    return tuple(sorted(found, key=lambda flow: flow.line))


def decorated_functions(module: ParsedModule, also: Container[ast.AST] = ()) -> frozenset[str]:
    """Qualified names of the functions that are themselves a flow or a task."""
    return frozenset(
        module.qualified_name(node)
        for node in module.functions
        if node in also or is_decorated(module, node, FLOW | TASK)
    )


def find_old_flows(module: ParsedModule) -> tuple[int, ...]:
    """The lines of flows as Prefect 1 had them, which are no decorated functions but ``with Flow("name"):``."""
    items = ((node, item.context_expr) for node in module.of(ast.With) for item in node.items)
    calls = ((node.lineno, made.func) for node, made in items if isinstance(made, ast.Call))
    return tuple(line for line, function in calls if module.origin(function) in _OLD_FLOW)
