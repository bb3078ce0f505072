"""The repository's own decorators that make a flow or a task of the function below them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.scanning.definitions.definitions import Definition, PrefectDecorator, Sight
from envlift.scanning.prefect_code.flows import FLOW, TASK, origins
from envlift_codemods.parsed import ParsedModule

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_PARTIAL = frozenset({"functools.partial"})


def find_decorators(module: ParsedModule) -> dict[str, Definition]:
    """The functions and names of a file that apply Prefect's ``flow`` or ``task`` to a function, by name."""
    found: dict[str, Definition] = {}
    for call in module.calls:
        if (makes_flow := _makes(module, call.func)) is not None:
            for owner, direct in _owners(module, call):
                found[owner] = PrefectDecorator(owner, makes_flow, direct)
    for function in module.functions:
        outer = module.function(function)
        made = next((m for d in function.decorator_list if (m := _makes(module, d)) is not None), None)
        if made is not None and isinstance(outer, _FunctionNode) and _returns(outer, function.name):
            for owner in _around(module, function):
                found.setdefault(owner, PrefectDecorator(owner, made, direct=False))
    return found


def _makes(module: ParsedModule, node: ast.expr) -> bool | None:
    """True for Prefect's ``flow``, called with options or not, False for its ``task``, None for anything else."""
    node = node.func if isinstance(node, ast.Call) else node
    meant = origins(module.scope(node), node)
    return True if meant & FLOW else False if meant & TASK else None


def _owners(module: ParsedModule, call: ast.Call) -> Iterator[tuple[str, bool]]:
    """Who becomes a decorator by a call of ``flow``: the functions whose parameter it is applied to, or a name."""
    applied = [a for a in call.args if isinstance(a, ast.Name)]
    for argument in applied:
        found = module.scope(argument).lookup(argument.id)
        holder = found[0].node if found else None
        if isinstance(holder, _FunctionNode) and found is not None and found[1] == [None]:
            is_parameter = argument.id in {a.arg for a in (*holder.args.posonlyargs, *holder.args.args)}
            for owner in (module.qualified_name(holder), *_around(module, holder)):
                yield owner, is_parameter


def _around(module: ParsedModule, node: ast.AST) -> Iterator[str]:
    """The qualified names of the functions around a node, from the inside out."""
    for above in module.ancestors(node):
        if isinstance(above, _FunctionNode):
            yield module.qualified_name(above)


def _returns(function: _FunctionNode, name: str) -> bool:
    """Whether a function hands out the function of that name, itself or as what a wrapper hands on."""
    returned = (n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None)
    return any(isinstance(n, ast.Name) and n.id == name for value in returned for n in ast.walk(value))


def made_by_own_decorator(module: ParsedModule, node: _FunctionNode, sight: Sight) -> PrefectDecorator | None:
    """The decorator of the repository that makes a flow or task of a function; None where there is none."""
    for decorator in node.decorator_list:
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(plain, ast.Name) and (made := _partial(module, plain)) is not None:
            return PrefectDecorator(plain.id, made, direct=True)
        definition = sight.definition(module, plain)
        if isinstance(definition, PrefectDecorator):
            return definition
    return None


def _partial(module: ParsedModule, name: ast.Name) -> bool | None:
    """What ``name = partial(flow, ...)`` or ``name = flow(...)`` makes."""
    found = module.scope(name).lookup(name.id)
    made = found[1][0] if found and len(found[1]) == 1 else None
    if not isinstance(made, ast.Call):
        return None
    if module.origin(made.func) in _PARTIAL and made.args:
        return _makes(module, made.args[0])
    return _makes(module, made.func) if not made.args else None
