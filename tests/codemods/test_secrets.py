"""Environment reads that become Secret blocks: what is written, and what stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envlift_codemods.edits import Edit, Form, LoadSecret
from envlift_codemods.parsed import Span

IMPORT = "from prefect.blocks.system import Secret\n"


def loads(form: Form = Form.LOAD, block: str = "a") -> Callable[[Span], Edit]:
    return lambda span: LoadSecret(span, block, form)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("os.environ['A']", "Secret.load('a').get()"),
        ('os.environ["A"]', 'Secret.load("a").get()'),
        ('os.environ[r"A"]', 'Secret.load("a").get()'),
        ('os.environ["""A"""]', 'Secret.load("a").get()'),
        ("os.environ[KEY]", "Secret.load('a').get()"),
        ("int(os.environ['A'])", "int(Secret.load('a').get())"),
        ("os.environ['A'].split(',')", "Secret.load('a').get().split(',')"),
        ("(os.environ['A'])", "(Secret.load('a').get())"),
        ("os.environ[\n        'A'\n    ]", "Secret.load('a').get()"),
        ("json.loads(os.environ['A'])", "json.loads(Secret.load('a').get())"),
        ("not (os.environ['A'])", "not (Secret.load('a').get())"),
        ("-1 if(os.environ)['A']else 2", "-1 if Secret.load('a').get()else 2"),
        ("f'{os.environ[\"A\"]}'", "f'{Secret.load(\"a\").get()}'"),
        ("f\"{os.environ['A']!r:>20}\"", "f\"{Secret.load('a').get()!r:>20}\""),
        ("f'{os.environ[KEY]}'", "f'{Secret.load(\"a\").get()}'"),
        ('f"{os.environ[KEY]}"', "f\"{Secret.load('a').get()}\""),
        ("f'{{{os.environ[KEY]}}}'", "f'{{{Secret.load(\"a\").get()}}}'"),
    ],
)
def test_the_expression_is_replaced_and_its_surroundings_stay(
    check_rewrite: Callable[[str, str], None], before: str, after: str
) -> None:
    source = "import json\nimport os\nfrom prefect import flow\n\nKEY = 'A'\n\n\ndef f():\n    use(os)\n    return {}\n"
    result = source.replace("from prefect import flow\n", f"from prefect import flow\n{IMPORT}")
    check_rewrite(source.replace("{}", before), result.replace("{}", after))


@pytest.mark.parametrize("read", ["os.environ.get('A')", "os.getenv(key='A')", "os.getenv('A', None)"])
def test_a_guard_right_there_lets_no_missing_value_pass(check_rewrite: Callable[[str, str], None], read: str) -> None:
    source = "import os\n\n\ndef f():\n    a = {}\n    if not a:\n        raise ValueError\n    return a\n"
    check_rewrite(source.replace("{}", read), IMPORT + source.replace("{}", "Secret.load('a').get()")[10:])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("os.environ['A']", "(await Secret.aload('a')).get()"),
        ("os.environ['A'].split()", "(await Secret.aload('a')).get().split()"),
        ("await call(os.environ['A'])", "await call((await Secret.aload('a')).get())"),
        ("[os.environ['A'], 1]", "[(await Secret.aload('a')).get(), 1]"),
        ("1 ** int(os.environ['A'])", "1 ** int((await Secret.aload('a')).get())"),
        ("f\"{os.environ['A']}\"", "f\"{(await Secret.aload('a')).get()}\""),
        ("{**x, 'k': os.environ['A']}", "{**x, 'k': (await Secret.aload('a')).get()}"),
    ],
)
def test_coroutines_await_inside_parentheses(
    check_rewrite: Callable[[str, str], None], before: str, after: str
) -> None:
    source = "import os\n\n\nasync def f():\n    use(os)\n    return {}\n"
    check_rewrite(source.replace("{}", before, 1), "import os\n" + IMPORT + source.replace("{}", after, 1)[10:])


def test_each_function_gets_its_own_form(check_rewrite: Callable[[str, str], None]) -> None:
    check_rewrite(
        """\
        import os
        from prefect import flow, task

        @flow
        async def a():
            return os.environ["A"], helper()

        @task
        def b():
            return os.environ["B"]

        def helper():
            return os.environ["C"]  # kept
        """,
        """\
        from prefect import flow, task
        from prefect.blocks.system import Secret

        @flow
        async def a():
            return (await Secret.aload("a")).get(), helper()

        @task
        def b():
            return Secret.load("b").get()

        def helper():
            return Secret.load("c", _sync=True).get()  # kept
        """,
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os\n\nTOKEN = os.environ['A']\n",
        "import os\n\ndef f(token=os.environ['A']):\n    pass\n",
        "import os\n\n@flow(name=os.environ['A'])\ndef f():\n    pass\n",
        "import os\n\n@task(retries=int(os.environ['A']))\ndef f():\n    pass\n",
        "import os\n\n@dataclass\nclass C:\n    token: str = os.environ['A']\n",
        "import os\n\nTOKEN = os.getenv('A')\nif not TOKEN:\n    raise RuntimeError\n",
        "import os\n\nclient = OpenAI(api_key=os.environ['A'])\n",
        "import os\n\nasync def f():\n    return [os.environ['A'] for _ in x]\n",
        "import os\n\nasync def f():\n    return lambda: os.environ['A']\n",
        "import os\n\nasync def f():\n    return (os.environ['A'] for _ in x)\n",
        "import os\n\ndef f():\n    for x in y:\n        call(os.environ['A'])\n",
        "import os\n\ndef f():\n    try:\n        return os.environ['A']\n    except KeyError:\n        return None\n",
        "import os\n\ndef f():\n    if 'A' in os.environ:\n        return os.environ['A']\n",
        "import os\n\ndef f():\n    os.environ['A'] = 'x'\n    del os.environ['A']\n",
        "import os\n\ndef f():\n    os.environ.setdefault('A', 'x')\n    return os.environ['A']\n",
        "import os\n\ndef f():\n    return os.environ.pop('A')\n",
        "import os\n\ndef f():\n    os.environ.update(A='x')\n",
        "import os\n\ndef f(os):\n    return os.environ['A']\n",
        "from fake import environ\n\ndef f():\n    return environ['A']\n",
        "import os\n\ndef f(env):\n    return os.environ[f'{env}_KEY']\n",
        "import os\n\ndef f():\n    return {name: os.environ[name] for name in names}\n",
        "import os\n\ndef f():\n    return {k: v for k, v in os.environ.items() if k.startswith('A')}\n",
        "import os\n\ndef f():\n    subprocess.run(x, env={**os.environ})\n",
        "def f():\n    return dotenv_values()['A']\n",
        "def f():\n    return Secret.load('a').get()\n",
    ],
)
def test_what_must_stay(check_untouched: Callable[[str], None], source: str) -> None:
    check_untouched(source)


@pytest.mark.parametrize(
    ("source", "form", "reason"),
    [
        ("import os\nx = «os.environ['A']»\n", Form.LOAD, "at import"),
        ("import os\nclass C:\n    x = «os.environ['A']»\n", Form.LOAD, "class body"),
        ("import os\ndef f(x=«os.environ['A']»): pass\n", Form.LOAD, "default argument"),
        ("import os\n@d(«os.environ['A']»)\ndef f(): pass\n", Form.LOAD, "decorator"),
        ("import os\ndef f():\n    return «os.environ['A']»\n", Form.ALOAD, "await"),
        ("import os\nasync def f():\n    return «os.environ['A']»\n", Form.LOAD, "coroutine"),
        ("import os\nasync def f():\n    return lambda: «os.environ['A']»\n", Form.ALOAD, "lambda"),
        ("import os\nasync def f():\n    return [«os.environ['A']» for x in y]\n", Form.ALOAD, "comprehension"),
        ("import os\nasync def f():\n    def g(): return «os.environ['A']»\n", Form.ALOAD, "await"),
        ("import os\ndef f():\n    return «os.environ[key]»\n", Form.LOAD, "computed"),
        ("import os\ndef f():\n    return «os.environ[  # why\n        'A']»\n", Form.LOAD, "comment"),
        ("import os\ndef f():\n    return f'{«os.environ[\"A\"]»=}'\n", Form.LOAD, "shows the text"),
        ("import os\nK = 'A'\ndef f():\n    return f'{x[f\"{«os.environ[K]»}\"]}'\n", Form.LOAD, "both quotes"),
        ("import os\ndef f():\n    «os.environ['A']» = 1\n", Form.LOAD, "neither an environment read"),
        ("def f(os):\n    return «os.environ['A']»\n", Form.LOAD, "neither an environment read"),
        ("def f():\n    return «g('A')»\n", Form.LOAD, "neither an environment read"),
        ("import os\ndef f():\n    return os.«environ»['A']\n", Form.LOAD, "no expression"),
        ("import os\ndef f():\n    return 1 # «os»\n", Form.LOAD, "no expression"),
        ("import os\ndef f(:\n    return «os.environ['A']»\n", Form.LOAD, "does not parse"),
    ],
)
def test_what_is_refused(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], source: str, form: Form, reason: str
) -> None:
    check_refused(source, loads(form), reason)


@pytest.mark.parametrize("block", ["", "A", "a_b", 'a"b', "a b", "ä"])
def test_a_block_name_that_prefect_does_not_take_is_refused(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], block: str
) -> None:
    check_refused("import os\ndef f():\n    return «os.environ['A']»\n", loads(block=block), "block name")
