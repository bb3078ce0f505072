"""Where a block can be loaded, and in which form."""

from __future__ import annotations

from textwrap import dedent

import pytest

from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Form
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.reads import find_reads

SYNC, ASYNC = "def other(): pass\n", "async def other(): pass\n"


def judged(source: str, loop_above: bool | None = None) -> Form | Stays:
    module = ParsedModule(("import os\n" + dedent(source)).encode())
    read, *_ = find_reads(module)
    return form_for(module, read, loop_above)


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("from prefect import flow", "flow"),
        ("from prefect import task", "task(retries=3)"),
        ("from prefect import flow as f", "f(name='x')"),
        ("import prefect", "prefect.task"),
        ("import prefect as p", "p.flow()"),
        ("from prefect.flows import flow", "flow"),
        ("from prefect.tasks import task", "task"),
        ("from prefect import task, flow", "other\n@task"),
    ],
)
def test_a_sync_flow_or_task_runs_without_a_loop(head: str, decorator: str) -> None:
    source = f"{head}\n{ASYNC}@{decorator}\ndef g():\n    return os.environ['A']\n"
    assert judged(source) is Form.LOAD
    assert judged(source, loop_above=True) is Form.LOAD


@pytest.mark.parametrize(
    ("others", "loop_above", "form"),
    [
        (SYNC, None, Form.LOAD),
        (ASYNC, None, Form.LOAD_SYNC),
        (SYNC, True, Form.LOAD_SYNC),
        (ASYNC, False, Form.LOAD),
    ],
)
def test_a_plain_function_depends_on_what_runs_above(others: str, loop_above: bool | None, form: Form) -> None:
    assert judged(f"{others}def g():\n    return os.environ['A']\n", loop_above) is form


@pytest.mark.parametrize(
    "source",
    [
        "async def g():\n    return os.environ['A']\n",
        "from prefect import flow\n@flow\nasync def g():\n    return os.environ['A']\n",
        "class C:\n    async def g(self):\n        return os.environ['A']\n",
        "async def g():\n    yield os.environ['A']\n",
    ],
)
def test_coroutines_await(source: str) -> None:
    assert judged(source) is Form.ALOAD
    assert judged(source, loop_above=False) is Form.ALOAD


def test_a_plain_function_inside_a_coroutine_cannot_await() -> None:
    assert judged("async def g():\n    def h():\n        return os.environ['A']\n") is Form.LOAD_SYNC


def test_another_decorator_of_the_name_tells_nothing() -> None:
    assert judged(f"from luigi import task\n{ASYNC}@task\ndef g():\n    return os.environ['A']\n") is Form.LOAD_SYNC


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = os.environ['A']", "at import"),
        ("def g(x=os.environ['A']): pass", "default argument"),
        ("@d(os.environ['A'])\ndef g(): pass", "decorator"),
        ("class C:\n    x = os.environ['A']", "class body"),
        ("def g():\n    return lambda: os.environ['A']", "lambda"),
        ("def g():\n    return [os.environ['A'] for _ in x]", "comprehension"),
        ("def g():\n    for _ in x:\n        os.environ['A']", "loop"),
        ("def g():\n    return os.getenv('A', b())", "default"),
        ("import marimo\napp = marimo.App()\n@app.cell\ndef g():\n    return os.environ['A']", "a marimo notebook"),
        ("def g():\n    return x() or os.getenv('A', 'b')", "default"),
        ("def g():\n    if x: y = os.getenv('A', 'b')", "default"),
        ("def g():\n    if x:\n        use(x)\n    elif os.getenv('A'):\n        pass", "branch"),
        ("def g():\n    return os.environ[name]", "computed"),
        ("def g():\n    return os.environ['A']\nos.environ['A'] = '1'", "also sets"),
        ("def g():\n    if 'A' in os.environ:\n        return os.environ['A']", "also sets, deletes or tests"),
    ],
)
def test_what_stays_and_why(source: str, reason: str) -> None:
    found = judged(source + "\n")
    assert isinstance(found, Stays)
    assert reason in found.reason


def test_a_literal_is_judged_by_its_place_alone() -> None:
    module = ParsedModule(b"A = 'x'\ndef g():\n    b = 'y'\n")
    first, second = (
        n for n in sorted(module.nodes, key=lambda n: getattr(n, "lineno", 0)) if type(n).__name__ == "Constant"
    )
    assert isinstance(form_for(module, module.span(first)), Stays)  # type: ignore[arg-type]
    assert form_for(module, module.span(second)) is Form.LOAD  # type: ignore[arg-type]
