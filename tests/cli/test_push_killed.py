"""A push that is killed at any write to the server, before or after the server has it: the next one ends the same."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from envlift.errors import ExitCode
from envlift.proving.loopback import LoopbackServer

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]

DOTENV = {"TOKEN": "482913", "DSN": "postgresql://etl:hunter2@db.example/shop"}
FLOWS = """
import os
from prefect import flow

ENGINE = connect(os.environ["{0}_DSN"])

@flow
def sync():
    return os.environ["{0}_TOKEN"], os.environ["{0}_REGION"], ENGINE

@flow
def other():
    return os.environ["{0}_REGION"]
"""
DEPLOYMENTS = """
deployments:
  - {{name: sync, entrypoint: flows.py:sync, work_pool: {{name: {0}}}}}
  - {{name: other, entrypoint: flows.py:other, work_pool: {{name: {0}}}}}
"""


@dataclass(slots=True)
class Gate:
    """Stands between push and the server; kills ``victim`` at its n-th write, which the server has got or has not.

    Args:
        server: Where everything goes that the gate lets through.
        at: The write, counted from 1; 0 for none.
        delivered: Whether the server gets that write.
        victim: What is killed.
        writes: How many there were.
    """

    server: str
    at: int = 0
    delivered: bool = False
    victim: subprocess.Popen[str] | None = None
    writes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def opens(self, method: str, path: str, forward: Callable[[], None]) -> bool:
        """Forward a request unless it is the one; whether its sender lives to see the answer."""
        writing = method in ("PUT", "PATCH", "DELETE") or (method == "POST" and path.endswith("_documents/"))
        with self.lock:
            self.writes += writing
            last = writing and self.writes == self.at
        if not last or self.delivered:
            forward()
        if last and self.victim is not None:
            self.victim.kill()
        return not last


@contextmanager
def standing(gate: Gate) -> Iterator[str]:
    """The gate's own address, while the block runs."""
    host = urlsplit(gate.server).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answers: list[tuple[int, bytes]] = []

            def forward() -> None:
                connection = http.client.HTTPConnection(host, timeout=30)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                answers.append((answer.status, answer.read()))
                connection.close()

            if not gate.opens(self.command, self.path, forward):
                self.close_connection = True
                return
            ((status, content),) = answers
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            """Nothing of it belongs on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class Shop:
    """A migrated repository with names of its own on the server."""

    name: str
    root: Path
    server: LoopbackServer

    def push(self, gate: Gate) -> int:
        with standing(gate) as url:
            command = [sys.executable, "-m", "envlift", "push", str(self.root), "--yes"]
            environment = {**self.server.environment(), "PREFECT_API_URL": url, "PREFECT_CLIENT_MAX_RETRIES": "0"}
            gate.victim = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            gate.victim.communicate()
            return gate.victim.returncode

    def held(self) -> tuple[object, ...]:
        """What the server holds of it: the values of its blocks and the defaults of its pool."""
        chosen = {"block_documents": {"name": {"like_": f"{self.name}-"}}, "include_secrets": True}
        found = self.server.api.post("/block_documents/filter", chosen)
        blocks = {b["name"].removeprefix(f"{self.name}-"): b["data"]["value"] for b in found}
        pool = self.server.api.get(f"/work_pools/{self.name}")["base_job_template"]
        defaults = pool["variables"]["properties"]["env"].get("default", {})
        own = {k.removeprefix(f"{self.name.upper()}_"): v.replace(self.name, "shop") for k, v in defaults.items()}
        return blocks, own


@pytest.fixture
def shop(run: Run, tmp_path: Path, commit: Commit, prefect_api: LoopbackServer) -> Callable[[str], Shop]:
    def make(name: str) -> Shop:
        root = tmp_path / name
        root.mkdir()
        prefix = name.upper()
        (root / "flows.py").write_text(FLOWS.format(prefix))
        (root / "prefect.yaml").write_text(DEPLOYMENTS.format(name))
        values = {**DOTENV, "REGION": "eu"}
        (root / ".env").write_text("".join(f"{prefix}_{key}={value}\n" for key, value in values.items()))
        prefect_api.api.post("/work_pools/", {"name": name, "type": "process", "base_job_template": TEMPLATE})
        done = run("migrate", commit(root), "--batch", "--write")
        assert done.returncode == ExitCode.DONE, done.stdout + done.stderr
        return Shop(name, root, prefect_api)

    return make


TEMPLATE: dict[str, object] = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}"},
    "variables": {"type": "object", "properties": {"command": {"type": "string"}, "env": {"type": "object"}}},
}


@pytest.mark.server
def test_a_push_that_is_killed_at_any_write_is_ended_by_the_next(shop: Callable[[str], Shop], run: Run) -> None:
    whole = shop("whole")
    gate = Gate(whole.server.api_url)
    assert whole.push(gate) == ExitCode.DONE
    blocks, defaults = whole.held()
    assert set(blocks) == {"token", "dsn"}
    assert set(defaults) == {"REGION", "DSN"}
    assert gate.writes >= 3
    for at in range(1, gate.writes + 1):
        for delivered in (False, True):
            killed = shop(f"killed{at}{'after' if delivered else 'before'}")
            assert killed.push(Gate(killed.server.api_url, at, delivered)) == -9
            assert run("push", killed.root, "--yes").returncode == ExitCode.DONE
            assert killed.held() == (blocks, defaults)
    again = Gate(whole.server.api_url)
    assert whole.push(again) == ExitCode.DONE
    assert again.writes == 0
