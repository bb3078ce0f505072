"""The repository's own functions around environment reads: their call sites are sites, in whichever file they stand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Site, SiteKind, Standing
from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository
from envlift_codemods.missing_values import Handling
from envlift_codemods.parsed import Place
from envlift_codemods.read_idioms import Missing

MakeRepository = Callable[[Mapping[str, str]], Path]


def reads(text: str) -> list[Site]:
    scanned = scan_python("a.py", textwrap.dedent(text).encode())
    assert isinstance(scanned, PythonFile)
    return [s for s in scanned.sites if s.kind is SiteKind.ENV_READ]


def called(text: str) -> list[str]:
    """The names that calls of wrappers read, in order."""
    return [s.name for s in reads("import os\n" + textwrap.dedent(text)) if s.form.startswith("wrapper ")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def env(n, d=None): return os.environ.get(n, d)\nx = env('A')\ny = env('B', 'z')\n", ["A", "B"]),
        ("def env(n): return os.environ[n]\nx = env(n='A')\n", ["A"]),
        ("def env(n): return os.environ[n]\nK = 'A'\nx = env(K)\n", ["A"]),
        ("P = 'APP'\ndef env(n): return os.getenv(f'{P}_{n}')\nx = env('A')\n", ["APP_A"]),
        ("def env(n): return os.getenv('APP_' + n.upper())\nx = env('a')\n", ["APP_A"]),
        ("def env(n): return os.getenv(n.upper().replace('-', '_'))\nx = env('a-b')\n", ["A_B"]),
        ("def env(n):\n    key = f'APP_{n}'\n    return os.getenv(key)\nx = env('A')\n", ["APP_A"]),
        ("def env(n):\n    n = n.upper()\n    return os.getenv(n)\nx = env('a')\n", ["A"]),
        ("def env(p, n): return os.getenv(f'{p}_{n}')\nx = env('A', 'B')\ny = env(n='D', p='C')\n", ["A_B", "C_D"]),
        ("def env(n, p='APP_'): return os.getenv(p + n)\nx = env('A')\n", ["APP_A"]),
        ("def env(n): return os.getenv(n) or os.getenv(n + '_FILE')\nx = env('A')\n", ["A", "A_FILE"]),
        ("def env(n): return os.getenv(n)\ndef number(n): return int(env(n))\nx = number('A')\n", ["A"]),
        ("def env(n): return os.getenv(n)\ndef app(n): return env('APP_' + n)\nx = app('A')\n", ["APP_A"]),
        (
            "def first(*names):\n    for n in names:\n"
            "        if os.getenv(n): return n\nx = first('A', 'B')\n",
            ["A", "B"],
        ),
        ("def need(names): return [os.environ[n] for n in names]\nx = need(['A', 'B'])\n", ["A", "B"]),
        ("async def env(n): return os.getenv(n)\nasync def f(): return await env('A')\n", ["A"]),
        ("def outer():\n    def env(n): return os.getenv(n)\n    return env('A')\n", ["A"]),
        ("class C:\n    def env(self, n): return os.getenv(n)\n    def url(self): return self.env('A')\n", ["A"]),
        ("class C:\n    @staticmethod\n    def env(n): return os.getenv(n)\nx = C.env('A')\n", ["A"]),
        ("class C:\n    @classmethod\n    def env(cls, n): return os.getenv(n)\nx = C.env('A')\n", ["A"]),
        (
            "class C:\n    P = 'APP_'\n"
            "    def env(self, n): return os.getenv(self.P + n)\nc = C()\nx = c.env('A')\n",
            ["APP_A"],
        ),
        ("class C:\n    def env(self, n): return os.getenv(n)\nx = C().env('A')\n", ["A"]),
        ("class C:\n    def env(self, n): return os.getenv(n)\ndef f(c: C): return c.env('A')\n", ["A"]),
        (
            "class C:\n    def env(self, n): return os.getenv(n)\n"
            "class D(C):\n    def f(self): return self.env('A')\n",
            ["A"],
        ),
        ("env = lambda n, d=None: os.getenv(n, d)\nx = env('A')\n", ["A"]),
        ("env = lambda n: os.environ[f'APP_{n}']\nx = env('A')\n", ["APP_A"]),
        ("env = lambda n: os.environ[n]\ndef app(n): return env('APP_' + n)\nx = app('A')\n", ["APP_A"]),
        ("from functools import partial\nenv = partial(os.getenv, default='x')\nx = env('A')\n", ["A"]),
        ("class C:\n    def __getitem__(self, n): return os.environ[n]\nc = C()\nx = c['A']\n", ["A"]),
        ("class C:\n    def __call__(self, n): return os.environ[n]\nc = C()\nx = c('A')\n", ["A"]),
        ("class C:\n    def __getattr__(self, n): return os.environ[n.upper()]\nc = C()\nx = c.a\n", ["A"]),
        ("class N:\n    A = 'AAA'\ndef env(n): return os.getenv(n)\nx = env(N.A)\n", ["AAA"]),
        ("def env(n): return os.getenv('%s_%s' % ('APP', n))\nx = env('A')\n", ["APP_A"]),
        ("def env(n): return os.getenv('{}_{}'.format('APP', n))\nx = env('A')\n", ["APP_A"]),
        ("def env(n): return os.getenv('_'.join(['APP', n]))\nx = env('A')\n", ["APP_A"]),
    ],
)  # fmt: skip
def test_the_callers_name_the_variable(text: str, names: list[str]) -> None:
    assert called(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "def env(n): return {}.get(n)\nx = env('A')\n",
        "def env(n): return os.getenv('FIXED')\nx = env('A')\n",
        "def env(n): return os.getenv(n)\ndef f(env): return env('A')\n",
        "from elsewhere import env\nx = env('A')\n",
        "def env(n): return os.getenv(n)\nenv = print\nx = env('A')\n",
        "class C:\n    def env(self, n): return os.getenv(n)\nx = other.env('A')\n",
        "def env(n): return os.getenv(n)\nx = env\n",
        "def env(n): os.environ[n] = '1'\nenv('A')\n",
        "x = (lambda n: os.environ[n])('A')\n",
        "env = lambda n: {}[n]\nx = env('A')\n",
        "env = lambda n: os.environ[n]\nenv = print\nx = env('A')\n",
        "from functools import partial\nenv = partial(print, os.getenv)\nx = env('A')\n",
        "class C:\n    def __getitem__(self, n): return os.environ[n]\nc = D()\nx = c['A']\n",
        "class C:\n    def __getitem__(self, n): return os.environ[n]\nc = C()\nc['A'] = 1\n",
        "class C:\n    def __getattr__(self, n): return os.environ[n]\nc = C()\nc.save()\n",
    ],
)
def test_what_is_no_wrapper_stays_untouched(text: str) -> None:
    assert called(text) == []


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("os.environ[f'{stage}_TOKEN']", False),
        ("os.environ[stage]", False),
        ("env(f'{stage}_TOKEN')", True),
        ("env(stage)", True),
    ],
)
def test_what_a_flow_is_told_stands_in_no_code(body: str, called: bool) -> None:
    """Whoever starts a run names it: the read is told as computed, though it looks like that of a wrapper."""
    head = "import os\nfrom prefect import flow, task\ndef env(n): return os.environ[n]\n"
    function = f"def etl(stage):\n    return {body}\n"
    (found,) = (s for s in reads(f"{head}@flow\n{function}") if s.span.line == 6)
    assert (found.name, found.standing) == ("", Standing.OPEN)
    plain = [s.standing for s in reads(head + function) if s.span.line == 5]
    assert plain == ([] if called else [Standing.WRAPPER_BODY])
    subflow = reads(f"{head}@flow\n{function}@flow\ndef above():\n    etl('A')\n")
    assert [s.name for s in subflow if s.span.line == 9] == ["A_TOKEN" if "_TOKEN" in body else "A"]


@pytest.mark.parametrize("argument", ["name", "*names", "**{'n': 'A'}", "f()"])
def test_a_computed_name_is_told_without_a_guess(argument: str) -> None:
    assert set(called(f"def env(n): return os.getenv(n)\nx = env({argument})\n")) <= {""}


@pytest.mark.parametrize(
    ("wrapper", "call", "missing", "value"),
    [
        ("def env(n, d=None): return os.getenv(n, d)", "env('A')", Missing.NONE, None),
        ("def env(n, d=None): return os.getenv(n, d)", "env('A', 'x')", Missing.DEFAULT, "x"),
        ("def env(n, d=None): return os.getenv(n, d)", "env('A', d=5)", Missing.DEFAULT, "5"),
        ("def env(n, d=None): return os.getenv(n, d)", "env('A', None)", Missing.NONE, None),
        ("def env(n, d='x'): return os.getenv(n, d)", "env('A')", Missing.DEFAULT, "x"),
        ("def env(n): return os.getenv(n, 'x')", "env('A')", Missing.DEFAULT, "x"),
        ("def env(n): return os.environ[n]", "env('A')", Missing.RAISES, None),
        ("from functools import partial\nenv = partial(os.getenv, default='x')", "env('A')", Missing.DEFAULT, "x"),
        ("env = lambda n, d='x': os.getenv(n, d)", "env('A')", Missing.DEFAULT, "x"),
        (
            "def env(n):\n    v = os.getenv(n)\n    if v is None: raise KeyError(n)\n"
            "    return v",
            "env('A')", Missing.RAISES, None,
        ),
        (
            "def env(n, default=None):\n    v = os.getenv(n)\n"
            "    if v is None:\n        if default is None: raise KeyError(n)\n"
            "        return default\n    return v",
            "env('A', 'x')", Missing.DEFAULT, "x",
        ),
        (
            "def env(n, d):\n    try:\n        return int(os.getenv(n, d))\n"
            "    except ValueError:\n        raise SystemExit(n)",
            "env('A', None)", Missing.NONE, None,
        ),
    ],
)  # fmt: skip
def test_the_default_of_a_call(wrapper: str, call: str, missing: Missing, value: str | None) -> None:
    (site,) = [s for s in reads(f"import os\n{wrapper}\nx = {call}\n") if s.form.startswith("wrapper ")]
    assert site.missing is missing
    assert (site.value.reveal() if site.value else None) == value


def test_a_call_site_knows_its_surroundings_as_a_plain_read_does() -> None:
    text = """
        import os
        def env(n): return os.getenv(n)
        def connect():
            login(password=env("PASSWORD"))
            if not env("SWITCH"):
                return
        PORT = int(env("PORT"))
    """
    found = {s.name: s for s in reads(text) if s.name}
    assert (found["PASSWORD"].receiver, found["PASSWORD"].callee) == ("password", "login")
    assert (found["PASSWORD"].place, found["PORT"].place) == (Place.FUNCTION, Place.MODULE)
    assert found["SWITCH"].handling is Handling.BRANCH
    assert (found["PORT"].wrapper, found["PORT"].receiver) == ("int", "PORT")
    assert {s.load for s in found.values()} == {None}
    assert {s.obstacle for s in found.values()} == {"read through the wrapper env()"}


def test_the_wrappers_own_read_is_explained() -> None:
    own, call = reads("import os\ndef env(n): return os.getenv(n)\nx = env('A')\n")
    assert (own.name, own.standing, own.load) == ("", Standing.WRAPPER_BODY, None)
    assert "env()" in own.obstacle
    assert call.standing is Standing.OPEN


def test_a_plain_read_in_the_same_function_is_none_of_the_wrapper() -> None:
    found = reads("import os\ndef env(n): return os.getenv(n) or os.environ['FALLBACK']\nx = env('A')\n")
    assert [(s.name, s.standing) for s in found if s.form == "environ[]"] == [("FALLBACK", Standing.OPEN)]


FLOW = "from prefect import flow\nfrom app.jobs import work\n\n@flow\ndef etl(): work()\n"


@pytest.mark.parametrize(
    ("definition", "use"),
    [
        ("def env(n): return os.getenv(n)", "from app.config import env\ndef work(): return env('A')\n"),
        ("def env(n): return os.getenv(n)", "from app import config\ndef work(): return config.env('A')\n"),
        ("def env(n): return os.getenv(n)", "from . import config\ndef work(): return config.env('A')\n"),
        ("def env(n): return os.getenv(n)", "from .config import env as e\ndef work(): return e('A')\n"),
        ("def env(n): return os.getenv(n)", "import app.config as c\ndef work(): return c.env('A')\n"),
        ("def env(n): return os.getenv(n)", "from .config import *\ndef work(): return env('A')\n"),
        ("def env(n): return os.getenv(n)", "from .again import env\ndef work(): return env('A')\n"),
        ("def env(n): return os.getenv(n)", "from .over import strict\ndef work(): return strict('A')\n"),
        (
            "class C:\n    def env(self, n): return os.getenv(n)\nc = C()",
            "from .config import c\ndef work(): return c.env('A')\n",
        ),
        (
            "class C:\n    def env(self, n): return os.getenv(n)",
            "from .config import C\ndef work(): return C().env('A')\n",
        ),
        (
            "class C:\n    def env(self, n): return os.getenv(n)",
            "from .config import C\nclass D(C):\n    def work(self): return self.env('A')\ndef work(): ...\n",
        ),
    ],
)  # fmt: skip
def test_a_wrapper_is_found_through_imports(make_repository: MakeRepository, definition: str, use: str) -> None:
    root = make_repository(
        {
            "etl.py": FLOW,
            "app/__init__.py": "",
            "app/config.py": f"import os\n{definition}\n",
            "app/again.py": "from .config import env\n",
            "app/over.py": "from .config import env\ndef strict(name): return env(name)\n",
            "app/jobs.py": use,
        }
    )
    found = [s for s in scan_repository(root).sites if s.path == "app/jobs.py"]
    assert [(s.name, s.form.startswith("wrapper ")) for s in found] == [("A", True)]


def test_the_same_name_from_elsewhere_is_no_wrapper(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "etl.py": FLOW,
            "app/config.py": "import os\ndef env(n): return os.getenv(n)\n",
            "app/jobs.py": "from library import env\ndef work(): return env('A')\n",
        }
    )
    assert [s.name for s in scan_repository(root).sites if s.path == "app/jobs.py"] == []


def test_a_wrapper_over_a_block_makes_its_calls_migrated() -> None:
    text = """
        import os
        from prefect.blocks.system import Secret
        def get_secret(name):
            try:
                return Secret.load(name.lower()).get()
            except ValueError:
                return os.environ[name]
        def job():
            return get_secret("TOKEN")
    """
    found = [s for s in reads(text) if s.name == "TOKEN"]
    assert [s.standing for s in found] == [Standing.MIGRATED]
    assert "get_secret()" in found[0].obstacle


def test_a_wrapper_that_asks_the_environment_first_is_no_migrated_one() -> None:
    text = """
        import os
        from prefect.blocks.system import Secret
        def get_secret(name):
            return os.getenv(name) or Secret.load(name.lower()).get()
        def job():
            return get_secret("TOKEN")
    """
    assert [s.standing for s in reads(text) if s.name == "TOKEN"] == [Standing.OPEN]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = os.environ[f'{STAGE}_TOKEN']", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("x = os.getenv(prefix() + '_TOKEN')", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("x = os.getenv('PROD_TOKEN' if PROD else 'TEST_TOKEN')", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("for k in ('PROD_TOKEN', 'UNSEEN'):\n    os.environ[k]", ["PROD_TOKEN", "UNSEEN"]),
        ("NEEDED = ['PROD_TOKEN', 'UNSEEN']\nx = [k for k in NEEDED if not os.getenv(k)]", ["PROD_TOKEN", "UNSEEN"]),
        ("def f(n): return os.getenv(f'{STAGE}_{n.upper()}')\nx = f('token')", ["", "PROD_TOKEN", "TEST_TOKEN"]),
        (
            "class C:\n    def f(self, n): return os.getenv(self.stage + '_' + n)\nx = C().f('TOKEN')",
            ["", "PROD_TOKEN", "TEST_TOKEN"],
        ),
        ("def f(n): return os.getenv(n)\nx = f(f'{STAGE}_TOKEN')", ["", "PROD_TOKEN", "TEST_TOKEN"]),
        ("from decouple import config\nx = config(f'{STAGE}_TOKEN')", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("N = {'a': 'PROD_TOKEN', 'b': 'UNSEEN'}\nx = os.environ[N['b']]", ["UNSEEN"]),
        ("N = {'a': 'PROD_TOKEN', 'b': 'UNSEEN'}\ndef f(k): return os.environ[N[k]]", ["PROD_TOKEN", "UNSEEN"]),
        ("N = {'a': 'PROD_TOKEN'}\nfor k, n in N.items():\n    os.getenv(n)", ["PROD_TOKEN"]),
        ("N = {'a': 'PROD_TOKEN'}\nx = {k: os.getenv(n) for k, n in N.items()}", ["PROD_TOKEN"]),
        ("for k, n in (('a', 'PROD_TOKEN'), ('b', 'UNSEEN')):\n    os.getenv(n)", ["PROD_TOKEN", "UNSEEN"]),
        ("for i, n in enumerate(['PROD_TOKEN']):\n    os.getenv(n)", ["PROD_TOKEN"]),
        ("N = {'prod': 1, 'test': 2}\nfor k in N:\n    os.getenv(f'{k.upper()}_TOKEN')", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("class N:\n    ALL = ('PROD_TOKEN',)\nfor n in N.ALL:\n    os.getenv(n)", ["PROD_TOKEN"]),
        ("class N(Enum):\n    A = 'PROD_TOKEN'\nx = os.getenv(N.A.value)", ["PROD_TOKEN"]),
        ("x = os.getenv('%s_TOKEN' % STAGE)", ["PROD_TOKEN", "TEST_TOKEN"]),
        ("N = {'a': 'PROD_TOKEN', 'b': name()}\ndef f(k): return os.environ[N[k]]", [""]),
        ("N = {**M, 'a': 'PROD_TOKEN'}\ndef f(k): return os.environ[N[k]]", [""]),
        ("for k, n in pairs():\n    os.getenv(n)", [""]),
        ("x = os.getenv('%s_%s' % STAGE)", [""]),
        ("k = 'a'\n" + "k = k + k\n" * 40 + "x = os.getenv(k)", [""]),
        ("x = os.environ[f'{STAGE}_{KIND}']", [""]),
        ("x = os.environ[name()]", [""]),
        ("x = os.environ[f'{STAGE}_OTHER']", [""]),
        ("for k in names():\n    os.environ[k]", [""]),
    ],
)  # fmt: skip
def test_a_computed_name_is_told_with_the_names_that_fit(
    make_repository: MakeRepository, text: str, names: list[str]
) -> None:
    root = make_repository({"a.py": f"import os\n{text}\n", ".env": "PROD_TOKEN=x\nTEST_TOKEN=y\nTOKENS=z\n"})
    found = [s for s in scan_repository(root).sites if s.kind is SiteKind.ENV_READ]
    assert sorted(s.name for s in found) == names
    assert {s.load for s in found} == {None}


FIRST_OF = """
import os
def first_of(*names, default=None):
    for name in names:
        if os.getenv(name):
            return os.getenv(name)
    return default
def need(*names):
    return first_of(*names) or fail(names)
def count(*names, default):
    return int(first_of(*names, default=default))
"""


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("need('DEPOT_HOST')", ["DEPOT_HOST"]),
        ("need('DEPOT_HOST', 'YARD_HOST')", ["DEPOT_HOST", "YARD_HOST"]),
        ("count('DEPOT_PORT', default=5)", ["DEPOT_PORT"]),
        ("need(*['DEPOT_HOST', 'YARD_HOST'])", ["DEPOT_HOST", "YARD_HOST"]),
        ("need(*given())", [""]),
        ("log('DEPOT_HOST')", []),
    ],
)
def test_names_that_are_handed_on_as_they_came(call: str, names: list[str]) -> None:
    scanned = scan_python("a.py", f"{FIRST_OF}x = {call}\n".encode())
    assert isinstance(scanned, PythonFile)
    assert [s.name for s in scanned.sites if s.standing is Standing.OPEN] == names
