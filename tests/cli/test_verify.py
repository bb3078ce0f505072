"""``envlift verify`` as its users run it: exit codes, both outputs, and no value in either."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from envlift.errors import ExitCode

Make = Callable[[Mapping[str, str]], Path]

TOKEN = "Zq8vT3nR6yK1mX4w"


def test_a_migrated_sample_agrees_until_it_is_changed(run: Run, etl: Path) -> None:
    migrated = run("migrate", etl, "--batch", "--write", "--answer", "WAREHOUSE_DSN=secret")
    assert migrated.returncode == ExitCode.DONE
    done = run("verify", etl)
    assert (done.returncode, "All agree" in done.stdout) == (ExitCode.DONE, True), done.stdout
    assert "No server was asked" in done.stdout
    shop = etl / "orders_etl" / "shop.py"
    shop.write_text(shop.read_text().replace('Secret.load("orders-api-token")', 'Secret.load("orders-token")'))
    broken = run("verify", etl, env={"COLUMNS": "80"})
    assert broken.returncode == ExitCode.FOUND
    assert "orders_etl/shop.py:27  unknown-block" in broken.stdout
    assert "1 thing to mend" in broken.stdout
    assert all(len(line) <= 80 for line in broken.stdout.splitlines())


def test_json_has_a_place_for_every_finding(run: Run, etl: Path) -> None:
    done = run("verify", etl, "--format", "json")
    assert done.returncode == ExitCode.FOUND
    document = json.loads(done.stdout)
    assert (document["schema"], document["version"], document["server"]) == ("envlift/verify", 1, None)
    assert document["findings"]
    for finding in document["findings"]:
        assert set(finding) == {"message", "line", "path", "remedy", "rule", "server_object", "severity"}
        assert finding["rule"]
        assert (finding["path"] is None) is (finding["server_object"] is not None)
    assert any("no saved plan" in note for note in document["notes"])


@pytest.mark.parametrize("format", ["text", "json"])
def test_no_value_is_shown(run: Run, make_repository: Make, format: str) -> None:  # noqa: A002
    files = {
        "flows.py": f'import os\nfrom prefect import flow\n\n@flow\ndef f():\n    return os.environ["K"], "{TOKEN}x"\n',
        "prefect.yaml": f"""
            deployments:
            - name: d
              entrypoint: flows.py:f
              work_pool: {{name: p, job_variables: {{env: {{API_TOKEN: "{TOKEN}"}}}}}}
            """,
        ".env": f"K={TOKEN}\n",
    }
    done = run("verify", make_repository(files), "--format", format)
    assert done.returncode == ExitCode.FOUND
    assert "secret-in-clear" in done.stdout
    assert TOKEN not in done.stdout + done.stderr


def test_what_cannot_be_read_is_an_exit_code_of_its_own(run: Run, make_repository: Make) -> None:
    broken = "import os\nfrom prefect import flow\n\n@flow\ndef broken(:\n    return os.environ['X']\n"
    done = run("verify", make_repository({"flows.py": broken}))
    assert done.returncode == ExitCode.PARTIAL
    assert "flows.py" in done.stdout


def test_a_server_that_does_not_answer(process: Run, make_repository: Make, tmp_path: Path) -> None:
    root = make_repository({"flows.py": "from prefect import flow\n\n@flow\ndef f():\n    pass\n"})
    nobody = {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(tmp_path / "home")}
    done = process("verify", root, env=nobody)
    assert done.returncode == ExitCode.SERVER
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert process("verify", root, "--no-server", env=nobody).returncode == ExitCode.DONE


def test_a_plan_that_is_named_must_be_there(run: Run, make_repository: Make) -> None:
    root = make_repository({"flows.py": "x = 1\n"})
    assert run("verify", root, "--plan", root / "none.yaml").returncode == ExitCode.USAGE
    (root / "envlift-plan.yaml").write_text("not: [a plan\n")
    assert run("verify", root).returncode not in (ExitCode.DONE, ExitCode.FOUND)
