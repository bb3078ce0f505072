"""What a literal of Python is called by the code around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from envlift_codemods.parsed import ParsedModule

# Calls that only change the form of what they are given, so that it is still called what their result is called.
_CONVERSIONS = frozenset(
    "str bytes bytearray Secret SecretStr SecretBytes Field field b64decode b64encode quote quote_plus dedent".split()
)
_LOOKS_UP = re.compile(r"(?:get|load|aload|read|fetch|find|lookup|has|is|env|log|info|warn|debug|print|error)", re.I)
_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def called(module: ParsedModule, node: ast.AST) -> Iterator[str]:  # noqa: PLR0912 - one case a kind of parent
    """All that a literal is called, nearest first: dict keys, keyword, variable, attribute, function."""
    below: ast.AST = node
    for above in module.ancestors(node):
        match above:
            case ast.Dict():
                number = next((n for n, value in enumerate(above.values) if value is below), None)
                if number is None:
                    return
                yield from _names(above.keys[number])
            case ast.keyword():
                yield above.arg or ""
                return
            case ast.Call():
                if below is not above.func:
                    name = _last_name(above.func)
                    first = above.args[0] if above.args else None
                    if first is not below and isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value
                    elif name not in _CONVERSIONS:
                        if not _LOOKS_UP.match(name):
                            yield name
                        return
            case ast.Subscript():
                return
            case ast.Compare():
                for side in (above.left, *above.comparators):
                    if side is not below:
                        yield from _names(side)
                return
            case ast.Tuple() | ast.List() | ast.Set():
                first = above.elts[0]
                paired = len(above.elts) == 2 and first is not below and isinstance(first, ast.Constant)
                if paired and isinstance(first, ast.Constant) and _NAME.fullmatch(str(first.value)):
                    yield str(first.value)
                yield from _unpacked(module, above, below)
            case ast.Assign():
                for target in above.targets:
                    yield from _names(target)
                return
            case ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
                yield from _names(above.target)
                return
            case ast.arguments():
                yield from _parameter(above, below)
                return
            case ast.Return():
                function = next(
                    (a for a in module.ancestors(above) if isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef)), None
                )
                if function is not None and not _LOOKS_UP.match(function.name):
                    yield function.name
                return
            case ast.stmt():
                return
        below = above


def _unpacked(module: ParsedModule, sequence: ast.Tuple | ast.List | ast.Set, item: ast.AST) -> Iterator[str]:
    """The name that an item of ``a, b = "x", "y"`` is bound to."""
    parent = module.parent(sequence)
    if not isinstance(parent, ast.Assign):
        return
    number = next(n for n, one in enumerate(sequence.elts) if one is item)
    for target in parent.targets:
        if isinstance(target, ast.Tuple | ast.List) and number < len(target.elts):
            yield from _names(target.elts[number])


def _parameter(arguments: ast.arguments, default: ast.AST) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    yield from (parameter.arg for parameter, value in pairs if value is default)


def _names(node: ast.AST | None) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str() as text) if _NAME.fullmatch(text):
            yield text
        case ast.Subscript(slice=inner):
            yield from _names(inner)
        case ast.Starred(value=inner):
            yield from _names(inner)


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
