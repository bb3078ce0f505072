"""What several rooms' tests share: two real Prefect servers for the whole session of a process."""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from envlift.proving.loopback import LoopbackServer, loopback_server

ROOT = Path(__file__).resolve().parent.parent


MakeRepository = Callable[[Mapping[str, str]], Path]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tester's own Prefect out, its profile, its server, its home, and envlift out of the tester's cache."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="envlift-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["PREFECT_HOME"] = home.name
    os.environ["XDG_CACHE_HOME"] = home.name
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Write a repository from dedented texts by path; returns its folder, which is called ``shop``."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return root

    return make


@pytest.fixture(scope="session")
def sample_repos() -> Path:
    """The folder of the pristine sample projects: copy one before anything runs in it."""
    return ROOT / "sample_repos"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's first server leaves its empty database for the others to begin with."""
    return tmp_path_factory.mktemp("server") / "empty.db"


@pytest.fixture(scope="session")
def prefect_server(empty_database: Path) -> Iterator[LoopbackServer]:
    """A running server of this session's own; tests use names of their own on it."""
    with loopback_server(database=empty_database) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_server(empty_database: Path) -> Iterator[LoopbackServer]:
    """One server for all that is migrated: what no test has pushed is not there, and no two push the same."""
    with loopback_server(database=empty_database) as server:
        yield server


@pytest.fixture
def prefect_api(prefect_server: LoopbackServer) -> Iterator[LoopbackServer]:
    """The same server, and this process's Prefect settings pointing at it while the test runs."""
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    assert urlsplit(prefect_server.api_url).hostname == "127.0.0.1"
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url, PREFECT_CLIENT_MAX_RETRIES: 10}):
        yield prefect_server
