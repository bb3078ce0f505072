"""A throw-away server: its own home, its own port, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envlift.errors import EnvliftError, ExitCode
from envlift.proving.children import child, end_by_id
from envlift.proving.flow_runs import create_pools, run_command
from envlift.proving.loopback import LoopbackServer, child_environment, loopback_server
from envlift.proving.rest import RestApi


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    """Whether it ends; a killed process takes a moment."""
    until = time.monotonic() + 20
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pid)


def test_children_see_nothing_of_the_callers_prefect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_hush")
    monkeypatch.setenv("PREFECT_PROFILE", "production")
    monkeypatch.setenv("DB_PASSWORD", "from the shell")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.setenv("KEPT", "yes")
    environment = child_environment(tmp_path, without=["DB_PASSWORD"])
    assert not {"PREFECT_API_KEY", "PREFECT_PROFILE", "DB_PASSWORD"} & set(environment)
    assert environment["KEPT"] == "yes"
    assert environment["PREFECT_HOME"] == str(tmp_path)
    assert environment["NO_PROXY"].split(",") == ["intranet.example", "127.0.0.1", "localhost", "::1"]


@pytest.mark.server
def test_a_server_keeps_to_itself(prefect_server: LoopbackServer) -> None:
    assert prefect_server.api_url.startswith("http://127.0.0.1:")
    assert (prefect_server.home / "prefect.db").exists()
    assert prefect_server.api.answers()


@pytest.mark.server
def test_the_first_server_leaves_an_empty_database_for_the_others(
    empty_database: Path, prefect_server: LoopbackServer, migrated_server: LoopbackServer
) -> None:
    with contextlib.closing(sqlite3.connect(empty_database)) as database:
        assert database.execute("SELECT count(*) FROM work_pool").fetchone() == (0,)
    create_pools(migrated_server, ["of-one-server-only"])
    assert prefect_server.home != migrated_server.home
    with pytest.raises(EnvliftError, match="404"):
        prefect_server.api.get("/work_pools/of-one-server-only")


@pytest.mark.server
def test_making_a_pool_twice_is_one_pool(prefect_server: LoopbackServer) -> None:
    create_pools(prefect_server, ["made-twice", "made-twice"])
    pool = prefect_server.api.get("/work_pools/made-twice")
    assert pool["type"] == "process"
    # As Prefect's own command makes it; the server alone knows a template that takes no null.
    env = pool["base_job_template"]["variables"]["properties"]["env"]
    assert env["additionalProperties"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    with pytest.raises(EnvliftError, match="answered 4"):
        create_pools(prefect_server, ["no/such/name"])


def test_a_server_that_cannot_start_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "prefect"
    broken.mkdir()
    (broken / "__main__.py").write_text("raise SystemExit('no such thing today')")
    (broken / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EnvliftError, match="no such thing today") as caught, loopback_server():
        raise AssertionError("it must not start")
    assert caught.value.exit_code is ExitCode.SERVER
    assert "prefect server start" in caught.value.hint


def test_no_answer_and_a_refusal_are_errors_without_a_body(prefect_server: LoopbackServer) -> None:
    with pytest.raises(EnvliftError, match="GET /api/flows/none answered 404"):
        prefect_server.api.get("/flows/none")
    with pytest.raises(EnvliftError, match="had no answer"):
        RestApi("http://127.0.0.1:9/api").post("/flows/filter", {"name": "hush"})


def test_a_child_and_what_it_started_end_with_the_block(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
        "time.sleep(600)"
    )
    log = tmp_path / "log"
    with child([sys.executable, "-c", code], environment=os.environ, folder=tmp_path, log=log) as running:
        while not log.read_text().endswith("\n"):
            time.sleep(0.05)
        grandchild = int(log.read_text())
        assert alive(grandchild)
    assert running.ended
    assert gone(grandchild)


def test_somebody_elses_process_is_left_alone(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import time; time.sleep(600)"]
    with child(argv, environment={**os.environ, "MARK": "ours"}, folder=tmp_path, log=tmp_path / "log") as running:
        while b"time.sleep" not in Path(f"/proc/{running.process.pid}/cmdline").read_bytes():
            time.sleep(0.05)
        end_by_id(running.process.pid, "MARK=theirs")
        assert not running.ended
        end_by_id(running.process.pid, "MARK=ours")
        assert running.process.wait() == -signal.SIGKILL


INTERRUPTED = """
import pathlib, signal, sys
from envlift.proving.loopback import loopback_server
with loopback_server(database=pathlib.Path(sys.argv[1])) as server:
    print(server.home, flush=True)
    signal.pause()
"""


@pytest.mark.server
def test_ending_us_ends_the_server(empty_database: Path) -> None:
    """With SIGTERM, which Python leaves to the system; ctrl-C is an exception anyway."""
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, empty_database],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert program.stdout is not None
    home = program.stdout.readline().strip()
    running = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    servers = [pid for pid in running if f"PREFECT_HOME={home}" in environ(pid)]
    assert servers
    program.terminate()
    assert program.wait() == 128 + signal.SIGTERM
    program.stdout.close()
    assert all(gone(pid) for pid in servers)
    assert not Path(home).exists()


def environ(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_command_that_fails_shows_the_end_of_its_output(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "print('began'); raise SystemExit(3)"]
    with pytest.raises(EnvliftError, match=r"`python -c .*` failed with exit code 3:\nbegan"):
        run_command(argv, folder=tmp_path, environment=os.environ)
