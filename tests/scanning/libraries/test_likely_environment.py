"""What may be the environment without a proof: its reads and writes are sites, and none of them is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Site, SiteKind
from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]


def sites(text: str) -> list[Site]:
    scanned = scan_python("a.py", f"import os\n{text}\n".encode())
    assert isinstance(scanned, PythonFile)
    return [s for s in scanned.sites if s.form != "whole environ"]


@pytest.mark.parametrize(
    "text",
    [
        "def f(env=os.environ): return env['A']",
        "def f(*, env=os.environ): return env.get('A', 'x')",
        "def f(env=None):\n    env = os.environ if env is None else env\n    return env['A']",
        "def f(env=None):\n    env = env or os.environ\n    return env.get('A')",
        "def f(env=None):\n    if env is None:\n        env = os.environ\n    return env['A']",
        "def f(env=None):\n    source = os.environ if env is None else env\n    return source['A']",
        "def f(env): return env['A']\nf(os.environ)",
        "def f(x, env): return env['A']\nf(1, env=os.environ)",
        "def g(e): return e['A']\ndef f(env): return g(env)\nf(os.environ)",
        "class C:\n    def __init__(self, env): self.env = env\n    def f(self): return self.env['A']\nC(os.environ)",
        "class C:\n    def __init__(self): self.env = os.environ\n    def f(self): return self.env['A']",
        "class C:\n    env = os.environ\nx = C.env['A']",
        "class C:\n    def g(self, env): return env['A']\n    def f(self): return self.g(os.environ)",
        "from typing import cast\nenv = cast(dict, os.environ)\nx = env['A']",
        "x = os.environ.__getitem__('A')",
        "try:\n    from os import environ\nexcept ImportError:\n    environ = {}\nx = environ['A']",
        "try:\n    from os import getenv\nexcept ImportError:\n    getenv = None\nx = getenv('A')",
        "from os import *\nx = environ['A']",
        "from os import *\nx = getenv('A', 'x')",
    ],
)
def test_a_read_of_what_may_be_the_environment_is_a_site_that_stays(text: str) -> None:
    (site,) = sites(text)
    assert (site.kind, site.name, site.load, site.load_or_raise) == (SiteKind.ENV_READ, "A", None, None)
    assert "may be another mapping" in site.obstacle


@pytest.mark.parametrize(
    "text",
    [
        "def f(env): return env['A']",
        "def f(env): return env['A']\ndef g(env): return f(env)",
        "def f(env): return env['A']\nf({**config})",
        "def f(os): return os.environ['A']",
        "env = {'B': os.environ}\nx = env['A']",
        "class C:\n    def __init__(self, env): self.env = env\n    def f(self): return self.env['A']",
        "class C:\n    def f(self): return self.env['A']\nclass D:\n    def g(self): self.env = os.environ",
        "class environ:\n    data = {}\nx = environ.data['A']",
        "def getenv(n): return n\nx = getenv('A')",
        "def f(env=None):\n    env = env or {}\n    return env['A']",
    ],
)
def test_another_mapping_is_none(text: str) -> None:
    assert sites(text) == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("def f(env=os.environ): env['A'] = '1'", "environ[]="),
        ("def f(env=os.environ): del env['A']", "del environ[]"),
        ("def f(env=os.environ): env.setdefault('A', '1')", "environ.setdefault()"),
        ("def f(env=os.environ): return 'A' in env", "in environ"),
    ],
)
def test_its_changes_are_writes(text: str, form: str) -> None:
    assert [(s.kind, s.name, s.form) for s in sites(text)] == [(SiteKind.ENV_WRITE, "A", form)]


def test_a_function_that_reads_what_it_is_given_is_a_wrapper_too() -> None:
    text = "def env(n, source=None):\n    return (source or os.environ).get(n)\nx = env('A')"
    assert [(s.name, s.form) for s in sites(text)] == [("", "environ.get"), ("A", "wrapper env()")]


@pytest.mark.parametrize(
    "use",
    [
        "from lib.config import env\ndef work(): return env['A']\n",
        "from lib import config\ndef work(): return config.env['A']\n",
        "from lib.config import read\ndef work(): return read('A')\n",
        "from lib.config import environ as e\ndef work(): return e['A']\n",
    ],
)
def test_it_is_found_through_imports(make_repository: MakeRepository, use: str) -> None:
    config = "import os\nfrom os import environ\nenv = os.environ\nread = os.getenv\n"
    root = make_repository({"lib/__init__.py": "", "lib/config.py": config, "jobs.py": use})
    assert [s.name for s in scan_repository(root).sites if s.path == "jobs.py"] == ["A"]


def test_another_files_object_of_the_name_is_none(make_repository: MakeRepository) -> None:
    use = "from other import env\ndef work(): return env['A']\n"
    root = make_repository({"lib.py": "import os\nenv = os.environ\n", "other.py": "env = {}\n", "jobs.py": use})
    assert [s for s in scan_repository(root).sites if s.path == "jobs.py"] == []
