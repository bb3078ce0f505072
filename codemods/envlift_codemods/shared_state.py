"""Whether code relies on a constant being one object that all functions share. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_CHANGES = frozenset(
    {"update", "pop", "setdefault", "clear", "append", "extend", "insert", "remove", "popitem", "sort", "reverse"}
) | {"__setitem__", "__delitem__", "__ior__", "__iadd__"}
# Methods that give what a dict holds.
_PARTS = frozenset({"get", "values", "items"})


def is_changed(module: ParsedModule, node: ast.expr) -> bool:
    """Whether the file changes a dict or list or what is in it, there or where the same object goes from there."""
    found, seen = [node], {node}
    given: set[tuple[str, ast.AST | None]] = set()
    for one in found:  # which grows
        if _changes(module, one):
            return True
        others: Iterator[ast.expr] = _going_on(module, one)
        if isinstance(one, (ast.Name, ast.Attribute)) and isinstance(one.ctx, ast.Store):
            where = (dotted_name(one), module.outermost(one) if isinstance(one, ast.Name) else None)
            others = _uses_of(module, one) if where not in given else iter(())
            given.add(where)
        new = [other for other in others if other not in seen]
        seen.update(new)
        found += new
    return False


def _changes(module: ParsedModule, node: ast.expr) -> bool:
    match module.parent(node):
        case ast.Subscript(value=value, ctx=context) if value is node:
            return not isinstance(context, ast.Load)
        case ast.Attribute(attr=method):
            return method in _CHANGES
        case ast.AugAssign(target=target, op=operator, value=value) if target is node:
            return isinstance(operator, ast.BitOr) or isinstance(value, (ast.List, ast.ListComp, ast.Tuple))
    return False


def is_told_apart(module: ParsedModule, node: ast.expr) -> bool:
    """Whether the code asks if something is this very object."""
    above = module.parent(node)
    if not isinstance(above, ast.Compare) or not any(isinstance(op, (ast.Is, ast.IsNot)) for op in above.ops):
        return False
    return not all(other is node or isinstance(other, ast.Constant) for other in (above.left, *above.comparators))


def _going_on(module: ParsedModule, node: ast.expr) -> Iterator[ast.expr]:
    """The other expressions of the file that may be an object, or a part of it, as this one is."""
    above = module.parent(node)
    match above:
        case ast.Subscript(value=value) if value is node:
            yield above
        case ast.Attribute(attr=method) if method in _PARTS:
            call = module.parent(above)
            if isinstance(call, ast.Call) and call.func is above:
                yield call
        case ast.BoolOp() | ast.Await():
            yield above
        case ast.IfExp(test=test) if test is not node:
            yield above
        case ast.NamedExpr(target=target):
            yield above
            yield target
        case ast.Assign(targets=targets):
            yield from (one for target in targets for one in _variables(target))
        case ast.AnnAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _variables(target)
        case ast.comprehension(target=target, iter=given) if given is node:
            yield from _variables(target)
        case ast.Tuple(elts=values) | ast.List(elts=values):
            yield from _in_its_place(module, above, values.index(node))
        case ast.Call() | ast.keyword():
            yield from _parameter(module, node, above)
        case ast.Return():
            yield from _calls(module, above)


def _variables(target: ast.expr) -> Iterator[ast.expr]:
    """The variables and attributes that an assignment gives something to."""
    inner = target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()
    yield from (one for part in inner for one in _variables(part))
    if isinstance(target, (ast.Name, ast.Attribute)):
        yield target


def _uses_of(module: ParsedModule, target: ast.Name | ast.Attribute) -> Iterator[ast.expr]:
    """Where the code has what an assignment gave to a variable or attribute."""
    if isinstance(target, ast.Attribute):
        written = dotted_name(target)
        yield from (n for n in module.named(target.attr) if dotted_name(n) == written)
    else:
        outer = module.outermost(target)
        named = (n for n in module.named(target.id) if isinstance(n, ast.Name))
        yield from (n for n in named if module.outermost(n) is outer)


def _in_its_place(module: ParsedModule, values: ast.expr, index: int) -> Iterator[ast.expr]:
    """What takes one of several values, as in ``a, b = TOKEN, 1``."""
    statement = module.parent(values)
    for target in statement.targets if isinstance(statement, ast.Assign) else ():
        if isinstance(target, (ast.Tuple, ast.List)) and index < len(target.elts):
            yield from _variables(target.elts[index])


def _parameter(module: ParsedModule, node: ast.expr, above: ast.Call | ast.keyword) -> Iterator[ast.expr]:
    """The uses of the parameter that an argument becomes in a function of the file."""
    call = module.parent(above) if isinstance(above, ast.keyword) else above
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return
    called = module.defined(call.func)
    if not isinstance(called, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    names = [argument.arg for argument in (*called.args.posonlyargs, *called.args.args)]
    if isinstance(above, ast.keyword):
        name = above.arg
    else:
        at = call.args.index(node) if node in call.args else len(names)
        name = names[at] if at < len(names) else None
    yield from (n for n in ast.walk(called) if isinstance(n, ast.Name) and n.id == name)


def _calls(module: ParsedModule, statement: ast.Return) -> Iterator[ast.expr]:
    """The calls in the file of the function or method that returns something."""
    function = module.function(statement)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    for named in module.named(function.name):
        call = module.parent(named)
        is_method = isinstance(named, ast.Attribute) and dotted_name(named.value) in {"self", "cls"}
        is_it = is_method or (isinstance(named, ast.Name) and module.defined(named) is function)
        if is_it and isinstance(call, ast.Call) and call.func is named:
            yield call
