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
    GUARD = "a guard that only raises ValueError, as a load does"
    EXIT = "a guard that only raises another error or exits"
    BRANCH = "a branch, fallback or except clause"


GUARDS = (Handling.GUARD, Handling.EXIT)
_EXITS = frozenset({"sys.exit", "exit", "quit"})


def handling_of(module: ParsedModule, node: ast.expr, missing: Missing) -> Handling:
    """How the code around a read that has no default treats a missing value.

    A block that is missing raises ValueError where the variable gave KeyError or None, so a handler that names one of
    them makes a difference; ``except Exception`` sees both.
    """
    if missing is Missing.RAISES:
        return Handling.BRANCH if _caught(module, node, _KEY_ERRORS | {"ValueError"}) else Handling.NOTHING
    if _caught(module, node, _ERRORS_OF_NONE):
        return Handling.BRANCH
    found = _test_around(module, node)
    bound = _bound_name(module, node) if found is None else None
    found = found or (Handling.NOTHING if bound is None else _name_handling(module, node, bound))
    # What a guard raises may be caught right there, by a handler that would let the load's error pass.
    return Handling.BRANCH if found in GUARDS and _caught(module, node) else found


def handling_by(module: ParsedModule, use: ast.expr) -> Handling:
    """What the test around a use of a variable makes of a missing value; nothing where no test stands."""
    return _test_around(module, use) or Handling.NOTHING


_KEY_ERRORS = frozenset({"KeyError", "LookupError"})
_ERRORS_OF_NONE = frozenset({"ValueError", "TypeError", "AttributeError"})


_ALL_ERRORS = frozenset({"Exception", "BaseException"})


def _caught(module: ParsedModule, node: ast.AST, errors: frozenset[str] | None = None) -> bool:
    """Whether a handler around the read, in the same function, names one of the errors or suppresses any.

    Without errors: whether it names any but all of them.
    """
    below = node
    for above in module.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        if isinstance(above, ast.Try) and below in above.body:
            names = {dotted_name(n).rsplit(".", 1)[-1] for h in above.handlers if h.type for n in _types(h.type)}
            if names & errors if errors is not None else names - _ALL_ERRORS:
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
            return _guarded(module, above, node)
        if isinstance(above, (ast.If, ast.Assert)) and below is above.test:
            return _ending(above, node)
        if isinstance(above, (ast.IfExp, ast.While)) and below is above.test:
            return Handling.BRANCH
        if isinstance(above, ast.comprehension) and below in above.ifs:
            return Handling.BRANCH
        if isinstance(above, ast.Compare) or (isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not)):
            return _guarded(module, above, node)
        if isinstance(above, ast.Match) and below is above.subject:
            return Handling.BRANCH
        if isinstance(above, ast.match_case) and below is above.guard:
            return Handling.BRANCH
        if isinstance(above, ast.stmt):
            return None
        if isinstance(above, ast.Call) and dotted_name(above.func) not in {"bool", "all", "any"}:
            return None
        below = above
    return None


def _ending(statement: ast.If | ast.Assert, node: ast.AST) -> Handling:
    """What a statement makes of a missing value that its test asks for: whether it ends the run then, and how."""
    missing = _when_missing(statement.test, node)
    if isinstance(statement, ast.Assert):
        return Handling.EXIT if missing is False else Handling.BRANCH
    if missing is not True or statement.orelse:
        return Handling.BRANCH
    match statement.body[-1]:
        case ast.Raise(exc=ast.Name(id="ValueError") | ast.Call(func=ast.Name(id="ValueError"))):
            return Handling.GUARD
        case ast.Raise():
            return Handling.EXIT
        case ast.Expr(value=ast.Call(func=called)) if dotted_name(called) in _EXITS:
            return Handling.EXIT
    return Handling.BRANCH


def _guarded(module: ParsedModule, test: ast.AST, node: ast.AST) -> Handling:
    """What the ``if`` or ``assert`` makes of a missing value, of whose test another one is a part."""
    below = test
    for above in module.ancestors(test):
        if isinstance(above, (ast.If, ast.Assert)) and below is above.test:
            return _ending(above, node)
        if isinstance(above, ast.stmt):
            break
        below = above
    return Handling.BRANCH


def _when_missing(test: ast.expr, node: ast.AST) -> bool | None:
    """What a test gives when ``node`` in it is None; None where that hangs on something else."""
    if test is node:
        return False
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _when_missing(operand, node)
            return None if inner is None else not inner
        case ast.BoolOp(op=operator, values=values):
            decisive = isinstance(operator, ast.Or)
            parts = [_when_missing(value, node) for value in values]
            return decisive if decisive in parts else (None if None in parts else not decisive)
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if node in (left, right):
            equal = _none_is(right if node is left else left)
            negated = isinstance(operator, (ast.IsNot, ast.NotEq, ast.NotIn))
            ordered = not isinstance(operator, (ast.Is, ast.Eq, ast.In)) and not negated
            return None if equal is None or ordered else equal is not negated
        case ast.Call(func=ast.Name(id="all" | "any" as function), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]):
            operator = ast.And() if function == "all" else ast.Or()
            return _when_missing(ast.BoolOp(operator, parts), node)
        case ast.Call(func=ast.Name(id="bool"), args=[tested]) | ast.NamedExpr(value=tested):
            return _when_missing(tested, node)
    return None


def _none_is(other: ast.expr) -> bool | None:
    """Whether None equals a constant or is among constants; None where they are not all written out."""
    members = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
    if not all(isinstance(member, ast.Constant) for member in members):
        return None
    return any(isinstance(member, ast.Constant) and member.value is None for member in members)


def _bound_name(module: ParsedModule, node: ast.expr) -> str | None:
    """The variable or attribute that takes the value, as it is written."""
    for above in module.ancestors(node):
        match above:
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as target]):
                return dotted_name(target)
            case ast.AnnAssign(target=ast.Name() | ast.Attribute() as target):
                return dotted_name(target)
            case ast.NamedExpr(target=ast.Name(id=name)):
                return name
            case ast.stmt():
                return None
    return None


def _name_handling(module: ParsedModule, node: ast.expr, name: str) -> Handling:
    """How the tests on a variable, in the function (or module) that binds it, treat a missing value."""
    owner = None if "." in name else module.function(node)
    result = Handling.NOTHING
    for use in _uses(module, owner, name):
        tested = _test_around(module, use)
        if tested is Handling.BRANCH or (tested in GUARDS and not _always_follows(module, node, use)):
            return Handling.BRANCH
        result = result if result is Handling.EXIT else tested or result
    return result


def _always_follows(module: ParsedModule, node: ast.expr, guard: ast.expr) -> bool:
    """Whether a guard stands beside the statement that reads; a deeper one lets some runs do without the value."""
    if module.function(node) is None:
        return True
    return module.parent(_statement(module, node)) is module.parent(_statement(module, guard))


def _statement(module: ParsedModule, node: ast.expr) -> ast.AST:
    return next(above for above in module.ancestors(node) if isinstance(above, ast.stmt))


def _uses(module: ParsedModule, owner: ast.AST | None, name: str) -> Iterator[ast.expr]:
    for use in module.named(name.rpartition(".")[2]):
        is_inside = owner is None or any(above is owner for above in module.ancestors(use))
        if is_inside and isinstance(use.ctx, ast.Load) and dotted_name(use) == name:
            yield use
