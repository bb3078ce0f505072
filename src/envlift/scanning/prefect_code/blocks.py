"""Prefect blocks and variables that the code loads already, and environment reads that only stand in for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.inventory import BlockLoad, BlockSave
from envlift.scanning.definitions.definitions import BlockWrapper, Definition, Sight
from envlift.scanning.read_sites import argument
from envlift.scanning.wrappers.name_templates import parameters_of, template_of
from envlift.scanning.wrappers.uses import arguments_of, names_given
from envlift_codemods.parsed import ParsedModule

_METHODS = frozenset({"load", "aload", "get", "aget", "load_from_ref"})
_VARIABLES = frozenset({"prefect.variables.Variable", "prefect.variables", "prefect.Variable"})
_NO_BLOCKS = frozenset(
    {"prefect.settings", "prefect.context", "prefect.runtime", "prefect.utilities", "prefect.client"}
)
_SAVING = frozenset({"save", "asave"})
_SECRETS = frozenset({"prefect.blocks.system.Secret", "prefect.blocks.Secret"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def block_of(module: ParsedModule, call: ast.Call) -> str:
    """The type of the block that a call loads, e.g. ``Secret`` or ``Variable``; empty where it loads none."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return ""
    origin = module.origin(call.func.value) or ""
    if origin in _VARIABLES:
        return "Variable" if call.func.attr in {"get", "aget"} else ""
    package, _, name = origin.rpartition(".")
    is_block = package.startswith("prefect") and not package.startswith(tuple(_NO_BLOCKS)) and name[:1].isupper()
    return name if is_block and call.func.attr not in {"get", "aget"} else ""


def block_name(call: ast.Call) -> ast.expr | None:
    """The expression that names the block."""
    return argument(call, 0, "name")


def find_block_wrappers(module: ParsedModule) -> dict[str, Definition]:
    """The functions of a file that load the block whose name they are given, by qualified name."""
    found: dict[str, Definition] = {}
    for call in module.calls:
        block, name, function = block_of(module, call), block_name(call), module.function(call)
        if block and name is not None and isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            template = template_of(module, name, function)
            if template is not None and any(not isinstance(piece, str) for piece in template):
                owner = module.qualified_name(function)
                found[owner] = BlockWrapper(owner, parameters_of(module, function), template, block)
    return found


def find_block_loads(module: ParsedModule, path: str, sight: Sight) -> tuple[BlockLoad, ...]:
    """The loads of blocks and variables, by themselves and through the repository's own functions."""
    found = []
    wrapped = sight.knows(BlockWrapper)
    for call in module.calls:
        if block := block_of(module, call):
            name = block_name(call)
            text = module.constant(name) if name is not None else None
            found.append(BlockLoad(path, call.lineno, block, text or "", module.enclosing_name(call)))
        elif wrapped and isinstance(wrapper := sight.definition(module, call.func), BlockWrapper):
            given = arguments_of(call, wrapper.parameters)
            names = list(names_given(module, wrapper.key, given, wrapper.parameters)) or [""]
            owner = module.enclosing_name(call)
            found += [BlockLoad(path, call.lineno, wrapper.block, name, owner) for name in names]
    return tuple(sorted(found))


def find_block_saves(module: ParsedModule, path: str) -> tuple[BlockSave, ...]:
    """The calls that save a Secret block made in the same file, in the order of the source."""
    saves = (c for c in module.calls if isinstance(c.func, ast.Attribute) and c.func.attr in _SAVING)
    return tuple(sorted(BlockSave(path, c.lineno) for c in saves if _is_secret(module, c.func)))


def _is_secret(module: ParsedModule, func: ast.expr) -> bool:
    """Whether a method is one of a Secret that is constructed there, or that one name holds."""
    made = func.value if isinstance(func, ast.Attribute) else None
    found = module.scope(made).lookup(made.id) if isinstance(made, ast.Name) else None
    bound = [b for b in found[1] if isinstance(b, ast.expr)] if found else [made]
    return any(isinstance(b, ast.Call) and module.origin(b.func) in _SECRETS for b in bound)


def stands_in_for(module: ParsedModule, node: ast.AST, loads: list[ast.Call]) -> ast.Call | None:
    """The block load in the same function that comes first, with the environment read as its alternative, or None.

    The read stands in a handler of a ``try`` that loads, after such a ``try`` that returns the value, in a test of what
    such a ``try`` has given, or later in an ``or``. A branch chosen by anything else, such as the stage, is no
    alternative: there the variable is the source.
    """
    mine = [load for load in loads if module.function(load) is module.function(node)]
    for first in _tried_before(module, node) if mine else ():
        for load in mine:
            if any(above is first for above in (load, *module.ancestors(load))):
                return load
    return None


def _tried_before(module: ParsedModule, node: ast.AST) -> Iterator[ast.AST]:
    """What runs before a node that runs only where that gave nothing."""
    below = node
    tested: set[str] = set()
    for above in module.ancestors(node):
        if isinstance(above, _SCOPES) and below not in _body(above):
            return
        match above:
            case ast.BoolOp(op=ast.Or(), values=values) if below in values:
                yield from values[: values.index(below)]
            case ast.Try(body=body, handlers=handlers) if below in handlers:
                yield from body
            case ast.If(test=test) if below is not test:
                tested |= {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
        for block in _blocks(above):
            if below in block:
                for earlier in block[: block.index(below)]:
                    for tried in ast.walk(earlier):
                        if isinstance(tried, ast.Try) and (_returns(tried) or tested & _assigned(tried)):
                            yield from tried.body
        if isinstance(above, _SCOPES):
            return
        below = above


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    return list(function.body) if isinstance(function.body, list) else [function.body]


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block


def _returns(statement: ast.Try) -> bool:
    """Whether the statement may end the function with a value, so that what follows is its alternative."""
    return any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(statement))


def _assigned(statement: ast.Try) -> set[str]:
    """The variables that the tried statements set."""
    inside = (n for tried in statement.body for n in ast.walk(tried))
    return {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
