"""A plan pushed to a real server: blocks before the pools that refer to them, nothing overwritten unless told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from envlift.applying.git import head_commit
from envlift.applying.prefect_server import read_state, save_secret
from envlift.applying.push import PushOutcome, push
from envlift.applying.server_state import SaveOutcome
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import PoolOwner, PoolTool, SiteKind
from envlift.plan import Confidence, Decision, Layer, Plan, PlannedSite, Target, TargetKind, ValueSource
from envlift.planning.fingerprints import fingerprint
from envlift.proving.loopback import LoopbackServer
from envlift_codemods.edits import Form, LoadSecret
from envlift_codemods.parsed import Span

pytestmark = pytest.mark.server
Git = Callable[..., str]
TEMPLATE: dict[str, object] = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}"},
    "variables": {
        "type": "object",
        "properties": {"command": {"type": "string"}, "env": {"type": "object"}},
    },
}
DOTENV = "API_TOKEN=482913\nDSN=hunter2\nREGION=eu\nODD=a {{ ds }} b\n"


@pytest.fixture
def pool(prefect_api: LoopbackServer, request: pytest.FixtureRequest) -> str:
    """A work pool of this test's own; its name is also the prefix for blocks of its own."""
    name = request.node.name.replace("_", "-").replace("[", "-").replace("]", "").lower()
    prefect_api.api.post("/work_pools/", {"name": name, "type": "process", "base_job_template": TEMPLATE})
    return str(name)


@pytest.fixture
def root(root: Path) -> Path:
    (root / ".env").write_text(DOTENV)
    return root


def decision(setting: str, layer: Layer, pool: str, block: str = "", *, sensitive: bool = True) -> Decision:
    return Decision(
        setting=setting,
        layer=layer,
        rule="rule",
        reason="reason",
        confidence=Confidence.SURE,
        runner_up=None,
        sensitive=sensitive,
        block=block,
        source=ValueSource(".env", setting),
        targets=() if layer is Layer.SECRET else (Target(TargetKind.POOL, pool),),
        sites=(),
    )


def plan_of(*decisions: Decision) -> Plan:
    return Plan("", {}, decisions, (), ())


def three(pool: str) -> Plan:
    return plan_of(
        decision("API_TOKEN", Layer.SECRET, pool, f"{pool}-token"),
        decision("DSN", Layer.SECRET_ENV, pool, f"{pool}-dsn"),
        decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False),
    )


def test_secrets_of_the_platform_are_named_and_no_block_is_made(
    root: Path, pool: str, prefect_api: LoopbackServer
) -> None:
    name = f"{pool}-jobs"
    shipped = prefect_api.api.get("/collections/views/aggregate-worker-metadata")
    template = shipped["prefect-kubernetes"]["kubernetes"]["default_base_job_configuration"]
    prefect_api.api.post("/work_pools/", {"name": name, "type": "kubernetes", "base_job_template": template})
    kept = replace(decision("DSN", Layer.SECRET_ENV, pool, f"{pool}-dsn"), targets=(Target(TargetKind.PLATFORM, name),))
    plan = plan_of(kept, decision("REGION", Layer.POOL_DEFAULT, name, sensitive=False))
    outcome = push(root, plan, Confidence.SURE)
    assert (outcome.blocks, outcome.left) == ((), ())
    assert [(left.setting, f"{pool}-dsn with the key DSN" in left.reason) for left in outcome.tasks] == [("DSN", True)]
    held = prefect_api.api.get(f"/work_pools/{name}")["base_job_template"]
    container = held["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]["containers"][0]
    assert container["env"] == [{"name": "DSN", "valueFrom": {"secretKeyRef": {"name": f"{pool}-dsn", "key": "DSN"}}}]
    assert held["variables"]["properties"]["env"]["default"] == {"REGION": "eu"}
    assert push(root, plan, Confidence.SURE).tasks == ()


def test_what_a_platform_does_not_take_keeps_nothing_else_back(root: Path, pool: str) -> None:
    kept = replace(decision("DSN", Layer.SECRET_ENV, pool, f"{pool}-dsn"), targets=(Target(TargetKind.PLATFORM, pool),))
    outcome = push(root, plan_of(kept, decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False)), Confidence.SURE)
    assert [left.setting for left in outcome.left] == ["DSN"]
    assert defaults_of(pool) == {"REGION": Concealed("eu")}


def test_what_workers_must_have_is_a_task(root: Path, pool: str) -> None:
    kept = replace(decision("DSN", Layer.SECRET_ENV, pool), targets=(Target(TargetKind.WORKER, pool),))
    outcome = push(root, plan_of(kept), Confidence.SURE)
    assert (outcome.blocks, outcome.pools, outcome.left) == ((), (), ())
    assert [(left.setting, f"work pool {pool}" in left.reason) for left in outcome.tasks] == [("DSN", True)]


def test_without_a_value_a_block_that_is_there_feeds_the_pool(root: Path, pool: str) -> None:
    unknown = replace(decision("DSN", Layer.SECRET_ENV, pool, f"{pool}-dsn"), source=None)
    first = push(root, plan_of(unknown), Confidence.SURE)
    assert [left.setting for left in first.left] == ["DSN", "DSN"]
    assert defaults_of(pool) == {}
    save_secret(f"{pool}-dsn", Concealed("x1"), for_get=False)
    assert push(root, plan_of(unknown), Confidence.SURE).left == ()
    assert defaults_of(pool) == {"DSN": Concealed(f"{{{{ prefect.blocks.secret.{pool}-dsn }}}}")}


def defaults_of(pool: str) -> dict[str, Concealed | None]:
    return dict(read_state([], [pool]).pools[0].defaults)


def reasons(outcome: PushOutcome) -> dict[str, str]:
    return {left.setting: left.reason for left in outcome.left}


def test_a_plan_is_pushed_and_pushing_again_changes_nothing(root: Path, pool: str) -> None:
    from prefect.blocks.system import Secret

    outcome = push(root, three(pool), Confidence.SURE)
    assert [(b.block, b.settings, b.outcome) for b in outcome.blocks] == [
        (f"{pool}-dsn", ("DSN",), SaveOutcome.CREATED),
        (f"{pool}-token", ("API_TOKEN",), SaveOutcome.CREATED),
    ]
    assert outcome.left == ()
    assert Secret.load(f"{pool}-token").get() == "482913"  # type: ignore[union-attr]
    assert defaults_of(pool) == {
        "DSN": Concealed(f"{{{{ prefect.blocks.secret.{pool}-dsn }}}}"),
        "REGION": Concealed("eu"),
    }
    again = push(root, three(pool), Confidence.SURE)
    assert {b.outcome for b in again.blocks} == {SaveOutcome.SAME}
    assert again.pools[0].of(SaveOutcome.SAME) == ("DSN", "REGION")
    assert (again.left, again.differing) == ((), ())


def test_a_preview_says_the_same_and_writes_nothing(root: Path, pool: str) -> None:
    before = push(root, three(pool), Confidence.SURE, write=False)
    assert defaults_of(pool) == {}
    assert read_state([f"{pool}-token", f"{pool}-dsn"], []).blocks == frozenset()
    assert before == push(root, three(pool), Confidence.SURE)


def test_no_value_is_shown(root: Path, pool: str) -> None:
    (root / ".env").write_text(DOTENV.replace("hunter2", "hunter3"))
    push(root, three(pool), Confidence.SURE)
    (root / ".env").write_text(DOTENV)
    for write in (False, True):
        outcome = push(root, three(pool), Confidence.SURE, write=write)
        assert not any(value in repr(outcome) for value in ("482913", "hunter"))


def test_what_needs_a_person_is_not_pushed(root: Path, pool: str) -> None:
    plan = plan_of(replace(decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False), confidence=Confidence.REVIEW))
    assert push(root, plan, Confidence.SURE).pools == ()
    assert defaults_of(pool) == {}


def test_another_value_is_kept_unless_its_name_is_told(root: Path, pool: str) -> None:
    push(root, three(pool), Confidence.SURE)
    (root / ".env").write_text("API_TOKEN=new\nDSN=new\nREGION=us\n")
    outcome = push(root, three(pool), Confidence.SURE)
    assert outcome.differing == (f"{pool}-dsn", f"{pool}-token", f"{pool}:REGION")
    assert f"--overwrite {pool}-token" in reasons(outcome)["API_TOKEN"]
    assert "--overwrite REGION" in reasons(outcome)["REGION"]
    assert defaults_of(pool)["REGION"] == Concealed("eu")
    assert save_secret(f"{pool}-token", Concealed("482913"), for_get=True) is SaveOutcome.SAME
    outcome = push(root, three(pool), Confidence.SURE, overwrite=[f"{pool}-token", "REGION"])
    assert outcome.differing == (f"{pool}-dsn",)
    assert save_secret(f"{pool}-token", Concealed("new"), for_get=True) is SaveOutcome.SAME
    assert defaults_of(pool)["REGION"] == Concealed("us")


def test_no_pool_refers_to_a_block_that_is_not_there(root: Path, pool: str) -> None:
    """Every run of the pool would fail on it."""
    (root / ".env").write_text("REGION=eu\n")
    outcome = push(root, three(pool), Confidence.SURE)
    assert set(defaults_of(pool)) == {"REGION"}
    assert outcome.blocks == ()
    assert "no value known for API_TOKEN in .env" in reasons(outcome)["API_TOKEN"]
    texts = [left.reason for left in outcome.left if left.setting == "DSN"]
    assert any("no value known" in text and "--from-environment" in text for text in texts)
    assert any("before it is saved" in text for text in texts)


def test_no_pool_refers_to_a_block_of_another_value(root: Path, pool: str) -> None:
    save_secret(f"{pool}-dsn", Concealed("theirs"), for_get=False)
    outcome = push(root, three(pool), Confidence.SURE)
    assert outcome.differing == (f"{pool}-dsn",)
    assert set(defaults_of(pool)) == {"REGION"}


def test_a_block_that_somebody_made_serves_where_no_value_is_known(root: Path, pool: str) -> None:
    save_secret(f"{pool}-dsn", Concealed("theirs"), for_get=False)
    (root / ".env").unlink()
    outcome = push(root, plan_of(decision("DSN", Layer.SECRET_ENV, pool, f"{pool}-dsn")), Confidence.SURE)
    assert outcome.kept == (f"{pool}-dsn",)
    assert outcome.left == ()
    assert set(defaults_of(pool)) == {"DSN"}


def test_a_value_from_the_environment_when_told(root: Path, pool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGION", "us")
    plan = plan_of(decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False))
    push(root, plan, Confidence.SURE, from_environment=True)
    assert defaults_of(pool) == {"REGION": Concealed("us")}


def test_a_rewritten_literal_comes_from_the_commit(root: Path, git: Git, pool: str) -> None:
    (root / "etl.py").write_text('dsn = "hunter2"\n')
    git("add", "etl.py")
    git("commit", "-q", "-m", "first")
    span = Span(1, 6, 1, 15)
    site = PlannedSite("etl.py", span, SiteKind.LITERAL, "DSN", LoadSecret(span, f"{pool}-dsn", Form.LOAD))
    source = ValueSource("etl.py", "DSN", span, head_commit(root))
    moved = replace(decision("DSN", Layer.SECRET, pool, f"{pool}-dsn"), source=source, sites=(site,))
    plan = Plan(head_commit(root), {"etl.py": fingerprint(b'dsn = "hunter2"\n', [span])}, (moved,), (), ())
    (root / "etl.py").write_text('dsn = "another"\nx = Secret.load("y").get()\n')
    assert push(root, plan, Confidence.SURE).blocks[0].outcome is SaveOutcome.CREATED
    assert save_secret(f"{pool}-dsn", Concealed("hunter2"), for_get=True) is SaveOutcome.SAME


def test_a_value_that_prefect_would_blank_goes_to_no_pool(root: Path, pool: str) -> None:
    outcome = push(root, plan_of(decision("ODD", Layer.POOL_DEFAULT, pool, sensitive=False)), Confidence.SURE)
    assert "{{ word }}" in reasons(outcome)["ODD"]
    assert defaults_of(pool) == {}


def test_one_block_for_two_settings(root: Path, pool: str) -> None:
    block = f"{pool}-shared"
    two = plan_of(decision("DSN", Layer.SECRET, pool, block), decision("REGION", Layer.SECRET, pool, block))
    outcome = push(root, two, Confidence.SURE)
    assert outcome.blocks == ()
    assert "different values and one block" in reasons(outcome)["DSN"]
    (root / ".env").write_text("DSN=same\nREGION=same\n")
    assert push(root, two, Confidence.SURE).blocks[0].settings == ("DSN", "REGION")


def test_one_block_on_two_roads(root: Path, pool: str) -> None:
    """Code would read the JSON-looking text decoded, a placeholder as it stands."""
    both = plan_of(
        decision("API_TOKEN", Layer.SECRET, pool, f"{pool}-t"),
        decision("API_TOKEN", Layer.SECRET_ENV, pool, f"{pool}-t"),
    )
    outcome = push(root, both, Confidence.SURE)
    assert outcome.blocks == ()
    assert defaults_of(pool) == {}
    (root / ".env").write_text("API_TOKEN=plain\n")
    assert [b.outcome for b in push(root, both, Confidence.SURE).blocks] == [SaveOutcome.CREATED]
    assert set(defaults_of(pool)) == {"API_TOKEN"}


@pytest.mark.parametrize("target", ["missing", "none"])
def test_a_pool_that_is_not_there_is_reported_and_the_rest_goes(root: Path, pool: str, target: str) -> None:
    lost = decision("DSN", Layer.SECRET_ENV, f"{pool}-{target}", f"{pool}-dsn")
    lost = lost if target == "missing" else replace(lost, targets=())
    outcome = push(root, plan_of(lost, decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False)), Confidence.SURE)
    says = "has no work pool" if target == "missing" else "no work pool is known"
    assert says in reasons(outcome)["DSN"]
    assert [b.outcome for b in outcome.blocks] == [SaveOutcome.CREATED]
    assert defaults_of(pool) == {"REGION": Concealed("eu")}


def test_a_secret_is_never_set_in_clear(root: Path, pool: str) -> None:
    with pytest.raises(EnvliftError, match="DSN is a secret") as caught:
        push(root, plan_of(decision("DSN", Layer.POOL_DEFAULT, pool)), Confidence.SURE)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert defaults_of(pool) == {}


def test_a_value_that_is_a_secret_by_now_goes_to_no_pool(root: Path, pool: str) -> None:
    (root / ".env").write_text("DATABASE_URL=postgresql://etl:q7Rk92mz-Lw41@db.example.org/etl\nREGION=eu\n")
    dsn = decision("DATABASE_URL", Layer.POOL_DEFAULT, pool, sensitive=False)
    plan = plan_of(dsn, decision("REGION", Layer.POOL_DEFAULT, pool, sensitive=False))
    assert "plan again" in reasons(push(root, plan, Confidence.SURE))["DATABASE_URL"]
    assert defaults_of(pool) == {"REGION": Concealed("eu")}
    assert "plan again" in reasons(push(root, plan_of(replace(dsn, rule="answer")), Confidence.SURE))["DATABASE_URL"]
    assert "DATABASE_URL" not in defaults_of(pool)
    (root / ".env").write_text("DATABASE_URL=postgresql://db.example.org/etl\n")
    push(root, plan_of(replace(dsn, rule="answer")), Confidence.SURE)
    assert "DATABASE_URL" in defaults_of(pool)


def test_a_template_that_cannot_be_written_is_reported_beside_what_was_done(
    root: Path, pool: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = push(root, three(pool), Confidence.SURE, templates=tmp_path / "file")
    assert {b.outcome for b in outcome.blocks} == {SaveOutcome.CREATED}
    assert set(reasons(outcome)) == {"DSN", "REGION"}
    assert "cannot write" in reasons(outcome)["REGION"]


def test_a_template_is_written_for_a_pool_that_something_else_owns(
    root: Path, pool: str, tmp_path: Path, prefect_api: LoopbackServer
) -> None:
    folder = tmp_path / "pools"
    push(root, three(pool), Confidence.SURE, templates=folder, write=False)
    assert not folder.exists()
    outcome = push(root, three(pool), Confidence.SURE, templates=folder)
    assert defaults_of(pool) == {}
    assert outcome.pools[0].of(SaveOutcome.CREATED) == ("DSN", "REGION")
    file = folder / f"{pool}.json"
    assert file.stat().st_mode & 0o077 == 0
    assert "482913" not in file.read_text()
    update = ["prefect", "work-pool", "update", pool, "--base-job-template", str(file)]
    command, environment = [sys.executable, "-m", *update], prefect_api.environment()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert defaults_of(pool) == {
        "DSN": Concealed(f"{{{{ prefect.blocks.secret.{pool}-dsn }}}}"),
        "REGION": Concealed("eu"),
    }
    assert push(root, three(pool), Confidence.SURE).pools[0].of(SaveOutcome.SAME) == ("DSN", "REGION")


TERRAFORM = """\
resource "prefect_work_pool" "etl" {{
  name              = "{}"
  base_job_template = file("etl.json")
}}
"""


@pytest.mark.parametrize(
    ("tool", "file"),
    [(PoolTool.TERRAFORM, "infra/pools.tf"), (PoolTool.HELM, "infra/values.yaml")],
    ids=["terraform", "helm"],
)
def test_a_pool_whose_template_a_file_keeps_gets_a_proposal_and_no_push(
    root: Path, pool: str, tmp_path: Path, tool: PoolTool, file: str
) -> None:
    (root / "infra").mkdir()
    (root / file).write_text(TERRAFORM.format(pool) if tool is PoolTool.TERRAFORM else "")
    plan = replace(three(pool), pool_owners=(PoolOwner(file, 1, pool, tool),))
    outcome = push(root, plan, Confidence.SURE)
    assert defaults_of(pool) == {}
    assert {b.outcome for b in outcome.blocks} == {SaveOutcome.CREATED}
    assert {task.setting for task in outcome.tasks} == {"DSN", "REGION"}
    assert all(f"{file}:1" in task.reason and "--templates" in task.reason for task in outcome.tasks)
    assert not outcome.left

    outcome = push(root, plan, Confidence.SURE, templates=tmp_path / "pools")
    (proposal,) = (f for f in (tmp_path / "pools").iterdir() if f.suffix != ".json")
    text = proposal.read_text()
    assert str(proposal) in outcome.tasks[0].reason
    assert 'jsondecode(file("etl.json"))' in text or "baseJobTemplate:" in text
    assert '"REGION"' in text and "prefect.blocks.secret" in text and "hunter2" not in text
    assert proposal.stat().st_mode & 0o077 == 0


def test_a_file_that_keeps_another_pool_keeps_nothing_back(root: Path, pool: str) -> None:
    plan = replace(three(pool), pool_owners=(PoolOwner("infra/pools.tf", 1, "another", PoolTool.TERRAFORM),))
    assert not push(root, plan, Confidence.SURE).tasks
    assert set(defaults_of(pool)) == {"DSN", "REGION"}
