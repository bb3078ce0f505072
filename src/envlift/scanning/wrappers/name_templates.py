"""A variable's name that a function composes from its parameters and constants, as a template for its callers."""

from __future__ import annotations

import ast
from dataclasses import replace

from envlift.scanning.definitions.definitions import FromParameter, Parameter, Template
from envlift.scanning.read_sites import concealed
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_METHODS = frozenset({"upper", "lower", "strip", "replace"})
_DEEPEST = 8
ANY = "*"
"""Stands for a part of a name that is not known."""


def parameters_of(module: ParsedModule, function: FunctionNode) -> tuple[Parameter, ...]:
    """The parameters that callers fill, without ``self`` and ``cls``."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = list(zip(positional, defaults, strict=True))
    if pairs and _is_bound(module, function):
        pairs = pairs[1:]
    found = [Parameter(a.arg, concealed(module, d), positional=True) for a, d in pairs]
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, None, positional=True, variadic=True))
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [Parameter(a.arg, concealed(module, d), positional=False) for a, d in named]
    return tuple(found)


def _is_bound(module: ParsedModule, function: FunctionNode) -> bool:
    in_class = isinstance(module.parent(function), ast.ClassDef)
    return in_class and not any(dotted_name(d) == "staticmethod" for d in function.decorator_list)


def templates_of(module: ParsedModule, node: ast.expr, function: FunctionNode | None, depth: int = 0) -> list[Template]:
    """Every template that an expression may follow, in a function or outside of any; none where nothing is known.

    Alternatives are those of a conditional, of a variable with several assignments, and of a loop over constants.
    """
    if depth > _DEEPEST:
        return []
    if isinstance(node, ast.IfExp):
        return [t for part in (node.body, node.orelse) for t in templates_of(module, part, function, depth + 1)]
    if isinstance(node, ast.Name) and (found := module.scope(node).lookup(node.id)) is not None:
        bound = found[1]
        if bound and all(isinstance(b, ast.expr) for b in bound):
            expressions = [b for b in bound if isinstance(b, ast.expr)]
            return [t for e in expressions for t in templates_of(module, e, function, depth + 1)]
        if constants := _looped_constants(module, node):
            return [(text,) for text in constants]
    template = template_of(module, node, function)
    return [] if template is None else [template]


def patterns_of(module: ParsedModule, node: ast.expr) -> list[str]:
    """The names that an expression may be where no caller gives a part of them; ``*`` stands for any part."""
    function = module.function(node)
    found = templates_of(module, node, function if isinstance(function, FunctionNode) else None)
    return ["".join(p for p in t if isinstance(p, str)) for t in found if all(isinstance(p, str) for p in t)]


def _looped_constants(module: ParsedModule, node: ast.Name) -> list[str]:
    """The constants that a loop variable takes one by one."""
    loop = _loop_of(module, node)
    holder = loop.iter if loop is not None else None
    if isinstance(holder, ast.Name) and (found := module.scope(holder).lookup(holder.id)) is not None:
        holder = found[1][0] if len(found[1]) == 1 and isinstance(found[1][0], ast.expr) else None
    parts = holder.elts if isinstance(holder, (ast.List, ast.Tuple, ast.Set)) else []
    texts = [module.constant(part) for part in parts]
    return [text for text in texts if text is not None] if all(texts) else []


def template_of(module: ParsedModule, node: ast.expr, function: FunctionNode | None, depth: int = 0) -> Template | None:
    """The template of an expression; a part of a composed name that is not known is ``*``; None where nothing is."""
    if depth > _DEEPEST:
        return None
    if (text := module.constant(node)) is not None:
        return (text,)
    match node:
        case ast.Name():
            return _of_name(module, node, function, depth)
        case ast.JoinedStr(values=values):
            return _joined(module, values, function, depth)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return template_of(module, value, function, depth + 1)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined(module, [left, right], function, depth)
        case ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[]):
            return template_of(module, inner, function, depth + 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=method), args=args, keywords=[]) if method in _METHODS:
            return _changed(module, template_of(module, inner, function, depth + 1), method, args)
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attribute):
            return _of_class(module, function, attribute)
    return None


def _joined(module: ParsedModule, parts: list[ast.expr], function: FunctionNode | None, depth: int) -> Template | None:
    templates = [template_of(module, part, function, depth + 1) for part in parts]
    return tuple(piece for template in templates for piece in template or (ANY,))


def _changed(module: ParsedModule, template: Template | None, method: str, args: list[ast.expr]) -> Template | None:
    texts = [module.constant(argument) for argument in args]
    if template is None or any(text is None for text in texts):
        return None
    step = (method, tuple(text for text in texts if text is not None))
    if any(isinstance(piece, str) for piece in template) and len(template) > 1 and method not in {"upper", "lower"}:
        return None
    return tuple(
        (piece.upper() if method == "upper" else piece.lower())
        if isinstance(piece, str)
        else replace(piece, methods=(*piece.methods, step))
        for piece in template
    )


def _of_name(module: ParsedModule, node: ast.Name, function: FunctionNode | None, depth: int) -> Template | None:
    found = module.scope(node).lookup(node.id)
    if found is None:
        return None
    owner, bound = found
    if function is None or owner is not module.scopes.by_node.get(function):
        return _of_loop(module, node)
    is_parameter = bound[0] is None and any(node.id == p for p in _names(function))
    if bound == [None] and is_parameter:
        return (FromParameter(node.id),)
    rebound = bound[1:] if is_parameter else bound
    if len(rebound) == 1 and isinstance(rebound[0], ast.expr):
        if is_parameter:
            return _of_rebound(module, rebound[0], node.id, function, depth)
        return template_of(module, rebound[0], function, depth + 1)
    return _of_loop(module, node)


def _of_rebound(
    module: ParsedModule, expression: ast.expr, name: str, function: FunctionNode | None, depth: int
) -> Template | None:
    """``name = name.upper()``: the methods on the parameter itself."""
    match expression:
        case ast.Name(id=same) if same == name:
            return (FromParameter(name),)
        case ast.Call(func=ast.Attribute(value=inner, attr=method), args=args, keywords=[]) if method in _METHODS:
            return _changed(module, _of_rebound(module, inner, name, function, depth + 1), method, args)
        case ast.JoinedStr(values=values):
            parts = [
                _of_rebound(module, v.value if isinstance(v, ast.FormattedValue) else v, name, function, depth + 1)
                for v in values
            ]
            return None if any(p is None for p in parts) else tuple(piece for p in parts for piece in p or ())
    text = module.constant(expression)
    return None if text is None else (text,)


def _of_loop(module: ParsedModule, node: ast.Name) -> Template | None:
    """A loop variable over a parameter is each of the names that the parameter holds."""
    loop = _loop_of(module, node)
    if loop is None or not isinstance(loop.iter, ast.Name):
        return None
    outer = module.function(loop.iter)
    is_parameter = isinstance(outer, FunctionNode) and loop.iter.id in _names(outer)
    return (FromParameter(loop.iter.id, each=True),) if is_parameter else None


def _loop_of(module: ParsedModule, node: ast.Name) -> ast.For | ast.AsyncFor | ast.comprehension | None:
    """The loop in the same function that binds a name."""
    for above in module.ancestors(node):
        loops: list[ast.For | ast.AsyncFor | ast.comprehension] = []
        if isinstance(above, (ast.For, ast.AsyncFor)):
            loops = [above]
        elif isinstance(above, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
            loops = list(above.generators)
        for loop in loops:
            if isinstance(loop.target, ast.Name) and loop.target.id == node.id:
                return loop
        if isinstance(above, FunctionNode):
            return None
    return None


def _of_class(module: ParsedModule, function: FunctionNode | None, attribute: str) -> Template | None:
    """A constant of the class around a method."""
    owner = module.parent(function) if function is not None else None
    scope = module.scopes.by_node.get(owner) if isinstance(owner, ast.ClassDef) else None
    bound = scope.bindings.get(attribute, []) if scope is not None else []
    if scope is None or len(bound) != 1 or not isinstance(bound[0], ast.expr):
        return None
    text = scope.constant(bound[0])
    return None if text is None else (text,)


def _names(function: FunctionNode) -> list[str]:
    arguments = function.args
    plain = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [*plain, *([arguments.vararg.arg] if arguments.vararg else [])]
