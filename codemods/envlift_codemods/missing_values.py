"""What the code around a read does when the variable is not set. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import Missing
from envlift_codemods.receivers import dotted_name


class Handling(Enum):
    """What the code around a read does about a missing value."""

    NOTHING = "nothing"
    GUARD = "a guard that only raises or exits"
    BRANCH = "a branch, fallback or except clause"


def handling_of(module: ParsedModule, node: ast.expr, missing: Missing) -> Handling:
    if missing is Missing.RAISES:
        return Handling.BRANCH if _key_error_caught(module, node) else Handling.NOTHING
    direct = _test_around(module, node)
    if direct is not None:
        return direct
    bound = _bound_name(module, node)
    return Handling.NOTHING if bound is None else _name_handling(module, node, bound)


def _key_error_caught(module: ParsedModule, node: ast.AST) -> bool:
    below = node
    for above in module.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        if isinstance(above, ast.Try) and below in above.body:
            names = {dotted_name(n).rsplit(".", 1)[-1] for h in above.handlers if h.type for n in _types(h.type)}
            if names & {"KeyError", "LookupError"}:
                return True
        if isinstance(above, (ast.With, ast.AsyncWith)):
            calls = [i.context_expr for i in above.items if isinstance(i.context_expr, ast.Call)]
            if any(dotted_name(c.func).endswith("suppress") for c in calls):
                return True
        below = above
    return False


def _types(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _test_around(module: ParsedModule, node: ast.AST) -> Handling | None:
    """How the nearest test that holds the expression treats it; None where no test does."""
    below = node
    for above in module.ancestors(node):
        if isinstance(above, ast.BoolOp) and below is not above.values[-1]:
            inside_test = _test_around(module, above)
            return inside_test or Handling.BRANCH
        if isinstance(above, ast.If) and below is above.test:
            return Handling.GUARD if _only_leaves(above) else Handling.BRANCH
        if isinstance(above, ast.Assert) and below is above.test:
            return Handling.GUARD
        if isinstance(above, (ast.IfExp, ast.While)) and below is above.test:
            return Handling.BRANCH
        if isinstance(above, ast.comprehension) and below in above.ifs:
            return Handling.BRANCH
        if isinstance(above, ast.Compare):
            return _test_around(module, above) or Handling.BRANCH
        if isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not):
            return _test_around(module, above) or Handling.BRANCH
        if isinstance(above, ast.Match) and below is above.subject:
            return Handling.BRANCH
        if isinstance(above, ast.stmt):
            return None
        if isinstance(above, ast.Call) and dotted_name(above.func) not in {"bool", "all", "any"}:
            return None
        below = above
    return None


def _only_leaves(branch: ast.If) -> bool:
    """Whether an ``if`` does nothing but raise or exit, so that a missing value ends the run with or without it."""
    if branch.orelse or not branch.body:
        return False
    last = branch.body[-1]
    if isinstance(last, ast.Raise):
        return True
    return (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and dotted_name(last.value.func) in {"sys.exit", "exit", "quit"}
    )


def _bound_name(module: ParsedModule, node: ast.expr) -> str | None:
    for above in module.ancestors(node):
        match above:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name
            case ast.NamedExpr(target=ast.Name(id=name)):
                return name
            case ast.stmt():
                return None
    return None


def _name_handling(module: ParsedModule, node: ast.expr, name: str) -> Handling:
    """How the tests on a variable, in the function (or module) that binds it, treat a missing value."""
    owner = module.function(node)
    result = Handling.NOTHING
    for use in _uses(module, owner, name):
        tested = _test_around(module, use)
        if tested is Handling.BRANCH:
            return tested
        result = tested or result
    return result


def _uses(module: ParsedModule, owner: ast.AST | None, name: str) -> Iterator[ast.Name]:
    inside = ast.walk(owner) if owner is not None else iter(module.nodes)
    return (n for n in inside if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load))
