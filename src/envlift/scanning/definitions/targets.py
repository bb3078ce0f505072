"""What an expression means to the other files of a repository: a target that can be followed through imports."""

from __future__ import annotations

import ast

from envlift_codemods.parsed import ParsedModule

HERE = "#"
"""Marks a target that the file itself defines: ``#Config.env`` against ``lib.config.Config.env``."""
PARTIAL = frozenset({"functools.partial", "functools.partialmethod"})


def target_of(module: ParsedModule, node: ast.expr, depth: int = 0) -> str:
    """What an expression means, as a target: a dotted origin, ``#name`` of this file, ``()`` after what is called.

    ``env`` with ``env = environs.Env()`` is ``environs.Env()``; a name that only a star import can bind is ``*.name``;
    empty when unknown.
    """
    if depth > 6:
        return ""
    if origin := module.origin(node):
        return origin
    match node:
        case ast.Name(id=name):
            found = module.scope(node).lookup(name)
            if found is None:
                return f"*.{name}"
            if (definition := module.defined(node)) is not None:
                return HERE + module.qualified_name(definition)
            expressions = [b for b in found[1] if isinstance(b, ast.expr)]
            if len(found[1]) == 1 and expressions:
                if makes_a_function(module, expressions[0]):
                    return HERE + name_of_made(module, expressions[0], name)
                return target_of(module, expressions[0], depth + 1)
            return _of_parameter(module, node, depth)
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attribute):
            owner = next((a for a in module.ancestors(node) if isinstance(a, ast.ClassDef)), None)
            if owner is None:
                return ""
            kept = module.kept(owner, attribute)
            inner = target_of(module, kept[0], depth + 1) if len(kept) == 1 else ""
            return inner or f"{HERE}{module.qualified_name(owner)}.{attribute}"
        case ast.Attribute(value=value, attr=attribute):
            inner = target_of(module, value, depth + 1)
            return f"{inner}.{attribute}" if inner else ""
        case ast.Call(func=called):
            inner = target_of(module, called, depth + 1)
            return f"{inner}()" if inner else ""
        case ast.Await(value=value) | ast.NamedExpr(value=value):
            return target_of(module, value, depth + 1)
    return ""


def makes_a_function(module: ParsedModule, node: ast.expr) -> bool:
    """Whether an expression makes a function that the name it is bound to stands for: a lambda or a partial call."""
    return isinstance(node, ast.Lambda) or (isinstance(node, ast.Call) and module.origin(node.func) in PARTIAL)


def name_of_made(module: ParsedModule, node: ast.expr, name: str) -> str:
    """The qualified name of what is bound to a name beside an expression."""
    around = module.qualified_name(node)
    return f"{around}.{name}" if around else name


def _of_parameter(module: ParsedModule, node: ast.Name, depth: int) -> str:
    """A parameter is what its annotation says."""
    function = module.function(node)
    if function is None or isinstance(function, ast.Lambda):
        return ""
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    annotation = next((a.annotation for a in arguments if a.arg == node.id), None)
    inner = target_of(module, annotation, depth + 1) if isinstance(annotation, (ast.Name, ast.Attribute)) else ""
    return f"{inner}()" if inner else ""
