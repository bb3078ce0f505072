"""A variable's name that a function composes from its parameters and constants, as a template for its callers."""

from __future__ import annotations

import ast
import itertools
import math
from dataclasses import replace

from envlift.scanning.definitions.definitions import FromParameter, Parameter, Template
from envlift.scanning.read_sites import concealed
from envlift.scanning.wrappers.composed_texts import changed_text, parts_of
from envlift.scanning.wrappers.known_texts import known_texts
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_METHODS = frozenset({"upper", "lower", "strip", "replace"})
_DEEPEST = 8
_DEEPEST_CHOICE = 2
_MANY = 200
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
    in_class = isinstance(module.parent(function), ast.ClassDef) and not isinstance(function, ast.Lambda)
    return in_class and not any(dotted_name(d) == "staticmethod" for d in getattr(function, "decorator_list", ()))


def templates_of(module: ParsedModule, node: ast.expr, function: FunctionNode | None, depth: int = 0) -> list[Template]:
    """Every template that an expression may follow, in a function or outside of any; none where nothing is known.

    Alternatives are those of a conditional, of a variable with several assignments, of a table and of a loop over
    constants; a part of a composed name that is not known is ``*``.
    """
    if depth > _DEEPEST:
        return []
    if texts := known_texts(module, node):
        return [(text,) for text in texts]
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return [t for part in (body, orelse) for t in templates_of(module, part, function, depth + 1)]
        case ast.BoolOp(op=ast.Or(), values=values):
            return [t for part in values for t in templates_of(module, part, function, depth + 1)]
        case ast.Name():
            return _of_name(module, node, function, depth)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return templates_of(module, value, function, depth + 1)
        case ast.Call(func=ast.Name(id="str"), args=[inner], keywords=[]):
            return templates_of(module, inner, function, depth + 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=method), args=args, keywords=[]) if method in _METHODS:
            found = (_changed(module, t, method, args) for t in templates_of(module, inner, function, depth + 1))
            return [template for template in found if template is not None]
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attribute):
            return _of_class(module, function, attribute)
    parts = parts_of(module, node)
    choices = [templates_of(module, part, function, depth + 1) or [(ANY,)] for part in parts]
    if not parts or math.prod(map(len, choices)) > _MANY:
        return []
    return [tuple(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*choices)]


def patterns_of(module: ParsedModule, node: ast.expr) -> list[str]:
    """The names that an expression may be where no caller gives a part of them; ``*`` stands for any part."""
    function = module.function(node)
    found = templates_of(module, node, function if isinstance(function, FunctionNode) else None)
    return ["".join(p for p in t if isinstance(p, str)) for t in found if all(isinstance(p, str) for p in t)]


def template_of(module: ParsedModule, node: ast.expr, function: FunctionNode | None) -> Template | None:
    """The template of an expression; None where there is none or more than one."""
    found = templates_of(module, node, function)
    return found[0] if len(found) == 1 else None


def _changed(module: ParsedModule, template: Template, method: str, args: list[ast.expr]) -> Template | None:
    texts = [module.constant(argument) for argument in args]
    if any(text is None for text in texts):
        return None
    step = (method, tuple(text for text in texts if text is not None))
    if any(isinstance(piece, str) for piece in template) and len(template) > 1 and method not in {"upper", "lower"}:
        return None
    return tuple(
        changed_text(piece, (step,)) if isinstance(piece, str) else replace(piece, methods=(*piece.methods, step))
        for piece in template
    )


def _of_name(module: ParsedModule, node: ast.Name, function: FunctionNode | None, depth: int) -> list[Template]:
    found = module.scope(node).lookup(node.id)
    if found is None:
        return []
    owner, bound = found
    is_own = function is not None and owner is module.scopes.by_node.get(function)
    if function is not None and is_own and node.id in _names(function) and bound[0] is None:
        if bound == [None]:
            return [(FromParameter(node.id),)]
        if len(bound) == 2 and isinstance(bound[1], ast.expr):
            return _of_rebound(module, bound[1], node.id, function, depth)
        return []
    expressions = [b for b in bound if isinstance(b, ast.expr)]
    if expressions and len(expressions) == len(bound):
        if len(expressions) > 1 and (depth > _DEEPEST_CHOICE or len(expressions) > _DEEPEST):
            return []  # what is assigned over and over, from itself, has no end
        return [t for e in expressions for t in templates_of(module, e, function, depth + 1)]
    template = _of_loop(module, node)
    return [] if template is None else [template]


def _of_rebound(
    module: ParsedModule, expression: ast.expr, name: str, function: FunctionNode, depth: int
) -> list[Template]:
    """``name = name.upper()``: what is made of the parameter itself."""
    match expression:
        case ast.Name(id=same) if same == name:
            return [(FromParameter(name),)]
        case ast.Call(func=ast.Attribute(value=inner, attr=method), args=args, keywords=[]) if method in _METHODS:
            found = (_changed(module, t, method, args) for t in _of_rebound(module, inner, name, function, depth + 1))
            return [template for template in found if template is not None]
    parts = [p.value if isinstance(p, ast.FormattedValue) else p for p in parts_of(module, expression)]
    if not parts:
        return [] if name in _named(expression) else templates_of(module, expression, function, depth + 1)
    choices = [_of_rebound(module, part, name, function, depth + 1) for part in parts]
    return [tuple(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*choices)]


def _named(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


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


def _of_class(module: ParsedModule, function: FunctionNode | None, attribute: str) -> list[Template]:
    """A constant of the class around a method."""
    owner = module.parent(function) if function is not None else None
    scope = module.scopes.by_node.get(owner) if isinstance(owner, ast.ClassDef) else None
    bound = scope.bindings.get(attribute, []) if scope is not None else []
    if scope is None or len(bound) != 1 or not isinstance(bound[0], ast.expr):
        return []
    text = scope.constant(bound[0])
    return [] if text is None else [(text,)]


def _names(function: FunctionNode) -> list[str]:
    arguments = function.args
    plain = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [*plain, *([arguments.vararg.arg] if arguments.vararg else [])]
