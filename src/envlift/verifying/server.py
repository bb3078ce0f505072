"""Where a Prefect server is not as code, prefect.yaml and plan need it; of secrets it says whether and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from envlift.actions import SaveSecret, SetPoolDefault, feed_actions, placeholder, server_actions
from envlift.applying.pool_templates import PoolState
from envlift.applying.prefect_server import BlockFacts, Deployed, ServerFacts
from envlift.applying.values import find_value
from envlift.concealed import Concealed
from envlift.inventory import Deployment, DeploymentKind
from envlift.plan import Finding, Plan, Severity, TargetKind
from envlift.planning.findings import secret_in_clear
from envlift.scanning.roles import is_test
from envlift.verifying.tree import Tree, declared, env_of

_PUSH = "envlift push"


def asked_of_server(tree: Tree) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names of all Secret blocks, work pools and deployments that a verification asks for."""
    pools = {a.pool for a in _defaults(tree)} | {d.pool for d in tree.deployments}
    blocks = {a.block for a in _secrets(tree)} | {name for name, _, _ in _loads(tree)}
    return frozenset(blocks - {""}), frozenset(pools - {""}), frozenset(d.name for d in tree.deployments if d.name)


def server_findings(tree: Tree, facts: ServerFacts) -> Iterator[Finding]:
    """All that the server lacks, or holds otherwise."""
    yield from _of_blocks(tree, {block.name: block for block in facts.blocks})
    yield from _of_pools(tree, {pool.name: pool for pool in facts.pools})
    for deployment in tree.deployments:
        if deployment.name:
            yield from _of_deployment(tree, deployment, deployed_as(deployment, facts.deployments))


def deployed_as(deployment: Deployment, found: Sequence[Deployed]) -> Deployed | None:
    """What a server has of a deployment: that of its name, and of its entrypoint where both tell one."""
    named = [d for d in found if d.name == deployment.name]
    for one in named:
        here, there = f"/{deployment.entrypoint}", f"/{one.entrypoint.removeprefix('./')}"
        if not one.entrypoint or not deployment.entrypoint or here.endswith(there) or there.endswith(here):
            return one
    return None


# ---- blocks ---------------------------------------------------------------------------------------------------------


def _plan(tree: Tree) -> Plan:
    return tree.saved if tree.saved is not None else tree.now


def _secrets(tree: Tree) -> tuple[SaveSecret, ...]:
    return tuple(a for a in server_actions(tree.decisions, _plan(tree).loading) if isinstance(a, SaveSecret))


def _loads(tree: Tree) -> Iterator[tuple[str, str, int]]:
    """The Secret blocks that code of flows loads: name, path and line."""
    for load in tree.inventory.block_loads:
        if load.block == "Secret" and load.name and load.path in tree.inventory.reach and not is_test(load.path):
            yield load.name, load.path, load.line


def _of_blocks(tree: Tree, facts: Mapping[str, BlockFacts]) -> Iterator[Finding]:
    wanted: dict[str, list[SaveSecret]] = {}
    for action in _secrets(tree):
        wanted.setdefault(action.block, []).append(action)
    places: dict[str, str] = {}
    for name, path, line in _loads(tree):
        places.setdefault(name, f"{path}:{line}")
    for name in sorted({*wanted, *places} & set(facts)):
        block, planned = facts[name], wanted.get(name, [])
        used = f"loaded at {places[name]}" if name in places else f"meant for {planned[0].setting}"
        yield from _of_block(block, planned, used, exact=_plan(tree).loading.exact)


def _of_block(block: BlockFacts, planned: Sequence[SaveSecret], used: str, *, exact: bool) -> Iterator[Finding]:
    what = f"Secret block {block.name}"
    again = f"{_PUSH} --overwrite {block.name} stores it in the form that its reader needs"
    if not block.found and block.other:
        message = f"there is no Secret of this name, but a block of type {block.other}; it is {used}"
        yield _on_server(what, message, "block-of-other-type", f"{_PUSH} makes the Secret; the other may stay")
    elif not block.found:
        remedy = _PUSH if planned else "make it by hand: the plan does not know it"
        yield _on_server(what, f"it is not there; it is {used}", "block-missing", remedy)
    elif any(action.for_get for action in planned) and block.decoded != "str":
        message = f"its value comes back from .get() as {block.decoded or 'an error'}, and code needs str; it is {used}"
        yield _on_server(what, message, "block-type", again)
    elif planned and exact and block.stored != "str":
        message = f"it holds {block.stored}, and code needs str; it is {used}"
        yield _on_server(what, message, "block-type", again)
    elif any(not action.for_get for action in planned) and (block.stored != "str" or block.quoted) and not exact:
        message = f"a placeholder would hand its value on as JSON, with quotes or as {block.stored}; it is {used}"
        yield _on_server(what, message, "block-type", again)


# ---- pools ----------------------------------------------------------------------------------------------------------


def _defaults(tree: Tree) -> tuple[SetPoolDefault, ...]:
    actions = server_actions(tree.decisions, _plan(tree).loading)
    return tuple(a for a in actions if isinstance(a, SetPoolDefault) and (a.source is not None or a.block))


def _of_pools(tree: Tree, facts: Mapping[str, PoolState]) -> Iterator[Finding]:
    wanted: dict[str, list[SetPoolDefault]] = {}
    for action in _defaults(tree):
        wanted.setdefault(action.pool, []).append(action)
    for name in sorted({*wanted, *(d.pool for d in tree.deployments if d.pool)}):
        pool, what = facts.get(name), f"work pool {name}"
        if pool is None:
            remedy = f"prefect work-pool create {name} --type …, then {_filled_by(tree, name)}"
            yield _on_server(what, "it is not there: no worker can take its runs", "pool-missing", remedy)
            continue
        if wanted.get(name) and not pool.takes_defaults:
            message = "its base job template does not use `env`, so none of its defaults reaches a run"
            remedy = 'the job configuration needs "env": "{{ env }}", and `env` of type object among the variables'
            yield _on_server(what, message, "pool-without-env", remedy)
        yield from _of_pool(tree, pool, wanted.get(name, []), what)


def _filled_by(tree: Tree, pool: str) -> str:
    """What puts defaults into a pool: a push, or the tool whose file writes its template anew."""
    owner = next((o for o in _plan(tree).pool_owners if o.pool == pool), None)
    return _PUSH if owner is None else f"{_PUSH} --templates FOLDER writes what to put into {owner.path}"


def _of_pool(tree: Tree, pool: PoolState, wanted: Sequence[SetPoolDefault], what: str) -> Iterator[Finding]:
    clear = _clear(tree, pool.defaults)
    if clear:
        message = f"its defaults hold a secret in clear: {', '.join(clear)}; everyone who sees the pool reads it"
        yield _on_server(what, message, "secret-on-server", f"rotate it; {_PUSH} --overwrite NAME puts a placeholder")
    if missing := sorted({a.setting for a in wanted if a.setting not in pool.defaults}):
        message = f"variables.properties.env.default of its template does not hold {', '.join(missing)}"
        yield _on_server(what, message, "pool-default-missing", _filled_by(tree, pool.name))
    other = sorted({a.setting for a in wanted if a.setting not in (*missing, *clear) and _differs(tree, pool, a)})
    if other:
        message = f"{', '.join(other)} {'has' if len(other) == 1 else 'have'} another value there than the plan gives"
        yield _on_server(
            what,
            message,
            "pool-default-differs",
            f"{_filled_by(tree, pool.name)}: --overwrite NAME, or mend the source",
        )


def _differs(tree: Tree, pool: PoolState, action: SetPoolDefault) -> bool:
    there = pool.defaults[action.setting]
    if action.block:
        return there != Concealed(placeholder(action.block))
    if action.source is None:
        return False
    fingerprint = _plan(tree).fingerprints.get(action.source.path, "")
    value = find_value(tree.root, action.source, fingerprint=fingerprint)
    return value is not None and there != value


# ---- deployments ----------------------------------------------------------------------------------------------------


def _of_deployment(tree: Tree, deployment: Deployment, there: Deployed | None) -> Iterator[Finding]:
    what = f"deployment {deployment.name}"
    again = "run prefect deploy" if deployment.kind is DeploymentKind.PREFECT_YAML else f"run {deployment.path}"
    where = f"{deployment.path}:{deployment.line}"
    if there is None:
        yield _on_server(what, f"it is not there; {where} declares it", "not-deployed", again, Severity.MEDIUM)
        return
    if deployment.pool and there.pool != deployment.pool:
        message = f"it has {there.pool or 'no work pool'}, and {where} gives it {deployment.pool}"
        yield _on_server(what, message, "redeploy", again)
    own = env_of(deployment)
    old = sorted(name for name, value in own.items() if _is_old(name, value, there))
    old += sorted(
        feed.setting
        for feed in feed_actions(tree.decisions)
        if feed.target.kind is TargetKind.PREFECT_YAML
        and declared(tree, feed.target) is deployment
        and there.by_step.get(feed.setting) != Concealed(placeholder(feed.block))
    )
    if old:
        message = f"{', '.join(old)}: not there as {where} has it, which was changed since it was deployed"
        yield _on_server(what, message, "redeploy", again)
    clear = _clear(tree, there.env)
    if clear:
        message = f"its job variables hold a secret in clear: {', '.join(clear)}; everyone who sees it reads it"
        yield _on_server(what, message, "secret-on-server", "rotate it, and let a Secret block feed the variable")
    # What a call computes is not known here.
    complete = deployment.kind is DeploymentKind.PREFECT_YAML and not deployment.misplaced
    more = sorted(set(there.env) - set(own) - set(clear)) if complete else []
    if more:
        message = f"it sets {', '.join(more)}, which {where} does not; it beats the default of the pool"
        yield _on_server(what, message, "drift", f"declare it there, or take it away: {again}", Severity.MEDIUM)


def _is_old(name: str, value: Concealed, there: Deployed) -> bool:
    """Whether the server has not what is declared; what Prefect fills in when it deploys can be anything."""
    return name not in there.env or ("{{" not in value.reveal() and there.env[name] != value)


def _clear(tree: Tree, env: Mapping[str, Concealed | None]) -> list[str]:
    """The variables that hold a secret in clear, by what the plan knows of them or by what it looks like."""
    secret = {d.setting for d in tree.decisions if d.sensitive}
    found = []
    for name, value in sorted(env.items()):
        refers = value is None or not value.reveal() or "{{" in value.reveal()
        if value is not None and not refers and (name in secret or secret_in_clear(name, value)):
            found.append(name)
    return found


def _on_server(what: str, message: str, rule: str, remedy: str, severity: Severity = Severity.HIGH) -> Finding:
    return Finding(severity, "", 0, message, rule, remedy, server_object=what)
