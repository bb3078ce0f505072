"""A whole scan: what is reached, what belongs to whom, and that nothing runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import EnvliftError
from envlift.inventory import DeploymentKind, SiteKind
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = """
    from prefect import flow
    from lib import client

    @flow
    def etl():
        client.fetch()
"""


def test_reach_follows_imports_from_flows(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "etl.py": FLOW,
            "lib/__init__.py": "",
            "lib/client.py": "from lib.deep import token\ndef fetch(): return token()\n",
            "lib/deep.py": "import os\ndef token(): return os.environ['TOKEN']\n",
            "web.py": "import os\nPORT = os.environ['PORT']\n",
        }
    )
    inventory = scan_repository(root)
    assert {p: set(f) for p, f in inventory.reach.items()} == {
        path: {"etl.py:etl"} for path in ("etl.py", "lib/__init__.py", "lib/client.py", "lib/deep.py")
    }
    assert [(s.path, s.name) for s in inventory.sites] == [("lib/deep.py", "TOKEN"), ("web.py", "PORT")]


def test_coroutines_outside_of_flows_may_run_above_a_flow_that_they_call(make_repository: MakeRepository) -> None:
    flow = "from prefect import flow\n@flow\ndef etl(): ...\n"
    web = "from jobs.etl import etl\nasync def run(): etl()\n"
    inventory = scan_repository(make_repository({"jobs/etl.py": flow, "jobs/more.py": flow, "web.py": web}))
    assert inventory.asynchronous == {"jobs/etl.py"}
    inventory = scan_repository(make_repository({"web.py": web.replace("async ", "")}))
    assert inventory.asynchronous == frozenset()


def test_coroutines_count_in_a_long_file_of_which_only_parts_are_looked_at(make_repository: MakeRepository) -> None:
    flow = "from prefect import flow\n@flow\ndef etl(): ...\n"
    table = "".join(f"VALUE_{number} = {number}\n" for number in range(300))
    web = f"from fastapi import FastAPI\nfrom etl import etl\napp = FastAPI()\n{table}"
    handler = '@app.get("/")\nasync def run():\n    return etl()\n'
    assert scan_repository(make_repository({"etl.py": flow, "web.py": web + handler})).asynchronous == {"etl.py"}
    plain = web + handler.replace("async ", "")
    assert scan_repository(make_repository({"etl.py": flow, "web.py": plain})).asynchronous == frozenset()


def test_what_cannot_be_parsed_may_run_an_event_loop(make_repository: MakeRepository) -> None:
    flow = "from prefect import flow\n@flow\ndef etl(): ...\n"
    web = "from etl import etl\ndef run():\n    etl(\n"
    assert scan_repository(make_repository({"etl.py": flow, "web.py": web})).asynchronous == {"etl.py"}


def test_a_file_that_works_with_an_event_loop_may_have_one_running(make_repository: MakeRepository) -> None:
    flow = "import asyncio\nfrom prefect import flow\n@flow\ndef etl(): asyncio.run(work())\n"
    assert scan_repository(make_repository({"etl.py": flow})).asynchronous == {"etl.py"}


def test_a_program_that_uses_a_flows_helper_shares_it(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "etl.py": FLOW,
            "lib/client.py": "import os\ndef fetch(): return os.environ['TOKEN']\n",
            "api.py": "from flask import Flask\nfrom lib.client import fetch\napp = Flask('x')\n",
            "tool.py": "from lib.client import fetch\nfetch()\n",
            "names.py": "from lib.client import fetch\n",
            "deploy.py": "from etl import etl\netl.serve(name='x')\n",
            "tests/test_client.py": "from lib import client\n",
        }
    )
    inventory = scan_repository(root)
    assert dict(inventory.shared) == {"lib/client.py": ("api.py", "tool.py")}
    assert inventory.services == {"api.py"}


def test_deployments_are_tied_to_flows(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "jobs/etl.py": FLOW,
            "jobs/prefect.yaml": """
                deployments:
                  - name: by-path
                    entrypoint: etl.py:etl
                    work_pool: {name: p, job_variables: {env: {A: "1"}}}
                  - name: by-module
                    entrypoint: etl.etl
                    work_pool: {name: p}
                  - name: nowhere
                    entrypoint: gone.etl
            """,
            "deploy.py": "from jobs.etl import etl\netl.deploy('by-call', work_pool_name='q')\netl.serve('served')\n",
        }
    )
    found = {d.name: d for d in scan_repository(root).deployments}
    assert {n: (d.entrypoint, d.pool, d.kind) for n, d in found.items()} == {
        "by-path": ("jobs/etl.py:etl", "p", DeploymentKind.PREFECT_YAML),
        "by-module": ("jobs/etl.py:etl", "p", DeploymentKind.PREFECT_YAML),
        "nowhere": ("", "", DeploymentKind.PREFECT_YAML),
        "by-call": ("jobs/etl.py:etl", "q", DeploymentKind.CALL),
        "served": ("jobs/etl.py:etl", "", DeploymentKind.SERVE),
    }
    assert list(found["by-path"].env) == ["A"]
    assert found["nowhere"].trouble


def test_literals_count_only_where_flows_reach(make_repository: MakeRepository) -> None:
    line = "def connect():\n    host = 'db.corp.internal'\n    url = 'postgresql://app:H4rbour-9@db.corp.internal/x'\n"
    root = make_repository({"etl.py": FLOW, "lib/client.py": line, "web.py": line})
    literals = [(s.path, s.span.line) for s in scan_repository(root).sites if s.kind is SiteKind.LITERAL]
    # What is a secret by its look alone matters in any file.
    assert literals == [("lib/client.py", 2), ("lib/client.py", 3), ("web.py", 3)]


def test_trouble_in_one_file_is_data(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": FLOW, "broken.py": "import os\nos.environ['A'\n", "prefect.yaml": "a: [\n"})
    (root / "nul.py").write_bytes(b"import os\x00\nos.environ['A']\n")
    (root / "latin.py").write_bytes("import os\nx = '\u00e9' + os.environ['A']\n".encode("latin-1"))
    inventory = scan_repository(root)
    assert {t.path for t in inventory.troubles} == {"broken.py", "nul.py", "latin.py", "prefect.yaml"}
    assert [f.entrypoint for f in inventory.flows] == ["etl.py:etl"]


def test_a_deep_expression_does_not_end_the_scan(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": FLOW, "deep.py": "import os\nx = " + " + ".join(["1"] * 5000) + "\n"})
    inventory = scan_repository(root)
    assert [f.entrypoint for f in inventory.flows] == ["etl.py:etl"]
    assert {t.path for t in inventory.troubles} <= {"deep.py"}


def test_a_scan_runs_no_user_code_and_opens_no_socket(make_repository: MakeRepository) -> None:
    marker = "import pathlib; pathlib.Path('ran').touch()\nimport os\nX = os.environ['X']\n"
    root = make_repository(
        {"etl.py": FLOW + "\n" + marker, "conftest.py": marker, "setup.py": marker, "lib.py": marker}
    )
    events: list[str] = []
    watching = True

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if watching and (event.startswith(("socket.", "subprocess.", "os.system", "os.exec")) or event == "exec"):
            events.append(f"{event} {arguments!r:.80}")

    sys.addaudithook(audit)
    before = os.getcwd()  # noqa: PTH109
    os.chdir(root)
    try:
        scan_repository(root)
    finally:
        watching = False
        os.chdir(before)
    assert not (root / "ran").exists()
    assert events == []


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvliftError) as caught:
        scan_repository(tmp_path / "gone")
    assert caught.value.hint


def test_no_value_shows_in_the_inventory(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": FLOW, ".env": "TOKEN=plainly-visible-9\n"})
    inventory = scan_repository(root)
    assert any(s.name == "TOKEN" for s in inventory.sites)
    assert "plainly-visible-9" not in repr(inventory)


READ = "import os\nTOKEN = os.environ['TOKEN']\n"


def test_a_module_that_nothing_imports_stands_beside_the_flows(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "jobs/etl.py": FLOW,
            "jobs/lib/client.py": "def fetch(): ...\n",
            "jobs/lib/config.py": READ,
            "jobs/lib/main.py": READ + "if __name__ == '__main__':\n    print(TOKEN)\n",
            "jobs/lib/run.py": READ + "print(TOKEN)\n",
            "jobs/lib/api.py": READ + "from fastapi import FastAPI\napp = FastAPI()\n",
            "jobs/lib/used.py": READ,
            "web.py": "from jobs.lib import used\nimport os\nos.environ['X']\n",
            "tools/config.py": READ,
        }
    )
    assert dict(scan_repository(root).beside) == {"jobs/lib/config.py": frozenset({"jobs/etl.py:etl"})}


def test_a_file_with_tasks_that_nothing_imports_belongs_to_the_flows_beside_it(
    make_repository: MakeRepository,
) -> None:
    root = make_repository(
        {
            "jobs/etl.py": "from prefect import flow\n@flow\ndef etl(): ...\n",
            "jobs/store.py": "from prefect import task\n@task\ndef store(): connect(host='10.0.4.7')\n",
            "jobs/keep.py": "from prefect.blocks.system import Secret\ndef f():Db(host='10.0.4.8',p=Secret.load('x'))",
            "jobs/tool.py": "from prefect.blocks.system import Secret\nconnect(host='10.0.4.8', p=Secret.load('x'))\n",
            "jobs/plain.py": "import os\ndef plain(): connect(host='10.0.4.9')\n",
            "other/store.py": "from prefect import task\n@task\ndef store(): connect(host='10.0.4.7')\n",
        }
    )
    inventory = scan_repository(root)
    assert dict(inventory.beside) == {"jobs/keep.py": {"jobs/etl.py:etl"}, "jobs/store.py": {"jobs/etl.py:etl"}}
    assert [s.path for s in inventory.sites if s.kind is SiteKind.LITERAL] == ["jobs/keep.py", "jobs/store.py"]


def test_a_secret_by_its_look_is_found_in_files_that_no_flow_reaches(make_repository: MakeRepository) -> None:
    dsn = "postgresql://etl:" + "q7Rk" + "92mz@db.corp/sales"
    root = make_repository({"web.py": f"import os\nPORT = os.environ['PORT']\nDSN = '{dsn}'\nHOST = 'db.corp'\n"})
    literals = [s for s in scan_repository(root).sites if s.kind is SiteKind.LITERAL]
    assert [(s.name, s.span.line) for s in literals] == [("WEB_DSN", 3)]


def test_flows_of_prefect_1_are_named(make_repository: MakeRepository) -> None:
    old = 'import os\nfrom prefect import Flow, task\n@task\ndef load(): ...\nwith Flow("etl") as flow:\n    load()\n'
    inventory = scan_repository(make_repository({"old.py": old, "etl.py": FLOW, "lib/client.py": "def fetch(): ...\n"}))
    (trouble,) = inventory.troubles
    assert (trouble.path, trouble.line) == ("old.py", 5)
    assert "Prefect 1" in trouble.message
    assert [flow.path for flow in inventory.flows] == ["etl.py"]


def test_a_copy_of_prefect_has_no_flows_of_the_repository(make_repository: MakeRepository) -> None:
    code = "from prefect import flow\n@flow\ndef etl(): ...\n"
    copy = {f"env/prefect/{name}.py": "" for name in ("__init__", "tasks", "engine")}
    found = scan_repository(make_repository({**copy, "env/prefect/flows.py": code, "etl.py": code}))
    assert [flow.path for flow in found.flows] == list(found.reach) == ["etl.py"]


def test_what_is_kept_of_a_copy_of_prefect_goes_with_its_being_one(make_repository: MakeRepository) -> None:
    code = "from prefect import flow\n@flow\ndef etl(): ...\n"
    root = make_repository({f"env/prefect/{name}.py": code for name in ("__init__", "tasks", "flows")})
    old = root / "env" / "prefect"
    for path in old.iterdir():
        os.utime(path, (1, 1))
    engine = old / "engine.py"
    counts = []
    for is_copy in (False, True, False):
        engine.write_text("") if is_copy else engine.unlink(missing_ok=True)
        found = scan_repository(root)
        assert found == scan_repository(root, keep=False)
        counts.append(len(found.flows))
    assert counts == [3, 0, 3]
