"""Who takes the value of an expression: the variable, keyword or call that it goes to. Standard library only."""

from __future__ import annotations

import ast

from envlift_codemods.parsed import ParsedModule


def surroundings(module: ParsedModule, node: ast.expr) -> tuple[str, str, str]:  # noqa: PLR0912 - one arm for each construct
    """Who takes an expression's value: (receiver, callee, wrapper right around it), each empty when there is none."""
    wrapper, below = "", node
    for above in module.ancestors(node):
        match above:
            case ast.keyword(arg=str(name)):
                return name, _callee(module, above), wrapper
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if inner is below or below is above.func:
                wrapper = wrapper or f".{method}"
            case ast.Attribute(attr=attribute):
                wrapper = wrapper or f".{attribute}"
            case ast.Call(func=ast.Name(id=function)) if function in _CONVERSIONS:
                wrapper = wrapper or function
            case ast.Call():
                callee = dotted_name(above.func)
                if callee in _CONVERSIONS:
                    wrapper = wrapper or callee
                else:
                    return "", callee, wrapper
            case ast.Compare(ops=[operator, *_]):
                wrapper = wrapper or _COMPARISONS.get(type(operator), "comparison")
            case ast.BoolOp(op=operator):
                wrapper = wrapper or ("or" if isinstance(operator, ast.Or) else "and")
            case ast.UnaryOp(op=ast.Not()):
                wrapper = wrapper or "not"
            case ast.FormattedValue() | ast.JoinedStr() | ast.BinOp() | ast.IfExp() | ast.Await():
                wrapper = wrapper or _WRAPPERS.get(type(above), "")
            case ast.Dict(keys=keys, values=values) if below in values:
                key = keys[values.index(below)]
                name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                return name, _callee(module, above), wrapper
            case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target) | ast.NamedExpr(target=target):
                return _target(target), "", wrapper
            case ast.arguments():
                return _parameter(above, below), "", wrapper
            case ast.List() | ast.Tuple() | ast.Set() | ast.Starred():
                pass
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element) if (
                element is below
            ):
                pass
            case _:
                return "", "", wrapper
        below = above
    return "", "", wrapper


_CONVERSIONS = frozenset({"int", "float", "str", "bool", "bytes", "Path", "pathlib.Path", "json.loads", "SecretStr"})
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
}
_WRAPPERS: dict[type[ast.AST], str] = {
    ast.JoinedStr: "f-string",
    ast.FormattedValue: "f-string",
    ast.BinOp: "operator",
}


def _callee(module: ParsedModule, node: ast.AST) -> str:
    call = next((a for a in module.ancestors(node) if isinstance(a, (ast.Call, ast.stmt))), None)
    return dotted_name(call.func) if isinstance(call, ast.Call) else ""


def last_word(node: ast.expr) -> str:
    """The name of a variable or attribute; empty for any other expression."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts)).lstrip(".")


def _target(target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""


def _parameter(arguments: ast.arguments, default: ast.AST) -> str:
    positional = [*arguments.posonlyargs, *arguments.args]
    if default in arguments.defaults:
        return positional[len(positional) - len(arguments.defaults) + arguments.defaults.index(default)].arg
    if default in arguments.kw_defaults:
        return arguments.kwonlyargs[arguments.kw_defaults.index(default)].arg
    return ""
