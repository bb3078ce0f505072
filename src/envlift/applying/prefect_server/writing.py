"""What a push asks and changes: Secret blocks, and the defaults of work pools."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from envlift.applying.platform_secrets import with_secrets
from envlift.applying.pool_templates import PoolOutcome, PoolState, Template, merged, pool_state
from envlift.applying.prefect_server.connection import Server, connected, read_document, read_pool, secret_class
from envlift.applying.server_state import SaveOutcome, stored_form
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode

BLOCK_NAME = re.compile(r"[a-z0-9-]+")
# Prefect shows secrets so; a block overwritten with this text silently keeps its old value.
PREFECT_MASK = "********"


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server holds of the blocks and pools that were asked for.

    Args:
        api_url: Without credentials, fit to be shown.
        blocks: Names of those Secret blocks that exist.
        pools: Those work pools that exist, in the order asked.
    """

    api_url: str
    blocks: frozenset[str]
    pools: tuple[PoolState, ...]


def read_state(blocks: Sequence[str], pools: Sequence[str]) -> ServerState:
    """Which of these Secret blocks and work pools exist, and what the pools hold.

    Raises:
        EnvliftError: No server is configured, it does not answer, refuses us or is too old (exit code SERVER).
    """
    with connected() as server:
        found = (read_pool(server, name) for name in pools)
        return ServerState(
            api_url=server.shown_url,
            blocks=frozenset(name for name in blocks if read_document(server, name) is not None),
            pools=tuple(pool_state(p.name, p.type, p.base_job_template or {}) for p in found if p is not None),
        )


def save_secret(
    block: str, value: Concealed, *, for_get: bool, overwrite: bool = False, write: bool = True
) -> SaveOutcome:
    """Make a Secret block hold a string, and read it back the way that its reader will.

    Args:
        block: Its name, ``[a-z0-9-]+``.
        value: The string that the reader must get.
        for_get: The reader is ``Secret.load(block).get()``; else a placeholder, or ``.value.get_secret_value()``.
        overwrite: Replace a block that gives its reader something else.
        write: False: only say what would happen (CREATED, SAME, DIFFERS or OVERWRITTEN).

    Raises:
        EnvliftError: The name or value cannot be stored (REFUSED), or the server fails (SERVER).
    """
    if not BLOCK_NAME.fullmatch(block):
        raise EnvliftError(
            f"{block!r} cannot name a Secret block: Prefect allows lowercase letters, digits and dashes",
            hint="Give the setting another block name in the plan.",
        )
    if value.reveal() == PREFECT_MASK:
        raise EnvliftError(
            f"the value for the Secret block {block} is the mask that Prefect shows instead of a secret",
            hint="Put the real value into the source that the plan names.",
        )
    with connected() as server:
        document = read_document(server, block)
        if document is not None and _reads_as(document.data.get("value"), value, for_get=for_get):
            return SaveOutcome.SAME
        if document is not None and not overwrite:
            return SaveOutcome.DIFFERS
        if write:
            _save(block, stored_form(value, for_get=for_get))
            saved = read_document(server, block)
            if saved is None or not _reads_as(saved.data.get("value"), value, for_get=for_get):
                raise EnvliftError(
                    f"{server.shown_url}: the Secret block {block} was saved but does not give its value back",
                    hint=f"Look at the block {block} on the server, and at who else writes it.",
                    exit_code=ExitCode.SERVER,
                )
        return SaveOutcome.CREATED if document is None else SaveOutcome.OVERWRITTEN


def set_pool_defaults(
    pool: str,
    defaults: Mapping[str, Concealed],
    secrets: Mapping[str, str] = MappingProxyType({}),
    *,
    overwrite: Collection[str] = (),
    write: bool = True,
) -> PoolOutcome:
    """Merge environment variables into a pool's base job template; nothing else in it changes.

    Args:
        pool: An existing work pool.
        defaults: Variable to value.
        secrets: Variable to the name of a secret of the platform that runs the pool's containers.
        overwrite: Variables whose other value may be replaced; all others are reported as DIFFERS and kept.
        write: False: only say what would happen.

    Raises:
        EnvliftError: The pool is missing or its template takes no such variables (REFUSED), or the server fails.
    """
    with connected() as server:
        found = read_pool(server, pool)
        if found is None:
            raise EnvliftError(
                f"{server.shown_url} has no work pool {pool}",
                hint=f"Create it with its workers' type: prefect work-pool create {pool} --type process",
            )
        before = found.base_job_template or {}
        outcome = merged(pool_state(found.name, found.type, before), before, defaults, overwrite)
        if secrets:
            state = pool_state(found.name, found.type, outcome.template)
            named = with_secrets(state, outcome.template, secrets, overwrite)
            outcome = replace(named, outcomes=(*outcome.outcomes, *named.outcomes))
        if write and outcome.template != before:
            _update_pool(server, pool, outcome.template)
        return outcome


def _update_pool(server: Server, pool: str, template: Template) -> None:
    from prefect.client.schemas.actions import WorkPoolUpdate  # noqa: PLC0415 - see the package's docstring

    server.client.update_work_pool(pool, WorkPoolUpdate(base_job_template=dict(template)))


def _reads_as(stored: object, value: Concealed, *, for_get: bool) -> bool:
    """Whether a reader of the stored value gets the string, and as a string.

    Prefect's own class decodes it. Secret.load() would add nothing but an event, whose sender prints when we end.
    """
    secret = secret_class()(value=stored)
    read = secret.get() if for_get else secret.value.get_secret_value()
    return isinstance(read, str) and Concealed(read) == value


def _save(block: str, text: Concealed) -> None:
    secret_class()(value=text.reveal()).save(block, overwrite=True, _sync=True)
