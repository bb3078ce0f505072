"""Module-level constants that sink into the functions that use them, and those that cannot."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.constant_uses import uses_of_constant
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import Edit, Form, Refused, SinkConstant, WhenMissing
from envlift_codemods.one_file import block_name
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

SECRET = "from prefect.blocks.system import Secret"


def sinks(source: bytes) -> list[Edit]:
    """An edit for every constant of a file; what cannot sink is for the rewriting to say."""
    module = ParsedModule(source)
    edits: list[Edit] = []
    for read in find_reads(module):
        if read.place is Place.MODULE:
            found = constant_of(module, read)
            name, wrapped = (found.name, found.wrapped) if isinstance(found, Constant) else ("", "{}")
            missing = missing_of(found) if isinstance(found, Constant) else WhenMissing.RAISES
            edits.append(SinkConstant(read.span, block_name(read.name or "x"), name, Form.LOAD, wrapped, missing))
    return edits


def hardcoded_sinks(source: bytes) -> list[Edit]:
    """An edit for every literal that a name ending in ``_KEY`` is given."""
    module = ParsedModule(source)
    edits: list[Edit] = []
    for name, node in assigned_literals(module):
        if name.endswith("_KEY"):
            found = constant_of(module, module.span(node))
            constant, wrapped = (found.name, found.wrapped) if isinstance(found, Constant) else (name, "{}")
            edits.append(SinkConstant(module.span(node), block_name(name), constant, Form.LOAD, wrapped))
    return edits


def missing_of(constant: Constant) -> WhenMissing:
    found = constant.when_missing()
    return found if isinstance(found, WhenMissing) else WhenMissing.RAISES


def sunk(source: str) -> str:
    code = dedent(source).encode()
    result = rewrite(code, sinks(code))
    assert rewrite(result, sinks(result)) == result
    return result.decode()


GOES = [
    pytest.param(
        """\
        import os

        TOKEN = os.environ["T"]


        def f():
            return TOKEN
        """,
        f"""\
        {SECRET}


        def f():
            TOKEN = Secret.load("t").get()
            return TOKEN
        """,
        id="plain",
    ),
    pytest.param(
        """\
        import os

        from prefect import flow, task

        PIN = int(os.environ["PIN"].strip())


        @task
        def f(x):
            \"""Doc.\"""
            for _ in x:
                use(PIN)


        @flow
        async def g():
            # Why.
            return await h(PIN), PIN


        def untouched():
            return os.sep
        """,
        f"""\
        import os

        from prefect import flow, task
        {SECRET}


        @task
        def f(x):
            \"""Doc.\"""
            PIN = int(Secret.load("pin").get().strip())
            for _ in x:
                use(PIN)


        @flow
        async def g():
            PIN = int((await Secret.aload("pin")).get().strip())
            # Why.
            return await h(PIN), PIN


        def untouched():
            return os.sep
        """,
        id="wrapped, in every form, behind docstrings, before loops",
    ),
    pytest.param(
        """\
        import os
        import sys

        TOKEN = os.getenv("T")  # of the shop
        if not TOKEN:
            print("no token")
            sys.exit(1)
        USER = os.environ["U"]
        assert USER, "no user"

        X = 1


        class C:
            def m(self):
                def inner():
                    return [TOKEN for _ in self]
                return lambda: (inner(), USER)
        """,
        f"""\
        {SECRET}

        X = 1


        class C:
            def m(self):
                TOKEN = Secret.load("t").get()  # of the shop
                USER = Secret.load("u").get()
                def inner():
                    return [TOKEN for _ in self]
                return lambda: (inner(), USER)
        """,
        id="guards go, the comment moves, inner functions see the outer one's variable",
    ),
    pytest.param(
        """\
        import os
        TOKEN: str = os.environ["T"]  # noqa: S105
        KEY = os.environ["KEY"].replace("\\\\n", "\\n")
        def f(): return TOKEN
        def g(a=1): x = KEY; return x, os
        """,
        f"""\
        import os
        {SECRET}
        def f(): TOKEN = Secret.load("t").get(); return TOKEN
        def g(a=1): KEY = Secret.load("key").get().replace("\\\\n", "\\n"); x = KEY; return x, os
        """,
        id="bodies on the line of their head",
    ),
    pytest.param(
        """\
        import os
        TOKEN = os.environ["T"]
        def f():
            @decorated(TOKEN)
            def g(a=TOKEN):
                return a
            return g
        """,
        f"""\
        {SECRET}
        def f():
            TOKEN = Secret.load("t").get()
            @decorated(TOKEN)
            def g(a=TOKEN):
                return a
            return g
        """,
        id="ahead of a decorator in the function",
    ),
    pytest.param(
        """\
        import os
        from urllib.parse import quote_plus

        USER = "app"
        PASSWORD = os.environ["PASSWORD"]
        DSN = f"postgresql://{USER}:{quote_plus(PASSWORD)}@db"
        # What the shop wants.
        HEADERS = {
            "Authorization": "Bearer " + PASSWORD,  # as told
            "X-User": USER,
        }
        ALL = HEADERS


        def f():
            return DSN


        def g():
            return ALL, PASSWORD


        def h():
            return USER
        """,
        f"""\
        from urllib.parse import quote_plus
        {SECRET}

        USER = "app"
        # What the shop wants.


        def f():
            PASSWORD = Secret.load("password").get()
            DSN = f"postgresql://{{USER}}:{{quote_plus(PASSWORD)}}@db"
            return DSN


        def g():
            PASSWORD = Secret.load("password").get()
            HEADERS = {{
                "Authorization": "Bearer " + PASSWORD,  # as told
                "X-User": USER,
            }}
            ALL = HEADERS
            return ALL, PASSWORD


        def h():
            return USER
        """,
        id="what is made from it sinks with it",
    ),
    pytest.param(
        """\
        import os
        TOKEN = os.environ["T"]
        def f(TOKEN):
            return TOKEN
        def g():
            TOKEN = 1
            return [TOKEN for TOKEN in x]
        def h():
            return TOKEN
        """,
        f"""\
        {SECRET}
        def f(TOKEN):
            return TOKEN
        def g():
            TOKEN = 1
            return [TOKEN for TOKEN in x]
        def h():
            TOKEN = Secret.load("t").get()
            return TOKEN
        """,
        id="others of its name stay",
    ),
]


@pytest.mark.parametrize(("before", "after"), GOES)
def test_a_constant_sinks_into_the_functions_that_use_it(before: str, after: str) -> None:
    result = sunk(before)
    assert result == dedent(after)
    ast.parse(result)


def check_stays(source: str, reason: str) -> None:
    code = dedent(source).encode()
    with pytest.raises(Refused, match=reason):
        rewrite(code, sinks(code))


PARTS = [
    pytest.param(
        """\
        import os

        USER = "etl"
        SHOP = {
            "user": USER,
            "password": os.environ["PASSWORD"],  # of the shop
            "port": 5432,
        }


        def f():
            return connect(**SHOP)


        async def g():
            for page in pages:
                use(SHOP["password"], page)


        def h(SHOP):
            return SHOP, USER
        """,
        f"""\
        {SECRET}

        USER = "etl"


        def f():
            password = Secret.load("password").get()
            SHOP = {{
                "user": USER,
                "password": password,  # of the shop
                "port": 5432,
            }}
            return connect(**SHOP)


        async def g():
            password = (await Secret.aload("password")).get()
            SHOP = {{
                "user": USER,
                "password": password,  # of the shop
                "port": 5432,
            }}
            for page in pages:
                use(SHOP["password"], page)


        def h(SHOP):
            return SHOP, USER
        """,
        id="a dict",
    ),
    pytest.param(
        """\
        import os

        from urllib.parse import quote_plus

        USER = "etl"
        DSN = "postgresql://" + f"{quote_plus(USER)}:{os.environ['PASSWORD'].replace('*** ', '')}@db"
        URL: str = "u" + DSN


        def f(password):
            return URL
        """,
        f"""\
        from urllib.parse import quote_plus
        {SECRET}

        USER = "etl"


        def f(password):
            password_value = Secret.load("password").get()
            DSN = "postgresql://" + f"{{quote_plus(USER)}}:{{password_value.replace('*** ', '')}}@db"
            URL: str = "u" + DSN
            return URL
        """,
        id="a part of a text, and what is made from it",
    ),
    pytest.param(
        """\
        import os

        TOKENS = [os.getenv("T"), "none"]
        HEADERS = {"key": os.environ.get("KEY", "none")}


        def f():
            return TOKENS, HEADERS
        """,
        f"""\
        {SECRET}


        def f():
            try:
                t = Secret.load("t").get()
            except ValueError:
                t = None
            try:
                key = Secret.load("key").get()
            except ValueError:
                key = "none"
            TOKENS = [t, "none"]
            HEADERS = {{"key": key}}
            return TOKENS, HEADERS
        """,
        id="parts that may be missing",
    ),
]


@pytest.mark.parametrize(
    "body",
    [
        "h = H\n    return h['a']",
        "h = dict(H)\n    h['b'] = 1",
        "h = {**H}\n    h.update(x=1)",
        "h = H['a'].strip()",
        "h = H\n    h += other",
        "return H is None",
    ],
)
def test_a_dict_that_is_only_read_or_copied_sinks(body: str) -> None:
    head = "import os\n\nTOKEN = os.environ['T']\nH = {'a': TOKEN}\n\n\n"
    assert f"    H = {{'a': TOKEN}}\n    {body}" in sunk(f"{head}def f():\n    {body}\n")


@pytest.mark.parametrize(("before", "after"), PARTS)
def test_a_part_of_a_constant_sinks_with_all_of_it(before: str, after: str) -> None:
    result = sunk(before)
    assert result == dedent(after)
    ast.parse(result)


def test_a_hardcoded_part_sinks_too_and_keeps_its_type() -> None:
    source = b'SHOP = {"pin": 4711, "token": "q7Rk92mz"}\ndef f():\n    return SHOP\n'
    module = ParsedModule(source)
    spans = {node.value: module.span(node) for node in module.of(ast.Constant)}
    edits = [
        SinkConstant(spans[4711], "shop-pin", "SHOP", Form.LOAD, "int({})"),
        SinkConstant(spans["q7Rk92mz"], "shop-token", "SHOP", Form.LOAD),
    ]
    assert rewrite(source, edits).decode() == (
        f"{SECRET}\n\ndef f():\n"
        '    shop_pin = int(Secret.load("shop-pin").get())\n    shop_token = Secret.load("shop-token").get()\n'
        '    SHOP = {"pin": shop_pin, "token": shop_token}\n    return SHOP\n'
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("H = {'a': os.environ['T']}\nc = Client(H)\ndef f():\n    return H\n", "used at import"),
        ("H = {'a': os.environ['T']}\ndef f():\n    H['b'] = 1\n", "is changed there"),
        ("H = [os.environ['T']]\ndef f():\n    H.append(1)\n", "is changed there"),
        ("H = [os.environ['T']]\ndef f():\n    h = H\n    h += [1]\n", "is changed there"),
        ("H = {'a': os.environ['T']}\ndef f():\n    h: dict = H\n    h |= other\n", "is changed there"),
        ("H = [os.environ['T']]\ndef f():\n    if h := H:\n        h.sort()\n", "is changed there"),
        ("H = [os.environ['T']]\ndef f(h):\n    return h is not H\n", "is looked for there"),
        ("H = [os.environ['T']]\nif not H:\n    raise ValueError\ndef f():\n    return H\n", "used at import"),
        ("H = {'a': os.environ['T'], 'b': now()}\ndef f():\n    return H\n", "part of something else"),
        ("H = {'a': os.environ['T'], 'b': os.environ['U']}\ndef f():\n    return H\n", "part of something else"),
        ("H = {'a': os.environ['T'], 'b': os.sep}\ndef f():\n    return H\n", "part of something else"),
        ("H = {'a': os.environ['T']}\nH = 1\ndef f():\n    return H\n", "part of something else"),
        ("U = 1\nH = {'a': os.environ['T'], 'u': U}\ndef f(U):\n    return H\n", "the function has another U"),
        ("H = {'a': os.environ['T']}\ndef f():\n    return H\nfor t in x: t_value = 1\n", None),
        ("H = f\"{os.environ['T']=}\"\ndef f():\n    return H\n", "shows the text"),
        ("H = {'a': os.environ[  # why\n    'T'\n]}\ndef f():\n    return H\n", "comment"),
        ("H = {'a': os.environ['T']}\n__all__ = ['H']\ndef f():\n    return H\n", "__all__"),
    ],
)
def test_a_part_stays_with_what_cannot_be_made_again(source: str, reason: str | None) -> None:
    if reason is not None:
        check_stays("import os\n" + source, reason)
    else:
        assert "t_value_2 = Secret" in sunk("import os\n" + source)


HARDCODED = [
    pytest.param(
        """\
        SHOP_KEY = "q7Rk92mz"
        if not SHOP_KEY:
            raise ValueError("no key")
        HEADERS = {"X-Key": SHOP_KEY, "X-User": "etl"}


        def f():
            return SHOP_KEY


        async def g():
            return HEADERS
        """,
        f"""\
        {SECRET}


        def f():
            SHOP_KEY = Secret.load("shop-key").get()
            return SHOP_KEY


        async def g():
            SHOP_KEY = (await Secret.aload("shop-key")).get()
            HEADERS = {{"X-Key": SHOP_KEY, "X-User": "etl"}}
            return HEADERS
        """,
        id="with its guard and what is made from it",
    ),
    pytest.param(
        """\
        from typing import Final

        PIN_KEY: Final = 4711  # of the safe
        RATE_KEY = -1.5


        def f(pages):
            for page in pages:
                use(page, PIN_KEY, RATE_KEY)
        """,
        f"""\
        {SECRET}


        def f(pages):
            PIN_KEY = int(Secret.load("pin-key").get())  # of the safe
            RATE_KEY = float(Secret.load("rate-key").get())
            for page in pages:
                use(page, PIN_KEY, RATE_KEY)
        """,
        id="a number stays one",
    ),
    pytest.param(
        """\
        SIGNING_KEY = '''-----BEGIN KEY-----
        q7Rk92mz
        -----END KEY-----
        '''
        OTHER_KEY = "q7Rk" "92mz"
        def f():
            return SIGNING_KEY, OTHER_KEY, 'x'
        """,
        f"""\
        {SECRET}

        def f():
            SIGNING_KEY = Secret.load("signing-key").get()
            OTHER_KEY = Secret.load("other-key").get()
            return SIGNING_KEY, OTHER_KEY, 'x'
        """,
        id="a text of several lines or several parts",
    ),
]


@pytest.mark.parametrize(("before", "after"), HARDCODED)
def test_a_hardcoded_constant_sinks_as_a_read_does(before: str, after: str) -> None:
    code = dedent(before).encode()
    result = rewrite(code, hardcoded_sinks(code))
    assert result.decode() == dedent(after)
    assert hardcoded_sinks(result) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("SHOP_KEY = 'q7Rk92mz'\nclient = Client(SHOP_KEY)\n", "used at import"),
        ("SHOP_KEY = 'q7Rk92mz'\nSHOP_KEY = f(SHOP_KEY)\n", "assigned more than once"),
        ("SHOP_KEY = 'a'\nSHOP_KEY = 'b'\ndef f():\n    return SHOP_KEY\n", "assigned more than once"),
        ("if x:\n    SHOP_KEY = 'q7Rk92mz'\ndef f():\n    return SHOP_KEY\n", "in a branch"),
        ("class C:\n    SHOP_KEY = 'q7Rk92mz'\n", "in a branch or block"),
        ("A_KEY = SHOP_KEY = 'q7Rk92mz'\ndef f():\n    return SHOP_KEY\n", "part of something else"),
        ("SHOP_KEY = b'q7Rk92mz'\ndef f():\n    return SHOP_KEY\n", "neither"),
        ("SHOP_KEY = (\n    'q7Rk'  # one\n    '92mz'\n)\ndef f():\n    return SHOP_KEY\n", "comment would be lost"),
        ("SHOP_KEY = 'a'\nif SHOP_KEY == 'a':\n    raise ValueError\ndef f():\n    return SHOP_KEY\n", "at import"),
        ("import marimo\napp = marimo.App()\nSHOP_KEY = 'a'\ndef f():\n    return SHOP_KEY\n", "marimo"),
    ],
)
def test_a_hardcoded_constant_stays_where_an_import_needs_it(source: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rewrite(source.encode(), hardcoded_sinks(source.encode()))


HEAD = "import os\nTOKEN = os.environ['T']\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("client = Client(TOKEN)\n", "used at import"),
        ("def f(a=TOKEN):\n    return TOKEN\n", "used at import \\(default argument\\)"),
        ("@f(TOKEN)\ndef g():\n    return TOKEN\n", "used at import \\(decorator\\)"),
        ("class C:\n    token = TOKEN\n", "used at import \\(class body\\)"),
        ("if __name__ == '__main__':\n    f(TOKEN)\n", "used at import"),
        ("if not TOKEN:\n    alert()\n    raise SystemExit\ndef f():\n    return TOKEN\n", "used at import"),
        ("if not TOKEN:\n    TOKEN = 'x'\ndef f():\n    return TOKEN\n", "assigned more than once"),
        ("if not TOKEN and x:\n    raise ValueError\ndef f():\n    return TOKEN\n", "used at import"),
        ("def f():\n    global TOKEN\n    TOKEN = 'x'\n", "assigned more than once|global"),
        ("def f():\n    global TOKEN\n    return TOKEN\n", "global TOKEN"),
        ("del TOKEN\n", "assigned more than once"),
        ("__all__ = ['TOKEN']\ndef f():\n    return TOKEN\n", "__all__"),
        ("__all__ = []\n__all__ += ['TOKEN']\ndef f():\n    return TOKEN\n", "__all__"),
        ("def f():\n    return globals()[x], TOKEN\n", "globals\\(\\)"),
        ("f = lambda: TOKEN\n", "lambda outside"),
        ("class C:\n    TOKEN = TOKEN\n", "another TOKEN is made from it"),
        ("H = {'a': TOKEN}\nc = Client(H)\ndef f():\n    return H\n", "used at import"),
        ("H = {'a': TOKEN}\ndef f():\n    H['b'] = 1\n", "H, which each function would make for itself, is changed"),
        ("H = [TOKEN]\ndef f():\n    H.append(1)\n", "H, which each function would make for itself, is changed"),
        ("H = {'a': TOKEN}\ndef f():\n    h = H\n    h['b'] = 1\n    return h\n", "is changed there"),
        ("H = {'a': [TOKEN]}\ndef f():\n    a = H['a']\n    b = a\n    b.append(1)\n", "is changed there"),
        ("H = {'a': {'t': TOKEN}}\ndef f():\n    H['a']['b'] = 1\n", "is changed there"),
        ("X = TOKEN\ndef f(TOKEN):\n    return X\n", "the function has another TOKEN"),
        ("U = 'etl'\nX = U + TOKEN\ndef f(U):\n    return X\n", "the function has another U"),
        ("U = 'etl'\nX = U + TOKEN\nY = [X]\ndef f():\n    U = 1\n    return Y\n", "the function has another U"),
        ("def str(x):\n    return 'x'\nX = str(TOKEN)\ndef f():\n    return X\n", "used at import"),
        ("X = TOKEN\nX = 1\ndef f():\n    return X\n", "used at import"),
        ("X = TOKEN + now()\ndef f():\n    return X\n", "used at import"),
        ("X = TOKEN + os.sep\ndef f():\n    return X\n", "used at import"),
        ("X = TOKEN\n__all__ = ['X']\ndef f():\n    return X\n", "__all__"),
        ("def f():\n    TOKEN = TOKEN or 'x'\n    return TOKEN\n", "another TOKEN is made from it"),
        ("class C:\n    x = TOKEN\n    TOKEN = 'y'\n", "another TOKEN is made from it"),
        ("x = [TOKEN for _ in y]\n", "used at import"),
        ("class C:\n    def f(self, a: TOKEN):\n        return TOKEN\n", "used at import"),
    ],
)
def test_what_must_see_the_constant_keeps_it(source: str, reason: str) -> None:
    check_stays(HEAD + source, reason)


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("TOKEN = os.getenv('T', x)", "its default is computed"),
        ("TOKEN = os.getenv('T', 'x')\ndef g():\n    return TOKEN", "in several functions"),
        ("TOKEN = os.getenv('T', '')\nif not TOKEN:\n    raise ValueError", "a guard besides"),
        ("TOKEN = str(os.getenv('T'))\nif not TOKEN:\n    raise ValueError", "lets the text None pass"),
        ("TOKEN = os.getenv('T') or 'x'", "part of something else"),
        ("TOKEN = f(os.environ['T'])", "part of something else"),
        ("TOKEN = os.environ['T'].split(',')", "part of something else"),
        ("TOKEN = OTHER = os.environ['T']", "part of something else"),
        ("if x:\n    TOKEN = os.environ['T']", "branch"),
        ("try:\n    TOKEN = os.environ['T']\nexcept KeyError:\n    TOKEN = ''", "branch"),
        ("TOKEN = os.environ[\n    'T'\n]", "several lines"),
        ("TOKEN = os.environ['T']; X = 1", "shares its line"),
        ("TOKEN = os.environ[KEY]", "computed"),
        ("os.environ['T'] = 'x'\nTOKEN = os.environ['T']", "sets, deletes"),
        ("def int(x):\n    return x\nTOKEN = int(os.environ['T'])", "part of something else"),
    ],
)
def test_a_definition_that_cannot_be_repeated_stays(definition: str, reason: str) -> None:
    check_stays(f"import os\n{definition}\ndef f():\n    return TOKEN\n", reason)


def test_a_comment_that_nothing_could_take_keeps_the_constant() -> None:
    check_stays("import os\nTOKEN = os.environ['T']  # of the shop\n", "comment")


def kept(name: str, block: str, default: str) -> str:
    return (
        f'    try:\n        {name} = Secret.load("{block}").get()\n    except ValueError:\n        {name} = {default}\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'T = os.getenv("T", "")  # ours\n\n\ndef f():\n    return T\n',
            '\n\ndef f():\n    try:\n        T = Secret.load("t").get()  # ours\n'
            '    except ValueError:\n        T = ""\n    return T\n',
        ),
        (
            "T = os.getenv('T', 'x').strip()\n\n\ndef f():\n    return T\n",
            "\n\ndef f():\n" + kept("T", "t", "'x'").replace('"', "'") + "    T = T.strip()\n    return T\n",
        ),
        (
            'T = int(os.getenv("T", 5))\n\n\ndef f():\n    return T\n',
            "\n\ndef f():\n" + kept("T", "t", "5") + "    T = int(T)\n    return T\n",
        ),
        (
            'T = os.getenv("T")\n\n\ndef f():\n    if T:\n        return T\n\n\ndef g():\n    return T\n',
            f"\n\ndef f():\n{kept('T', 't', 'None')}    if T:\n        return T\n\n\n"
            f"def g():\n{kept('T', 't', 'None')}    return T\n",
        ),
        (
            'T = os.getenv("T")\nX = T\n\n\ndef f():\n    return X or 1\n',
            f"\n\ndef f():\n{kept('T', 't', 'None')}    X = T\n    return X or 1\n",
        ),
        # No run goes on without the value today, so none does tomorrow.
        (
            'T = os.getenv("T")\nif not T:\n    raise ValueError\n\n\ndef f():\n    return T or 1\n',
            '\n\ndef f():\n    T = Secret.load("t").get()\n    return T or 1\n',
        ),
        (
            'T = os.environ["T"]\n\n\ndef f():\n    return T or 1\n',
            '\n\ndef f():\n    T = Secret.load("t").get()\n    return T or 1\n',
        ),
    ],
)
def test_the_functions_go_on_as_before_where_there_is_no_block(before: str, after: str) -> None:
    assert sunk(f"import os\n\n{before}") == f"{SECRET}\n{after}"


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("T = os.getenv('T')\ndef f():\n    return T or 1\n", WhenMissing.RAISES),
        ("T = os.getenv('T')\ndef f():\n    return T\n", WhenMissing.EMPTY),
        ("T = os.environ['T']\ndef f():\n    return T\n", WhenMissing.NONE),
        ("T = os.getenv('T')\nif not T:\n    raise ValueError\ndef f():\n    return T\n", WhenMissing.NONE),
    ],
)
def test_another_stand_in_than_the_code_gives_is_refused(source: str, missing: WhenMissing) -> None:
    code = f"import os\n{source}".encode()
    (read,) = find_reads(ParsedModule(code))
    with pytest.raises(Refused, match="not what the plan says"):
        rewrite(code, [SinkConstant(read.span, "t", "T", Form.LOAD, missing=missing)])


def test_a_head_without_room_for_a_handler_keeps_the_constant() -> None:
    check_stays("import os\nT = os.getenv('T', '')\ndef f(): return T\n", "several lines")


def test_a_name_of_the_handler_that_means_something_else_keeps_the_constant() -> None:
    check_stays("import os\nT = os.getenv('T', '')\ndef f(ValueError):\n    return T\n", "ValueError")


# In the files that import it.


def importing(source: str, *, wrapped: str = "{}", missing: WhenMissing = WhenMissing.RAISES) -> str:
    """The edit at the imported name that is marked."""
    text = dedent(source)
    start = text.index("«")
    line, column = text[:start].count("\n") + 1, start - (text.rfind("\n", 0, start) + 1)
    length = text.index("»") - 1 - start
    code = text.replace("«", "").replace("»", "").encode()
    edit = SinkConstant(Span(line, column, line, column + length), "t", "TOKEN", Form.LOAD_SYNC, wrapped, missing)
    return rewrite(code, [edit]).decode()


LOAD = 'TOKEN = Secret.load("t", _sync=True).get()'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from config import «TOKEN»\n\n\ndef f():\n    return TOKEN\n",
            f"{SECRET}\n\n\ndef f():\n    {LOAD}\n    return TOKEN\n",
        ),
        (
            "from config import URL, «TOKEN as T»  # noqa: E402\n\n\ndef f():\n    return T, URL\n",
            f"from config import URL  # noqa: E402\n{SECRET}  # noqa: E402\n\n\n"
            f"def f():\n    {LOAD.replace('TOKEN', 'T')}\n    return T, URL\n",
        ),
        (
            "import «config»\n\n\ndef f():\n    return config.TOKEN, config . TOKEN\n",
            f"{SECRET}\n\n\ndef f():\n    {LOAD}\n    return TOKEN, TOKEN\n",
        ),
        (
            "from . import «config as c»\n\n\ndef f():\n    return c.TOKEN, c.URL\n",
            f"{SECRET}\n\nfrom . import config as c\n\n\ndef f():\n    {LOAD}\n    return TOKEN, c.URL\n",
        ),
        (
            "import «a.config»\nimport a.other\n\n\ndef f():\n    return a.config.TOKEN, a.other.x\n",
            f"import a.config\nimport a.other\n{SECRET}\n\n\ndef f():\n    {LOAD}\n    return TOKEN, a.other.x\n",
        ),
        (
            "from config import (\n    URL,\n    «TOKEN»,\n)\n\n\n@flow\nasync def f():\n    return TOKEN, URL\n",
            f"from config import (\n    URL,\n)\n{SECRET}\n\n\n@flow\nasync def f():\n"
            '    TOKEN = (await Secret.aload("t")).get()\n    return TOKEN, URL\n',
        ),
        ("from .config import «TOKEN», URL\n", "from .config import URL\n"),
    ],
)
def test_an_importer_loads_for_itself(before: str, after: str) -> None:
    assert importing(before) == after


def test_an_importer_goes_on_as_before_where_there_is_no_block() -> None:
    source = "import «config»\n\n\ndef f():\n    return config.TOKEN or 1\n"
    handler = f"    try:\n        {LOAD}\n    except ValueError:\n        TOKEN = "
    head, body = f"{SECRET}\n\n\ndef f():\n", "\n    return TOKEN or 1\n"
    assert importing(source, missing=WhenMissing.NONE) == f"{head}{handler}None{body}"
    assert importing(source, missing=WhenMissing.EMPTY) == f'{head}{handler}""{body}'
    with pytest.raises(Refused, match="another file"):
        importing(source, missing=WhenMissing.DEFAULT)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("from config import «TOKEN»\nx = TOKEN\n", "no function uses that"),
        ("from config import «TOKEN»\nx = f(TOKEN)\n", "used at import"),
        ("def f():\n    from config import «TOKEN»\n    return TOKEN\n", "inside of a function"),
        ("try:\n    from config import «TOKEN»\nexcept ImportError:\n    TOKEN = ''\n", "function or branch"),
        ("if TYPE_CHECKING:\n    from config import «TOKEN»\n", "function or branch"),
        ("from config import «TOKEN»  # ours\ndef f():\n    return TOKEN\n", "a comment stands with its import"),
        ("from config import (\n    «TOKEN»,  # ours\n)\ndef f():\n    return TOKEN\n", "a comment stands with its"),
        ("from config import «TOKEN as TOKEN»\ndef f():\n    return TOKEN\n", "passed on"),
        ("from config import «TOKEN»\nTOKEN = TOKEN or 'x'\n", "bound more than once"),
        ("from config import «TOKEN»\n__all__ = ['TOKEN']\n", "__all__"),
        ("import «config»\ndef f():\n    return getattr(config, 'TOKEN')\n", "handed on"),
        ("import «config»\ndef f():\n    config.TOKEN = 'x'\n", "assigned"),
        ("import «config»\ndef f(TOKEN):\n    return config.TOKEN + TOKEN\n", "another TOKEN"),
        ("import «config»\nTOKEN = 1\ndef f():\n    return config.TOKEN + TOKEN\n", "another TOKEN"),
        ("import «config»\nx = config.TOKEN\n", "used at import"),
        ("import «config»\ndef f():\n    return f'{config.TOKEN=}', config.URL\n", "shows how TOKEN is written"),
        ("import «config»\ndef f():\n    return f'{len( config . TOKEN ) = }', config.URL\n", "shows how TOKEN"),
        ("import «config»\ndef f():\n    importlib.reload(config)\n    return config.TOKEN\n", "handed on"),
    ],
)
def test_an_importer_that_needs_the_constant_is_refused(source: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        importing(source)


def test_an_import_whose_names_all_go_keeps_its_comment() -> None:
    source = b"from config import PIN, TOKEN  # ours\ndef f():\n    return PIN, TOKEN\n"
    edits = [
        SinkConstant(Span(1, 19, 1, 22), "p", "PIN", Form.LOAD),
        SinkConstant(Span(1, 24, 1, 29), "t", "TOKEN", Form.LOAD),
    ]
    with pytest.raises(Refused, match="a comment stands with the import"):
        rewrite(source, edits)
    assert rewrite(source, edits[:1]).startswith(b"from config import TOKEN  # ours\n")


def test_the_uses_of_a_file_say_where_they_run() -> None:
    module = ParsedModule(
        b"import config\nx = config.TOKEN\nclass C:\n    def m(self):\n        return [config.TOKEN for _ in self]\n"
    )
    uses = uses_of_constant(module, "config.TOKEN")
    assert [(use.span.line, use.function, use.obstacle) for use in uses] == [
        (2, "", "TOKEN is used at import (module)"),
        (5, "C.m", ""),
    ]
