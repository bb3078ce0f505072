"""The one place that talks to a Prefect server, through Prefect's own client and settings.

The library takes a second to import and reads its settings meanwhile, so it is imported when it is first needed.
"""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from envlift.applying.platform_secrets import with_secrets
from envlift.applying.pool_templates import PoolOutcome, PoolState, Template, merged, pool_state
from envlift.applying.server_state import SaveOutcome, stored_form
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

BLOCK_NAME = re.compile(r"[a-z0-9-]+")
# Prefect shows secrets so; a block overwritten with this text silently keeps its old value.
PREFECT_MASK = "********"
OLDEST_SERVER = 3


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
    with _server() as server:
        found = (_read_pool(server, name) for name in pools)
        return ServerState(
            api_url=server.shown_url,
            blocks=frozenset(name for name in blocks if _read_document(server, name) is not None),
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
    with _server() as server:
        document = _read_document(server, block)
        if document is not None and _reads_as(document.data.get("value"), value, for_get=for_get):
            return SaveOutcome.SAME
        if document is not None and not overwrite:
            return SaveOutcome.DIFFERS
        if write:
            _save(block, stored_form(value, for_get=for_get))
            saved = _read_document(server, block)
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
    with _server() as server:
        found = _read_pool(server, pool)
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


@dataclass(frozen=True, slots=True)
class _Server:
    client: SyncPrefectClient
    shown_url: str


@contextlib.contextmanager
def _server() -> Iterator[_Server]:
    """A connected client; whatever it raises becomes an EnvliftError without a value in it."""
    with _quiet():
        url = _api_url()
        shown = _without_credentials(url)
        try:
            from prefect.client.orchestration import get_client  # noqa: PLC0415 - see the module's docstring

            with get_client(sync_client=True) as client:
                _check_version(client, shown)
                yield _Server(client, shown)
        except EnvliftError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the library raises, its text can hold a value
            raise _explained(error, shown) from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Prefect's own log lines, warnings and tracebacks stay off the terminal: our errors say what they say."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def _api_url() -> str:
    try:
        from prefect.settings import get_current_settings  # noqa: PLC0415 - see the module's docstring

        url = get_current_settings().api.url
    except Exception as error:  # noqa: BLE001 - a validation error shows the values that it refuses
        raise EnvliftError(
            f"Prefect does not start with the settings that it finds here ({type(error).__name__})",
            hint="`prefect config view` in the same folder says which setting it refuses.",
            exit_code=ExitCode.SERVER,
        ) from None
    if not url:
        # get_client() would start a temporary server of its own, and everything pushed to it would be lost.
        raise EnvliftError(
            "no Prefect server is configured",
            hint="Set PREFECT_API_URL, choose a profile with `prefect profile use`, or log in to Prefect Cloud.",
            exit_code=ExitCode.SERVER,
        )
    return str(url)


def _without_credentials(url: str) -> str:
    """The URL without user, password, query and fragment, whether or not it has a scheme."""
    scheme, slashes, _ = url.partition("://")
    # Cut before it is parsed: what has no scheme, or a password with a slash in it, parses as something else.
    bare = f"{scheme}{slashes}{url.rpartition('@')[2]}" if slashes and "@" in url else url.rpartition("@")[2]
    parts = urlsplit(bare)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _check_version(client: SyncPrefectClient, shown: str) -> None:
    from prefect.client.base import ServerType  # noqa: PLC0415 - see the module's docstring

    if client.server_type == ServerType.CLOUD:
        return
    version = client.api_version()
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST_SERVER:
        raise EnvliftError(
            f"{shown} runs Prefect {version}; envlift needs Prefect {OLDEST_SERVER} or later",
            hint="Upgrade the server, or set PREFECT_API_URL to another one.",
            exit_code=ExitCode.SERVER,
        )


def _explained(error: Exception, shown: str) -> EnvliftError:
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - see the module's docstring

    chain = tuple(_chain(error))
    status = next((e.response.status_code for e in chain if isinstance(e, PrefectHTTPStatusError)), None)
    if status in (401, 403):
        return EnvliftError(
            f"{shown} refused us (HTTP {status})",
            hint="Set PREFECT_API_KEY (Prefect Cloud) or PREFECT_API_AUTH_STRING (own server), or choose the right "
            "profile; the account must be allowed to write blocks and work pools.",
            exit_code=ExitCode.SERVER,
        )
    if status is not None:
        return EnvliftError(
            f"{shown} answered with HTTP {status}",
            hint="Its log says more. Check that PREFECT_API_URL ends in /api and that the server is Prefect 3.",
            exit_code=ExitCode.SERVER,
        )
    names = [type(found).__name__ for found in chain]
    if any(type(found).__module__.partition(".")[0] in ("httpx", "httpcore") for found in chain):
        return EnvliftError(
            f"{shown} does not answer ({names[0]})",
            hint="Is the server running, and is PREFECT_API_URL right? `prefect config view` shows it.",
            exit_code=ExitCode.SERVER,
        )
    return EnvliftError(
        f"{shown}: Prefect failed ({' from '.join(names)})",
        hint="Check that the server's version fits the installed Prefect: prefect version",
        exit_code=ExitCode.SERVER,
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _read_document(server: _Server, block: str) -> Any:
    """The Secret block's document with its value, or None; names that Prefect refuses do not exist."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - see the module's docstring

    try:
        return server.client.read_block_document_by_name(block, "secret", include_secrets=True)
    except ObjectNotFound:
        return None


def _read_pool(server: _Server, pool: str) -> Any:
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - see the module's docstring

    try:
        return server.client.read_work_pool(pool)
    except ObjectNotFound:
        return None


def _update_pool(server: _Server, pool: str, template: Template) -> None:
    from prefect.client.schemas.actions import WorkPoolUpdate  # noqa: PLC0415 - see the module's docstring

    server.client.update_work_pool(pool, WorkPoolUpdate(base_job_template=dict(template)))


def _reads_as(stored: object, value: Concealed, *, for_get: bool) -> bool:
    """Whether a reader of the stored value gets the string, and as a string.

    Prefect's own class decodes it. Secret.load() would add nothing but an event, whose sender prints when we end.
    """
    secret = _secret_class()(value=stored)
    read = secret.get() if for_get else secret.value.get_secret_value()
    return isinstance(read, str) and Concealed(read) == value


def _save(block: str, text: Concealed) -> None:
    _secret_class()(value=text.reveal()).save(block, overwrite=True, _sync=True)


def _secret_class() -> Any:
    # Any: its annotations know neither plain strings nor `_sync`, which makes it safe above a running event loop.
    from prefect.blocks.system import Secret  # noqa: PLC0415 - see the module's docstring

    return Secret
