"""Flows, tasks, deployment calls and dotenv loads as decorators and calls say."""

from __future__ import annotations

import textwrap

import pytest

from envlift.inventory import DeploymentKind
from envlift.scanning.prefect_code.deploy_calls import find_deploy_calls
from envlift.scanning.prefect_code.flows import decorated_functions, find_flows, find_old_flows
from envlift_codemods.parsed import ParsedModule


def module(text: str) -> ParsedModule:
    return ParsedModule(textwrap.dedent(text).encode())


@pytest.mark.parametrize(
    "text",
    [
        "from prefect import flow\n@flow\ndef f(): ...",
        "from prefect import flow\n@flow(name='x')\ndef f(): ...",
        "import prefect\n@prefect.flow\ndef f(): ...",
        "import prefect as p\n@p.flow()\ndef f(): ...",
        "from prefect import flow as job\n@job\ndef f(): ...",
        "from prefect.flows import flow\n@flow\ndef f(): ...",
        "try:\n    from prefect import flow\nexcept ImportError:\n    from shim import flow\n@flow\ndef f(): ...",
    ],
)
def test_a_flow_is_found_under_every_name(text: str) -> None:
    assert [(f.entrypoint, f.is_async) for f in find_flows(module(text), "a.py")] == [("a.py:f", False)]


@pytest.mark.parametrize(
    "text",
    [
        "def flow(f): return f\n@flow\ndef f(): ...",
        "from metaflow import flow\n@flow\ndef f(): ...",
        "from prefect import task\n@task\ndef f(): ...",
    ],
)
def test_other_decorators_make_no_flow(text: str) -> None:
    assert find_flows(module(text), "a.py") == ()


def test_decorated_functions_are_flows_and_tasks_by_qualified_name() -> None:
    text = """
        from prefect import flow, task
        @flow
        async def outer():
            @task
            def inner(): ...
        def helper(): ...
    """
    assert decorated_functions(module(text)) == {"outer", "outer.inner"}


DEPLOYED = """
    from prefect import flow
    from flows.etl import nightly
    @flow
    def here(): ...
    {call}
"""


@pytest.mark.parametrize(
    ("call", "kind", "flow", "entrypoint", "name", "pool"),
    [
        ('here.deploy(name="d", work_pool_name="p")', DeploymentKind.CALL, "here", "", "d", "p"),
        ('here.deploy("d", work_pool_name="p")', DeploymentKind.CALL, "here", "", "d", "p"),
        ('nightly.to_deployment(name="d")', DeploymentKind.CALL, "flows.etl.nightly", "", "d", ""),
        ('here.serve(name="d")', DeploymentKind.SERVE, "here", "", "d", ""),
        ('here.with_options(name="x").serve(name="d")', DeploymentKind.SERVE, "here", "", "d", ""),
        (
            'flow.from_source(source=".", entrypoint="a.py:f").deploy(name="d", work_pool_name="p")',
            DeploymentKind.CALL, "", "a.py:f", "d", "p",
        ),
        (
            'remote = flow.from_source("git", "a.py:f")\nremote.deploy("d", work_pool_name=POOL)\nPOOL = "p"',
            DeploymentKind.CALL, "", "a.py:f", "d", "p",
        ),
    ],
)  # fmt: skip
def test_a_deployment_call_is_read(
    call: str, kind: DeploymentKind, flow: str, entrypoint: str, name: str, pool: str
) -> None:
    text = textwrap.dedent(DEPLOYED).format(call=call)
    (found,) = find_deploy_calls(ParsedModule(text.encode()))
    assert (found.kind, found.flow, found.entrypoint, found.name, found.pool) == (kind, flow, entrypoint, name, pool)


@pytest.mark.parametrize("call", ["build().deploy(x)", "serve(1)", "server.serve()"])
def test_other_calls_are_no_deployments(call: str) -> None:
    assert find_deploy_calls(ParsedModule(call.encode())) == ()


def test_the_environment_that_a_call_sets_already_is_known() -> None:
    call = 'here.deploy("d", work_pool_name="p", job_variables={"env": {"A": "1", "B": b()}, "image": "x"})'
    (found,) = find_deploy_calls(ParsedModule(textwrap.dedent(DEPLOYED).format(call=call).encode()))
    assert {name: value.reveal() for name, value in found.env.items()} == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('from prefect import Flow, task\nwith Flow("etl") as flow:\n    load()', (2,)),
        ('import prefect\nwith prefect.Flow(name="etl"):\n    pass\nwith prefect.Flow("b"): pass', (2, 4)),
        ('from prefect import Flow as F\ndef build():\n    with F("etl") as flow:\n        return flow', (3,)),
        # of later versions, or of others
        ("from prefect import Flow, flow\n@flow\ndef f(): ...\ncopy = Flow(f)", ()),
        ('from metaflow import Flow\nwith Flow("etl"): pass', ()),
        ("from prefect import tags\nwith tags('a'): pass", ()),
    ],
)
def test_flows_of_prefect_1(text: str, lines: tuple[int, ...]) -> None:
    assert find_old_flows(module(text)) == lines
