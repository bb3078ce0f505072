"""The program that creates Secret blocks: it holds names only, and on a real server it does what a push does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from envlift.actions import SaveSecret
from envlift.plan import ValueSource
from envlift.proving.loopback import LoopbackServer
from envlift.rendering.block_script import block_script

SOURCE = ValueSource(".env", "X")


def blocks_in(script: str) -> object:
    tree = ast.parse(script)
    (rows,) = (s.value for s in tree.body if isinstance(s, ast.Assign) and ast.unparse(s.targets[0]) == "BLOCKS")
    return ast.literal_eval(rows)


def test_each_block_stands_there_once_with_its_variable() -> None:
    actions = [
        SaveSecret("TOKEN", "shop-token", SOURCE, for_get=True),
        SaveSecret("API_TOKEN", "shop-token", SOURCE, for_get=False),
        SaveSecret("DSN", "dsn", None, for_get=False),
        SaveSecret("NOWHERE", "", None, for_get=True),
    ]
    assert blocks_in(block_script(actions)) == [("dsn", "DSN", False), ("shop-token", "API_TOKEN", True)]


def test_a_name_is_no_code_whatever_stands_in_it() -> None:
    odd = 'A", print("run"), "\\'
    script = block_script([SaveSecret(odd, "odd", SOURCE, for_get=True)])
    assert blocks_in(script) == [("odd", odd, True)]


def test_a_plan_without_secrets_makes_a_program_that_does_nothing() -> None:
    assert blocks_in(block_script([])) == []


@pytest.mark.server
def test_on_a_server_the_blocks_give_their_readers_the_values(prefect_api: LoopbackServer, tmp_path: Path) -> None:
    from prefect.blocks.system import Secret

    program = tmp_path / "create_blocks.py"
    actions = [
        SaveSecret("PIN", "script-pin", SOURCE, for_get=True),
        SaveSecret("CODE", "script-code", SOURCE, for_get=False),
        SaveSecret("LACKING", "script-lacking", SOURCE, for_get=True),
    ]
    program.write_text(block_script(actions))

    def run(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
        environment = {**prefect_api.environment(), **values}
        command = [sys.executable, str(program), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    first = run(PIN="007", CODE="482913")
    assert first.returncode == 1
    assert "LACKING" in first.stderr
    assert "482913" not in first.stdout + first.stderr
    assert Secret.load("script-pin").get() == "007"  # type: ignore[union-attr]
    assert Secret.load("script-code").value.get_secret_value() == "482913"  # type: ignore[union-attr]
    again = run(PIN="1234", CODE="482913", LACKING="x")
    assert (again.returncode, "script-pin is there already: kept" in again.stdout) == (0, True)
    assert Secret.load("script-pin").get() == "007"  # type: ignore[union-attr]
    assert run("--overwrite", PIN="1234", CODE="1", LACKING="x").returncode == 0
    assert Secret.load("script-pin").get() == "1234"  # type: ignore[union-attr]
