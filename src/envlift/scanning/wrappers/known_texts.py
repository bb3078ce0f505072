"""The constant strings that an expression may be: entries of tables, class attributes, what a loop goes through."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from envlift_codemods.parsed import ParsedModule

_DEEPEST = 8
_MANY = 200  # a table with more rows names things of the domain, no variables
_SAME_ELEMENTS = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed"})


def known_texts(module: ParsedModule, node: ast.expr, depth: int = 0) -> list[str]:
    """Every string that an expression may be, in the order of the source; none unless all of them are known."""
    if depth > _DEEPEST:
        return []
    if (text := module.constant(node)) is not None:
        return [text]
    texts = [known_texts(module, choice, depth + 1) for choice in _choices(module, node, depth)]
    return list(dict.fromkeys(t for found in texts for t in found)) if all(texts) else []


def choices_of(module: ParsedModule, node: ast.expr) -> Sequence[ast.expr]:
    """The expressions of which a loop, a table or a class gives one; none where that cannot be told."""
    return _choices(module, node, 0)


def _choices(module: ParsedModule, node: ast.expr, depth: int) -> Sequence[ast.expr]:
    """The expressions of which one gives the value; none where that cannot be told."""
    match node:
        case ast.Name():
            return list(_looped(module, node, depth))
        case ast.Attribute(value=ast.Attribute() as member, attr="value"):
            return _choices(module, member, depth)
        case ast.Attribute(value=ast.Name() as owner, attr=attribute):
            found = _class_attribute(module, owner, attribute)
            return [] if found is None else [found]
        case ast.Subscript(value=table, slice=key):
            return _entries(module, table, key)
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[key]):
            return _entries(module, table, key)
    return []


def _class_attribute(module: ParsedModule, owner: ast.Name, attribute: str) -> ast.expr | None:
    """What a class of this file binds a name to, once; a member of an enumeration is one, too."""
    definition = module.defined(owner)
    scope = module.scopes.by_node.get(definition) if isinstance(definition, ast.ClassDef) else None
    bound = scope.bindings.get(attribute, []) if scope is not None else []
    return bound[0] if len(bound) == 1 and isinstance(bound[0], ast.expr) else None


def _entries(module: ParsedModule, table: ast.expr, key: ast.expr) -> Sequence[ast.expr]:
    """The entry of a table under a constant key, or all of them under a computed one."""
    found = _written(module, table)
    if isinstance(found, ast.Dict):
        text = module.constant(key)
        keys = [None if k is None else module.constant(k) for k in found.keys]
        if text is not None:
            return [value for name, value in zip(keys, found.values, strict=True) if name == text]
        return found.values if None not in keys else []
    if isinstance(found, (ast.List, ast.Tuple)):
        if isinstance(key, ast.Constant) and isinstance(key.value, int) and abs(key.value) < len(found.elts):
            return [found.elts[key.value]]
        return found.elts
    return []


def _looped(module: ParsedModule, node: ast.Name, depth: int) -> Iterator[ast.expr]:
    """What a loop variable is, one after the other, as far as the loop goes through something written down."""
    for target, source in _loops_around(module, node):
        path = _path_to(target, node.id)
        if path is None:
            continue
        for element in _elements(module, source, depth):
            if (part := _part(element, path)) is None:
                return
            yield part
        return


def _loops_around(module: ParsedModule, node: ast.Name) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Target and source of the loops around a name in the same function, the inner ones first."""
    for above in module.ancestors(node):
        if isinstance(above, (ast.For, ast.AsyncFor)):
            yield above.target, above.iter
        elif isinstance(above, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
            yield from ((loop.target, loop.iter) for loop in above.generators)
        elif isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return


def _path_to(target: ast.expr, name: str) -> tuple[int, ...] | None:
    """Where a name stands in a loop's target: its index in each tuple; None where it does not."""
    if isinstance(target, ast.Name):
        return () if target.id == name else None
    for index, part in enumerate(target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()):
        if (path := _path_to(part, name)) is not None:
            return (index, *path)
    return None


def _part(element: ast.expr, path: tuple[int, ...]) -> ast.expr | None:
    for index in path:
        if not isinstance(element, (ast.Tuple, ast.List)) or index >= len(element.elts):
            return None
        element = element.elts[index]
    return element


def _elements(module: ParsedModule, source: ast.expr, depth: int) -> list[ast.expr]:
    """What a loop over an expression goes through; nothing where that is not written down, or is very much."""
    found = list(_written_elements(module, source, depth))
    return [] if len(found) > _MANY else found


def _written_elements(module: ParsedModule, source: ast.expr, depth: int) -> Iterator[ast.expr]:
    if depth > _DEEPEST:
        return
    match _written(module, source):
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            yield from parts
        case ast.Dict(keys=keys):
            yield from (key for key in keys if key is not None)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _written_elements(module, left, depth + 1)
            yield from _written_elements(module, right, depth + 1)
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function in _SAME_ELEMENTS:
            yield from _written_elements(module, inner, depth + 1)
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]):
            for element in _written_elements(module, inner, depth + 1):
                yield ast.Tuple([ast.Constant(None), element], ast.Load())
        case ast.Call(func=ast.Attribute(value=table, attr=view), args=[]):
            found = _written(module, table)
            pairs = zip(found.keys, found.values, strict=True) if isinstance(found, ast.Dict) else ()
            for key, value in pairs:
                if key is not None and view in ("keys", "values"):
                    yield key if view == "keys" else value
                elif key is not None and view == "items":
                    yield ast.Tuple([key, value], ast.Load())


def _written(module: ParsedModule, node: ast.expr) -> ast.expr:
    """The expression that a name is bound to, once; any other expression is itself."""
    if isinstance(node, ast.Name) and (found := module.scope(node).lookup(node.id)) is not None:
        bound = found[1]
        if len(bound) == 1 and isinstance(bound[0], ast.expr):
            return bound[0]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return _class_attribute(module, node.value, node.attr) or node
    return node
