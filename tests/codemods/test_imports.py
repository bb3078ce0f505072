"""The import that a load needs, in the right place and by a free name; and the imports that go with the last use."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from envlift_codemods.edits import Edit, Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

CheckRewrite = Callable[[str, str], None]
CheckEdit = Callable[[str, Callable[[Span], Edit], str], None]
SECRET = "from prefect.blocks.system import Secret"

# Every case is the head of a file whose function reads one variable and uses `os` again, unless it says otherwise.
BODY_BEFORE = "\n\ndef f():\n    return os.environ['A'], os.sep\n"
BODY_AFTER = "\n\ndef f():\n    return Secret.load('a').get(), os.sep\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("import os\n", f"import os\n{SECRET}\n", id="behind the only import"),
        pytest.param(
            "import os\nfrom prefect import flow\nimport pandas\n",
            f"import os\nfrom prefect import flow\n{SECRET}\nimport pandas\n",
            id="behind prefect's",
        ),
        pytest.param(
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n\nX = 1\n',
            f'"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n{SECRET}\n\nX = 1\n',
            id="behind docstring and future",
        ),
        pytest.param(
            "import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nimport pandas\n",
            f"import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nimport pandas\n{SECRET}\n",
            id="behind the imports that follow load_dotenv",
        ),
        pytest.param(
            "import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nfrom prefect import flow  # noqa: E402\n",
            "import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n"
            f"from prefect import flow  # noqa: E402\n{SECRET}  # noqa: E402\n",
            id="behind prefect's, which follows load_dotenv",
        ),
        pytest.param(
            "import os\nfrom prefect import (\n    flow,\n    task,\n)\n",
            f"import os\nfrom prefect import (\n    flow,\n    task,\n)\n{SECRET}\n",
            id="behind a statement of several lines",
        ),
        pytest.param(
            "import os; from prefect import flow\n", f"import os; from prefect import flow\n{SECRET}\n", id="semicolon"
        ),
        pytest.param(
            "import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from prefect import Flow\n",
            f"import os\nfrom typing import TYPE_CHECKING\n{SECRET}\nif TYPE_CHECKING:\n    from prefect import Flow\n",
            id="not in TYPE_CHECKING",
        ),
        pytest.param(
            "import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from prefect.blocks.system import Secret\n",
            f"import os\nfrom typing import TYPE_CHECKING\n{SECRET}\nif TYPE_CHECKING:\n"
            "    from prefect.blocks.system import Secret\n",
            id="an import for type checkers is none at run time",
        ),
        pytest.param(f"import os\n{SECRET}\n", f"import os\n{SECRET}\n", id="there already"),
        pytest.param(
            "import os\nfrom prefect.blocks.system import JSON\n",
            "import os\nfrom prefect.blocks.system import JSON, Secret\n",
            id="merged",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import JSON, String\n",
            "import os\nfrom prefect.blocks.system import JSON, Secret, String\n",
            id="merged in order",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import (\n    JSON,  # j\n    String,  # s\n)\n",
            "import os\nfrom prefect.blocks.system import (\n    JSON,  # j\n    Secret,\n    String,  # s\n)\n",
            id="merged in order, one a line",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import (\n    DateTime,\n    JSON  # j\n)\n",
            "import os\nfrom prefect.blocks.system import (\n    DateTime,\n    JSON,  # j\n    Secret\n)\n",
            id="merged at the end, one a line",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import JSON, \\\n    String\n",
            "import os\nfrom prefect.blocks.system import JSON, \\\n    Secret, String\n",
            id="merged over a backslash",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import DateTime, \\\n    JSON\n",
            "import os\nfrom prefect.blocks.system import DateTime, \\\n    JSON, Secret\n",
            id="merged behind a backslash",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import (JSON,)\n",
            "import os\nfrom prefect.blocks.system import (JSON, Secret,)\n",
            id="merged behind a comma",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import JSON  # j\n",
            "import os\nfrom prefect.blocks.system import JSON, Secret  # j\n",
            id="merged before a comment",
        ),
        pytest.param(
            "import os\nfrom prefect.blocks.system import *\n",
            f"import os\nfrom prefect.blocks.system import *\n{SECRET}\n",
            id="a star is not merged",
        ),
        pytest.param(
            "import os\ndef g():\n    from prefect.blocks.system import Secret\n    return Secret\n",
            f"import os\n{SECRET}\ndef g():\n    from prefect.blocks.system import Secret\n    return Secret\n",
            id="an import in another function is not in scope",
        ),
    ],
)
def test_where_the_import_goes(check_rewrite: CheckRewrite, before: str, after: str) -> None:
    check_rewrite(before + BODY_BEFORE, after + BODY_AFTER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "import os\n\nimport pandas\nfrom dotenv import load_dotenv\nfrom pydantic import BaseModel\n",
            f"import os\n\nimport pandas\nfrom dotenv import load_dotenv\n{SECRET}\nfrom pydantic import BaseModel\n",
            id="in order among the other libraries",
        ),
        pytest.param(
            "import os\n\nimport pandas\nfrom pydantic import BaseModel\n",
            f"import os\n\nimport pandas\n{SECRET}\nfrom pydantic import BaseModel\n",
            id="plain imports come first",
        ),
        pytest.param(
            "import os\n\nfrom airflow import x\nimport pandas\nfrom pydantic import BaseModel\nimport requests\n",
            "import os\n\nfrom airflow import x\nimport pandas\n"
            f"{SECRET}\nfrom pydantic import BaseModel\nimport requests\n",
            id="in order by module alone",
        ),
        pytest.param(
            "import os\n\nfrom sqlalchemy import x\nimport pandas\nfrom pydantic import BaseModel\n",
            f"import os\n\nfrom sqlalchemy import x\nimport pandas\nfrom pydantic import BaseModel\n{SECRET}\n",
            id="last where nothing is in order",
        ),
        pytest.param(
            "import os\n\nfrom prefect import flow\nfrom prefect.client import x\n",
            f"import os\n\nfrom prefect import flow\n{SECRET}\nfrom prefect.client import x\n",
            id="in order among prefect's",
        ),
        pytest.param(
            "import os\n\nimport requests\n\nfrom .settings import x\nfrom ..lib import y\n",
            f"import os\n\nimport requests\n{SECRET}\n\nfrom .settings import x\nfrom ..lib import y\n",
            id="ahead of relative imports",
        ),
        pytest.param(
            "import json\nimport os\n\nfrom .settings import x\n",
            f"import json\nimport os\n\n{SECRET}\n\nfrom .settings import x\n",
            id="a group of its own between the standard library and the own modules",
        ),
        pytest.param(
            "import os\n\nimport requests\n\nfrom etl.lib import y\nimport helpers\n",
            f"import os\n\nimport requests\n{SECRET}\n\nfrom etl.lib import y\nimport helpers\n",
            id="ahead of own modules",
        ),
        pytest.param(
            "import os\nfrom dotenv import load_dotenv\nload_dotenv()\n\nfrom etl.lib import y\n",
            f"import os\nfrom dotenv import load_dotenv\nload_dotenv()\n\n{SECRET}\n\nfrom etl.lib import y\n",
            id="never above load_dotenv, though ahead of own modules",
        ),
        pytest.param(
            "import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nX = 1\n",
            f"import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n{SECRET}\n\nX = 1\n",
            id="behind load_dotenv where no import follows",
        ),
        pytest.param(
            "import os\nimport dotenv\nif True:\n    dotenv.load_dotenv()\n",
            f"import os\nimport dotenv\nif True:\n    dotenv.load_dotenv()\n\n{SECRET}\n",
            id="behind load_dotenv in a block",
        ),
        pytest.param(
            "import os\nos.environ['PREFECT_HOME'] = 'x'\n",
            f"import os\nos.environ['PREFECT_HOME'] = 'x'\n\n{SECRET}\n",
            id="behind variables that are set",
        ),
        pytest.param(
            "import os\nimport sys\nsys.path.insert(0, '.')\nimport requests  # noqa: E402\nfrom .a import b\n",
            "import os\nimport sys\nsys.path.insert(0, '.')\n"
            f"import requests  # noqa: E402\n{SECRET}  # noqa: E402\nfrom .a import b\n",
            id="a linter is told of a late import as it is told of those around it",
        ),
        pytest.param(
            "import os  # noqa: F401\nimport requests  # noqa\n",
            f"import os  # noqa: F401\nimport requests  # noqa\n{SECRET}\n",
            id="other comments stay where they are",
        ),
    ],
)
def test_the_import_keeps_the_order_of_what_is_there(before: str, after: str) -> None:
    source = (before + BODY_BEFORE).encode()
    (read,) = find_reads(ParsedModule(source))
    result = rewrite(source, [LoadSecret(read.span, "a", Form.LOAD)], own={"etl", "helpers", "json"}).decode()
    assert result == after + BODY_AFTER


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("from prefect.blocks.system import Secret as S\n", "S"),
        ("from prefect.blocks import system\n", "system.Secret"),
        ("from prefect.blocks import system as sys_blocks\n", "sys_blocks.Secret"),
        ("import prefect.blocks.system\n", "prefect.blocks.system.Secret"),
        ("import prefect.blocks.system as p\n", "p.Secret"),
    ],
)
def test_a_name_that_the_file_has_is_used(check_rewrite: CheckRewrite, head: str, name: str) -> None:
    check_rewrite(f"import os\n{head}{BODY_BEFORE}", f"import os\n{head}{BODY_AFTER.replace('Secret', name)}")


@pytest.mark.parametrize(
    "head",
    [
        "from pydantic import Secret\n",
        "class Secret:\n    pass\n",
        "Secret = str\n",
        "def g(Secret):\n    return Secret\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pydantic import Secret\n",
        "from fields import *\n\nx = Secret('y')\n",
    ],
)
def test_another_secret_is_not_shadowed(head: str) -> None:
    source = f"import os\n{head}{BODY_BEFORE}".encode()
    (read,) = find_reads(ParsedModule(source))
    result = rewrite(source, [LoadSecret(read.span, "a", Form.LOAD)]).decode()
    assert "from prefect.blocks.system import Secret as PrefectSecret\n" in result
    assert "return PrefectSecret.load('a').get(), os.sep" in result
    assert all(line in result for line in head.splitlines())


def test_a_local_import_that_comes_later_is_not_used(check_rewrite: CheckRewrite) -> None:
    body = "def f():\n    x = {}\n    from prefect.blocks.system import Secret\n    return x, Secret, os\n"
    check_rewrite(
        "import os\n" + body.replace("{}", "os.environ['A']"),
        f"import os\n{SECRET} as PrefectSecret\n" + body.replace("{}", "PrefectSecret.load('a').get()"),
    )


LATE = "import os\n\n\ndef f():\n    return {}, os\n\n\n{}from prefect import flow\n"


def test_an_import_stands_beside_a_late_one_of_prefect(check_rewrite: CheckRewrite) -> None:
    quiet = "def g():\n    return f()\n\n\nload_dotenv()\nLIMIT = int(limit())\n"
    before, load = LATE.replace("{}", "os.environ['A']", 1), LATE.replace("{}", "Secret.load('a').get()", 1)
    check_rewrite(before.replace("{}", quiet), load.replace("{}", quiet) + f"{SECRET}\n")


@pytest.mark.parametrize(
    "call",
    [
        "print(f())\n",
        "if f():\n    pass\n",
        "def g():\n    return f()\nTOKEN = g()\n",
        "@register(f)\ndef g():\n    pass\n",
        "class C:\n    token = f()\n",
        "def g(token=f()):\n    pass\n",
    ],
)
def test_but_not_behind_what_calls_the_function_before(check_rewrite: CheckRewrite, call: str) -> None:
    before, load = LATE.replace("{}", "os.environ['A']", 1), LATE.replace("{}", "Secret.load('a').get()", 1)
    after = load.replace("{}", call).replace("import os\n", f"import os\n{SECRET}\n", 1)
    check_rewrite(before.replace("{}", call), after)


def test_nor_ahead_of_a_late_set_up_of_the_environment(check_rewrite: CheckRewrite) -> None:
    """Prefect reads its settings from the environment when it is first imported."""
    source = "import os\n\n\ndef f():\n    return {}, os\n\n\nload_dotenv()\n{}\n\ndef g():\n    return f()\n"
    before = source.replace("{}", "os.environ['A']", 1).replace("{}", "", 1)
    check_rewrite(before, source.replace("{}", "Secret.load('a').get()", 1).replace("{}", f"\n{SECRET}\n", 1))


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("from pydantic import Secret\nPrefectSecret = 1\n", "both taken"),
        ("try:\n    from prefect import flow\nexcept ImportError:\n    flow = None\n", "only where it is installed"),
    ],
)
def test_no_import_is_possible(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], head: str, reason: str
) -> None:
    source = f"import os\n{head}{BODY_BEFORE}".replace("os.environ['A']", "«os.environ['A']»")
    check_refused(source, lambda span: LoadSecret(span, "a", Form.LOAD), reason)


# What goes, what stays: complete files.

GOES = [
    (
        'import x\nimport os\n\n\ndef f():\n    "Reads os.environ."\n    {}\n',
        f'import x\n{SECRET}\n\n\ndef f():\n    "Reads os.environ."\n    {{}}\n',
    ),
    (
        f"{SECRET}\nimport os\n\n\ndef f():\n    {{}}\n\n\ndef g():\n    import os\n    return os.sep\n",
        f"{SECRET}\n\n\ndef f():\n    {{}}\n\n\ndef g():\n    import os\n    return os.sep\n",
    ),
    (
        f"{SECRET}\n\n\ndef f():\n    try:\n        import os\n        {{}}\n    except Exception:\n        raise\n",
        f"{SECRET}\n\n\ndef f():\n    try:\n        {{}}\n    except Exception:\n        raise\n",
    ),
    ("import os\n\n\ndef f():\n    {}\n", f"{SECRET}\n\n\ndef f():\n    {{}}\n"),
    ("import os\nimport sys\n\n\ndef f():\n    {}\n", f"import sys\n{SECRET}\n\n\ndef f():\n    {{}}\n"),
    ("import os, sys\n\n\ndef f():\n    {}\n", f"import sys\n{SECRET}\n\n\ndef f():\n    {{}}\n"),
    ("import sys, os\n\n\ndef f():\n    {}\n", f"import sys\n{SECRET}\n\n\ndef f():\n    {{}}\n"),
    ("import os; import sys\n\n\ndef f():\n    {}\n", f"import sys\n{SECRET}\n\n\ndef f():\n    {{}}\n"),
    ("import sys; import os\n\n\ndef f():\n    {}\n", f"import sys\n{SECRET}\n\n\ndef f():\n    {{}}\n"),
    (
        '"""Doc."""\n\nimport os\n\nfrom prefect import flow\n\n\ndef f():\n    {}\n',
        f'"""Doc."""\n\nfrom prefect import flow\n{SECRET}\n\n\ndef f():\n    {{}}\n',
    ),
    (
        "import os\n\n\nfrom prefect import flow\n\n\ndef f():\n    {}\n",
        f"from prefect import flow\n{SECRET}\n\n\ndef f():\n    {{}}\n",
    ),
    (
        f"{SECRET}\n\nimport os\n\n\ndef f():\n    {{}}\n",
        f"{SECRET}\n\n\ndef f():\n    {{}}\n",
    ),
    (
        f"{SECRET}\n\n\ndef f():\n    import os\n\n    {{}}\n",
        f"{SECRET}\n\n\ndef f():\n    {{}}\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), GOES)
def test_an_import_goes_with_its_last_use_and_leaves_no_gap(
    check_rewrite: CheckRewrite, before: str, after: str
) -> None:
    read, load = "return os.environ['A']", "return Secret.load('a').get()"
    check_rewrite(before.replace("{}", read), after.replace("{}", load))


@pytest.mark.parametrize(
    ("before", "after", "call", "other"),
    [
        ("from os import getenv\n", "", "getenv", "1"),
        ("from os import getenv as g\n", "", "g", "1"),
        ("from os import environ, getenv\n", "from os import environ\n", "getenv", "environ"),
        ("from os import getenv, sep, path\n", "from os import sep, path\n", "getenv", "sep"),
        ("from os import (\n    getenv,\n    sep,\n)\n", "from os import (\n    sep,\n)\n", "getenv", "sep"),
        ("from os import (\n    sep,\n    getenv,\n)\n", "from os import (\n    sep,\n)\n", "getenv", "sep"),
    ],
)
def test_an_imported_function_goes_alone(
    check_rewrite: CheckRewrite, before: str, after: str, call: str, other: str
) -> None:
    function = f"\n\ndef f():\n    if not {{}}:\n        raise ValueError\n    return {other}\n"
    check_rewrite(
        "import x\n" + before + function.replace("{}", f"{call}('A')"),
        f"import x\n{after}{SECRET}\n" + function.replace("{}", "Secret.load('a').get()"),
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os\n\ndef f(x: 'os.PathLike'):\n    {}\n",
        "import os\n\ndef f() -> 'Optional[os.PathLike]':\n    {}\n",
        "import os\n__all__ = ['f', 'os']\n\ndef f():\n    {}\n",
        "import os  # noqa: F401\n\ndef f():\n    {}\n",
        "import os  # isort: skip\n\ndef f():\n    {}\n",
        "import os as os\n\ndef f():\n    {}\n",
        "try:\n    import os\nexcept ImportError:\n    pass\n\ndef f():\n    {}\n",
        "if True:\n    import os\n\ndef f():\n    {}\n",
        "import os\n\ndef f():\n    {}\n\ndef g():\n    return os.sep\n",
        "import os\nimport os.path\n\ndef f():\n    {}\n",
        "import os\n\ndef f():\n    {}\n\ndef g():\n    return eval('os')\n",
        "import os\nenv = os.environ\n\ndef f():\n    {}\n",
        "import os\n\ndef f():\n    {}\n\ndef g():\n    global os\n    import os\n",
        'import os\n\ndef f():\n    """\n    >>> os.environ\n    """\n    {}\n',
        "def f():\n    try:\n        import os\n    except ImportError:\n        raise\n    {}\n",
        "def f():\n    import os\n    def g():\n        return os.sep\n    {}\n",
    ],
)
def test_an_import_with_another_use_stays(source: str) -> None:
    code = source.replace("{}", "return os.environ['A']").encode()
    reads = find_reads(ParsedModule(code))
    result = rewrite(code, [LoadSecret(read.span, "a", Form.LOAD) for read in reads]).decode()
    assert "import os" in result
    assert bool(reads) == ("Secret.load('a').get()" in result)


def test_imports_stay_where_other_files_may_take_them_from() -> None:
    code = b"import os\n\ndef f():\n    return os.environ['A']\n"
    (read,) = find_reads(ParsedModule(code))
    edit = LoadSecret(read.span, "a", Form.LOAD)
    assert b"import os" not in rewrite(code, [edit])
    assert rewrite(code, [edit], keep_imports=True).startswith(b"import os\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «'p'»\n", "import os\n\nx = os.environ['A']\n"),
        ("import os as o\nx = «'p'»\n", "import os as o\nx = o.environ['A']\n"),
        ("from os import environ\nx = «'p'»\n", "from os import environ\nx = environ['A']\n"),
        ("import os.path\nx = «'p'»\n", "import os.path\nx = os.environ['A']\n"),
        ("import json\nimport sys\nx = «'p'»\n", "import json\nimport os\nimport sys\nx = os.environ['A']\n"),
        ("import sys\nx = «'p'»\n", "import os\nimport sys\nx = os.environ['A']\n"),
        ("from json import loads\nx = «'p'»\n", "import os\nfrom json import loads\nx = os.environ['A']\n"),
        (
            "from __future__ import annotations\nx = «'p'»\n",
            "from __future__ import annotations\n\nimport os\nx = os.environ['A']\n",
        ),
        ('"""Doc."""\n\nx = «\'p\'»\n', '"""Doc."""\n\nimport os\n\nx = os.environ[\'A\']\n'),
        (
            "#!/usr/bin/env python\n# coding: utf-8\nx = «'p'»\n",
            "#!/usr/bin/env python\n# coding: utf-8\nimport os\n\nx = os.environ['A']\n",
        ),
        ("# Licence\n\nx = «'p'»\n", "# Licence\n\nimport os\n\nx = os.environ['A']\n"),
        ("x = «'p'»", "import os\n\nx = os.environ['A']"),
        (
            "import sys\nx = «'p'»\ndef f():\n    import os\n    return os\n",
            "import os\nimport sys\nx = os.environ['A']\ndef f():\n    import os\n    return os\n",
        ),
    ],
)
def test_os_is_imported_once_and_in_order(check_edit: CheckEdit, before: str, after: str) -> None:
    check_edit(before, lambda span: ReadEnvironment(span, "A"), after)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("os = 1\nx = «'p'»\n", "not the module"),
        ("def f(os):\n    x = «'p'»\n", "not the module"),
        ("x = «'p'»\nimport json\n", "before the file's imports"),
        ("x = «'p'»\nimport os\n", "not the module"),
    ],
)
def test_os_cannot_be_named(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], source: str, reason: str
) -> None:
    check_refused(source, lambda span: ReadEnvironment(span, "A"), reason)


def test_os_stays_when_a_secret_takes_its_last_read_and_a_literal_needs_it() -> None:
    source = dedent("""\
        import os

        def f():
            return os.environ["A"], "b"
        """).encode()
    (read,) = find_reads(ParsedModule(source))
    edits: list[Edit] = [LoadSecret(read.span, "a", Form.LOAD), ReadEnvironment(Span(4, 28, 4, 31), "B")]
    result = rewrite(source, edits).decode()
    assert result.startswith(f"import os\n{SECRET}\n")
    assert 'return Secret.load("a").get(), os.environ["B"]' in result
