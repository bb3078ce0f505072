"""What the plan makes of reads that are not plain: they stay environment variables, or nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.actions import SaveSecret, SetPoolDefault, server_actions
from envlift.plan import Confidence, Decision, Layer
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import AS_USUAL

MakeRepository = Callable[[Mapping[str, str]], Path]

PREFECT_YAML = """
    deployments:
      - name: nightly
        entrypoint: etl.py:etl
        work_pool: {name: pool}
"""
FLOW = """import os, subprocess
from prefect import flow
from prefect.blocks.system import Secret
{more}

@flow
def etl():
    {body}
"""
VALUE = "k9Xw2-not-a-placeholder"


def decide(make_repository: MakeRepository, body: str, more: str = "", **files: str) -> dict[str, Decision]:
    root = make_repository(
        {
            "etl.py": FLOW.format(more=more, body=body),
            ".env": f"API_TOKEN={VALUE}\nREGION_NAME=north\n",
            "prefect.yaml": PREFECT_YAML,
            **{path.replace("__", "."): text for path, text in files.items()},
        }
    )
    plan = make_plan(scan_repository(root), Policy(), Answers({}))
    return {d.setting: d for d in plan.decisions if d.layer is not Layer.LEAVE}


def test_a_plain_read_moves_into_a_block(make_repository: MakeRepository) -> None:
    assert decide(make_repository, "return os.environ['API_TOKEN']")["API_TOKEN"].layer is Layer.SECRET


SETTINGS = "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    {field}: str\n"


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("return S().api_token", SETTINGS.format(field="api_token"), "pydantic reads it"),
        ("return config('API_TOKEN')", "from decouple import config", "through decouple"),
        ("os.system('load $API_TOKEN')", "", "a shell command"),
        ("return os.environ['API_TOKEN'], S()", SETTINGS.format(field="api_token"), "pydantic reads it"),
    ],
)
def test_an_indirect_secret_stays_a_variable(make_repository: MakeRepository, body: str, more: str, said: str) -> None:
    found = decide(make_repository, body, more)["API_TOKEN"]
    assert found.layer is Layer.SECRET_ENV
    assert said in found.reason
    assert all(site.edit is None for site in found.sites)


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("return env('API_TOKEN')", "def env(n): return os.getenv(n)", "through the wrapper env()"),
        ("return CLIENT", "CLIENT = connect(os.environ['API_TOKEN'])", "at import"),
        ("return Config.token", "class Config:\n    token = os.environ['API_TOKEN']", "at import"),
        ("return K", "K = {'token': os.environ['API_TOKEN'], 'at': now()}", "at import"),
        ("return 1", "def get(token=os.getenv('API_TOKEN')): ...", "at import"),
    ],
)
def test_own_code_that_no_edit_moves_keeps_the_variable_and_its_block_feeds_it(
    make_repository: MakeRepository, body: str, more: str, said: str
) -> None:
    found = decide(make_repository, body, more)["API_TOKEN"]
    assert (found.layer, found.runner_up) == (Layer.SECRET, Layer.SECRET_ENV)
    assert said in found.reason
    assert "a person has to move the code" in found.reason
    assert all(site.edit is None for site in found.sites)
    block, default = server_actions((found,), AS_USUAL)
    assert isinstance(block, SaveSecret)
    assert not block.for_get
    assert isinstance(default, SetPoolDefault)
    assert (default.pool, default.block) == ("pool", found.block)


def test_a_field_and_its_entry_are_one_setting(make_repository: MakeRepository) -> None:
    found = decide(make_repository, "return S().region_name", SETTINGS.format(field="region_name"))["REGION_NAME"]
    assert {site.path: site.name for site in found.sites} == {"etl.py": "region_name", ".env": "REGION_NAME"}
    assert found.layer is Layer.POOL_DEFAULT
    assert found.source is not None


def test_a_library_that_reads_by_itself_keeps_all_sites_in_the_environment(make_repository: MakeRepository) -> None:
    files = {"etl.py": "", ".env": f"OPENAI_API_KEY={VALUE}\n"}
    body = "OpenAI()\n    return OpenAI(api_key=os.environ['OPENAI_API_KEY'])"
    root = make_repository(
        files | {"etl.py": FLOW.format(more="from openai import OpenAI", body=body), "prefect.yaml": PREFECT_YAML}
    )
    (found,) = [
        d for d in make_plan(scan_repository(root), Policy(), Answers({})).decisions if d.layer is not Layer.LEAVE
    ]
    assert (found.setting, found.layer) == ("OPENAI_API_KEY", Layer.SECRET_ENV)
    assert "openai reads it" in found.reason


def test_a_child_that_may_read_it_keeps_a_secret_in_the_environment(make_repository: MakeRepository) -> None:
    body = "subprocess.run(['load'])\n    return os.environ['API_TOKEN']"
    child = {"load__py": "import os\nprint(os.environ['API_TOKEN'])\n"}
    found = decide(make_repository, body, **child)["API_TOKEN"]
    assert [site.edit for site in found.sites if site.path == "etl.py"] == [None]
    assert [target.name for target in found.targets] == ["pool"]
    assert "load.py reads it" in found.reason


PROGRAM = "import os\nimport lib\nif __name__ == '__main__':\n    lib.load(os.environ['REGION_NAME'])\n"
READER = "import os\ndef load(region):\n    use(os.environ['API_TOKEN'])\n"


@pytest.mark.parametrize(
    "command",
    [
        "subprocess.run(['python', 'load.py'])",
        "subprocess.run([sys.executable, '-u', str(ROOT / 'load.py'), '--all'])",
        "run([sys.executable, '-m', 'load'])\n    subprocess.run(['true'])",
        "os.system('cd /app && python3 load.py --all')",
    ],
)
def test_what_a_program_reads_that_a_flow_starts_is_the_flows_configuration(
    make_repository: MakeRepository, command: str
) -> None:
    found = decide(make_repository, command, "import sys\nfrom lib2 import ROOT, run", load__py=PROGRAM, lib__py=READER)
    assert {name: d.layer for name, d in found.items()} == {
        "API_TOKEN": Layer.SECRET_ENV,
        "REGION_NAME": Layer.POOL_DEFAULT,
    }
    assert "a program that a flow starts reads it (lib.py:3)" in found["API_TOKEN"].reason
    assert all(site.edit is None for d in found.values() for site in d.sites)


@pytest.mark.parametrize(
    "command",
    [
        "subprocess.run(['python', 'elsewhere.py'])",
        "subprocess.run(['black', 'load.py'])",
        "subprocess.run(['python', '-c', 'load.py'])",
        "show(['python', 'load.py'])",
    ],
)
def test_what_no_flow_starts_is_not(make_repository: MakeRepository, command: str) -> None:
    assert decide(make_repository, command, load__py=PROGRAM, lib__py=READER) == {}


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (
            "subprocess.run(['load'], env={'API_TOKEN': os.environ['API_TOKEN']})",
            {"load__py": "import os\nprint(os.environ['API_TOKEN'])\n"},
        ),
        (
            "DbtCoreOperation(commands=['dbt run']).run()\n    return os.environ['API_TOKEN']",
            {"dbt_project__yml": "name: shop\nvars:\n  token: \"{{ env_var('API_TOKEN') }}\"\n"},
        ),
    ],
)
def test_what_is_named_for_another_program_is_a_variable_for_good(
    make_repository: MakeRepository, body: str, files: dict[str, str]
) -> None:
    found = decide(make_repository, body, "from prefect_dbt.cli import DbtCoreOperation", **files)["API_TOKEN"]
    assert found.layer is Layer.SECRET_ENV


@pytest.mark.parametrize(
    ("body", "child"),
    [
        ("return os.environ['API_TOKEN']", {"load__py": "import os\nprint(os.environ['API_TOKEN'])\n"}),
        ("subprocess.run(['x'])\n    return os.environ['API_TOKEN']", {}),
        (
            "subprocess.run(['x'], env={'A': '1'})\n    return os.environ['API_TOKEN']",
            {"load__py": "import os\nprint(os.environ['API_TOKEN'])\n"},
        ),
    ],
)
def test_other_programs_are_none_of_its_business(
    make_repository: MakeRepository, body: str, child: dict[str, str]
) -> None:
    assert decide(make_repository, body, **child)["API_TOKEN"].layer is Layer.SECRET


@pytest.mark.parametrize(
    ("environment", "confidence"),
    [
        ("{**os.environ}", Confidence.REVIEW),
        ("{**os.environ, 'A': '1'}", Confidence.REVIEW),
        ("os.environ.copy()", Confidence.REVIEW),
        ("dict(os.environ)", Confidence.REVIEW),
        ("with_more()", Confidence.REVIEW),
        ("few()", Confidence.SURE),
        ("None", Confidence.SURE),
        ("{'A': '1'}", Confidence.SURE),
    ],
)
def test_a_program_that_is_handed_the_whole_environment_is_for_a_person_to_weigh(
    make_repository: MakeRepository, environment: str, confidence: Confidence
) -> None:
    body = f"subprocess.run(['x'], env={environment})\n    return os.environ['API_TOKEN']"
    more = "def with_more():\n    env = os.environ.copy()\n    env['A'] = '1'\n    return env\n"
    more += "def few(): return {'A': '1'}\n"
    found = decide(make_repository, body, more)["API_TOKEN"]
    assert (found.layer, found.confidence) == (Layer.SECRET, confidence)
    assert ("etl.py:13 hands the whole environment" in found.reason) is (confidence is Confidence.REVIEW)


def test_a_file_that_is_read_by_itself_is_for_people(make_repository: MakeRepository) -> None:
    found = decide(make_repository, "return dotenv_values()['API_TOKEN']", "from dotenv import dotenv_values")[
        "API_TOKEN"
    ]
    assert (found.layer, found.confidence) == (Layer.SECRET, Confidence.BY_HAND)
    assert "reads the file" in found.reason


def test_migrated_code_is_left(make_repository: MakeRepository) -> None:
    body = "try:\n        return Secret.load('t').get()\n    except ValueError:\n        return os.environ['API_TOKEN']"
    assert decide(make_repository, body) == {}
