"""A scan from the command line runs nothing of the repository, opens no socket and starts nothing but git."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

MakeRepository = Callable[[Mapping[str, str]], Path]

TRACE = "import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\n"
# What Python, its tools and envlift import by these names, were the repository on the search path.
NAMES = (
    "conftest.py", "setup.py", "sitecustomize.py", "usercustomize.py", "json.py", "ast.py", "yaml.py", "rich.py",
    "cyclopts.py", "libcst.py", "dotenv/__init__.py", "prefect/__init__.py", "envlift_codemods/__init__.py",
    "flows/etl.py", "src/shop/__init__.py",
)  # fmt: skip
FLOW = """
import os
import prefect
from dotenv import load_dotenv
load_dotenv()
TOKEN = os.environ["TOKEN"]
@prefect.flow
def etl(): ...
etl.serve("now")
"""
HOOK = """
import sys
ROOT = sys.argv[1]
def audit(event, arguments):
    if event.startswith(("socket.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "ctypes.dlopen")):
        sys.stderr.write(f"{event} {arguments!r:.200}\\n")
    if event == "subprocess.Popen" and not str(arguments[0]).endswith("git"):
        sys.stderr.write(f"{event} {arguments!r:.200}\\n")
    if event == "exec" and str(arguments[0].co_filename).startswith((ROOT, "<unknown>")):
        sys.stderr.write(f"{event} {arguments!r:.200}\\n")
    if event == "import" and arguments[1] and str(arguments[1]).startswith(ROOT):
        sys.stderr.write(f"{event} {arguments!r:.200}\\n")
sys.addaudithook(audit)
sys.argv = ["envlift", *sys.argv[2:]]
from envlift.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def tree(make_repository: MakeRepository) -> Path:
    return make_repository(dict.fromkeys(NAMES, TRACE) | {"flows/etl.py": TRACE + FLOW, ".env": "TOKEN=x\n"})


def traces(tree: Path) -> list[str]:
    return sorted(path.name for path in tree.rglob("*.ran"))


@pytest.mark.parametrize("command", ["scan", "plan"])
def test_nothing_runs_and_nothing_is_opened(tree: Path, command: str) -> None:
    arguments = [sys.executable, "-c", textwrap.dedent(HOOK), str(tree), command, str(tree), "--format", "json"]
    run = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=tree.parent, timeout=120)
    assert run.stderr == ""
    assert {s["name"] for s in json.loads(run.stdout)["sites"]} >= {"TOKEN"}
    assert traces(tree) == []


def test_python_m_in_the_repository_itself_imports_nothing_of_it(tree: Path) -> None:
    arguments = [sys.executable, "-m", "envlift", "scan", ".", "--format", "json"]
    run = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=tree, timeout=120)
    assert {s["name"] for s in json.loads(run.stdout)["sites"]} >= {"TOKEN"}, run.stderr
    # Python itself looks for these two wherever it starts, before any line of envlift.
    assert set(traces(tree)) <= {"sitecustomize.ran", "usercustomize.ran"}
