"""Which expressions read the environment, and what stands around them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from envlift_codemods.parsed import ParsedModule, Place
from envlift_codemods.read_idioms import READ_IDIOMS, Missing, ReadIdiom
from envlift_codemods.reads import find_reads, find_writes

TAKES = [
    pytest.param(idiom, example, id=f"{idiom.name}-{i}")
    for idiom in READ_IDIOMS
    for i, example in enumerate(idiom.takes)
]
LEAVES = [
    pytest.param(idiom, example, id=f"{idiom.name}-{i}")
    for idiom in READ_IDIOMS
    for i, example in enumerate(idiom.leaves)
]


def names(source: str) -> list[str | None]:
    return [read.name for read in find_reads(ParsedModule(dedent(source).encode()))]


@pytest.mark.parametrize(("idiom", "example"), TAKES)
def test_a_row_takes_its_examples(idiom: ReadIdiom, example: str) -> None:
    assert [(read.idiom, read.name) for read in find_reads(ParsedModule(example.encode()))] == [(idiom, "A")]


@pytest.mark.parametrize(("idiom", "example"), LEAVES)
def test_a_row_leaves_its_examples(idiom: ReadIdiom, example: str) -> None:
    assert idiom not in [read.idiom for read in find_reads(ParsedModule(example.encode()))]


@pytest.mark.parametrize(
    "source",
    [
        "import os as o\nx = o.getenv('A')\n",
        "from os import environ as e, getenv\nx = e['A']\n",
        "import os\nenv = os.environ\ndef f():\n    return env.get('A')\n",
        "import os\nKEY = 'A'\ndef f():\n    return os.environ[KEY]\n",
        "def f():\n    import os\n    return os.environ['A']\n",
        "import os.path\nx = os.environ['A']\n",
        "import os\nclass C:\n    os = 1\n    def f(self):\n        return os.environ['A']\n",
    ],
)
def test_names_are_resolved_by_scope(source: str) -> None:
    assert names(source) == ["A"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(os):\n    return os.environ['A']\n",
        "import os\nos = fake()\nx = os.environ['A']\n",
        "import os\ndef f():\n    os = fake()\n    return os.environ['A']\n",
        "import os\ndef f():\n    for os in things:\n        os.environ['A']\n",
        "import os\ndef f():\n    with open_it() as os:\n        return os.environ['A']\n",
        "import os\nx = [os.environ['A'] for os in things]\n",
        "try:\n    import os\nexcept ImportError:\n    from fake import os\nx = os.environ['A']\n",
        "import os\nfrom unittest import mock\nwith mock.patch('os.environ') as environ:\n    environ['A']\n",
        "class os:\n    environ = {}\nx = os.environ['A']\n",
        "import os\ndef f(getenv):\n    return getenv('A')\n",
        "import os\ndef f():\n    global os\n    os = fake()\nx = os.environ['A']\n",
    ],
)
def test_another_object_of_the_name_is_left(source: str) -> None:
    assert names(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nx = os.environ[f'{env}_KEY']\n",
        "import os\nfor n in names:\n    os.environ[n]\n",
        "import os\nKEY = 'A'\nKEY = 'B'\nx = os.environ[KEY]\n",
        "import os\ndef f(key='A'):\n    return os.environ[key]\n",
    ],
)
def test_a_computed_name_is_no_name(source: str) -> None:
    assert names(source) == [None]


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("os.environ['A'] = v", "environ[]="),
        ("os.environ['A'] += v", "environ[]="),
        ("del os.environ['A']", "del environ[]"),
        ("os.environ.pop('A')", "environ.pop()"),
        ("os.environ.setdefault('A', v)", "environ.setdefault()"),
        ("'A' in os.environ", "in environ"),
        ("os.environ.update(A='1')", "environ.update()"),
        ("os.environ.update({'A': '1'})", "environ.update()"),
        ("os.environ |= {'A': '1'}", "environ.update()"),
    ],
)
def test_changes_and_tests_are_writes_and_no_reads(source: str, form: str) -> None:
    module = ParsedModule(f"import os\n{source}\n".encode())
    assert find_reads(module) == ()
    assert [(write.name, write.form) for write in find_writes(module)] == [("A", form)]


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("monkeypatch.setenv('A', v)", "setenv()"),
        ("monkeypatch.delenv('A', raising=False)", "delenv()"),
        ("monkeypatch.setitem(os.environ, 'A', v)", "setitem()"),
        ("with patch.dict(os.environ, {'A': v}): pass", "patch.dict()"),
        ("@mock.patch.dict('os.environ', A=v, clear=True)\ndef test(): pass", "patch.dict()"),
        ("mocker.patch.dict('os.environ', values={'A': v})", "patch.dict()"),
    ],
)
def test_what_tests_do_to_the_environment_is_a_write(source: str, form: str) -> None:
    module = ParsedModule(f"import os\nfrom unittest.mock import patch\n{source}\n".encode())
    assert [(w.name, w.form) for w in find_writes(module) if w.form != "whole environ"] == [("A", form)]


@pytest.mark.parametrize(
    "source",
    [
        "monkeypatch.setenv(name, v)",
        "monkeypatch.setitem(settings, 'A', v)",
        "patch.dict(settings, {'A': v})",
        "patch.dict('shop.settings', A=v)",
        "patch.list('os.environ', A=v)",
        "monkeypatch.setattr(shop, 'A', v)",
    ],
)
def test_what_only_looks_like_a_write_of_a_test_is_none(source: str) -> None:
    assert find_writes(ParsedModule(f"import os\nfrom unittest.mock import patch\n{source}\n".encode())) == ()


def test_an_update_says_each_name_once_and_that_others_are_computed() -> None:
    module = ParsedModule(b"import os\nos.environ.update({'A': '1', b: '2'}, C='3', **more)\n")
    assert [write.name for write in find_writes(module)] == [None, "A", "C"]


def test_an_update_of_many_lines_says_each_name_where_it_stands() -> None:
    module = ParsedModule(
        b"import os\nos.environ.update(\n    {\n        'A': '1',\n        'B': '2',\n    },\n    C='3',\n)\n"
    )
    assert [(write.name, write.span.line) for write in find_writes(module)] == [("A", 4), ("B", 5), ("C", 7)]


@pytest.mark.parametrize(
    "source",
    [
        "env = os.environ",
        "get = os.getenv",
        "holder.env = os.environ",
        "names = list(map(os.getenv, names))",
        "child(env={**os.environ})",
        "x = os.environ == before",
        "for name in os.environ:\n    pass",
        "x = os.environ.items()",
    ],
)
def test_the_environment_itself_and_its_readers_are_told_where_they_are_passed_on(source: str) -> None:
    module = ParsedModule(f"import os\n{source}\n".encode())
    assert [(write.name, write.form) for write in find_writes(module)] == [(None, "whole environ")]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = {}", Place.MODULE),
        ("if 1:\n    x = {}", Place.MODULE),
        ("class C:\n    x = {}", Place.CLASS_BODY),
        ("def f(x={}): pass", Place.DEFAULT_ARGUMENT),
        ("def f(*, x={}): pass", Place.DEFAULT_ARGUMENT),
        ("class C:\n    def f(self, x={}): pass", Place.DEFAULT_ARGUMENT),
        ("@d({})\ndef f(): pass", Place.DECORATOR),
        ("@d({})\nclass C: pass", Place.DECORATOR),
        ("def f():\n    return {}", Place.FUNCTION),
        ("async def f():\n    return {}", Place.ASYNC_FUNCTION),
        ("async def f():\n    def g():\n        return {}", Place.FUNCTION),
        ("def f():\n    return lambda: {}", Place.NESTED),
        ("x = lambda: {}", Place.NESTED),
        ("async def f():\n    return [{} for _ in x]", Place.NESTED),
        ("async def f():\n    return (y for y in x if {})", Place.NESTED),
        ("def f():\n    def g(x={}): pass", Place.NESTED),
        ("def f():\n    class C:\n        x = {}", Place.NESTED),
    ],
)
def test_the_place_of_a_read(source: str, place: Place) -> None:
    code = source.replace("{}", "os.environ['A']")
    (read,) = find_reads(ParsedModule(f"import os\n{code}\n".encode()))
    assert read.place is place


@pytest.mark.parametrize(
    ("source", "in_loop"),
    [
        ("for i in x:\n        {}", True),
        ("while {}:\n        pass", True),
        ("for i in {}:\n        pass", False),
        ("for i in x:\n        pass\n    else:\n        {}", False),
        ("for i in x:\n        def g():\n            {}", False),
    ],
)
def test_what_a_loop_repeats(source: str, in_loop: bool) -> None:
    code = source.replace("{}", "os.environ['A']")
    (read,) = find_reads(ParsedModule(f"import os\ndef f():\n    {code}\n".encode()))
    assert read.in_loop is in_loop


@pytest.mark.parametrize(
    ("expression", "missing", "default"),
    [
        ("os.environ['A']", Missing.RAISES, None),
        ("os.environ.get('A')", Missing.NONE, None),
        ("os.getenv('A', None)", Missing.NONE, None),
        ("os.getenv('A', 'b')", Missing.DEFAULT, "b"),
        ("os.getenv('A', default=other())", Missing.DEFAULT, None),
    ],
)
def test_what_a_missing_variable_gives(expression: str, missing: Missing, default: str | None) -> None:
    (read,) = find_reads(ParsedModule(f"import os\nx = {expression}\n".encode()))
    assert (read.missing, read.default) == (missing, default)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "utf-8"),
        ("# -*- coding: latin-1 -*-\n", "latin-1"),
        ("# coding: cp1252\n", "cp1252"),
        ("", "utf-8-sig"),
    ],
)
def test_columns_count_characters_in_every_encoding(head: str, encoding: str) -> None:
    source = f"{head}import os\nx = 'é', os.environ['A']\n"
    (read,) = find_reads(ParsedModule(source.encode(encoding)))
    line = source.splitlines()[read.span.line - 1]
    assert line[read.span.column : read.span.end_column] == "os.environ['A']"


def test_odd_escapes_of_the_read_code_warn_nobody() -> None:
    assert names("import os\nx = '\\d', os.environ['A']\n") == ["A"]
