"""Where a missing value gave something to go on with, a missing block gives the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envlift_codemods.edits import Form, LoadSecret, Refused
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

SECRET = "from prefect.blocks.system import Secret\n"

KEPT = [
    pytest.param(
        'def f():\n    token = os.getenv("A_B", "none")  # why\n    return token\n',
        'def f():\n    try:\n        token = Secret.load("a-b").get()  # why\n    except ValueError:\n'
        '        token = "none"\n    return token\n',
        id="an assignment",
    ),
    pytest.param(
        "def f():\n\ttoken: str = os.environ.get('A')\n\tif token is None:\n\t\treturn 1\n",
        "def f():\n\ttry:\n\t\ttoken: str = Secret.load('a').get()\n\texcept ValueError:\n\t\ttoken = None\n"
        "\tif token is None:\n\t\treturn 1\n",
        id="an annotated assignment that is tested",
    ),
    pytest.param(
        'async def f(x):\n  if x:\n    token = os.getenv(\n      "A",\n      "",\n    )\n    return token\n',
        'async def f(x):\n  if x:\n    try:\n      token = (await Secret.aload("a")).get()\n    except ValueError:\n'
        '      token = ""\n    return token\n',
        id="a coroutine with narrow indentation",
    ),
    pytest.param(
        'def f():\n    # ask\n    return call(os.getenv("A", "none"), 1)\n',
        'def f():\n    # ask\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n'
        '        a = "none"\n    return call(a, 1)\n',
        id="an argument",
    ),
    pytest.param(
        'def f():\n    notify(os.getenv("A"))\n',
        'def f():\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n        a = None\n'
        "    notify(a)\n",
        id="None handed on to what may do without it",
    ),
    pytest.param(
        'def f(a):\n    a = int(os.getenv("A", 5))\n    b = f"{os.getenv(\'A\', a)}!"\n',
        'def f(a):\n    try:\n        a_value = Secret.load("a").get()\n    except ValueError:\n        a_value = 5\n'
        "    a = int(a_value)\n    try:\n        a_value_2 = Secret.load('a').get()\n    except ValueError:\n"
        '        a_value_2 = a\n    b = f"{a_value_2}!"\n',
        id="names that are taken",
    ),
    pytest.param(
        'def f():\n    if os.getenv("A"):\n        return 1\n    return os.getenv("B") or os.getenv("C", "x")\n',
        'def f():\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n        a = None\n    if a:\n'
        '        return 1\n    try:\n        b = Secret.load("b").get()\n    except ValueError:\n        b = None\n'
        '    return b or os.getenv("C", "x")\n',
        id="a test, and what it may go without",
    ),
    pytest.param(
        'def f(a=None):\n    a = a or os.getenv("A")\n    return a or None or os.getenv("B", "x")\n',
        'def f(a=None):\n    try:\n        a = a or Secret.load("a").get()\n    except ValueError:\n        a = None\n'
        '    try:\n        b = a or None or Secret.load("b").get()\n    except ValueError:\n        b = "x"\n'
        "    return b\n",
        id="the last resort of an or, which asks for the block only where it comes to it",
    ),
    pytest.param(
        'def f():\n    a = os.getenv("A")\n    if not a:\n        raise RuntimeError("no A")\n'
        '    assert os.getenv("B")\n',
        'def f():\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n        a = None\n'
        '    if not a:\n        raise RuntimeError("no A")\n'
        '    try:\n        b = Secret.load("b").get()\n    except ValueError:\n        b = None\n    assert b\n',
        id="guards that raise something else than a load",
    ),
    pytest.param(
        'def f(call):\n    if os.getenv("A"):\n        call(os.getenv("A"))\n'
        '    call(os.getenv("A"), os.getenv("A", 1))\n',
        'def f(call):\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n        a = None\n'
        "    if a:\n        call(a)\n"
        '    try:\n        a_value = Secret.load("a").get()\n    except ValueError:\n        a_value = 1\n'
        "    call(a, a_value)\n",
        id="a value that is there already",
    ),
    pytest.param(
        'def f(n):\n    int(os.getenv("A", n))\n    n = 5\n    return int(os.getenv("A", n))\n',
        'def f(n):\n    try:\n        a = Secret.load("a").get()\n    except ValueError:\n        a = n\n    int(a)\n'
        '    n = 5\n    try:\n        a_value = Secret.load("a").get()\n    except ValueError:\n        a_value = n\n'
        "    return int(a_value)\n",
        id="a default that is another one by then",
    ),
    pytest.param(
        'def f(x):\n    if x:\n        x(os.getenv("A"))\n    x(os.getenv("A"))\n'
        '    def g():\n        x(os.getenv("A"))\n',
        'def f(x):\n    if x:\n        try:\n            a = Secret.load("a").get()\n        except ValueError:\n'
        "            a = None\n        x(a)\n"
        '    try:\n        a_value = Secret.load("a").get()\n    except ValueError:\n'
        "        a_value = None\n    x(a_value)\n    def g():\n"
        '        try:\n            a_value_2 = Secret.load("a").get()\n        except ValueError:\n'
        "            a_value_2 = None\n        x(a_value_2)\n",
        id="a value that may not be there, and another function",
    ),
    pytest.param(
        'class C:\n    def __init__(self):\n        self.a, self.b = os.getenv("A", ""), os.getenv("B", -1)\n',
        "class C:\n    def __init__(self):\n"
        '        try:\n            a = Secret.load("a").get()\n        except ValueError:\n            a = ""\n'
        '        try:\n            b = Secret.load("b").get()\n        except ValueError:\n            b = -1\n'
        "        self.a, self.b = a, b\n",
        id="two in one statement",
    ),
]


@pytest.mark.parametrize(("before", "after"), KEPT)
def test_a_handler_gives_what_the_read_gave(check_rewrite: Callable[[str, str], None], before: str, after: str) -> None:
    still_used = "import os\n" if "os." in after else ""
    check_rewrite(f"import os\n\n\n{before}", f"{still_used}{SECRET}\n\n{after}")


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x() or os.getenv('A', '')\n",
        "def f(x):\n    return x.y or os.getenv('A')\n",
        "def f(x):\n    return x or os.getenv('A') or 1\n",
        "def f(x):\n    return (x or\n        os.getenv('A'))\n",
        "def f(x):\n    return x and os.getenv('A')\n",
        "def f(x):\n    return os.getenv('A', '') if x else 1\n",
        "def f(x):\n    assert x, os.getenv('A', '')\n",
        "def f(x):\n    return 1 < x < os.getenv('A', '')\n",
        "def f(x):\n    match x:\n        case 1 if os.getenv('A'):\n            return 1\n",
        "def f(x):\n    if x:\n        return 1\n    elif os.getenv('A'):\n        return 2\n",
        "def f(x):\n    while os.getenv('A'):\n        x()\n",
        "def f(x): return os.getenv('A', '')\n",
        "def f(x):\n    y = 1; z = os.getenv('A', '')\n",
        "def f(x):\n    return os.getenv('A', x())\n",
        "def f(x):\n    return os.getenv('A', x.y)\n",
        "def f(x):\n    return os.getenv('A', '''\n''')\n",
        "def f(x):\n    return lambda: os.getenv('A', '')\n",
        "def f(x):\n    return [os.getenv('A', '') for y in x]\n",
        "def f(x):\n    for y in x:\n        y(os.getenv('A', ''))\n",
        "def f(ValueError):\n    return os.getenv('A', '')\n",
        "def f(x):\n    try:\n        return os.environ['A']\n    except KeyError:\n        return x\n",
    ],
)
def test_what_no_handler_could_keep_stays(check_untouched: Callable[[str], None], source: str) -> None:
    check_untouched(f"import os\n\n{source}")


def test_newlines_and_the_last_line_stay_as_they_are() -> None:
    source = b"import os\r\ndef f():\r\n    a = os.getenv('A', '')"
    (read,) = find_reads(ParsedModule(source))
    assert rewrite(source, [LoadSecret(read.span, "a", Form.LOAD)]) == (
        b"from prefect.blocks.system import Secret\r\ndef f():\r\n    try:\r\n        a = Secret.load('a').get()\r\n"
        b"    except ValueError:\r\n        a = ''"
    )


def test_a_comment_inside_of_the_read_keeps_it() -> None:
    source = b"import os\ndef f():\n    a = os.getenv('A',  # why\n        '')\n"
    (read,) = find_reads(ParsedModule(source))
    with pytest.raises(Refused, match="comment"):
        rewrite(source, [LoadSecret(read.span, "a", Form.LOAD)])
