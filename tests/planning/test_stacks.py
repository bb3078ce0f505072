"""What sets a variable for the runs of a deployment, and what of it wins, today and after the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from envlift.planning.planner import make_plan
from envlift.planning.stacks import stacks_of
from envlift.policy import Answers, Policy, parse_answers
from envlift.precedence import Rung, Stack, Version, Worker
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

ETL = """
    import os
    from prefect import flow

    @flow
    def etl():
        print(os.environ.get("API_HOST", "localhost"), os.environ["API_TOKEN"])
"""
YAML = """
    deployments:
    - name: nightly
      entrypoint: flows/etl.py:etl
      work_pool: {name: etl-pool}
    - name: backfill
      entrypoint: flows/etl.py:etl
      work_pool: {name: etl-pool}
"""
FILES = {"flows/etl.py": ETL, "prefect.yaml": YAML, ".env": "API_HOST=api.internal\nAPI_TOKEN=Zq8vT3nR6yK1mX4w\n"}


def stacks(
    root: Path,
    name: str = "API_HOST",
    *workers: Worker,
    version: Version | None = None,
    answers: tuple[str, ...] = (),
    policy: Policy | None = None,
) -> tuple[Stack, ...]:
    inventory = scan_repository(root, keep=False)
    plan = make_plan(inventory, policy or Policy(project="shop"), parse_answers(answers) if answers else Answers())
    return stacks_of(inventory, plan, name, workers=workers or (Worker.PROCESS,), version=version)


def said(stack: Stack) -> dict[Rung, tuple[str, str]]:
    return {step.rung: (step.before, step.after) for step in stack.steps if step.before or step.after}


def test_a_default_of_the_pool(make_repository: MakeRepository) -> None:
    found = stacks(make_repository(FILES))
    assert [(s.deployment, s.entrypoint) for s in found] == [
        ("backfill", "flows/etl.py:etl"),
        ("nightly", "flows/etl.py:etl"),
    ]
    for stack in found:
        assert said(stack) == {
            Rung.POOL_DEFAULT: ("", "etl-pool"),
            Rung.DOTENV: (".env:1", ".env:1"),
            Rung.DEFAULT: ("flows/etl.py:7", "flows/etl.py:7"),
        }
        assert (stack.before, stack.after, stack.block) == (Rung.DOTENV, Rung.POOL_DEFAULT, "")


def test_a_secret_that_the_code_loads(make_repository: MakeRepository) -> None:
    for stack in stacks(make_repository(FILES), "API_TOKEN"):
        assert said(stack) == {Rung.DOTENV: (".env:2", ".env:2")}
        assert (stack.before, stack.after, stack.block) == (Rung.DOTENV, None, "shop-api-token")


def test_one_deployment_has_its_own(make_repository: MakeRepository) -> None:
    own = YAML.replace("{name: etl-pool}", "{name: etl-pool, job_variables: {env: {API_HOST: other}}}", 1)
    by_name = {s.deployment: s for s in stacks(make_repository({**FILES, "prefect.yaml": own}))}
    assert by_name["nightly"].before is Rung.DEPLOYMENT
    assert by_name["nightly"].after is Rung.DEPLOYMENT
    assert by_name["backfill"].before is Rung.DOTENV


def test_the_order_of_a_version_counts(make_repository: MakeRepository) -> None:
    own = YAML.replace("{name: etl-pool}", "{name: etl-pool, job_variables: {env: {API_HOST: other}}}", 1)
    root = make_repository({**FILES, "prefect.yaml": own})
    answers = ("API_HOST=pool_default",)
    old = stacks(root, version=(3, 0, 11), answers=answers)
    new = stacks(root, version=(3, 8, 8), answers=answers)
    assert {s.deployment: s.after for s in old}["nightly"] is Rung.POOL_DEFAULT
    assert {s.deployment: s.after for s in new}["nightly"] is Rung.DEPLOYMENT
    assert all("beats" in " ".join(s.notes) for s in old)


def test_what_a_process_worker_is_started_with(make_repository: MakeRepository) -> None:
    compose = """
        services:
          worker:
            image: prefecthq/prefect:3-latest
            command: prefect worker start --pool etl-pool
            environment:
              API_HOST: from-compose
    """
    root = make_repository({**FILES, "compose.yaml": compose})
    process, docker = stacks(root, "API_HOST", Worker.PROCESS, Worker.DOCKER)[:2]
    assert process.before is Rung.WORKER
    assert said(process)[Rung.WORKER][0].startswith("compose.yaml:")
    assert docker.before is Rung.DOTENV
    assert Rung.WORKER not in said(docker)


def test_a_dotenv_file_that_overrides(make_repository: MakeRepository) -> None:
    loading = ETL.replace("    import os\n", "    import os\n    from dotenv import load_dotenv\n").replace(
        "    @flow", "    load_dotenv(override=True)\n\n    @flow"
    )
    for stack in stacks(make_repository({**FILES, "flows/etl.py": loading})):
        assert (stack.before, stack.after) == (Rung.DOTENV_OVERRIDE, Rung.DOTENV_OVERRIDE)
    for stack in stacks(make_repository({**FILES, "flows/etl.py": loading, ".env": ""})):
        assert stack.before is Rung.DEFAULT
        assert any("override=True" in note for note in stack.notes)


def test_a_secret_that_stays_a_variable(make_repository: MakeRepository) -> None:
    at_import = ETL.replace("    @flow", '    CLIENT = print(os.environ["API_TOKEN"])\n\n    @flow')
    for stack in stacks(make_repository({**FILES, "flows/etl.py": at_import}), "API_TOKEN"):
        assert said(stack)[Rung.POOL_DEFAULT] == ("", "etl-pool: block shop-api-token")
        assert (stack.after, stack.block) == (Rung.POOL_DEFAULT, "")


def test_a_secret_that_a_serving_process_is_started_with(make_repository: MakeRepository) -> None:
    code = "import os\nfrom prefect import flow\nclient(os.environ['API_TOKEN'])\n\n@flow\ndef etl(): ...\n\n"
    code += "etl.serve('s')\n"
    root = make_repository({"etl.py": code, ".env": FILES[".env"]})
    (here,) = stacks(root, "API_TOKEN")
    assert said(here)[Rung.WORKER] == ("", "the process that serves s, by hand")
    assert stacks(root, "API_TOKEN", Worker.DOCKER, Worker.KUBERNETES) == ()


def test_where_no_value_is_known(make_repository: MakeRepository) -> None:
    (stack, *_) = stacks(make_repository({**FILES, ".env": ""}), "API_TOKEN")
    assert stack.before is None
    assert stack.block
    assert "no value is known" in stack.notes[0]


def test_flows_without_a_deployment(make_repository: MakeRepository) -> None:
    (stack,) = stacks(make_repository({"flows/etl.py": ETL, ".env": FILES[".env"]}))
    assert (stack.deployment, stack.entrypoint) == ("", "")
    assert stack.before is Rung.DOTENV


def test_what_no_flow_reaches(make_repository: MakeRepository) -> None:
    files = {**FILES, "web.py": 'import os\nprint(os.environ["WEB_PORT"])\n'}
    assert stacks(make_repository(files), "WEB_PORT") == ()


def test_a_pull_step_sets_only_what_the_run_lacks(make_repository: MakeRepository) -> None:
    at_import = ETL.replace("    @flow", '    CLIENT = print(os.environ["API_TOKEN"])\n\n    @flow')
    pulled = """
        deployments:
        - name: nightly
          entrypoint: flows/etl.py:etl
          pull:
          - prefect.deployments.steps.set_working_directory:
              directory: /srv/shop
    """
    (stack,) = stacks(make_repository({**FILES, "flows/etl.py": at_import, "prefect.yaml": pulled}), "API_TOKEN")
    assert said(stack)[Rung.PULL_STEP] == ("", "prefect.yaml: block shop-api-token")
    assert stack.after is Rung.PULL_STEP
    rungs = [step.rung for step in stack.steps]
    assert rungs.index(Rung.WORKER) < rungs.index(Rung.PULL_STEP) < rungs.index(Rung.DOTENV)


def test_a_settings_class_that_spells_its_fields_in_lower_case(make_repository: MakeRepository) -> None:
    settings = """
        from prefect import flow
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            api_host: str

        @flow
        def etl():
            return Settings().api_host
    """
    for stack in stacks(make_repository({**FILES, "flows/etl.py": settings})):
        assert (stack.before, stack.after) == (Rung.DOTENV, Rung.POOL_DEFAULT)


def test_what_only_a_started_program_reads(make_repository: MakeRepository) -> None:
    starting = "import subprocess\nfrom prefect import flow\n@flow\ndef etl(): subprocess.run(['sh', 'load.sh'])\n"
    root = make_repository({**FILES, "flows/etl.py": starting, "load.sh": "curl $API_HOST\n"})
    (nightly,) = (s for s in stacks(root, "API_HOST", Worker.PROCESS) if s.deployment == "nightly")
    assert (nightly.before, nightly.after) == (Rung.DOTENV, Rung.POOL_DEFAULT)
