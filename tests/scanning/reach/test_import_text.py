"""Imports told by text: all that the syntax tree shows, in the same words."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from envlift.scanning.reach.import_text import import_text
from envlift.scanning.reach.imports import Import

ROOT = Path(__file__).resolve().parents[3]
STANDARD = Path(sysconfig.get_path("stdlib"))


def shown(content: bytes) -> set[Import]:
    """The imports that the syntax tree shows."""
    nodes = list(ast.walk(ast.parse(content)))
    plain = {Import(alias.name, 0, ()) for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    froms = (n for n in nodes if isinstance(n, ast.ImportFrom))
    return plain | {Import(n.module or "", n.level, tuple(alias.name for alias in n.names)) for n in froms}


@pytest.mark.parametrize(
    "source",
    [
        "import a\n",
        "import a.b as c, d\n",
        "from a import b, c as d\n",
        "from . import a\n",
        "from ...a.b import (c, d)\n",
        "from a import (  # why (not)\n    b,  # one (1)\n    c,\n)\n",
        "from a import \\\n    b, \\\n    c\n",
        "from a \\\n    import b\n",
        "from a import *\n",
        "try: import a\nexcept ImportError: import b\n",
        "x = 1; import a; from b import c\n",
        "def f():\n\timport a\n",
        "\ufeffimport a, b\n",
        "import a\r\nfrom b import (\r\n    c,\r\n)\r\n",
        "import important_import\nfrom reimport import imports\n",
        "from a import b",
        "from .a import b # c\n",
        "from a import(b)\n",
        "from a import b;import c\n",
        "from naïve import größe\n",
    ],
)
def test_it_tells_what_the_syntax_tree_shows(source: str) -> None:
    assert set(import_text(source.encode()).imports()) == shown(source.encode())


@pytest.mark.parametrize(
    "source", ["important = 1\n", "x = 'an import'\n", "# import a\n", "importlib.reload(x)\n", "x.import_(1)\n"]
)
def test_other_text_is_no_import(source: str) -> None:
    assert import_text(source.encode()).imports() == ()


def test_names_that_from_imports_bind() -> None:
    text = import_text(b"import os\nfrom .a import b, c as d\nfrom . import e\nfrom f.g import *\n")
    assert list(text.bound()) == [("b", ".a.b"), ("d", ".a.c"), ("e", ".e"), ("*", "f.g.*")]


def test_computed_imports_are_told() -> None:
    assert import_text(b"m = importlib.import_module(name)\n").dynamic
    assert import_text(b"m = __import__('a')\n").dynamic
    assert not import_text(b"import a\n").dynamic


def test_words_hold_modules_names_and_the_own_package() -> None:
    assert import_text(b"import a.b\nfrom .c import d\n").words() == {"a", "b", "c", "d"}
    assert import_text(b"from . import d\n").words() == {".", "d"}


def test_no_import_of_real_code_is_missed() -> None:
    files = [*STANDARD.glob("*.py"), *STANDARD.glob("asyncio/*.py"), *STANDARD.glob("email/*.py")]
    files += [path for folder in ("src", "tests", "codemods") for path in (ROOT / folder).rglob("*.py")]
    seen: set[Import] = set()
    for file in files:
        content = file.read_bytes()
        assert shown(content) <= set(import_text(content).imports()), file
        seen |= shown(content)
    assert len(seen) > 500


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("import shop.utils\n", True),
        ("import shop.utils.names\n", True),
        ("import shop.utils as u\n", True),
        ("from shop import utils\n", True),
        ("from shop import utils as u\n", True),
        ("from . import utils\n", True),
        ("from .utils import *\n", True),
        ("from shop.utils import names\n", False),
        ("from .utils import names as n\n", False),
        ("import utilities\n", False),
        ("from shop import names\n", False),
    ],
)
def test_a_module_at_hand(source: str, binds: bool) -> None:
    assert ("utils" in import_text(source.encode()).at_hand()) is binds
