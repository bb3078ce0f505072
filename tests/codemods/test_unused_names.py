"""No rewrite leaves a name that nothing defines or that nothing uses any more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from envlift_codemods.document import open_document
from envlift_codemods.edits import Form, LoadSecret, Refused
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite
from envlift_codemods.self_check import checked
from envlift_codemods.source_text import Splice
from envlift_codemods.unused_names import undefined_names, unused_names

# Modules with the names that nothing uses.
UNUSED = {
    "import os\nimport json as j\nfrom a import b, c\nc()\n": {"os", "j", "b"},
    "import a.b\ndef f():\n    from c import d\n    x = 1\n    return 1\n": {"a", "d", "x"},
    "def f():\n    x = y = 1\n    return lambda: y\n": {"x"},
    "def f():\n    x: int = 1\n    def g(x):\n        return x\n    return g\n": {"x"},
    "class C:\n    import os\n    x = 1\n    def m(self):\n        y = 1\n": {"y"},
}
USED = (
    "from os import *\nimport json\nimport json.tool\n",
    "import os\n__all__ = ['os']\n",
    "import os\nx: 'os.PathLike' = 1\n",
    "import os  # noqa: F401\nfrom a import b as b\n",
    "try:\n    import os\nexcept ImportError:\n    os = None\n",
    "import os\nexec('os')\ndef f():\n    x = 1\n",
    "X = 1\ndef f(a, *b):\n    for c in a:\n        pass\n    with a as d:\n        pass\n",
    "def f():\n    x = 1\n    return [y for y in z if x]\n",
    "def f():\n    x, y = z\n    x += 1\n    del y\n",
    "def f():\n    global x\n    x = 1\n",
    "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n",
)


def found(source: str) -> set[str]:
    return set(unused_names(open_document(source.encode())))


@pytest.mark.parametrize(("source", "names"), UNUSED.items())
def test_names_that_nothing_uses(source: str, names: set[str]) -> None:
    assert found(source) == names


def test_a_file_that_passes_its_imports_on_uses_them() -> None:
    document = open_document(b"import os\ndef f():\n    x = 1\n")
    assert unused_names(document, keep_imports=True) == {"x"}


@pytest.mark.parametrize("source", USED)
def test_names_that_something_uses_or_that_are_there_for_a_reason(source: str) -> None:
    assert found(source) == set()


@pytest.mark.parametrize("source", [*UNUSED, *USED])
def test_never_more_than_a_linter_tells(source: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F401,F841", "--exit-zero"]
    command = [*ruff, "--output-format", "json", "--stdin-filename", "a.py", "-"]
    run = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    assert len(found(source)) <= len(json.loads(run.stdout))


def test_names_that_nothing_defines() -> None:
    module = ParsedModule(b"import a\nprint(a, b)\ndef f(c):\n    return c, d, [e for e in g], __file__\n")
    assert undefined_names(module) == {"b", "d", "g", "__file__"}


def test_a_name_that_only_the_read_used_keeps_the_file_as_it_is() -> None:
    source = b"import os\ndef f():\n    key = 'TOKEN'\n    return os.environ[key]\n"
    (read,) = find_reads(ParsedModule(source))
    with pytest.raises(Refused, match="would no longer use key"):
        rewrite(source, [LoadSecret(read.span, "token", Form.LOAD)])


def test_a_name_that_something_else_uses_too_is_no_obstacle() -> None:
    source = b"import os\ndef f():\n    key = 'TOKEN'\n    print(key)\n    return os.environ[key]\n"
    (read,) = find_reads(ParsedModule(source))
    assert b"Secret.load('token').get()" in rewrite(source, [LoadSecret(read.span, "token", Form.LOAD)])


@pytest.mark.parametrize(
    ("splice", "reason"),
    [
        (Splice(10, 36, "def f():\n    return oss.sep\n"), "nothing defines"),
        (Splice(10, 36, "def f():\n    return 'a.sep'\n"), "no longer use os"),
    ],
)
def test_a_result_that_loses_or_invents_a_name_is_refused(splice: Splice, reason: str) -> None:
    source = b"import os\ndef f():\n    return os.sep\n"
    before = open_document(source)
    with pytest.raises(Refused, match=reason):
        checked(before, source, before.text.spliced([splice]), [], [splice])
