"""What a plan warns of: secrets that are stored in clear, and sources that disagree; and what it is silent about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.plan import Finding, Severity
from envlift.planning.plan_file import dump_plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.rendering import FORMATS
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

VALUE = "k9Xw2Lq7Zt4Rm8Bv"
CODE = "import os\nfrom dotenv import dotenv_values, load_dotenv\nfrom prefect import flow, task\nimport shop\n"
FLOW = CODE + "@flow\ndef etl(): ...\n"
YAML = """
deployments:
  - name: nightly
    entrypoint: etl.py:etl
    work_pool:
      name: pool
      job_variables:
        env:
          {env}
    parameters:
      {parameters}
    tags: [{tags}]
"""


def findings(make_repository: MakeRepository, files: Mapping[str, str], *tracked: str) -> list[Finding]:
    base = {"etl.py": FLOW, "shop.py": "", "prefect.yaml": YAML.format(env="A: b", parameters="a: b", tags="nightly")}
    plan = make_plan(scan_repository(make_repository({**base, **files})), Policy(), Answers({}), tracked=tracked)
    document = FORMATS["json"].plan(plan, ())
    assert VALUE not in document
    assert VALUE not in dump_plan(plan)
    assert len(json.loads(document)["findings"]) == len(plan.findings)
    assert all(found.rule for found in plan.findings)
    return list(plan.findings)


def deployed(env: str = "A: b", parameters: str = "a: b", tags: str = "nightly") -> dict[str, str]:
    return {"prefect.yaml": YAML.format(env=env, parameters=parameters, tags=tags)}


@pytest.mark.parametrize(
    ("env", "rule"),
    [
        ('SHOP_TOKEN: "{{ prefect.blocks.secret.shop-token }}"', "block-in-clear"),
        ('REGION: "{{prefect.blocks.secret.region}}"', "block-in-clear"),
        ('SHOP_TOKEN: "{{ $SHOP_TOKEN }}"', "variable-in-clear"),
        ('TILL: "{{ $TILL_PASSWORD }}"', "variable-in-clear"),
        (f"SHOP_TOKEN: {VALUE}", "secret-in-clear"),
        (f"SHOP: postgresql://shop:{VALUE}@db.corp/shop", "secret-in-clear"),
    ],
)
def test_a_secret_in_the_job_variables_of_a_deployment(make_repository: MakeRepository, env: str, rule: str) -> None:
    (found,) = findings(make_repository, deployed(env=env))
    assert (found.severity, found.path, found.rule) == (Severity.HIGH, "prefect.yaml", rule)
    assert found.line == 9
    assert found.remedy


@pytest.mark.parametrize(
    "env",
    [
        'REGION: "{{ $REGION }}"',
        "SHOP_TOKEN_FILE: /run/secrets/shop",
        "SHOP_TOKEN: changeme",
        "SHOP_TOKEN: op://vault/shop/token",
        'MAX_TOKENS: "4096"',
        'REGION: "{{ prefect.variables.region }}"',
    ],
)
def test_job_variables_that_hold_no_secret(make_repository: MakeRepository, env: str) -> None:
    assert findings(make_repository, deployed(env=env)) == []


def test_a_variable_that_names_a_secret_of_another_store_may_stand_in_clear(make_repository: MakeRepository) -> None:
    uses = f"{CODE}@flow\ndef etl():\n    return shop.get_secret(os.environ['SHOP_PASSWORD'])\n"
    files = deployed(env='SHOP_PASSWORD: "{{ $SHOP_PASSWORD }}"') | {"etl.py": uses}
    assert findings(make_repository, files) == []


def test_a_secret_in_parameters_and_tags(make_repository: MakeRepository) -> None:
    files = deployed(parameters=f"db: {{url: 'postgresql://shop:{VALUE}@db.corp/shop'}}", tags=f"ghp_{VALUE * 2}abcd")
    found = findings(make_repository, files)
    assert [f.rule for f in found] == ["secret-in-clear", "secret-in-clear"]
    assert "parameters.db.url of deployment nightly" in found[0].message


def test_a_parameter_that_names_where_a_secret_is_kept(make_repository: MakeRepository) -> None:
    assert findings(make_repository, deployed(parameters="secret_key_name: shop-database")) == []


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        ("job_variables={'env': {'T': os.environ['SHOP_TOKEN']}}", "secret-in-deployment"),
        ("parameters={'token': os.getenv('SHOP_TOKEN')}", "secret-in-deployment"),
        ("job_variables={'env': dict(os.environ)}", "environment-bundle"),
        ("job_variables={'env': {**os.environ, 'A': 'b'}}", "environment-bundle"),
        ("job_variables={'env': dotenv_values('.env')}", "environment-bundle"),
        ("job_variables={'env': ENV}", "environment-bundle"),
        ("job_variables=VARIABLES", "environment-bundle"),
    ],
)
def test_what_a_deploy_call_sends_to_the_server(make_repository: MakeRepository, call: str, rule: str) -> None:
    deploy = (
        "from dotenv import dotenv_values\nimport os\nfrom etl import etl\nENV = dotenv_values()\n"
        f"VARIABLES = {{'env': ENV}}\netl.deploy('x', work_pool_name='pool', {call})\n"
    )
    found = findings(make_repository, {"deploy.py": deploy})
    assert [(f.severity, f.path, f.line, f.rule) for f in found] == [(Severity.HIGH, "deploy.py", 6, rule)]


@pytest.mark.parametrize(
    "call",
    [
        "run_deployment('etl/x', job_variables={'env': dict(os.environ)})",
        "Process(env={**os.environ}).save('x')",
    ],
)
def test_what_a_run_or_a_block_sends_as_a_whole(make_repository: MakeRepository, call: str) -> None:
    head = "import os\nfrom prefect.deployments import run_deployment\nfrom prefect.infrastructure import Process\n"
    text = f"{head}{call}\n"
    found = findings(make_repository, {"start.py": text})
    assert [(f.severity, f.path, f.line, f.rule) for f in found] == [
        (Severity.HIGH, "start.py", 4, "environment-bundle")
    ]


@pytest.mark.parametrize(
    "call",
    [
        "job_variables={'env': {'R': os.environ['REGION']}}",
        "job_variables={'env': {'R': os.environ.get('REGION', 'north')}}",
        "job_variables={'env': {'A': 'b'}}",
        "job_variables={'image': 'shop:1'}",
    ],
)
def test_a_deploy_call_that_sends_no_secret(make_repository: MakeRepository, call: str) -> None:
    deploy = f"import os\nfrom etl import etl\netl.deploy('x', work_pool_name='pool', {call})\n"
    assert findings(make_repository, {"deploy.py": deploy}) == []


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("@flow\ndef load(token=os.environ['SHOP_TOKEN']): ...\n", "secret-default"),
        ("@flow(name=os.environ['SHOP_TOKEN'])\ndef load(): ...\n", "secret-in-decorator"),
        ("@flow\ndef load(): etl(os.environ['SHOP_TOKEN'])\n", "secret-parameter"),
        (
            "@task\ndef part(a, b): ...\n@flow\ndef load(): part.map([1], os.environ['SHOP_TOKEN'])\n",
            "secret-parameter",
        ),
        ("@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n    etl(token)\n", "secret-parameter"),
        (
            "TOKEN = os.getenv('SHOP_TOKEN')\n@task\ndef one(t): ...\n@flow\ndef load(): one.submit(TOKEN)\n",
            "secret-parameter",
        ),
        (
            "@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n"
            "    run_deployment('a/b', parameters={'token': token})\n",
            "secret-parameter",
        ),
        (f"@flow\ndef load(): connect(password='{VALUE}')\n", "hardcoded-secret"),
    ],
)
def test_a_secret_on_its_way_to_where_prefect_stores_it(make_repository: MakeRepository, code: str, rule: str) -> None:
    (found,) = findings(make_repository, {"etl.py": FLOW + code})
    assert (found.severity, found.rule) == (Severity.HIGH, rule)


@pytest.mark.parametrize(
    "code",
    [
        "@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n    connect(token)\n    etl(1)\n",
        "@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n    executor.submit(connect, token)\n",
        "@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n    etl(len(token))\n",
        "@flow\ndef load():\n    token = os.environ['SHOP_TOKEN']\n    token = make()\n    etl(token)\n",
        "@flow\ndef load():\n    region = os.environ['REGION']\n    etl(region)\n",
    ],
)
def test_a_value_that_no_flow_is_given(make_repository: MakeRepository, code: str) -> None:
    assert findings(make_repository, {"etl.py": FLOW + code}) == []


def test_a_dotenv_file_in_git_is_told_with_its_names(make_repository: MakeRepository) -> None:
    files = {".env": f"SHOP_TOKEN={VALUE}\nREGION=north\n", ".env.example": "SHOP_TOKEN=\n"}
    (found,) = findings(make_repository, files, ".env", ".env.example")
    assert (found.severity, found.path, found.rule) == (Severity.HIGH, ".env", "tracked-dotenv")
    assert "SHOP_TOKEN" in found.message
    assert "REGION" not in found.message
    assert findings(make_repository, files) == []


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"shop.py": "import os\na = os.getenv('R', 'x')\nb = os.getenv('R', 'y')\n"}, "defaults-differ"),
        ({"shop.py": "import os\na = os.getenv('R')\n", ".env": "R=x\n", "etc/.env": "R=y\n"}, "files-differ"),
    ],
)
def test_sources_that_disagree(make_repository: MakeRepository, files: dict[str, str], rule: str) -> None:
    (found,) = findings(make_repository, files)
    assert (found.severity, found.rule) == (Severity.MEDIUM, rule)


@pytest.mark.parametrize(
    "files",
    [
        {"shop.py": "import os\na = os.getenv('R', 'x')\nb = os.getenv('R', 'x')\n"},
        {"shop.py": "import os\na = os.getenv('R', 'x')\nb = os.getenv('R', '')\nc = os.getenv('R')\n"},
        {"shop.py": "import os\na = os.getenv('R', 'x')\n", ".env": "R=y\n"},
        {"shop.py": "import os\na = os.getenv('R')\n", ".env.prod": "R=x\n", ".env.dev": "R=y\n"},
        {"shop.py": "import os\na = os.getenv('R')\n", ".env": "R=x\n", ".env.example": "R=y\n"},
    ],
)
def test_one_source_that_beats_another_is_no_disagreement(
    make_repository: MakeRepository, files: dict[str, str]
) -> None:
    assert findings(make_repository, files) == []


def test_job_variables_that_prefect_ignores(make_repository: MakeRepository) -> None:
    text = "deployments:\n  - name: n\n    entrypoint: etl.py:etl\n    work_pool: {name: p}\n    job_variables: {}\n"
    (found,) = findings(make_repository, {"prefect.yaml": text})
    assert (found.line, found.rule) == (5, "ignored-job-variables")


LOADED = """
    import os
    from dotenv import load_dotenv
    from prefect import flow
    load_dotenv()
    {more}
    @flow
    def etl():
        return os.environ["SHOP_TOKEN"]{body}
"""


@pytest.mark.parametrize(
    ("body", "more", "files"),
    [
        ("", "", {}),
        ("", "", {".env": "SHOP_TOKEN=\n"}),
        ("", "", {".env.example": "SHOP_TOKEN=\n", "dashboard.py": "import os\nos.environ['REGION']\n"}),
        ("", "", {"tests/test_etl.py": "import os\nos.environ['SHOP_TOKEN'] = 't'\nprint(os.getenv('SHOP_TOKEN'))\n"}),
    ],
)
def test_a_dotenv_file_that_nothing_needs_any_more(
    make_repository: MakeRepository, body: str, more: str, files: Mapping[str, str]
) -> None:
    found = findings(make_repository, {"etl.py": LOADED.format(body=body, more=more), **files})
    (needless,) = (f for f in found if f.rule == "needless-dotenv")
    assert (needless.severity, needless.path, needless.line) == (Severity.NOTE, "etl.py", 5)


@pytest.mark.parametrize(
    ("body", "more", "files"),
    [
        (', os.environ["REGION"]', "", {}),
        (', os.environ[os.environ["SHOP_TOKEN"]]', "", {}),
        ("", "import shop", {"shop.py": "import os\ndef region():\n    return os.getenv('REGION')\n"}),
        ("", "", {".env": "SHOP_TOKEN=\nREGION=north\n"}),
        ("", "", {".env": "PREFECT_API_URL=http://prefect.corp/api\n"}),
        ("", "import openai\n    client = openai.OpenAI()", {".env": "OPENAI_API_KEY=\n"}),
        ("", "import subprocess\n    subprocess.run(['dbt', 'run'])", {}),
        ("", "settings = {**os.environ}", {}),
        ("", "", {"dashboard.py": "import os\nos.environ['SHOP_TOKEN']\n"}),
        ("", 'TOKEN = os.environ["SHOP_TOKEN"]\n    print(TOKEN)', {}),
    ],
)
def test_a_dotenv_file_that_something_still_reads(
    make_repository: MakeRepository, body: str, more: str, files: Mapping[str, str]
) -> None:
    found = findings(make_repository, {"etl.py": LOADED.format(body=body, more=more), **files})
    assert [f.rule for f in found if f.rule == "needless-dotenv"] == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("var.pool",), True),
        (('"pool-${var.stage}"', '"another"'), True),
        (('"another"',), False),
        (("var.pool", '"pool"'), False),
    ],
)
def test_a_pool_that_a_computed_name_may_mean(
    make_repository: MakeRepository, names: tuple[str, ...], told: bool
) -> None:
    text = "".join(
        f'resource "prefect_work_pool" "p{number}" {{\n  name = {name}\n  base_job_template = var.t\n}}\n'
        for number, name in enumerate(names)
    )
    reading = FLOW.replace("...", "return os.environ['REGION']")
    found = findings(make_repository, {"pools.tf": text, "etl.py": reading, ".env": "REGION=north\n"})
    own = [(f.path, f.line, "if that is pool," in f.message) for f in found if f.rule == "pool-kept-elsewhere"]
    assert own == ([("pools.tf", 1, True)] if told else [])


@pytest.mark.parametrize(
    "read",
    [
        f"os.getenv('SHOP_TOKEN', '{VALUE}')",
        f"os.environ.get('SHOP_API_KEY', '{VALUE}')",
        "os.environ.get('SHOP_API_KEY', '3f0a9c1e-77d2-4be1-9f64-0c5d2b8e6a17')",
        f"os.getenv('SHOP_DSN', 'postgresql://shop:{VALUE}@db.corp/shop')",
    ],
)
@pytest.mark.parametrize("path", ["etl.py", "shop.py", "tools/beside.py"])
def test_a_secret_to_fall_back_to_is_in_git(make_repository: MakeRepository, read: str, path: str) -> None:
    files = {"etl.py": FLOW, path: f"{FLOW if path == 'etl.py' else 'import os'}\ndef own():\n    return {read}\n"}
    found = [f for f in findings(make_repository, files) if f.rule == "secret-default-value"]
    assert [(f.severity, f.path) for f in found] == [(Severity.HIGH, path)]


@pytest.mark.parametrize(
    "read",
    [
        "os.getenv('SHOP_TOKEN', '')",
        "os.getenv('SHOP_TOKEN', 'changeme')",
        "os.getenv('SHOP_PASSWORD', 'postgres')",
        "os.getenv('SHOP_DSN', 'postgresql://shop:shop@localhost/shop')",
        "os.getenv('SHOP_TOKEN_FILE', '/run/secrets/shop')",
        "os.getenv('SHOP_TOKEN', 'op://vault/shop/token')",
        "os.getenv('SHOP_MAX_TOKENS', '4096')",
        f"os.getenv('SHOP_COMMIT', '{'0a1b2c3d4e' * 4}')",
    ],
)
def test_other_defaults_are_no_leak(make_repository: MakeRepository, read: str) -> None:
    found = findings(make_repository, {"etl.py": f"{FLOW}\ndef own():\n    return {read}\n"})
    assert "secret-default-value" not in {f.rule for f in found}
    found = findings(make_repository, {"tests/test_etl.py": f"import os\nVALUE = os.getenv('SHOP_TOKEN', '{VALUE}')\n"})
    assert "secret-default-value" not in {f.rule for f in found}
