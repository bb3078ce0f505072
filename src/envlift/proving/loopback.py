"""A throw-away Prefect server on a free loopback port, with embedded SQLite and a home of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from envlift.errors import EnvliftError, ExitCode
from envlift.proving.children import Child, child
from envlift.proving.rest import RestApi

DATABASE = "prefect.db"
START_SECONDS = 90.0
ATTEMPTS = 3
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class LoopbackServer:
    """A running server.

    Args:
        api_url: ``http://127.0.0.1:PORT/api``.
        home: Its PREFECT_HOME, also for those who talk to it; gone when the block ends.
    """

    api_url: str
    home: Path

    @property
    def api(self) -> RestApi:
        return RestApi(self.api_url)

    def environment(self, *, without: Collection[str] = ()) -> dict[str, str]:
        """The environment of children that talk to this server.

        Args:
            without: Variables of the caller that must not reach them, such as the settings under proof.
        """
        return {**child_environment(self.home, without=without), "PREFECT_API_URL": self.api_url}


def child_environment(home: Path, *, without: Collection[str] = ()) -> dict[str, str]:
    """Our environment without any PREFECT_* variable, with an own home, quiet, and past all proxies for loopback."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PREFECT_") and name not in without
    }
    return {
        **kept,
        **_proxies_bypassed(kept),
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
    }


def _proxies_bypassed(environment: Mapping[str, str]) -> dict[str, str]:
    known = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    hosts = ",".join([*filter(None, [known]), *LOOPBACK])
    return {"NO_PROXY": hosts, "no_proxy": hosts}


@contextlib.contextmanager
def loopback_server(
    *, python: str = sys.executable, start_seconds: float = START_SECONDS, database: Path | None = None
) -> Iterator[LoopbackServer]:
    """A server that answers, while the block runs.

    Args:
        python: The interpreter whose Prefect it is.
        start_seconds: How long it may take to come up.
        database: Where an empty database is kept for the next server, which begins with a copy: making the tables takes
            most of a start. None: each server makes them.

    Raises:
        EnvliftError: It did not come up; with the end of its log.
    """
    with tempfile.TemporaryDirectory(prefix="envlift-server-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        if database is not None and database.exists():
            shutil.copyfile(database, home / DATABASE)
        with _ending_on_sigterm(), contextlib.ExitStack() as stack:
            server = _start(stack, home, python, start_seconds)
            if database is not None and not database.exists():
                _keep(home / DATABASE, database)
            yield server


def _keep(live: Path, copy: Path) -> None:
    """Copy a database that a server has open, by SQLite's own means."""
    with contextlib.closing(sqlite3.connect(live)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)


@contextlib.contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    # By default SIGTERM ends us without a word, and our servers and workers would stay.
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if not ours:
        yield
        return
    signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _start(stack: contextlib.ExitStack, home: Path, python: str, start_seconds: float) -> LoopbackServer:
    for attempt in range(1, ATTEMPTS + 1):
        port = _free_port()
        server = LoopbackServer(f"http://127.0.0.1:{port}/api", home)
        trial = contextlib.ExitStack()
        argv = [python, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        process = trial.enter_context(
            child(
                # Schedules of the deployments under proof must not start runs of their own.
                [*argv, "--no-ui", "--no-scheduler", "--no-late-runs", "--analytics-off"],
                environment=_server_environment(home),
                folder=home,
                log=home / "server.log",
            )
        )
        stack.push(trial)
        if _wait(server.api, process, start_seconds):
            return server
        # Somebody else can take a free port before the server does: once or twice is bad luck.
        if attempt < ATTEMPTS and "address already in use" in process.log_tail().lower():
            trial.close()
            continue
        raise EnvliftError(
            f"the loopback Prefect server did not come up at {server.api_url}:\n{process.log_tail()}",
            hint="Check that `python -m prefect server start` works in this environment; "
            "Prefect 3.8 needs fastapi below 0.151.",
            exit_code=ExitCode.SERVER,
        )
    raise AssertionError("the last attempt returns or raises")


def _server_environment(home: Path) -> dict[str, str]:
    database = f"sqlite+aiosqlite:///{home / DATABASE}"
    return {**child_environment(home), "PREFECT_API_DATABASE_CONNECTION_URL": database}


def _wait(api: RestApi, process: Child, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not process.ended:
        if api.answers():
            return not process.ended
        time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
