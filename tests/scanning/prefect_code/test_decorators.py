"""Flows and tasks behind the repository's own decorators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
HEAD = "import functools\nfrom prefect import flow, task\n"


def flows(text: str) -> list[str]:
    scanned = scan_python("a.py", (HEAD + text).encode())
    assert isinstance(scanned, PythonFile)
    return [f.function for f in scanned.flows if f.function == "job"]


PLAIN = "def app_flow(fn):\n    return flow(fn)\n"
WITH_OPTIONS = "def app_flow(**options):\n    def apply(fn):\n        return flow(**options)(fn)\n    return apply\n"
AROUND = "def app_flow(fn):\n    @flow(name='x')\n    def inner(*a):\n        return fn(*a)\n    return inner\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + "@app_flow\ndef job(): ...\n",
        WITH_OPTIONS + "@app_flow(retries=2)\ndef job(): ...\n",
        AROUND + "@app_flow\ndef job(): ...\n",
        "app_flow = functools.partial(flow, retries=2)\n@app_flow\ndef job(): ...\n",
        "app_flow = functools.partial(flow, retries=2)\n@app_flow(name='x')\ndef job(): ...\n",
        "app_flow = flow(retries=2)\n@app_flow\nasync def job(): ...\n",
    ],
)
def test_a_function_behind_an_own_decorator_is_a_flow(text: str) -> None:
    assert flows(text) == ["job"]


@pytest.mark.parametrize(
    "text",
    [
        "def log(fn): return fn\n@log\ndef job(): ...\n",
        "def start(fn):\n    nightly()\n    return fn\n@flow\ndef nightly(): ...\n@start\ndef job(): ...\n",
        "def app_task(fn):\n    return task(fn)\n@app_task\ndef job(): ...\n",
        PLAIN + "def job(): ...\n",
        "app_task = functools.partial(task, retries=2)\n@app_task\ndef job(): ...\n",
    ],
)
def test_other_decorators_make_no_flow(text: str) -> None:
    assert flows(text) == []


def test_a_decorator_of_another_file_is_followed(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "lib/__init__.py": "from .decorators import app_flow\n",
            "lib/decorators.py": HEAD + WITH_OPTIONS,
            "etl.py": "from lib import app_flow\n\n@app_flow(retries=1)\ndef etl(): ...\n",
            "web.py": "from elsewhere import app_flow\n\n@app_flow\ndef page(): ...\n",
        }
    )
    assert [f.entrypoint for f in scan_repository(root).flows] == ["etl.py:etl"]


@pytest.mark.parametrize(
    ("definition", "decorated"),
    [
        ("def app_task(fn):\n    return task(fn)\n", True),
        ("def app_task(fn):\n    @task\n    def t(): fn()\n    return t\n", False),
    ],
)
def test_only_prefects_own_task_runs_apart(definition: str, decorated: bool) -> None:
    text = f"import os\n{HEAD}{definition}@app_task\ndef job(): return os.environ['A']\n"
    scanned = scan_python("a.py", text.encode())
    assert isinstance(scanned, PythonFile)
    assert [s.decorated for s in scanned.sites] == [decorated]


def test_a_test_of_the_decorator_is_no_flow_that_reaches_files(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "decorators.py": "from prefect import flow\n" + PLAIN,
            "jobs.py": "from decorators import app_flow\n@app_flow\ndef job(): ...\njob.serve(name='nightly')\n",
            "tests/test_decorators.py": (
                "import os\nfrom decorators import app_flow\nos.environ['DEPOT'] = 'x'\n@app_flow\ndef inner(): ...\n"
            ),
        }
    )

    inventory = scan_repository(root)

    assert [flow.entrypoint for flow in inventory.flows] == ["jobs.py:job"]
    assert "tests/test_decorators.py" not in inventory.reach
