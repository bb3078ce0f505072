"""scan and plan as commands: what they print, where, and how they end."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values

from envlift.errors import ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]

FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_TOKEN"], os.environ["REGION"]
"""
DEPLOYMENT = """
deployments:
  - name: sync
    entrypoint: flows.py:sync
    work_pool: {name: pool}
"""
COMPLETE = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "API_TOKEN=tok_hunter2hunter2\nREGION=eu\n"}
OPEN = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": "REGION=eu\n"}


def test_scan_names_every_setting_and_its_places(run: Run, make_repository: Make) -> None:
    done = run("scan", make_repository(COMPLETE))
    assert done.returncode == ExitCode.DONE
    assert re.search(r"^API_TOKEN +\.env +flows\.py:7 +sync$", done.stdout, re.MULTILINE)
    assert "2 settings · 4 places" in done.stdout
    assert done.stderr == ""


def test_path_is_the_current_folder_unless_told(run: Run, make_repository: Make, tmp_path: Path) -> None:
    root = make_repository(COMPLETE)
    assert run("scan", cwd=root).stdout == run("scan", "shop", cwd=tmp_path).stdout


def test_a_folder_without_settings_says_so(run: Run, tmp_path: Path) -> None:
    done = run("scan", tmp_path)
    assert (done.returncode, "No setting found" in done.stdout) == (ExitCode.DONE, True)


def test_a_file_that_cannot_be_read_is_listed_and_the_rest_goes_on(run: Run, make_repository: Make) -> None:
    root = make_repository({**COMPLETE, "broken.py": "import os\nos.environ['X'\n  def"})
    for command in ("scan", "plan"):
        done = run(command, root)
        assert done.returncode == ExitCode.PARTIAL
        assert "broken.py" in done.stdout
        assert "API_TOKEN" in done.stdout


def test_plan_says_where_each_setting_goes_and_why(run: Run, make_repository: Make) -> None:
    done = run("plan", make_repository(COMPLETE))
    assert done.returncode == ExitCode.DONE, done.stdout
    assert re.search(r"^Secret block · .*\n +API_TOKEN +\S*api-token +sure +2 places$", done.stdout, re.MULTILINE)
    assert re.search(r"^Work pool default · .*\n +REGION +pool +sure +2 places\n +\w", done.stdout, re.MULTILINE)


def test_explain_shows_one_setting_with_all_that_speaks_for_it(run: Run, make_repository: Make) -> None:
    root = make_repository(COMPLETE)
    done = run("plan", root, "--explain", "API_TOKEN")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert done.stdout.startswith("API_TOKEN → secret · sure, by ")
    assert "flows.py:sync" in done.stdout
    assert ".env:1" in done.stdout
    assert re.search(r"^ +else secret_env: ", done.stdout, re.MULTILINE)
    assert "What would change it:" in done.stdout
    assert "REGION" not in done.stdout
    assert "hunter2" not in done.stdout
    document = json.loads(run("plan", root, "--explain", "API_TOKEN", "--format", "json").stdout)
    assert {site["name"] for site in document["sites"]} == {"API_TOKEN"}
    assert document["decisions"][0]["evidence"]["voices"][1]["layer"] == "secret_env"


def test_explain_of_what_is_not_there_names_what_is(run: Run, make_repository: Make) -> None:
    done = run("plan", make_repository(COMPLETE), "--explain", "API_TOKENS")
    assert done.returncode == ExitCode.USAGE
    assert "Did you mean API_TOKEN?" in done.stderr


def test_an_open_question_ends_in_3_with_the_flag_that_answers_it(run: Run, make_repository: Make) -> None:
    root = make_repository(OPEN)
    done = run("plan", root)
    assert done.returncode == ExitCode.QUESTIONS
    flag = re.search(r"--answer (API_TOKEN=\w+)", done.stdout)
    assert flag, done.stdout
    answered = run("plan", root, "--answer", flag[1])
    assert answered.returncode == ExitCode.DONE
    assert "Open questions" not in answered.stdout


def test_answers_of_flag_beat_those_of_the_file_and_these_the_policy(run: Run, make_repository: Make) -> None:
    root = make_repository(
        {
            **COMPLETE,
            "envlift.toml": '[answers]\nREGION = "leave"\nAPI_TOKEN = "secret:by-policy"',
            "answers.toml": '[answers]\nAPI_TOKEN = "secret:by-file"',
        }
    )

    def block(*flags: str) -> object:
        plan = json.loads(run("plan", root, "--format", "json", *flags).stdout)
        return {d["setting"]: d["block"] or d["layer"] for d in plan["decisions"] if d["rule"] == "answer"}

    file = ("--answers", str(root / "answers.toml"))
    assert block() == {"API_TOKEN": "by-policy", "REGION": "leave"}
    assert block(*file) == {"API_TOKEN": "by-file", "REGION": "leave"}
    assert block(*file, "--answer", "API_TOKEN=secret:by-flag")["API_TOKEN"] == "by-flag"


def test_an_answer_for_no_setting_is_remarked_upon(run: Run, make_repository: Make) -> None:
    done = run("plan", make_repository(COMPLETE), "--answer", "API_TOKN=secret")
    assert done.returncode == ExitCode.DONE
    assert "API_TOKN" in done.stderr
    assert "Did you mean API_TOKEN?" in done.stderr


def test_an_answer_that_the_code_cannot_have_is_an_error_of_usage(run: Run, make_repository: Make) -> None:
    root = make_repository({**COMPLETE, ".env": "API_TOKEN=q7Rw2Lk9xB4v\nREGION=eu\n"})
    done = run("plan", root, "--answer", "API_TOKEN=pool_default")
    assert done.returncode == ExitCode.USAGE
    assert "API_TOKEN" in done.stderr
    assert done.stdout == ""


def test_a_mistake_in_the_policy_ends_the_run_before_anything_else(run: Run, make_repository: Make) -> None:
    done = run("plan", make_repository({**COMPLETE, "envlift.toml": "polo = 'x'"}))
    assert done.returncode == ExitCode.USAGE
    assert "Did you mean pool?" in done.stderr


def test_plan_writes_a_file_only_when_told(run: Run, make_repository: Make) -> None:
    root = make_repository(COMPLETE)
    before = sorted(root.iterdir())
    run("scan", root)
    run("plan", root)
    assert sorted(root.iterdir()) == before
    assert run("plan", root, "--write").returncode == ExitCode.DONE
    text = (root / "envlift-plan.yaml").read_text("utf-8")
    assert "api-token" in text
    assert "hunter2" not in text


def test_quiet_leaves_the_exit_code_and_the_document(run: Run, make_repository: Make) -> None:
    root = make_repository(OPEN)
    quiet = run("plan", root, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (ExitCode.QUESTIONS, "", "")
    assert json.loads(run("plan", root, "--quiet", "--format", "json").stdout)["questions"]


@pytest.mark.parametrize("command", ["scan", "plan"])
def test_json_is_the_only_thing_on_standard_output(run: Run, make_repository: Make, command: str) -> None:
    root = make_repository(OPEN)
    done = run(command, root, "--format", "json")
    document = json.loads(done.stdout)
    assert (document["schema"], document["version"]) == (f"envlift/{command}", 1)
    assert done.stdout == run(command, root, "--format", "json").stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["scan", "plan"])
def test_in_a_pipe_nothing_is_folded_or_padded_and_nothing_has_colour(run: Run, etl: Path, command: str) -> None:
    lines = run(command, etl).stdout.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in "".join(lines)
    reasons = [line for line in lines if "MANIFEST_SIGNING_KEY" in line]
    assert len(reasons) >= 1


@pytest.mark.parametrize("command", ["scan", "plan"])
@pytest.mark.parametrize("columns", [80, 120])
def test_lines_fit_the_width(run: Run, etl: Path, command: str, columns: int) -> None:
    done = run(command, etl, env={"COLUMNS": str(columns)})
    assert [line for line in done.stdout.splitlines() if len(line) > columns] == []
    assert "ORDERS_FIXTURES_DIR" in done.stdout


def test_colour_can_be_had_in_a_pipe_and_refused_anywhere(run: Run, make_repository: Make) -> None:
    root = make_repository(COMPLETE)
    assert "\x1b[" in run("plan", root, env={"FORCE_COLOR": "1"}).stdout
    for plain in (run("plan", root, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}), run("plan", root, "--no-color")):
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain.stdout)


def test_a_terminal_that_knows_ascii_only_is_no_trouble(process: Run, make_repository: Make) -> None:
    done = process("plan", make_repository(COMPLETE), env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == ExitCode.DONE
    assert "API_TOKEN" in done.stdout


@pytest.mark.parametrize("sample", ["nightly_etl", "async_ingester", "code_deployments"])
@pytest.mark.parametrize("command", ["scan", "plan"])
def test_no_value_of_a_sample_is_shown(run: Run, sample_repos: Path, sample: str, command: str) -> None:
    root = sample_repos / sample
    values = {value for value in dotenv_values(root / ".env").values() if value and len(value) > 7}
    values.add("Wh4rf-Lantern")
    for output in ("text", "json"):
        done = run(command, root, "--format", output)
        assert done.stdout
        assert [value for value in values if value in done.stdout + done.stderr] == []


def test_where_nothing_can_change_no_next_step_is_told(run: Run, make_repository: Make) -> None:
    code = "import os\nURL = os.environ['SHOP_URL']\n"
    assert "Next:" not in run("plan", make_repository({"api.py": code}), "--batch").stdout
    flow = "import os\nfrom prefect import flow\n@flow\ndef etl():\n    return os.environ['SHOP_TOKEN']\n"
    assert "Next: envlift migrate" in run("plan", make_repository({"flows.py": flow}), "--batch").stdout
