"""Syntax that is newer than the running Python keeps its places; what is broken stays broken."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from envlift.inventory import SiteKind
from envlift.scanning.python import PythonFile, scan_python
from envlift_codemods.newer_syntax import in_older_syntax

NEW = [
    "type Pair = tuple[str, str]\nKEY = os.environ['A']\n",
    "type  Pair[T] = tuple[T, T]\nKEY = os.environ['A']\n",
    "def first[T](items: list[T]) -> T:\n    return os.environ['A']\n",
    "class Box[T: (int, str) = int](Base):\n    key = os.environ['A']\n",
    "def first[\n    T,\n](items):\n    return os.environ['A']\n",
    "def first[\r\n    T,\r\n](items):\r\n    return os.environ['A']\r\n",
    'text = f"{os.environ["A"]} ü"\n',
    "text = f'{\"\\n\".join(lines)}' + os.environ['A']\n",
    'text = f"{f"{1}"}"; key = os.environ["A"]\n',
    '# ü\ntext = f"ü {names["ü"]} {os.environ["A"]}"\n',
]


@pytest.mark.parametrize("source", NEW)
def test_the_older_form_parses_and_every_byte_keeps_its_place(source: str) -> None:
    older = in_older_syntax(source.encode())
    ast.parse(older)
    assert [len(line) for line in older.split(b"\n")] == [len(line) for line in source.encode().split(b"\n")]


@pytest.mark.parametrize("source", NEW)
def test_reads_are_found_where_they_stand(source: str) -> None:
    scanned = scan_python("a.py", f"import os\n{source}".encode())
    assert isinstance(scanned, PythonFile)
    (site,) = (s for s in scanned.sites if s.kind is SiteKind.ENV_READ)
    line = f"import os\n{source}".splitlines()[site.span.line - 1]
    assert (site.name, line[site.span.column :].startswith("os.environ[")) == ("A", True)


@pytest.mark.parametrize("source", ["def f(:\n", 'f"{"\n', "type X =\n", "class A[\n", 'x = f"{a" + 1\n', "\x00"])
def test_what_is_broken_stays_trouble(source: str) -> None:
    with pytest.raises(SyntaxError):
        in_older_syntax(source.encode())
    assert not isinstance(scan_python("a.py", source.encode()), PythonFile)


@pytest.mark.parametrize(
    "source",
    ["text = f\"{names['A']}\"\n", "kinds = list[int]\ntype(kinds)\nf''\n", "text = f'''{names['A']}'''\n"],
)
def test_older_syntax_is_left_as_it_is(source: str) -> None:
    assert in_older_syntax(dedent(source).encode()) == source.encode()
