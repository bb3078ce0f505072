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
