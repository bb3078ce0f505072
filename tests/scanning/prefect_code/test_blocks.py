"""Prefect blocks that code loads already, and the reads that only stand in for them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Site, Standing
from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

HEAD = "import os\nfrom prefect.blocks.system import Secret\nfrom prefect.variables import Variable\n"


def scan(text: str) -> PythonFile:
    scanned = scan_python("a.py", (HEAD + textwrap.dedent(text)).encode())
    assert isinstance(scanned, PythonFile)
    return scanned


def read_of_a(text: str) -> Site:
    (site,) = [s for s in scan(text).sites if s.name == "A"]
    return site


@pytest.mark.parametrize(
    ("text", "block", "name"),
    [
        ("x = Secret.load('a-b').get()", "Secret", "a-b"),
        ("async def f(): return (await Secret.aload('a')).get()", "Secret", "a"),
        ("x = Secret.load(name='a', _sync=True)", "Secret", "a"),
        ("x = Variable.get('a', default='b')", "Variable", "a"),
        ("x = Secret.load(NAME)", "Secret", ""),
        ("def f(n): return n\nx = f('b')\ny = Secret.load('a')", "Secret", "a"),
        ("NAME = 'a'\nx = Secret.load(NAME)", "Secret", "a"),
        ("from prefect_aws import AwsCredentials\nx = AwsCredentials.load('a')", "AwsCredentials", "a"),
        ("from prefect.blocks.notifications import SlackWebhook\nx = SlackWebhook.load('a')", "SlackWebhook", "a"),
    ],
)
def test_a_block_load_is_a_fact(text: str, block: str, name: str) -> None:
    assert [(b.block, b.name) for b in scan(text).block_loads] == [(block, name)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def secret(n): return Secret.load(n).get()\nx = secret('a')", ["", "a"]),
        ("def secret(n, p='app'): return Secret.load(f'{p}-{n}').get()\nx = secret('a')", ["", "app-a"]),
        ("def secret(n): return Secret.load(n.lower().replace('_', '-')).get()\nx = secret('A_B')", ["", "a-b"]),
        ("async def secret(n): return (await Secret.aload(n)).get()\nasync def f(): await secret('a')", ["", "a"]),
        ("class C:\n    def secret(self, n): return Secret.load(n).get()\nx = C().secret('a')", ["", "a"]),
        ("def secret(n): return Secret.load(n).get()\nx = secret(name())", ["", ""]),
        ("def secret(n): return n\nx = secret('a')", []),
        ("def secret(n): return Secret.load('fixed').get()\nx = secret('a')", ["fixed"]),
    ],
)
def test_a_function_over_a_block_load_names_the_block_where_it_is_called(text: str, names: list[str]) -> None:
    assert sorted(b.name for b in scan(text).block_loads) == names


def test_such_a_function_is_found_through_imports(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "vault.py": "from prefect.blocks.system import Secret\ndef secret(n): return Secret.load(n).get()\n",
            "jobs.py": "from vault import secret\ndef work(): return secret('a')\n",
            "more.py": "from elsewhere import secret\ndef work(): return secret('b')\n",
        }
    )
    assert [(b.path, b.name) for b in scan_repository(root).block_loads] == [("jobs.py", "a"), ("vault.py", "")]


@pytest.mark.parametrize(
    "text",
    [
        "import json\nx = json.load('a')",
        "from app import Secret\nx = Secret.load('a')",
        "from prefect import get_client\nx = get_client().get('a')",
        "x = Secret(value='a').save('a')",
        "import prefect.settings\nx = prefect.settings.Settings.load('a')",
    ],
)
def test_other_calls_load_no_block(text: str) -> None:
    assert scan(text).block_loads == ()


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    return Secret.load('a').get()\nexcept ValueError:\n    return os.environ['A']",
        "try:\n    x = Secret.load('a').get()\nexcept Exception:\n    x = os.getenv('A')\nreturn x",
        "try:\n    return Secret.load('a').get()\nexcept ValueError:\n    pass\nreturn os.getenv('A')",
        "return Secret.load('a', validate=False) or os.getenv('A')",
        "if PROD:\n    try:\n        return Secret.load('a').get()\n    except ValueError: ...\nreturn os.getenv('A')",
        "try:\n    x = Secret.load('a').get()\nexcept ValueError: ...\nif not x:\n    x = os.getenv('A')",
        "try:\n    return Variable.get('a')\nexcept ValueError:\n    return os.getenv('A')",
    ],
)
def test_a_read_behind_a_block_is_migrated(body: str) -> None:
    site = read_of_a("def f():\n" + textwrap.indent(body, "    "))
    assert (site.standing, site.load) == (Standing.MIGRATED, None)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    x = Secret.load('b').get()\n    return x, os.environ['A']",
        "def f():\n    return Secret.load('b').get()\ndef g():\n    return os.environ['A']",
        "def f():\n    try:\n        return Secret.load('b').get(), os.environ['A']\n    except KeyError: raise",
        "def f():\n    if REMOTE:\n        print(Secret.load('b'))\n    return os.environ['A']",
        "def f():\n    return os.getenv('A') or 'x'",
        "def f():\n    try:\n        return os.environ['A']\n    except KeyError:\n        return Secret.load('a')",
        "def f():\n    return os.getenv('A') or Secret.load('a').get()",
        "def f():\n    return Secret.load('a').get() if REMOTE else os.environ['A']",
        "def f():\n    if REMOTE:\n        return Secret.load('a').get()\n    return os.environ['A']",
        "def f():\n    try: x = Secret.load('a')\n    except ValueError: ...\n    if not y: return os.getenv('A')",
    ],
)
def test_a_read_that_comes_first_or_has_nothing_to_do_with_the_block_is_open(text: str) -> None:
    assert read_of_a(text).standing is Standing.OPEN
