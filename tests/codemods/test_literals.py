"""Literals that become Secret blocks or environment reads, with their type, or stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envlift_codemods.edits import Edit, Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import Span

CheckEdit = Callable[[str, Callable[[Span], Edit], str], None]


def to_secret(span: Span) -> Edit:
    return LoadSecret(span, "a", Form.LOAD)


def to_env(span: Span) -> Edit:
    return ReadEnvironment(span, "A")


@pytest.mark.parametrize(
    ("literal", "secret", "env"),
    [
        ("'x'", "Secret.load('a').get()", "os.environ['A']"),
        ('"x"', 'Secret.load("a").get()', 'os.environ["A"]'),
        ("r'x\\y'", "Secret.load('a').get()", "os.environ['A']"),
        ('"""x\ny"""', 'Secret.load("a").get()', 'os.environ["A"]'),
        ("('x'\n 'y')", None, None),
        ("5432", 'int(Secret.load("a").get())', 'int(os.environ["A"])'),
        ("-1", 'int(Secret.load("a").get())', 'int(os.environ["A"])'),
        ("1.5", 'float(Secret.load("a").get())', 'float(os.environ["A"])'),
    ],
)
def test_the_type_and_the_quotes_of_a_literal_are_kept(
    check_edit: CheckEdit, literal: str, secret: str | None, env: str | None
) -> None:
    inner = literal.strip("()")
    frame = "({})" if literal.startswith("(") else "{}"
    secret, env = secret or "Secret.load('a').get()", env or "os.environ['A']"
    head = "import os\nfrom prefect.blocks.system import Secret\n"
    source = f"{head}def f():\n    x = {frame.format('«' + inner + '»')}  # c\n"
    plain = source.replace("«" + inner + "»", "{}")
    check_edit(source, to_secret, plain.format(secret))
    check_edit(source, to_env, plain.format(env))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = connect(password=«'p'», user='u')", "x = connect(password=os.environ['A'], user='u')"),
        ("def f():\n    return«'p'»", "def f():\n    return os.environ['A']"),
        ("x = 1 if y else«'p'»", "x = 1 if y else os.environ['A']"),
        ("x = «'p'»if y else 2", "x = os.environ['A']if y else 2"),
        ("x = 'u:' + «'p'» + '@h'", "x = 'u:' + os.environ['A'] + '@h'"),
        ("x = f'u:{«\"p\"»}@h'", "x = f'u:{os.environ[\"A\"]}@h'"),
        ("x = «'%s'» % y", "x = os.environ['A'] % y"),
        ("class C:\n    x: str = «'p'»", "class C:\n    x: str = os.environ['A']"),
        ("def f(x=«'p'»): pass", "def f(x=os.environ['A']): pass"),
    ],
)
def test_a_literal_becomes_an_environment_read_anywhere(check_edit: CheckEdit, before: str, after: str) -> None:
    check_edit(f"import os\n{before}\n", to_env, f"import os\n{after}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «'p'»", "x = os.environ.get('A', 'p')"),
        ("x = «-1.5»", 'x = float(os.environ.get("A", -1.5))'),
        ('x = [«"""p\nq"""»]', 'x = [os.environ.get("A", """p\nq""")]'),
        ("x = («'p'\n    'q'»)", "x = (os.environ.get('A', 'p'\n    'q'))"),
        ("x = f'u:{«\"p\"»}@h'", 'x = f\'u:{os.environ.get("A", "p")}@h\''),
        ("x = 'u:' + «'p'» + '@h'", "x = 'u:' + os.environ.get('A', 'p') + '@h'"),
    ],
)
def test_a_literal_may_stay_as_the_default(check_edit: CheckEdit, before: str, after: str) -> None:
    head = "import os\n"
    check_edit(f"{head}{before}\n", lambda span: ReadEnvironment(span, "A", keeps_literal=True), f"{head}{after}\n")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f():\n    x = «b'p'»\n", "bytes"),
        ("def f():\n    x = «f'{p}'»\n", "f-string"),
        ("def f():\n    x = «f'p'»\n", "f-string"),
        ("def f():\n    x = «True»\n", "bool"),
        ("def f():\n    x = «None»\n", "neither"),
        ("def f():\n    x = «[1]»\n", "neither"),
        ("def f():\n    x = «'p'» 'q'\n", "no expression"),
        ("def f():\n    x = 'o' «'p'»\n", "no expression"),
        ("def f():\n    «'''Docstring.'''»\n", "docstring"),
        ("def f():\n    x: «'T'» = 1\n", "annotation"),
        ("def f(x: «'T'»):\n    pass\n", "annotation"),
        ("def f() -> «'T'»:\n    pass\n", "annotation"),
        ("def f() -> List[«'T'»]:\n    pass\n", "annotation"),
        ("def f():\n    match x:\n        case «'p'»:\n            pass\n", "pattern"),
        ("def f():\n    x = (  # «'p'»\n    1)\n", "no expression"),
        ("def f():\n    x = («'p' # c\n       'q'»)\n", "comment"),
        ("def f():\n    int = 1\n    x = «1»\n", "means something else"),
        ("def f():\n    x = f'{«\"p\"»=}'\n", "shows the text"),
    ],
)
@pytest.mark.parametrize("edit", [to_secret, to_env])
def test_what_is_no_literal_value_is_refused(
    check_refused: CheckEdit, source: str, reason: str, edit: Callable[[Span], Edit]
) -> None:
    check_refused("import os\n" + source, edit, f"{reason}|at import")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = «'p'»\n", "at import"),
        ("'''«x»'''\n", "no expression"),
        ("class C:\n    x = «'p'»\n", "class body"),
        ("def f(x=«'p'»): pass\n", "default argument"),
        ("@d(«'p'»)\ndef f(): pass\n", "decorator"),
        ("def f():\n    return [«'p'» for x in y]\n", "comprehension"),
    ],
)
def test_a_secret_is_not_loaded_at_import(check_refused: CheckEdit, source: str, reason: str) -> None:
    check_refused(source, to_secret, reason)


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A'"])
def test_a_variable_needs_a_name(check_refused: CheckEdit, name: str) -> None:
    check_refused("def f():\n    x = «'p'»\n", lambda span: ReadEnvironment(span, name), "is not a name")
