"""Calls that send the whole environment, or a whole ``.env`` file, to Prefect's API, which stores it in clear."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.inventory import SentEnvironment
from envlift.scanning.prefect_code.deploy_calls import bundle_of, sent_by
from envlift.scanning.read_sites import keyword
from envlift_codemods.parsed import ParsedModule

# Infrastructure blocks of Prefect 2 keep ``env`` in their document.
_BLOCKS = ("prefect.infrastructure", "prefect_docker", "prefect_kubernetes", "prefect_aws.ecs", "prefect_gcp.cloud_run")


def find_sent_environments(module: ParsedModule, path: str) -> tuple[SentEnvironment, ...]:
    """The calls of a file that do it, in the order of the source."""
    found = {
        SentEnvironment(path, call.lineno, source)
        for call in module.calls
        if call.keywords
        for env in _environments(module, call)
        if (source := bundle_of(module, env))
    }
    return tuple(sorted(found))


def _environments(module: ParsedModule, call: ast.Call) -> Iterator[ast.expr]:
    yield from sent_by(module, call)
    env = keyword(call, "env")
    if env is not None and (module.origin(call.func) or "").startswith(_BLOCKS):
        yield env
