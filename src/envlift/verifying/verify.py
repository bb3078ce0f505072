"""A verification as a whole: the tree against its plan, and both against a server where one is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from envlift.applying.prefect_server import Deployed, ServerFacts, read_facts
from envlift.inventory import DeploymentKind
from envlift.planning.spelling import as_spelled
from envlift.precedence import Rung, Version, Worker, order_of
from envlift.rendering.process_starts import process_starts
from envlift.verification import Verification
from envlift.verifying.arriving import Surroundings, arriving_findings, known_version
from envlift.verifying.server import asked_of_server, deployed_as, server_findings
from envlift.verifying.tree import Tree, tree_findings


def verify(tree: Tree, *, with_server: bool, version: Version | None = None) -> Verification:
    """All that does not agree; nothing is written.

    Args:
        tree: The repository with its plan.
        with_server: Whether the server that the profile names is asked, too.
        version: The Prefect of the workers; that of the project's lock, else of the server, unless told.

    Raises:
        EnvliftError: The server does not answer, refuses us or is too old (exit code SERVER).
    """
    tree = replace(tree, inventory=as_spelled(tree.inventory, tree.now if tree.saved is None else tree.saved))
    facts = read_facts(*asked_of_server(tree)) if with_server else None
    around = _surroundings(tree, facts, version or known_version(tree))
    found = [*tree_findings(tree), *arriving_findings(tree, around)]
    if facts is not None:
        # The server knows better than the plan which blocks there are.
        found = [f for f in found if f.rule != "unknown-block"]
        found += server_findings(tree, facts)
    ordered = sorted(
        dict.fromkeys(found), key=lambda f: (f.server_object != "", f.path, f.line, f.server_object, f.rule, f.message)
    )
    return Verification(
        tuple(ordered),
        tuple(_notes(tree, around, with_server=with_server)),
        facts.api_url if facts is not None else "",
        around.version,
    )


def _surroundings(tree: Tree, facts: ServerFacts | None, version: Version | None) -> Surroundings:
    if facts is None:
        return Surroundings(version=version)
    deployed = ((d, deployed_as(d, facts.deployments)) for d in tree.deployments)
    return Surroundings(
        {pool.name: frozenset(pool.defaults) if pool.takes_defaults else frozenset() for pool in facts.pools},
        {(d.path, d.line): _set_by(there) for d, there in deployed if there is not None},
        {pool.name: pool.type for pool in facts.pools},
        version or facts.version,
    )


def _set_by(there: Deployed) -> Mapping[str, Rung]:
    return {**dict.fromkeys(there.by_step, Rung.PULL_STEP), **dict.fromkeys(there.env, Rung.DEPLOYMENT)}


def _notes(tree: Tree, around: Surroundings, *, with_server: bool) -> Iterator[str]:
    if tree.saved is None:
        yield "There is no saved plan, so only what the tree itself says counts: envlift plan --write makes one."
    if not with_server:
        yield "No server was asked: blocks, pools and deployments there may differ."
    if served := sum(d.kind is DeploymentKind.SERVE for d in tree.inventory.deployments):
        yield f"{served} by serve() not looked at: their runs have the environment of the process that serves."
    for start in process_starts(tree.decisions):
        yield f"Not seen from here, {', '.join(start.settings)}: {start.text}"
    types = {worker for d in tree.deployments for worker in around.workers(d)}
    if tree.decisions and around.version is not None:
        notes = (note for worker in Worker if worker in types for note in order_of(worker, around.version).notes)
        yield from (f"{note[0].upper()}{note[1:]}." for note in dict.fromkeys(notes))
