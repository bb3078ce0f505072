"""An excerpt shows every read that the whole file shows, on the same lines, and is smaller."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from envlift.scanning.excerpts import excerpt
from envlift.scanning.interest import WORDS
from envlift.scanning.python import PythonFile, scan_excerpt, scan_python

ROOT = Path(__file__).resolve().parents[2]
PADDING = "# " + "long enough that leaving something out is worth it " * 50 + "\n"
OURS = sorted(path for folder in ("src", "tests", "sample_repos", "codemods") for path in (ROOT / folder).rglob("*.py"))


BLOCK = PADDING + "if x:\n"


def excerpt_of(text: str) -> str:
    """The excerpt of statements in a block, of which no statement is left out as a whole."""
    block = BLOCK + textwrap.indent(textwrap.dedent(text), "    ")
    return textwrap.dedent(excerpt(block.encode(), WORDS).decode().removeprefix(BLOCK))


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    return os.environ["A"]\n',
        'def f():\n    return f"{os.environ}"\n',
        'def f():\n    with patch.dict("os.environ", {"A": "1"}):\n        pass\n',
        "def f():\n    import sys\n    sys.path.append('lib')\n",
        # of it the header counts
        "@app.get('/')\ndef f(x: int):\n    pass\n",
        # by a name that interesting code binds
        "from os import environ as e\ndef f():\n    return e\n",
        "from os import (\n    path,\n    environ as e,\n)\ndef f():\n    return e\n",
        "env = os.environ\ndef f():\n    return env\n",
        "env = (\n    os.environ\n)\ndef f():\n    return env\n",
        "class C(BaseSettings):\n    pass\ndef f():\n    return C()\n",
        "def get(name):\n    return os.environ[name]\ndef f():\n    return get('A')\n",
        "class C:\n  def get(self, name):\n    return os.environ[name]\n  def f(self):\n    return self.get('A')\n",
        "class C:\n  def __get(n):\n    return os.environ[n]\n  def f(self):\n    return self.__get('A')\n",
        "env = None\ndef set():\n    global env\n    env = os.environ\ndef f():\n    set()\n    return env\n",
        "from prefect import flow\ndef f():\n    return flow(print)\n",
        'def main():\n    os.environ["A"]\ndef f():\n    main()\nif __name__ == "__main__":\n    main()\n',
    ],
)
def test_a_body_stays(text: str) -> None:
    assert excerpt_of(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    a = 1\n    return a\nx = 1\n", "def f(): pass\n\n\nx = 1\n"),
        ("def f():\n    import json\n    return json\n", "def f(): pass\n\n\n"),
        ("def f():\n    global A\n    A = 1\n", "def f(): pass\n\n\n"),
        (
            "class C:\n    def f(self):\n        return 1\n    y = 2\n",
            "class C:\n    def f(): pass\n\n    y = 2\n",
        ),
        (
            'def f(a: str = ":",\n      b=(1)) -> "x:":\n    return 1\n',
            "def f(): pass\n\n\n",
        ),
        (
            "@one\n@two(\n    1)\nasync def f(a: str):\n    return 1\n",
            "@one\n@two(\n    1)\nasync def f(a: str):\n    pass\n",
        ),
        ('def f():\n    """os.environ[name]"""\n    return 1\n', "def f(): pass\n\n\n"),
        ("def f():\n    # os.environ\n    return 1\n", "def f(): pass\n\n\n"),
        (
            'def f():\n    x = """\nx = environ\ndef g():\n"""\n    return x\ny = 1\n',
            "def f(): pass\n\n\n\n\n\ny = 1\n",
        ),
        ("def f():\n    return 1 + \\\n2\ny = 1\n", "def f(): pass\n\n\ny = 1\n"),
        ('K = os.environ["K"]\ndef f():\n    return K\n', 'K = os.environ["K"]\ndef f(): pass\n\n'),
    ],
)
def test_a_body_goes(text: str, expected: str) -> None:
    assert excerpt_of(text) == expected


@pytest.mark.parametrize("text", ["def f(): return 1\n", "if x:\n\tdef f():\n\t\treturn 1\n", "def f():\n    return 1"])
def test_what_cannot_be_told_stays(text: str) -> None:
    assert excerpt_of(text) == text


def test_a_name_inside_of_a_method_is_none_of_the_class() -> None:
    text = """
        class C:
            env = os.environ
            def f(self):
                value = env["A"]
                return value
            def g(self):
                value = env["B"]
                return value
            def h(self):
                value = 1
                return value
    """
    assert "def h(): pass" in excerpt_of(text)
    assert excerpt_of(text).count("return value") == 2


def test_code_before_any_statement_is_trouble_and_no_crash() -> None:
    content = ("    import os\n    os.environ['A']\n" * 80).encode()
    assert scan_excerpt("a.py", content, WORDS) == scan_python("a.py", content)


def left_of(text: str) -> str:
    """What an excerpt leaves of a module, without its empty lines."""
    left = excerpt((PADDING + text).encode(), WORDS).decode()
    assert left.count("\n") == (PADDING + text).count("\n")
    return "".join(f"{line}\n" for line in left.splitlines()[1:] if line)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x\n",
        "@cached\n@other(1)\ndef f():\n    return 1\n",
        "class C(Base):\n    def f(self):\n        return 1\n",
        "async def f():\n    return 1\n",
        "def environment():\n    return 1\n",
        'def f():\n    """Deploy the model, and serve it."""\n',
        'def f():\n    return """\ndef g():\n    """\n',
    ],
)
def test_a_definition_goes_as_a_whole(text: str) -> None:
    assert left_of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    return os.environ["A"]\n',
        '@cached\ndef f():\n    return os.getenv("A")\n',
        "import json\n",
        "print(1)\n",
        "if x:\n    y = 1\n",
        "for x in y:\n    pass\n",
        "os = Mock()\n",
        "NAMES = ('A', 'B')\n",
        "from prefect.deployments import Deployment\ndef f():\n    Deployment.build_from_flow(etl, 'a')\n",
        "e = environ\ndef f():\n    return e['A']\n",
        "from os import environ as e\ndef f():\n    return e['A']\n",
        "from prefect import flow\n@flow\ndef f():\n    pass\n",
        "from prefect import flow as entry\n@entry\ndef f():\n    pass\n",
        "def get(name):\n    return os.environ[name]\ndef f():\n    return get('A')\n",
        "class S(BaseSettings):\n    a: str\nsettings = S()\n",
        "class M(BaseModel):\n    a: str\nclass S(BaseSettings):\n    m: M\n",
        "def f():\n    etl.deploy('a')\n",
        # what a library makes of a plain word reads other variables
        "from dotenv import dotenv_values\nvalues = dotenv_values('production')\ndef f():\n    return values['A']\n",
        "from starlette.config import Config\nconfig = Config('env')\ndef f():\n    return config('A')\n",
    ],
)
def test_what_may_matter_stays(text: str) -> None:
    assert left_of(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("def os():\n    return 1\n", "def os(): pass\n"),  # the name is no module then
        (
            "def f():\n    return 1\nif __name__ == '__main__':\n    f()\n",
            "def f(): pass\nif __name__ == '__main__':\n    f()\n",
        ),
        ('KEY = os.environ["KEY"]\ndef f():\n    return KEY\n', 'KEY = os.environ["KEY"]\n'),
    ],
)
def test_a_name_stays_where_it_counts(text: str, left: str) -> None:
    assert left_of(text) == left


def shown(facts: PythonFile) -> object:
    """All but how a read would be rewritten, which is asked only where a whole file is looked at."""
    sites = [replace(site, load=None, load_or_raise=None, obstacle="") for site in facts.sites]
    return sites, facts.flows, facts.deploy_calls


def test_our_own_sources_show_the_same_in_excerpts() -> None:
    smaller = 0
    for path in OURS:
        content = path.read_bytes()
        part = excerpt(content, WORDS)
        smaller += len(part) < len(content)
        assert part.count(b"\n") == content.count(b"\n"), path
        ast.parse(part)
        whole, looked = scan_python("a.py", content), scan_excerpt("a.py", content, WORDS)
        assert isinstance(whole, PythonFile)
        assert isinstance(looked, PythonFile)
        assert shown(looked) == shown(whole), path
        assert not any(site.load or site.load_or_raise for site in looked.sites), path
    assert smaller > len(OURS) // 2


def test_a_file_that_is_broken_where_it_counts_is_trouble() -> None:
    content = (PADDING + "import os\ndef f():\n    return os.environ[\n").encode()
    assert scan_excerpt("a.py", content, WORDS) == scan_python("a.py", content)


@pytest.mark.parametrize(
    "text",
    [
        "async def handler():\n    return 1\n",
        "@app.get('/')\nasync def handler():\n    return 1\n",
        "class A:\n    async def handler(self):\n        return 1\n",
        "def main():\n    import asyncio\n    asyncio.run(1)\n",
    ],
)
def test_an_event_loop_is_told_though_its_code_is_left_out(text: str) -> None:
    content = (PADDING + text).encode()
    found = scan_excerpt("a.py", content, WORDS)
    assert isinstance(found, PythonFile)
    assert found.is_asynchronous


def test_a_file_without_coroutines_has_no_event_loop() -> None:
    found = scan_excerpt("a.py", (PADDING + "def handler():\n    return 'synchronous'\n").encode(), WORDS)
    assert isinstance(found, PythonFile)
    assert not found.is_asynchronous
