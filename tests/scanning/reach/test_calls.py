"""The call graph by name: what an import may run, and whose errors a handler may catch."""

from __future__ import annotations

import textwrap

import pytest

from envlift.scanning.reach.calls import CallGraph, call_facts
from envlift_codemods.parsed import ParsedModule


def graph(**files: str) -> CallGraph:
    facts = {f"{name}.py": call_facts(ParsedModule(textwrap.dedent(text).encode())) for name, text in files.items()}
    return CallGraph(facts, lambda dotted: dotted.split(".")[0] in files)


def at_import(**files: str) -> set[str]:
    return {f"{f.path}:{f.name}" for f in graph(**files).at_import(lambda _, __: False)}


READ = "def token():\n    return 1\n"


@pytest.mark.parametrize(
    "use",
    [
        "TOKEN = token()",
        "HEADERS = {'x': token()}",
        "class A:\n    t = token()",
        "def f(t=token()): ...",
        "@wrap(token())\ndef f(): ...",
        "def outer():\n    return token()\nX = outer()",
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    t: str = field(default_factory=token)",
        "if True:\n    token()",
        "names = list(map(token, [1]))",
        "import atexit\natexit.register(token)",
        "@token\ndef f(): ...",
        "@token\nclass A: ...",
        "from functools import partial\nlater = partial(token)\nX = later()",
    ],
)
def test_a_function_that_an_import_runs(use: str) -> None:
    assert "a.py:token" in at_import(a=READ + use)


@pytest.mark.parametrize(
    "use",
    [
        "def later():\n    return token()",
        "class A:\n    def later(self):\n        return token()",
        "import os\nos.token()",
        "names = [token]",
        "def f():\n    @token\n    def g(): ...",
        "def f():\n    return map(token, [1])",
        "from prefect.deployments import Deployment\nDeployment.build_from_flow(flow=token, name='x')",
        "x = other.token",
    ],
)
def test_a_function_that_no_import_runs(use: str) -> None:
    assert "a.py:token" not in at_import(a=READ + use)


def test_making_an_object_runs_its_constructor_and_what_that_calls() -> None:
    text = """
        class Settings:
            def __init__(self):
                self.load()
            def load(self): ...
            def other(self): ...
    """
    assert at_import(a=text, b="from a import Settings\nsettings = Settings()\n") == {
        "a.py:Settings.__init__",
        "a.py:Settings.load",
    }


@pytest.mark.parametrize(
    ("method", "use"),
    [
        ("@property\n    def token(self): ...", "X = a.Settings().token"),
        ("@functools.cached_property\n    def token(self): ...", "X = s.token"),
        ("def __getitem__(self, key): ...", "X = a.Settings()['token']"),
        ("def __enter__(self): ...", "with a.Settings() as s: ..."),
        ("def __str__(self): ...", "X = str(a.Settings())"),
        ("def __call__(self): ...", "s = a.Settings()\nX = s()"),
    ],
)
def test_a_property_or_special_method_runs_without_a_call_of_its_name(method: str, use: str) -> None:
    text = f"import functools\nclass Settings:\n    {method}\n"
    name = method.partition("def ")[2].partition("(")[0]
    assert f"a.py:Settings.{name}" in at_import(a=text, b=f"import a\n{use}\n")
    assert at_import(a=text, b="import a\ndef later():\n    return a.Settings().token\n") == set()


def test_a_mention_of_a_plain_method_runs_nothing() -> None:
    text = "class Settings:\n    def token(self): ...\n"
    assert at_import(a=text, b="import a\nX = s.token\n") == set()


def test_calls_go_through_other_files() -> None:
    assert "a.py:token" in at_import(a=READ, b="import a\nX = a.token()\n")
    assert "a.py:token" not in at_import(a=READ, b="import jwt\nX = jwt.token()\n")


@pytest.mark.parametrize(
    "use",
    [
        "def f():\n    try:\n        token()\n    except KeyError:\n        pass",
        "def f():\n    try:\n        g()\n    except (TypeError, LookupError):\n        pass\ndef g():\n    token()",
        "import contextlib\ndef f():\n    with contextlib.suppress(KeyError):\n        token()",
    ],
)
def test_errors_that_a_handler_further_up_may_catch(use: str) -> None:
    assert "token" in {f.name for f in graph(a=READ + use).guarded()}


@pytest.mark.parametrize(
    "use",
    [
        "def f():\n    try:\n        token()\n    except TypeError:\n        pass",
        "def f():\n    try:\n        pass\n    except KeyError:\n        token()",
        "def f():\n    token()",
    ],
)
def test_errors_that_none_tells_apart(use: str) -> None:
    assert graph(a=READ + use).guarded() == {}
