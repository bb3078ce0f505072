"""Programs that code starts: what of the environment they get, and what shell text names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import SiteKind
from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
HEAD = "import os, subprocess\nfrom prefect_shell import ShellOperation\n"


def scan(text: str) -> PythonFile:
    scanned = scan_python("a.py", (HEAD + text).encode())
    assert isinstance(scanned, PythonFile)
    return scanned


@pytest.mark.parametrize(
    ("call", "inherits", "names"),
    [
        ("subprocess.run(['x'])", True, ()),
        ("subprocess.run(['x'], env=None)", True, ()),
        ("subprocess.run(['x'], env={**os.environ, 'A': '1'})", True, ("A",)),
        ("subprocess.run(['x'], env={'A': '1', 'B': '2'})", False, ("A", "B")),
        ("env = {'A': '1'}\nsubprocess.Popen(['x'], env=env)", False, ("A",)),
        ("env = os.environ.copy()\nsubprocess.run(['x'], env=env)", True, ()),
        ("subprocess.run(['x'], env=make())", True, ()),
        ("os.system('x')", True, ()),
        ("ShellOperation(commands=['x'], env={'A': '1'})", True, ("A",)),
    ],
)
def test_what_a_child_gets(call: str, inherits: bool, names: tuple[str, ...]) -> None:
    (child,) = scan(call).children
    assert (child.inherits, child.names) == (inherits, names)


@pytest.mark.parametrize(
    ("call", "programs"),
    [
        ("subprocess.run(['dbt', 'run'])", ("dbt",)),
        ("subprocess.run(['sh', 'bin/load.sh', 'dbt'])", ("bin/load.sh",)),
        ("subprocess.run([sys.executable, '-m', 'dbt.cli.main', 'run'])", ("dbt.cli.main",)),
        ("subprocess.run([sys.executable, str(ROOT / 'tools' / 'load.py'), '--dir', 'dbt'])", ("tools/load.py",)),
        ("subprocess.run(args=['uv', 'run', 'dbt', 'build'])", ("dbt",)),
        ("subprocess.run('cd models && A=1 dbt run; make load', shell=True)", ("cd", "dbt", "make")),
        ("ShellOperation(commands=['bash -e bin/load.sh', 'dbt run'])", ("bin/load.sh", "dbt")),
        ("os.system(f'dbt {command}')", ("dbt",)),
        ("subprocess.run(command)", ()),
        ("subprocess.run([TOOL, 'run'])", ()),
    ],
)
def test_what_a_command_starts(call: str, programs: tuple[str, ...]) -> None:
    (child,) = scan("import sys\n" + call).children
    assert child.programs == programs


@pytest.mark.parametrize("call", ["subprocess.list2cmdline(['x'])", "runner.run(['x'])", "os.path.join('x')"])
def test_other_calls_start_nothing(call: str) -> None:
    assert scan(call).children == ()


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("ShellOperation(commands=['curl -H $TOKEN', 'echo ${OTHER:-x}'])", ["OTHER", "TOKEN"]),
        ("subprocess.run('psql $DSN', shell=True)", ["DSN"]),
        ("os.system(f'load {x} $TOKEN')", ["TOKEN"]),
        ("subprocess.run(['psql', '$DSN'])", []),
        ("os.system('echo \\\\$TOKEN $$ $1')", []),
        ("print('psql $DSN')", []),
    ],
)
def test_what_a_shell_reads(call: str, names: list[str]) -> None:
    assert [s.name for s in scan(call).silent if s.form == "shell command"] == names


def test_a_shell_reads_only_what_the_repository_names(make_repository: MakeRepository) -> None:
    flow = "import os\nfrom prefect import flow\n\n@flow\ndef etl():\n    os.system('load $TOKEN $LOOP')\n"
    root = make_repository({"etl.py": flow, ".env": "TOKEN=x\n"})
    inventory = scan_repository(root)
    assert [s.name for s in inventory.sites if s.kind is SiteKind.ENV_READ] == ["TOKEN"]
    assert [(c.path, c.form) for c in inventory.children] == [("etl.py", "os.system")]


@pytest.mark.parametrize(
    ("command", "programs"),
    [
        ("[sys.executable, 'jobs/load.py']", ("jobs/load.py",)),
        ("[sys.executable, str(ROOT / 'jobs' / 'load.py')]", ("jobs/load.py",)),
        ("[sys.executable, os.path.join(HERE, 'jobs', 'load.py'), '--all']", ("jobs/load.py",)),
        ("['echo', 'jobs/load.py']", ()),
    ],
)
def test_the_python_files_that_a_command_starts(command: str, programs: tuple[str, ...]) -> None:
    assert scan(f"import sys\ncommand = {command}\nsubprocess.run(command)").programs == programs
