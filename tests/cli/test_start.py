"""What envlift loads before it works: little, and nothing that takes a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import json, runpy, sys
sys.argv = ["envlift", *sys.argv[1:]]
try:
    runpy.run_module("envlift", run_name="__main__", alter_sys=True)
except SystemExit:
    pass
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
HEAVY = {"prefect", "libcst", "questionary", "prompt_toolkit"}


def loaded(*arguments: str) -> set[str]:
    """The top-level modules that a run of envlift has imported at its end."""
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    command = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["scan"], ["plan"], ["plan", "--format", "json"], ["--help"], ["apply", "--help"]]
)
def test_what_reads_only_loads_nothing_heavy(sample_repos: Path, arguments: list[str]) -> None:
    path = [] if "--help" in arguments else [str(sample_repos / "async_ingester")]
    assert loaded(*arguments, *path) & HEAVY == set()


def test_the_version_needs_neither_the_parser_nor_the_screen() -> None:
    assert loaded("--version") & {*HEAVY, "cyclopts", "rich", "yaml"} == set()
