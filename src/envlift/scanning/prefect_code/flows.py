"""Flows, tasks and deployment calls of one module, as its decorators and calls say."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from dataclasses import dataclass

from envlift.concealed import Concealed
from envlift.inventory import DeploymentKind, Flow
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.scopes import Scope

FLOW = frozenset({"prefect.flow", "prefect.flows.flow"})
TASK = frozenset({"prefect.task", "prefect.tasks.task", "prefect.assets.materialize"})
_FILE_READERS = frozenset({"dotenv.dotenv_values", "dotenv.main.dotenv_values"})
_DEPLOYING = {
    "deploy": DeploymentKind.CALL,
    "to_deployment": DeploymentKind.CALL,
    "serve": DeploymentKind.SERVE,
}


@dataclass(frozen=True, slots=True)
class DeployCall:
    """A call that makes a deployment, before its flow is looked up in the repository.

    Args:
        kind: Whether it takes job variables.
        span: The whole call.
        name, pool: Constants of the call; empty where computed or absent.
        flow: The dotted origin of the flow object, or a function's name in this file; empty where unknown.
        entrypoint: What ``from_source(entrypoint=…)`` names; empty otherwise.
        env: The constant variables of ``job_variables["env"]``.
        bundle: What the rest of it is taken from as a whole: ``os.environ`` or ``dotenv_values``; empty otherwise.
    """

    kind: DeploymentKind
    span: Span
    name: str
    pool: str
    flow: str
    entrypoint: str
    env: dict[str, Concealed]
    bundle: str


def origins(scope: Scope, node: ast.expr) -> set[str]:
    """Every object that an expression may mean: for decorators a fallback import behind ``try`` counts too."""
    certain = scope.origin(node)
    if certain is not None:
        return {certain}
    if isinstance(node, ast.Attribute):
        return {f"{inner}.{node.attr}" for inner in origins(scope, node.value)}
    found = scope.lookup(node.id) if isinstance(node, ast.Name) else None
    return {bound for bound in found[1] if isinstance(bound, str)} if found else set()


def is_decorated(module: ParsedModule, node: ast.FunctionDef | ast.AsyncFunctionDef, by: frozenset[str]) -> bool:
    """Whether one of a function's decorators, called or not, is one of the given objects."""
    scope = module.scope(node)
    plain = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return any(origins(scope, decorator) & by for decorator in plain)


def find_flows(module: ParsedModule, path: str, also: Container[ast.AST] = ()) -> tuple[Flow, ...]:
    """The functions decorated with ``@flow``, and those in ``also``, in the order of the source."""
    found = (
        Flow(path, module.qualified_name(node), node.lineno, isinstance(node, ast.AsyncFunctionDef))
        for node in module.functions
        if node in also or is_decorated(module, node, FLOW)
    )
    return tuple(sorted(found, key=lambda flow: flow.line))


def decorated_functions(module: ParsedModule, also: Container[ast.AST] = ()) -> frozenset[str]:
    """Qualified names of the functions that are themselves a flow or a task."""
    return frozenset(
        module.qualified_name(node)
        for node in module.functions
        if node in also or is_decorated(module, node, FLOW | TASK)
    )


def find_deploy_calls(module: ParsedModule) -> tuple[DeployCall, ...]:
    """The calls of ``deploy``, ``to_deployment`` and ``serve`` on something that can be a flow."""
    found = (_deploy_call(module, call) for call in _calls(module))
    return tuple(sorted((call for call in found if call), key=lambda call: call.span))


def _deploy_call(module: ParsedModule, call: ast.Call) -> DeployCall | None:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _DEPLOYING:
        return None
    flow, entrypoint = _receiver(module, call.func.value)
    pool = _keyword(call, "work_pool_name")
    if not flow and not entrypoint and pool is None:
        return None
    name = _keyword(call, "name") or (call.args[0] if call.args else None)
    return DeployCall(
        kind=_DEPLOYING[call.func.attr],
        span=module.span(call),
        name=_text(module, name),
        pool=_text(module, pool),
        flow=flow,
        entrypoint=entrypoint,
        env=_env_of(module, call),
        bundle=_bundle_of(module, call),
    )


def _receiver(module: ParsedModule, node: ast.expr, depth: int = 0) -> tuple[str, str]:
    """What is deployed: (the flow's dotted origin or local name, the entrypoint given to ``from_source``)."""
    node = node.value if isinstance(node, ast.Await) else node
    if depth > 4:
        return "", ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "from_source":
            return "", _text(module, _keyword(node, "entrypoint") or (node.args[1] if len(node.args) > 1 else None))
        if node.func.attr == "with_options":
            return _receiver(module, node.func.value, depth + 1)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return "", ""
    found = module.scope(node).lookup(node.id) if isinstance(node, ast.Name) else None
    if found:
        scope, bound = found
        expressions = [b for b in bound if isinstance(b, ast.expr)]
        if len(bound) == 1 and expressions:
            return _receiver(module, expressions[0], depth + 1)
        if isinstance(node, ast.Name) and bound == [None] and _defines(scope, node.id):
            return node.id, ""
    return module.origin(node) or "", ""


def _defines(scope: Scope, name: str) -> bool:
    body = getattr(scope.node, "body", [])
    return isinstance(body, list) and any(
        isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef)) and s.name == name for s in body
    )


def _env_of(module: ParsedModule, call: ast.Call) -> dict[str, Concealed]:
    variables = _keyword(call, "job_variables")
    env = _dict_value(variables, "env") if variables is not None else None
    if not isinstance(env, ast.Dict):
        return {}
    pairs = ((_text(module, key), module.constant(value)) for key, value in zip(env.keys, env.values, strict=True))
    return {name: Concealed(value) for name, value in pairs if name and value is not None}


def _bundle_of(module: ParsedModule, call: ast.Call) -> str:
    variables = _resolved(module, _keyword(call, "job_variables"))
    env = _resolved(module, _dict_value(variables, "env")) if variables is not None else None
    for node in ast.walk(env) if env is not None else ():
        if isinstance(node, ast.Name) and node is not env:
            node = _resolved(module, node) or node  # noqa: PLW2901 - what the name stands for
        if isinstance(node, ast.Call) and (module.origin(node.func) or "") in _FILE_READERS:
            return "dotenv_values"
        is_environment = isinstance(node, (ast.Name, ast.Attribute)) and module.origin(node) == "os.environ"
        if is_environment and not _is_narrowed(module, node):
            return "os.environ"
    return ""


def _is_narrowed(module: ParsedModule, environment: ast.AST) -> bool:
    """Whether one variable is taken from it, not all of them."""
    above = module.parent(environment)
    if isinstance(above, ast.Attribute):
        return above.attr not in ("copy", "items")
    return isinstance(above, ast.Subscript) or (isinstance(above, ast.Compare) and environment in above.comparators)


def _resolved(module: ParsedModule, node: ast.expr | None) -> ast.expr | None:
    """The expression that a name is bound to where it is bound once, else the node itself."""
    found = module.scope(node).lookup(node.id) if isinstance(node, ast.Name) else None
    bound = found[1] if found else []
    return bound[0] if len(bound) == 1 and isinstance(bound[0], ast.expr) else node


def _dict_value(node: ast.expr, key: str) -> ast.expr | None:
    if not isinstance(node, ast.Dict):
        return None
    pairs = zip(node.keys, node.values, strict=True)
    return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key), None)


def _calls(module: ParsedModule) -> Iterator[ast.Call]:
    return (node for node in module.nodes if isinstance(node, ast.Call))


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def _text(module: ParsedModule, node: ast.expr | None) -> str:
    return "" if node is None else module.constant(node) or ""


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
