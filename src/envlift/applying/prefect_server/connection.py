"""A connected client of the Prefect server that the profile names; its failures are errors without a value in them."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from envlift.errors import EnvliftError, ExitCode
from envlift.precedence import Version, parse_version

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

OLDEST_SERVER = 3


@dataclass(frozen=True, slots=True)
class Server:
    """The client, the address of its server, fit to be shown, and its version; None for Prefect Cloud."""

    client: SyncPrefectClient
    shown_url: str
    version: Version | None


@contextlib.contextmanager
def connected() -> Iterator[Server]:
    """A connected client; whatever it raises becomes an EnvliftError without a value in it."""
    with _quiet():
        url = _api_url()
        shown = _without_credentials(url)
        try:
            from prefect.client.orchestration import get_client  # noqa: PLC0415 - see the package's docstring

            with get_client(sync_client=True) as client:
                yield Server(client, shown, _checked_version(client, shown))
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


def is_configured() -> bool:
    """Whether the profile or the environment names a server.

    Raises:
        EnvliftError: Prefect's settings are broken (SERVER).
    """
    with _quiet():
        return bool(_configured_url())


def _configured_url() -> str:
    try:
        from prefect.settings import get_current_settings  # noqa: PLC0415 - see the package's docstring

        return str(get_current_settings().api.url or "")
    except Exception as error:  # noqa: BLE001 - a validation error shows the values that it refuses
        raise EnvliftError(
            f"Prefect does not start with the settings that it finds here ({type(error).__name__})",
            hint="`prefect config view` in the same folder says which setting it refuses.",
            exit_code=ExitCode.SERVER,
        ) from None


def _api_url() -> str:
    url = _configured_url()
    if not url:
        # get_client() would start a temporary server of its own, and everything pushed to it would be lost.
        raise EnvliftError(
            "no Prefect server is configured",
            hint="Set PREFECT_API_URL, choose a profile with `prefect profile use`, or log in to Prefect Cloud.",
            exit_code=ExitCode.SERVER,
        )
    return url


def _without_credentials(url: str) -> str:
    """The URL without user, password, query and fragment, whether or not it has a scheme."""
    scheme, slashes, _ = url.partition("://")
    # Cut before it is parsed: what has no scheme, or a password with a slash in it, parses as something else.
    bare = f"{scheme}{slashes}{url.rpartition('@')[2]}" if slashes and "@" in url else url.rpartition("@")[2]
    parts = urlsplit(bare)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _checked_version(client: SyncPrefectClient, shown: str) -> Version | None:
    from prefect.client.base import ServerType  # noqa: PLC0415 - see the package's docstring

    if client.server_type == ServerType.CLOUD:
        return None
    version = client.api_version()
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST_SERVER:
        raise EnvliftError(
            f"{shown} runs Prefect {version}; envlift needs Prefect {OLDEST_SERVER} or later",
            hint="Upgrade the server, or set PREFECT_API_URL to another one.",
            exit_code=ExitCode.SERVER,
        )
    return parse_version(version.partition("+")[0])


def _explained(error: Exception, shown: str) -> EnvliftError:
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - see the package's docstring

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


def read_document(server: Server, block: str) -> Any:
    """The Secret block's document with its value, or None; names that Prefect refuses do not exist."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - see the package's docstring

    try:
        return server.client.read_block_document_by_name(block, "secret", include_secrets=True)
    except ObjectNotFound:
        return None


def read_pool(server: Server, pool: str) -> Any:
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - see the package's docstring

    try:
        return server.client.read_work_pool(pool)
    except ObjectNotFound:
        return None


def secret_class() -> Any:
    # Any: its annotations know neither plain strings nor `_sync`, which makes it safe above a running event loop.
    from prefect.blocks.system import Secret  # noqa: PLC0415 - see the package's docstring

    return Secret
