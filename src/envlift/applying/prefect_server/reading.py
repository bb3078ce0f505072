"""What a verification asks: which blocks, pools and deployments there are, and as what they are read; no secret."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from envlift.applying.pool_templates import PoolState, pool_state
from envlift.applying.prefect_server.connection import Server, connected, read_document, read_pool, secret_class
from envlift.concealed import Concealed
from envlift.precedence import Version
from envlift.prefect_yaml import OWN_STEP

_PAGE = 200
_DOTTED = "env."


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What there is of a Secret block that somebody needs.

    Args:
        name: Of the block.
        found: Whether there is a Secret block of that name.
        decoded: The Python type that ``.get()`` gives, ``str`` for a text; empty where that fails.
        stored: The type of the stored value, which ``.value.get_secret_value()`` gives.
        quoted: Whether the stored text is a JSON string, whose quotes a placeholder would hand on.
        other: The type of another block with the name, where there is no Secret.
    """

    name: str
    found: bool
    decoded: str = ""
    stored: str = ""
    quoted: bool = False
    other: str = ""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment on the server.

    Args:
        name: Its name, without that of its flow.
        entrypoint: As it was deployed; empty where the server has none.
        pool: Its work pool; empty where it has none.
        env: The variables in its job variables; None for one that takes the pool's away.
        by_step: The variables that a pull step of ours sets.
    """

    name: str
    entrypoint: str
    pool: str
    env: Mapping[str, Concealed | None] = field(repr=False)
    by_step: Mapping[str, Concealed] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server holds of all that was asked for; ``version`` is None for Prefect Cloud."""

    api_url: str
    version: Version | None
    blocks: tuple[BlockFacts, ...]
    pools: tuple[PoolState, ...]
    deployments: tuple[Deployed, ...]


def read_facts(blocks: Collection[str], pools: Collection[str], deployments: Collection[str]) -> ServerFacts:
    """What a server holds of these Secret blocks, work pools and deployments, asked by name.

    Raises:
        EnvliftError: No server is configured, it does not answer, refuses us or is too old (exit code SERVER).
    """
    with connected() as server:
        found = [(name, read_document(server, name)) for name in sorted(blocks)]
        others = _other_types(server, [name for name, document in found if document is None])
        held = (read_pool(server, name) for name in sorted(pools))
        return ServerFacts(
            api_url=server.shown_url,
            version=server.version,
            blocks=tuple(
                BlockFacts(name, found=False, other=others.get(name, ""))
                if document is None
                else _block(name, document.data.get("value"))
                for name, document in found
            ),
            pools=tuple(pool_state(p.name, p.type, p.base_job_template or {}) for p in held if p is not None),
            deployments=tuple(_deployed(d) for d in _deployments(server, sorted(deployments))),
        )


def _block(name: str, stored: Any) -> BlockFacts:
    """The types alone: the value goes no further."""
    secret = secret_class()(value=stored)
    try:
        decoded = type(secret.get()).__name__
    except RecursionError:
        decoded = ""
    return BlockFacts(
        name,
        found=True,
        decoded=decoded,
        stored=type(stored).__name__,
        quoted=isinstance(stored, str) and stored.startswith('"') and decoded == "str" and _is_json(stored),
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _other_types(server: Server, names: Sequence[str]) -> Mapping[str, str]:
    """The types of blocks that have these names and are no Secret; nothing of their contents is asked for."""
    return (
        {
            document.name: document.block_type_name or document.block_type.name
            for document in _pages(server.client.read_block_documents, include_secrets=False)
            if document.name in names
        }
        if names
        else {}
    )


def _deployments(server: Server, names: Sequence[str]) -> Iterator[Any]:
    if not names:
        return iter(())
    from prefect.client.schemas.filters import (  # noqa: PLC0415 - see the package's docstring
        DeploymentFilter,
        DeploymentFilterName,
    )

    wanted = DeploymentFilter(name=DeploymentFilterName(any_=list(names)))
    return _pages(server.client.read_deployments, deployment_filter=wanted)


def _pages(read: Any, **asked: Any) -> Iterator[Any]:
    offset = 0
    while page := read(limit=_PAGE, offset=offset, **asked):
        yield from page
        offset += len(page)


def _deployed(found: Any) -> Deployed:
    job_variables = found.job_variables or {}
    env = job_variables.get("env") or {}
    held = dict(env) if isinstance(env, dict) else {}
    # `--job-variable env.NAME=…` is kept under that key.
    held |= {key.removeprefix(_DOTTED): value for key, value in job_variables.items() if key.startswith(_DOTTED)}
    return Deployed(
        found.name,
        found.entrypoint or "",
        found.work_pool_name or "",
        {name: None if value is None else Concealed(str(value)) for name, value in held.items()},
        dict(_by_step(found.pull_steps or ())),
    )


def _by_step(steps: Sequence[Any]) -> Iterator[tuple[str, Concealed]]:
    for step in steps:
        inputs = step.get(OWN_STEP) if isinstance(step, dict) else None
        variables = inputs.get("variables") if isinstance(inputs, dict) else None
        if isinstance(variables, dict):
            yield from ((name, Concealed(str(value))) for name, value in variables.items())
