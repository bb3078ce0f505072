"""The deployments of a repository, however they are declared, and what they send to Prefect."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Deployment, DeploymentKind
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOWS = """
from prefect import flow, serve, deploy
@flow
def etl(): ...
@flow
def other(): ...
"""
IN_YAML = """
deployments:
- name: nightly
  entrypoint: {}
  work_pool: {{name: pool}}
"""


@pytest.fixture
def declared(make_repository: MakeRepository) -> Callable[[str], tuple[Deployment, ...]]:
    def scan(calls: str) -> tuple[Deployment, ...]:
        return scan_repository(make_repository({"a.py": FLOWS + textwrap.dedent(calls)})).deployments

    return scan


Declared = Callable[[str], tuple[Deployment, ...]]
CALL, SERVE = DeploymentKind.CALL, DeploymentKind.SERVE


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ("etl.deploy('x', work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("etl.serve('x')", [("x", SERVE, "a.py:etl", "")]),
        ("serve(etl.to_deployment('x'), other.to_deployment('y'))",
         [("x", SERVE, "a.py:etl", ""), ("y", SERVE, "a.py:other", "")]),
        ("a = etl.to_deployment('x')\nserve(a)", [("x", SERVE, "a.py:etl", "")]),
        ("all = []\nall.append(etl.to_deployment('x'))\nserve(*all)", [("x", SERVE, "a.py:etl", "")]),
        ("all = [etl.to_deployment('x')]\nserve(*all)", [("x", SERVE, "a.py:etl", "")]),
        ("all = []\nall.append(etl.to_deployment('x'))\nlog(*all)", [("x", CALL, "a.py:etl", "")]),
        ("deploy(etl.to_deployment('x'), work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("a = etl.to_deployment('x')\ndeploy(a, work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("deploy(etl.to_deployment('x', work_pool_name='q'), work_pool_name='p')", [("x", CALL, "a.py:etl", "q")]),
        ("flow.from_source('.', 'a.py:etl').deploy('x', work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("from typing import Any, cast\nf = cast(Any, flow.from_source('.', 'a.py:etl'))\n"
         "f.deploy('x', work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("def made():\n    return [etl.to_deployment('x')]\nserve(*made())", [("x", SERVE, "a.py:etl", "")]),
        ("def made():\n    return [etl.to_deployment('x')]\nserve(*made())\ndeploy(*made(), work_pool_name='p')",
         [("x", CALL, "a.py:etl", "")]),
        ("from prefect.runner import serve as run\na = etl.to_deployment('x')\nrun(a)", [("x", SERVE, "a.py:etl", "")]),
        ("f = flow.from_source(source='.', entrypoint='a.py:etl')\nf.serve('x')", [("x", SERVE, "a.py:etl", "")]),
        ("async def main():\n    f = await flow.from_source('.', entrypoint='a.py:etl')\n    await f.deploy('x')",
         [("x", CALL, "a.py:etl", "")]),
        ("etl.with_options(name='z').deploy('x', work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("from prefect.runner import Runner\nrunner = Runner()\nrunner.add_flow(etl, name='x')",
         [("x", SERVE, "a.py:etl", "")]),
        ("from prefect import Runner\nRunner().add_deployment(etl.to_deployment('x'))", [("x", SERVE, "a.py:etl", "")]),
        ("from prefect.deployments.runner import RunnerDeployment\n"
         "RunnerDeployment.from_entrypoint('a.py:etl', 'x', work_pool_name='p')", [("x", CALL, "a.py:etl", "p")]),
        ("from prefect.deployments.runner import RunnerDeployment\nRunnerDeployment.from_flow(other, name='x')",
         [("x", CALL, "a.py:other", "")]),
        ("print('deploy', etl)", []),
        ("storage.deploy('x')", []),
        ("class A:\n    def deploy(self, n): ...\nA().deploy('x')", []),
        ("from elsewhere import RunnerDeployment\nRunnerDeployment.from_flow(etl, name='x')", []),
        ("import boto3\nboto3.client('s3').deploy('x')", []),
    ],
)  # fmt: skip
def test_a_call_that_makes_a_deployment(declared: Declared, calls: str, found: list[object]) -> None:
    assert [(d.name, d.kind, d.entrypoint, d.pool) for d in declared(calls)] == found
    assert {d.trouble for d in declared(calls)} <= {""}


@pytest.mark.parametrize(
    "call",
    [
        "Deployment.build_from_flow(flow=etl, name='x', work_pool_name='p', infra_overrides={'env': {'A': '1'}})",
        "Deployment.build_from_flow(etl, 'x', work_pool_name='p', job_variables={'env': {'A': '1'}})",
        "Deployment(name='x', flow_name='f', entrypoint='a.py:etl', work_pool_name='p', job_variables={'env': ENV})",
    ],
)
def test_a_deployment_of_prefect_2_is_told_and_not_edited(declared: Declared, call: str) -> None:
    (found,) = declared(f"from prefect.deployments import Deployment\nENV = dict(A='1')\n{call}.apply()")
    assert (found.name, found.entrypoint, found.pool, set(found.env)) == ("x", "a.py:etl", "p", {"A"})
    assert "Prefect 2" in found.trouble


def test_a_loop_over_flows_makes_a_deployment_of_each_that_no_edit_can_part(declared: Declared) -> None:
    found = declared("for f, n in [(etl, 'x'), (other, 'y')]:\n    f.deploy(name=n, work_pool_name='p')")
    assert [d.entrypoint for d in found] == ["a.py:etl", "a.py:other"]
    assert {d.trouble for d in found} == {"one call makes several deployments"}


@pytest.mark.parametrize(
    "variables", ["{'env': {'A': '1'}}", "{'env': ENV}", "VARIABLES", "dict(env=dict(A='1'))", "{'env': dict(A='1')}"]
)
def test_the_variables_of_a_call_however_they_are_written(declared: Declared, variables: str) -> None:
    names = "ENV = {'A': '1'}\nVARIABLES = {'env': ENV}\n"
    (found,) = declared(f"{names}etl.deploy('x', work_pool_name='p', job_variables={variables})")
    assert {name: value.reveal() for name, value in found.env.items()} == {"A": "1"}


@pytest.mark.parametrize(
    ("file", "entrypoint", "meant"),
    [
        ("prefect.yaml", "jobs/a.py:etl", "jobs/a.py:etl"),
        ("prefect.yaml", "./jobs/a.py:etl", "jobs/a.py:etl"),
        ("prefect.yaml", "jobs\\a.py:etl", "jobs/a.py:etl"),
        ("prefect.yaml", "jobs.a.etl", "jobs/a.py:etl"),
        ("prefect.yaml", "jobs.a:etl", "jobs/a.py:etl"),
        ("prefect.yaml", "pkg.b.etl", "src/pkg/b.py:etl"),
        ("prefect.yaml", "pkg/b.py:etl", "src/pkg/b.py:etl"),
        ("jobs/prefect.yaml", "a.py:etl", "jobs/a.py:etl"),
        ("jobs/prefect.yaml", "jobs/a.py:etl", "jobs/a.py:etl"),
        ("deploy/prefect.yaml", "../jobs/a.py:etl", "jobs/a.py:etl"),
        ("prefect.yaml", "b.py:etl", "b.py:etl"),
        ("deploy/prefect.yaml", "gone.py:etl", "deploy/gone.py:etl"),
    ],
)
def test_an_entrypoint_is_a_path_from_the_folder_the_command_runs_in(
    make_repository: MakeRepository, file: str, entrypoint: str, meant: str
) -> None:
    code = {"jobs/a.py": FLOWS, "src/pkg/b.py": FLOWS}
    inventory = scan_repository(make_repository({**code, file: IN_YAML.format(entrypoint)}))
    assert [d.entrypoint for d in inventory.deployments] == [meant]


@pytest.mark.parametrize(
    ("file", "entrypoint", "meant"),
    [
        ("prefect.yaml", "b.py:etl", "src/pkg/b.py:etl"),
        ("src/prefect.yaml", "b.py:etl", "src/pkg/b.py:etl"),
        ("deploy/prefect.yaml", "b.py:etl", "deploy/b.py:etl"),
        ("prefect.yaml", "b.py:gone", "b.py:gone"),
        ("prefect.yaml", "c.py:etl", "c.py:etl"),
        ("one/prefect.yaml", "c.py:etl", "one/c.py:etl"),
    ],
)
def test_pull_steps_may_lead_to_the_one_folder_below_that_has_the_flow(
    make_repository: MakeRepository, file: str, entrypoint: str, meant: str
) -> None:
    code = {"src/pkg/b.py": FLOWS, "one/c.py": FLOWS, "two/c.py": FLOWS}
    pull = "pull:\n- prefect.deployments.steps.set_working_directory: {directory: /srv/code}\n"
    inventory = scan_repository(make_repository({**code, file: pull + IN_YAML.format(entrypoint)}))
    assert [d.entrypoint for d in inventory.deployments] == [meant]


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("prefect-staging.yaml", {}),
        ("deploy/prefect.prod.yml", {}),
        ("deploy/prod.yaml", {"Makefile": "deploy:\n\tprefect deploy --prefect-file deploy/prod.yaml --all\n"}),
        ("deploy/prod.yaml", {"run.sh": "cd deploy && prefect deploy --all --prefect-file=./prod.yaml\n"}),
        (
            "prod.yml",
            {".github/workflows/d.yml": "jobs: {x: {steps: [{run: prefect deploy --prefect-file prod.yml}]}}"},
        ),
        ("prod.yml", {"deploy.py": "run(['prefect', 'deploy', '--prefect-file', 'prod.yml'])\n"}),
        ("prod.yml", {"README.md": "    prefect deploy --prefect-file prod.yml\n"}),
    ],
)
def test_a_prefect_yaml_of_another_name(make_repository: MakeRepository, file: str, command: dict[str, str]) -> None:
    code = {"a.py": FLOWS, file: IN_YAML.format("a.py:etl")}
    found = scan_repository(make_repository({**code, **command})).deployments
    assert [(d.path, d.name, d.entrypoint) for d in found] == [(file, "nightly", "a.py:etl")]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("deploy/prod.yaml", IN_YAML.format("a.py:etl")),
        ("prefect-values.yaml", "worker:\n  deployments: 3\n"),
        ("prefect.prod.yaml", "deployments:\n  replicas: 2\n"),
    ],
)
def test_another_yaml_file_is_none(make_repository: MakeRepository, file: str, text: str) -> None:
    assert scan_repository(make_repository({"a.py": FLOWS, file: text})).deployments == ()


def test_variables_that_prefect_ignores_are_told_with_their_line(make_repository: MakeRepository) -> None:
    text = IN_YAML.format("a.py:etl") + "  job_variables:\n    env: {A: '1', B: '2'}\n"
    (found,) = scan_repository(make_repository({"a.py": FLOWS, "prefect.yaml": text})).deployments
    assert (found.misplaced, dict(found.env)) == (6, {})


@pytest.mark.parametrize(
    ("call", "source"),
    [
        ("etl.deploy('x', job_variables={'env': dotenv_values('.env')})", "dotenv_values"),
        ("etl.deploy('x', job_variables={'env': dict(os.environ)})", "os.environ"),
        ("etl.deploy('x', job_variables={'env': os.environ.copy()})", "os.environ"),
        ("etl.deploy('x', job_variables={'env': os.environ})", "os.environ"),
        ("etl.deploy('x', job_variables={'env': {**os.environ, 'A': '1'}})", "os.environ"),
        ("etl.deploy('x', job_variables={'env': {k: v for k, v in os.environ.items() if v}})", "os.environ"),
        (
            "ENV = dotenv_values('.env')\nVARIABLES = {'env': ENV}\netl.deploy('x', job_variables=VARIABLES)",
            "dotenv_values",
        ),
        ("run_deployment('etl/x', job_variables=dict(env={**dotenv_values()}))", "dotenv_values"),
        ("from prefect.infrastructure import Process\nProcess(env=dict(os.environ)).save('x')", "os.environ"),
    ],
)
def test_a_whole_environment_on_its_way_to_the_api(make_repository: MakeRepository, call: str, source: str) -> None:
    text = f"{FLOWS}import os\nfrom dotenv import dotenv_values\n{call}\n"
    assert [s.source for s in scan_repository(make_repository({"a.py": text})).sent] == [source]


@pytest.mark.parametrize(
    "call",
    [
        "etl.deploy('x', job_variables={'env': {'A': os.environ['A']}})",
        "etl.deploy('x', job_variables={'env': {}, 'stream_output': True})",
        "etl.deploy('x', job_variables=dict(image='i'))",
        "subprocess.run(['x'], env=dict(os.environ))",
        "etl.deploy('x', job_variables={'env': {k: os.environ[k] for k in ('A', 'B')}})",
    ],
)
def test_named_variables_and_children_are_none(make_repository: MakeRepository, call: str) -> None:
    text = f"{FLOWS}import os, subprocess\n{call}\n"
    assert scan_repository(make_repository({"a.py": text})).sent == ()


@pytest.mark.parametrize(
    ("packaged", "imported", "entrypoint"),
    [
        ("from .flows import etl\n", "from jobs import etl", "jobs/flows.py:etl"),
        ("from .flows import etl as nightly\n", "from jobs import nightly as etl", "jobs/flows.py:etl"),
        ("from .flows import *\n", "from jobs import etl", "jobs/flows.py:etl"),
        ("from .flows import etl\n", "import jobs\netl = jobs.etl", "jobs/flows.py:etl"),
        ("from elsewhere import etl\n", "from jobs import etl", ""),
        ("from . import etl\n", "from jobs import etl", ""),
    ],
)
def test_a_flow_that_a_package_hands_on_is_deployed(
    make_repository: MakeRepository, packaged: str, imported: str, entrypoint: str
) -> None:
    root = make_repository(
        {
            "jobs/__init__.py": packaged,
            "jobs/flows.py": "from prefect import flow\n@flow\ndef etl(): ...\n",
            "deploy.py": f"{imported}\netl.deploy('x', work_pool_name='pool')\n",
        }
    )

    assert [d.entrypoint for d in scan_repository(root).deployments] == [entrypoint]


def test_a_path_on_another_machine_gives_way_to_the_flow_that_is_given_too(declared: Declared) -> None:
    head = "from prefect.deployments import Deployment\n"
    call = head + "Deployment.build_from_flow({}, 'x', entrypoint='/srv/run/b.py:etl')"

    assert [d.entrypoint for d in declared(call.format("etl"))] == ["a.py:etl"]
    assert [d.entrypoint for d in declared(call.format("elsewhere.etl"))] == ["/srv/run/b.py:etl"]


@pytest.mark.parametrize(
    ("constants", "told"),
    [
        ("POOL = 'etl'\nNAME = 'nightly'\n", ("nightly", "etl")),
        ("from names import POOL, NAME\n", ("nightly", "etl")),
        ("import os\nPOOL = os.environ['POOL']\nNAME = name()\n", ("", "")),
        ("POOL = 'etl' if LIVE else 'test'\nNAME = 'nightly'\n", ("nightly", "")),
    ],
)
@pytest.mark.parametrize(
    ("taken", "call"),
    [
        ("from own import POOL, NAME", "NAME, work_pool_name=POOL"),
        ("import own", "name=own.NAME, work_pool_name=own.POOL"),
    ],
)
def test_a_name_that_another_file_holds(
    make_repository: MakeRepository, constants: str, told: tuple[str, str], taken: str, call: str
) -> None:
    root = make_repository(
        {
            "a.py": f"{FLOWS}{taken}\netl.deploy({call})\n",
            "own.py": constants,
            "names.py": "POOL = 'etl'\nNAME = 'nightly'\n",
        }
    )

    assert [(d.name, d.pool) for d in scan_repository(root).deployments] == [told]
