"""push as a command, against a real server: preview first, nothing twice, nothing overwritten unasked."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envlift.errors import ExitCode
from envlift.proving.loopback import LoopbackServer

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]
Open = Callable[..., Any]

VALUE = "tok_hunter2hunter2"
FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["PUSHED_API_TOKEN"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
"""


@pytest.fixture
def migrated(run: Run, make_repository: Make, commit: Commit) -> Path:
    """A repository whose code loads one block that no server has yet."""
    files = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": f"PUSHED_API_TOKEN={VALUE}\n"}
    root = commit(make_repository(files))
    assert run("migrate", root, "--batch", "--write").returncode == ExitCode.DONE
    return root


@pytest.fixture
def secret(prefect_api: LoopbackServer) -> Any:
    """Prefect's Secret on the test's server; the block of these tests is gone before and after."""
    from prefect.blocks.system import Secret

    def delete() -> None:
        with contextlib.suppress(ValueError):
            Secret.delete("pushed-api-token")

    delete()
    yield Secret
    delete()


@pytest.mark.server
def test_without_yes_and_terminal_it_is_a_preview(run: Run, migrated: Path, secret: Any) -> None:
    done = run("push", migrated)
    assert done.returncode == ExitCode.DONE
    assert "pushed-api-token" in done.stdout
    assert "to create" in done.stdout
    assert "--yes" in done.stderr
    with pytest.raises(ValueError, match="pushed-api-token"):
        secret.load("pushed-api-token")


@pytest.mark.server
def test_as_json_it_is_a_preview_and_with_yes_the_outcome(run: Run, migrated: Path, secret: Any) -> None:
    block = {"block": "pushed-api-token", "settings": ["PUSHED_API_TOKEN"], "outcome": "created"}
    for words, written in ((("--dry-run", "--yes"), False), ((), False), (("--yes",), True)):
        done = run("push", migrated, "--format", "json", *words)
        found = json.loads(done.stdout)
        assert (done.returncode, found["schema"], found["written"]) == (ExitCode.DONE, "envlift/push", written)
        assert (found["blocks"], found["left"], VALUE in done.stdout) == ([block], [], False)
    assert secret.load("pushed-api-token").get() == VALUE


@pytest.mark.server
def test_yes_writes_and_a_second_time_nothing(run: Run, migrated: Path, secret: Any) -> None:
    first = run("push", migrated, "--yes")
    assert (first.returncode, "created" in first.stdout) == (ExitCode.DONE, True)
    assert secret.load("pushed-api-token").get() == VALUE
    second = run("push", migrated, "--yes")
    assert (second.returncode, "already the same" in second.stdout) == (ExitCode.DONE, True)
    assert VALUE not in first.stdout + first.stderr + second.stdout + second.stderr


@pytest.mark.server
def test_another_value_stays_unless_it_is_named(run: Run, migrated: Path, secret: Any) -> None:
    secret(value="older").save("pushed-api-token")
    kept = run("push", migrated, "--yes")
    assert kept.returncode == ExitCode.PARTIAL
    assert "--overwrite pushed-api-token" in kept.stdout
    assert secret.load("pushed-api-token").get() == "older"
    done = run("push", migrated, "--yes", "--overwrite", "pushed-api-token")
    assert (done.returncode, "overwritten" in done.stdout) == (ExitCode.DONE, True)
    assert secret.load("pushed-api-token").get() == VALUE


@pytest.mark.server
def test_the_values_of_one_environment(run: Run, migrated: Path, secret: Any) -> None:
    (migrated / ".env").unlink()
    for name, value in (("prod", VALUE), ("lab", f"{VALUE}-lab")):
        (migrated / f".env.{name}").write_text(f"PUSHED_API_TOKEN={value}\n")
    assert (
        run("plan", migrated, "--batch", "--write", "--answer", "PUSHED_API_TOKEN=secret").returncode == ExitCode.DONE
    )
    nowhere = run("push", migrated, "--yes")
    assert (nowhere.returncode, "--environment NAME" in " ".join(nowhere.stdout.split())) == (ExitCode.PARTIAL, True)
    done = run("push", migrated, "--yes", "--environment", "lab")
    assert (done.returncode, "created" in done.stdout) == (ExitCode.DONE, True)
    assert secret.load("pushed-api-token").get() == f"{VALUE}-lab"
    assert run("push", migrated, "--yes", "--environment", "prod").returncode == ExitCode.PARTIAL, "it is another value"
    unknown = run("push", migrated, "--yes", "--environment", "stage")
    assert (unknown.returncode, "lab, prod" in unknown.stderr) == (ExitCode.USAGE, True)


@pytest.mark.server
@pytest.mark.parametrize(("answer", "there"), [("y\r", True), ("\r", False)], ids=["yes", "no"])
def test_at_a_terminal_it_asks(
    terminal: Open, migrated: Path, secret: Any, prefect_api: LoopbackServer, answer: str, there: bool
) -> None:
    session = terminal("push", cwd=migrated, env={"PREFECT_API_URL": prefect_api.api_url})
    session.wait_for("Write this to")
    session.press(answer)
    assert session.exit_code() == ExitCode.DONE
    assert VALUE not in session.seen
    if there:
        assert secret.load("pushed-api-token").get() == VALUE
    else:
        assert "Nothing was written" in session.seen


@pytest.mark.server
def test_at_a_terminal_it_asks_for_a_value_that_no_file_holds_and_does_not_show_it(
    terminal: Open, migrated: Path, secret: Any, prefect_api: LoopbackServer
) -> None:
    (migrated / ".env").unlink()
    session = terminal("push", cwd=migrated, env={"PREFECT_API_URL": prefect_api.api_url})
    session.wait_for_all("no value known for PUSHED_API_TOKEN", "Value of PUSHED_API_TOKEN")
    session.press("typed-hunter2\r")
    session.wait_for("Write this to")
    session.press("y\r")
    assert session.exit_code() == ExitCode.DONE
    assert "hunter2" not in session.seen
    assert secret.load("pushed-api-token").get() == "typed-hunter2"


@pytest.mark.server
def test_a_script_gives_values_on_standard_input(migrated: Path, secret: Any, prefect_api: LoopbackServer) -> None:
    (migrated / ".env").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "envlift", "push", "--yes", "--values", "-"],
        cwd=migrated,
        env={**os.environ, "PREFECT_API_URL": prefect_api.api_url},
        input="PUSHED_API_TOKEN=piped-hunter2\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert secret.load("pushed-api-token").get() == "piped-hunter2"


@pytest.mark.parametrize(("content", "says"), [(None, "There is no file"), ("= hunter2\n", "values.env:1")])
def test_values_that_cannot_be_read_are_told(run: Run, migrated: Path, content: str | None, says: str) -> None:
    if content is not None:
        (migrated / "values.env").write_text(content)
    done = run("push", migrated, "--yes", "--values", migrated / "values.env")
    assert done.returncode == ExitCode.USAGE
    assert says in done.stderr
    assert "hunter2" not in done.stderr


def test_a_server_that_does_not_answer_is_an_error_of_its_own(process: Run, migrated: Path, tmp_path: Path) -> None:
    nobody = {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(tmp_path / "home")}
    done = process("push", migrated, env=nobody)
    assert done.returncode == ExitCode.SERVER
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_script_is_printed_without_a_server_and_without_a_value(process: Run, migrated: Path) -> None:
    done = process("push", migrated, "--script", env={"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    assert done.returncode == ExitCode.DONE
    compile(done.stdout, "create_blocks.py", "exec")
    assert '("pushed-api-token", "PUSHED_API_TOKEN", True)' in done.stdout
    assert VALUE not in done.stdout


def test_terraform_is_printed_without_a_server_and_without_a_value(process: Run, migrated: Path) -> None:
    done = process("push", migrated, "--terraform", env={"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    assert done.returncode == ExitCode.DONE
    assert 'resource "prefect_block" "pushed_api_token" {' in done.stdout
    assert VALUE not in done.stdout
