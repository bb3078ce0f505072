"""plan --refresh: what people decided stays while it fits, what envlift decided is decided anew, and both are told."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import ExitCode
from envlift.plan import Confidence, Decision, Layer
from envlift.planning.plan_file import PLAN_FILE, load_plan

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
Commit = Callable[[Path], Path]

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
ENTRIES = "API_TOKEN=tok_hunter2hunter2\nREGION=eu\n"


@pytest.fixture
def shop(run: Run, make_repository: Make, commit: Commit) -> Path:
    """A committed repository with its plan."""
    root = commit(make_repository({"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": ENTRIES}))
    assert run("plan", root, "--batch", "--write").returncode == ExitCode.DONE
    return root


def edit(root: Path, before: str, after: str) -> None:
    text = (root / PLAN_FILE).read_text("utf-8")
    assert before in text
    (root / PLAN_FILE).write_text(text.replace(before, after, 1), "utf-8")


def change_code(root: Path, more: str = 'os.environ["SMTP_PASSWORD"]') -> None:
    (root / "flows.py").write_text(FLOW.replace('os.environ["REGION"]', f'os.environ["REGION"], {more}'))


def decision(root: Path, setting: str) -> Decision:
    plan = load_plan((root / PLAN_FILE).read_text("utf-8"), PLAN_FILE)
    (found,) = (d for d in plan.decisions if d.setting == setting)
    return found


def test_a_stale_plan_is_refused_with_the_way_out(run: Run, shop: Path) -> None:
    change_code(shop)
    done = run("apply", shop, "--allow-dirty")
    assert done.returncode == ExitCode.REFUSED
    assert "envlift plan --refresh" in done.stderr


def test_a_decision_by_hand_stays_and_can_be_applied(run: Run, shop: Path, commit: Commit) -> None:
    edit(shop, "layer: secret\n", "layer: secret_env\n")
    change_code(shop, '"more"')
    commit(shop)
    done = run("plan", shop, "--batch", "--refresh")
    assert "API_TOKEN: kept as people decided" in done.stdout
    assert decision(shop, "API_TOKEN").layer is Layer.SECRET_ENV
    assert run("apply", shop).returncode == ExitCode.DONE
    assert 'os.environ["API_TOKEN"]' in (shop / "flows.py").read_text()
    again = run("plan", shop, "--batch", "--refresh")
    assert again.returncode == ExitCode.DONE
    assert decision(shop, "API_TOKEN").layer is Layer.SECRET_ENV


def test_a_decision_by_hand_is_applied_as_it_stands(run: Run, shop: Path, commit: Commit) -> None:
    edit(shop, "block: shop-api-token", "block: by-hand")
    commit(shop)
    assert run("apply", shop).returncode == ExitCode.DONE
    assert 'Secret.load("by-hand").get()' in (shop / "flows.py").read_text()


def test_an_answer_of_an_earlier_run_stays(run: Run, shop: Path) -> None:
    run("plan", shop, "--batch", "--write", "--answer", "API_TOKEN=leave")
    change_code(shop)
    done = run("plan", shop, "--batch", "--refresh")
    assert "API_TOKEN: kept" in done.stdout
    assert decision(shop, "API_TOKEN").layer is Layer.LEAVE
    assert "SMTP_PASSWORD: new since then" in done.stdout


def test_an_answer_of_this_run_beats_the_plan(run: Run, shop: Path) -> None:
    edit(shop, "layer: secret\n", "layer: leave\n")
    done = run("plan", shop, "--batch", "--refresh", "--answer", "API_TOKEN=secret:mine")
    assert "kept" not in done.stdout
    assert decision(shop, "API_TOKEN").block == "mine"


def test_the_policy_beats_an_answer_but_no_decision_by_hand(run: Run, shop: Path) -> None:
    run("plan", shop, "--batch", "--write", "--answer", "API_TOKEN=leave")
    (shop / "envlift.toml").write_text('[answers]\nAPI_TOKEN = "secret:ours"\n')
    run("plan", shop, "--batch", "--refresh")
    assert decision(shop, "API_TOKEN").block == "ours"
    edit(shop, "block: ours", "block: by-hand")
    run("plan", shop, "--batch", "--refresh")
    assert decision(shop, "API_TOKEN").block == "by-hand"


def test_a_confidence_set_by_hand_stays_while_the_decision_is_the_same(run: Run, shop: Path) -> None:
    assert decision(shop, "API_TOKEN").confidence is Confidence.SURE
    edit(shop, "confidence: sure\n    sensitive: true", "confidence: by_hand\n    sensitive: true")
    change_code(shop)
    run("plan", shop, "--batch", "--refresh")
    assert decision(shop, "API_TOKEN").confidence is Confidence.BY_HAND


def test_what_envlift_decided_is_decided_anew(run: Run, shop: Path) -> None:
    change_code(shop, 'psycopg2.connect(password=os.environ["REGION"])')
    done = run("plan", shop, "--batch", "--refresh")
    assert "kept" not in done.stdout
    assert decision(shop, "REGION").sensitive
    assert "REGION: decided otherwise now" in done.stdout


def test_a_secret_that_was_none_is_not_kept_in_clear(run: Run, shop: Path) -> None:
    edit(shop, "layer: pool_default\n    confidence: sure", "layer: deployment\n    confidence: sure")
    (shop / ".env").write_text("API_TOKEN=x\nREGION=postgresql://app:hunter2hunter2@db.internal.example/app\n")
    done = run("plan", shop, "--batch", "--refresh")
    assert "REGION: not kept" in done.stdout
    assert decision(shop, "REGION").layer not in (Layer.DEPLOYMENT, Layer.POOL_DEFAULT)
    assert "hunter2" not in done.stdout + done.stderr + (shop / PLAN_FILE).read_text()


def test_what_is_gone_is_told(run: Run, shop: Path) -> None:
    edit(shop, "layer: secret\n", "layer: leave\n")
    (shop / "flows.py").write_text(FLOW.replace('os.environ["API_TOKEN"], ', ""))
    (shop / ".env").write_text("REGION=eu\n")
    run("plan", shop, "--batch", "--refresh")
    text = (shop / PLAN_FILE).read_text()
    assert "API_TOKEN" not in text


def test_what_a_setting_is_elsewhere_does_not_count_as_the_decision(run: Run, make_repository: Make) -> None:
    """One setting has decisions of its own for files that no flow reaches, before and after the one by hand."""
    other = "import os\nos.environ['API_TOKEN']\n"
    flow = {"flows.py": FLOW, "prefect.yaml": DEPLOYMENT, ".env": ENTRIES}
    root = make_repository({**flow, "tests/test_a.py": other, "app/main.py": other})
    run("plan", root, "--batch", "--write")
    edit(root, "layer: secret\n", "layer: secret_env\n")
    done = run("plan", root, "--batch", "--refresh")
    assert "API_TOKEN: kept" in done.stdout
    plan = load_plan((root / PLAN_FILE).read_text("utf-8"), PLAN_FILE)
    layers = {d.layer for d in plan.decisions if d.setting == "API_TOKEN"}
    assert layers == {Layer.SECRET_ENV, Layer.LEAVE}


def test_nothing_new(run: Run, shop: Path) -> None:
    before = (shop / PLAN_FILE).read_bytes()
    done = run("plan", shop, "--batch", "--refresh")
    assert "all as it was" in done.stdout
    assert (shop / PLAN_FILE).read_bytes() == before


def test_without_a_plan(run: Run, shop: Path) -> None:
    (shop / PLAN_FILE).unlink()
    done = run("plan", shop, "--batch", "--refresh")
    assert done.returncode == ExitCode.USAGE
    assert "There is no plan" in done.stderr
    assert not (shop / PLAN_FILE).exists()


@pytest.mark.parametrize("command", [("plan", "--write"), ("migrate", "--write", "--allow-dirty")])
def test_work_by_hand_is_not_written_over(run: Run, shop: Path, command: tuple[str, ...]) -> None:
    edit(shop, "layer: secret\n", "layer: leave\n")
    before = {file.name: file.read_bytes() for file in shop.iterdir() if file.is_file()}
    done = run(*command, shop, "--batch")
    assert done.returncode == ExitCode.REFUSED
    assert "changed by hand: API_TOKEN" in done.stderr
    assert "--refresh" in done.stderr
    assert {file.name: file.read_bytes() for file in shop.iterdir() if file.is_file()} == before
