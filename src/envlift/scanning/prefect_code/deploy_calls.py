"""The calls of one module that make deployments, before their flows are looked up in the repository."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.inventory import DeploymentKind
from envlift.scanning.definitions.targets import target_of
from envlift.scanning.libraries.environment_copies import COPY, environment_copy
from envlift.scanning.read_sites import argument, keyword
from envlift.scanning.wrappers.known_texts import choices_of
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.scopes import Scope

_ENVIRON = "os.environ"
_DEPLOYING = {
    "deploy": DeploymentKind.CALL,
    "to_deployment": DeploymentKind.CALL,
    "serve": DeploymentKind.SERVE,
}
_RUNNERS = ("prefect.Runner()", "prefect.runner.Runner()", "prefect.runner.runner.Runner()")
_OWNERS = ("prefect.deployments", "prefect.deployments.runner", "prefect.deployments.deployments")
_SERVING = frozenset(
    {
        "prefect.serve",
        "prefect.aserve",
        *(f"prefect.{module}.{name}" for module in ("flows", "main", "runner") for name in ("serve", "aserve")),
        *(f"{runner}.add_deployment" for runner in _RUNNERS),
    }
)
_TOGETHER = frozenset({"prefect.deploy", "prefect.main.deploy", *(f"{owner}.deploy" for owner in _OWNERS)})
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})  # type checkers take from_source for a coroutine
_OLD = "Prefect 2 makes it by Deployment, which envlift does not edit: give it job_variables by hand"


@dataclass(frozen=True, slots=True)
class Constructor:
    """A call on one of Prefect's classes that makes a deployment: where it takes the flow, the entrypoint, the name."""

    kind: DeploymentKind
    flow: int
    entrypoint: int
    name: int
    trouble: str = ""


_CONSTRUCTORS: dict[str, Constructor] = {
    **{f"{o}.Deployment.build_from_flow": Constructor(DeploymentKind.CALL, 0, -1, 1, _OLD) for o in _OWNERS},
    **{f"{o}.Deployment": Constructor(DeploymentKind.CALL, -1, -1, -1, _OLD) for o in _OWNERS},
    **{f"{o}.RunnerDeployment.from_flow": Constructor(DeploymentKind.CALL, 0, -1, 1) for o in _OWNERS},
    **{f"{o}.RunnerDeployment.from_entrypoint": Constructor(DeploymentKind.CALL, -1, 0, 1) for o in _OWNERS},
    **{f"{o}.RunnerDeployment.from_storage": Constructor(DeploymentKind.CALL, -1, 1, 2) for o in _OWNERS},
    **{f"{runner}.add_flow": Constructor(DeploymentKind.SERVE, 0, -1, 1) for runner in _RUNNERS},
}
_LAST_PARTS = frozenset(origin.rpartition(".")[2] for origin in _CONSTRUCTORS)


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
        trouble: Why the call cannot be edited; empty when it can.
        no_pool: Whether no work pool is given to it, so that Prefect takes no job variables from it.
        name_origin, pool_origin: The dotted names of what is computed, where that is all that is written.
    """

    kind: DeploymentKind
    span: Span
    name: str
    pool: str
    flow: str
    entrypoint: str
    env: dict[str, Concealed]
    bundle: str
    trouble: str = ""
    no_pool: bool = False
    name_origin: str = ""
    pool_origin: str = ""


def find_deploy_calls(module: ParsedModule) -> tuple[DeployCall, ...]:
    """The calls that make a deployment of something that can be a flow, in the order of the source."""
    found = (made for call in module.calls for made in _made(module, call))
    return tuple(sorted(found, key=lambda call: (call.span, call.name, call.flow)))


def _made(module: ParsedModule, call: ast.Call) -> Iterator[DeployCall]:
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if last in _LAST_PARTS and (row := _CONSTRUCTORS.get(target_of(module, call.func))) is not None:
        flow = argument(call, row.flow, "flow") or keyword(call, "flow_name")
        yield from _calls(module, call, row, flow, argument(call, row.entrypoint, "entrypoint"))
    elif isinstance(call.func, ast.Attribute) and last in _DEPLOYING:
        row = Constructor(_kind(module, call, _DEPLOYING[last]), -1, -1, 0)
        yield from _calls(module, call, row, call.func.value, None)


def _calls(
    module: ParsedModule, call: ast.Call, row: Constructor, flow: ast.expr | None, entrypoint: ast.expr | None
) -> Iterator[DeployCall]:
    """The deployments of one call: several where a loop over flows makes them."""
    pool = keyword(call, "work_pool_name") or _pool_around(module, call)
    flows = _flows(module, flow)
    named = (_text(module, entrypoint), entrypoint is not None)
    if not any(origin or source for origin, source in flows) and not named[1] and pool is None:
        return
    name = argument(call, row.name, "name")
    made = DeployCall(
        kind=row.kind,
        span=module.span(call),
        name=_text(module, name),
        pool=_text(module, pool),
        flow="",
        entrypoint="",
        env=_env_of(module, call),
        bundle=next((bundle for env in sent_by(module, call) if (bundle := bundle_of(module, env))), ""),
        trouble=row.trouble or ("one call makes several deployments" if len(flows) > 1 else ""),
        # Prefect's own settings may name the pool of `deploy`, and of nothing else.
        no_pool=pool is None and not (isinstance(call.func, ast.Attribute) and call.func.attr == "deploy"),
        name_origin=_origin(module, name),
        pool_origin=_origin(module, pool),
    )
    yield from (replace(made, flow=origin, entrypoint=source or named[0]) for origin, source in flows)


def _kind(module: ParsedModule, call: ast.Call, kind: DeploymentKind) -> DeploymentKind:
    """The kind of a call; a deployment that is handed to ``serve`` takes no job variables either.

    What only has been made, without a work pool, goes to the ``serve`` of its file where nothing there deploys.
    """
    handed = any(target_of(module, c.func) in _SERVING for c in _handed_to(module, call))
    alone = isinstance(call.func, ast.Attribute) and call.func.attr == "to_deployment"
    if handed or (alone and keyword(call, "work_pool_name") is None and _only_serves(module)):
        return DeploymentKind.SERVE
    return kind


def _only_serves(module: ParsedModule) -> bool:
    """Whether a file calls Prefect's ``serve``, and neither a ``deploy`` nor an ``apply`` of anything."""
    called = [c.func for c in module.calls]
    last = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in called}
    return last.isdisjoint({"deploy", "adeploy", "apply", "aapply"}) and any(
        target_of(module, f) in _SERVING for f in called
    )


def _pool_around(module: ParsedModule, call: ast.Call) -> ast.expr | None:
    """The work pool of the ``prefect.deploy`` call that gets a deployment."""
    pools = (keyword(c, "work_pool_name") for c in _handed_to(module, call) if module.origin(c.func) in _TOGETHER)
    return next((pool for pool in pools if pool is not None), None)


def _handed_to(module: ParsedModule, call: ast.Call) -> Iterator[ast.Call]:
    """The calls that get what a call makes: around it, or further down under the name that holds it or its list."""
    node: ast.AST = call
    for above in module.ancestors(call):
        if isinstance(above, ast.Call) and node is not above.func:
            yield above
        match above:
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield from _calls_with(module, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append")):
                yield from _calls_with(module, name)
        if isinstance(above, ast.stmt):
            return
        node = above


def _calls_with(module: ParsedModule, name: str) -> Iterator[ast.Call]:
    for user in module.calls:
        if any(isinstance(a, ast.Name) and a.id == name for given in user.args for a in ast.walk(given)):
            yield user


def _flows(module: ParsedModule, node: ast.expr | None) -> Sequence[tuple[str, str]]:
    """What may be deployed: for each flow its dotted origin or local name, and what ``from_source`` names."""
    if node is None:
        return [("", "")]
    looped = choices_of(module, node) if isinstance(node, ast.Name) else []
    return [_receiver(module, choice) for choice in looped] or [_receiver(module, node)]


def _receiver(module: ParsedModule, node: ast.expr, depth: int = 0) -> tuple[str, str]:
    """What is deployed: (the flow's dotted origin or local name, the entrypoint given to ``from_source``)."""
    node = node.value if isinstance(node, ast.Await) else node
    if depth > 4:
        return "", ""
    if isinstance(node, ast.Constant):
        return str(node.value), ""
    if isinstance(node, ast.Call) and module.origin(node.func) in _CASTS and len(node.args) == 2:
        return _receiver(module, node.args[1], depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("from_source", "afrom_source"):
            return "", _text(module, argument(node, 1, "entrypoint"))
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
    """The constant variables that a deployment sends, under either name of its job variables."""
    written = written_as(module, next(sent_by(module, call), None))
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(written, ast.Dict):
        pairs = [(_text(module, key), value) for key, value in zip(written.keys, written.values, strict=True)]
    elif isinstance(written, ast.Call):
        pairs = [(k.arg, k.value) for k in written.keywords if k.arg]
    texts = [(name, module.constant(value)) for name, value in pairs]
    return {name: Concealed(text) for name, text in texts if name and text is not None}


def sent_by(module: ParsedModule, call: ast.Call) -> Iterator[ast.expr]:
    """The variables that a call sends with job variables."""
    for name in ("job_variables", "infra_overrides"):
        if (env := entry_of(module, keyword(call, name), "env")) is not None:
            yield env


def bundle_of(module: ParsedModule, env: ast.expr) -> str:
    """What a dict is taken from as a whole: ``os.environ`` or ``dotenv_values``; empty where it lists its names."""
    found = _ENVIRON if module.origin(env) == _ENVIRON else environment_copy(module, env)
    return _ENVIRON if found == COPY else found or ""


def written_as(module: ParsedModule, node: ast.expr | None) -> ast.expr | None:
    """The expression that a name is bound to, once; any other expression is itself."""
    if isinstance(node, ast.Name) and (found := module.scope(node).lookup(node.id)) is not None:
        bound = found[1]
        return bound[0] if len(bound) == 1 and isinstance(bound[0], ast.expr) else node
    return node


def entry_of(module: ParsedModule, node: ast.expr | None, key: str) -> ast.expr | None:
    """What a dict holds under a key, written in either form."""
    match written_as(module, node):
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == key), None)
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            return next((k.value for k in keywords if k.arg == key), None)
    return None


def _text(module: ParsedModule, node: ast.expr | None) -> str:
    return "" if node is None else module.constant(node) or ""


def _origin(module: ParsedModule, node: ast.expr | None) -> str:
    """The dotted name of what is not written out here; empty where it is, or is made of more."""
    named = isinstance(node, (ast.Name, ast.Attribute)) and module.constant(node) is None
    return (module.origin(node) or "") if named and node is not None else ""
