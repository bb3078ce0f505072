"""The promise itself: each sample, migrated, sees on a real server and worker what it saw before."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path

import pytest

from envlift.cli.outcome_json import proof_json
from envlift.concealed import Concealed
from envlift.errors import ExitCode
from envlift.plan import Layer
from envlift.planning.planner import make_plan
from envlift.policy import Policy, parse_answers
from envlift.proving.comparison import Verdict
from envlift.proving.flow_runs import Observed
from envlift.proving.loopback import LoopbackServer
from envlift.proving.migration import harmless_names, migration_by_envlift, settings_under_proof, subject_of
from envlift.proving.proof import Proof, dotenv_files, prove
from envlift.proving.records import Boundary, Recording
from envlift.scanning.repository import scan_repository

ROOT = Path(__file__).resolve().parent.parent

SAMPLES = {
    "nightly_etl": ("WAREHOUSE_DSN=secret",),
    "async_ingester": (),
    "code_deployments": (),
    "tenant_reports": tuple(
        f"{name}=deployment" for name in ("METERING_REPLAY_DIR", "METERING_URL", "REPORT_DIR", "USAGE_WARNING_PERCENT")
    ),
    "stock_levels": (),
    "depot_monorepo": ("COUNTRY=deployment",),
    "freight_rates": (),
    "warehouse_models": (),
}
SECRETS = {
    "nightly_etl": {"ORDERS_API_TOKEN", "SFTP_PIN", "MANIFEST_SIGNING_KEY", "WAREHOUSE_DSN"},
    "async_ingester": {"HELPDESK_API_TOKEN", "LANGUAGE_API_KEY"},
    "code_deployments": {"CRM_CLIENT_SECRET", "SMTP_PASSWORD"},
    "tenant_reports": {"METERING_API_KEY"},
    "depot_monorepo": {"LEDGER_PASSWORD", "PARCEL_TOKEN"},
    "stock_levels": {"STOCK_SCANNER_PASSWORD", "ORDERING_TOKEN"},
    "warehouse_models": {"DASHBOARD_TOKEN", "DELIVERIES_API_KEY", "WAREHOUSE_PASSWORD"},
    "freight_rates": {"ALERTS_TOKEN", "CARRIER_API_KEY", "EXPORT_SIGNING_KEY", "PRICING_DB_PASSWORD"},
}

# What deployments read as they are, and one value that must come through as it is.
_SHOP = {"ORDERS_API_URL", "ORDERS_API_TOKEN", "ORDERS_PAGE_SIZE", "ORDERS_REGION", "ORDERS_FIXTURES_DIR"}
_ORDERS = _SHOP | {"SFTP_HOST", "SFTP_USER", "SFTP_PIN", "REPORT_CURRENCY", "WAREHOUSE_SQLITE_DIR"}
READS = {
    "nightly_etl": {
        "orders/nightly": _ORDERS | {"MANIFEST_SIGNING_KEY"},
        "orders-backfill/backfill": _ORDERS | {"BACKFILL_CHUNK_DAYS"},
    },
    "async_ingester": {
        "ingest-tickets/hourly": set(
            "HELPDESK_API_TOKEN HELPDESK_MAX_PAGES HELPDESK_SUBDOMAIN HELPDESK_TIMEOUT "
            "LANGUAGE_API_KEY LANGUAGE_API_URL REPLAY_DIR TICKETS_DB".split()
        )
    },
    "code_deployments": {
        "crm-sync/hourly": set(
            "CRM_ACCOUNT CRM_BASE_URL CRM_BATCH_SIZE CRM_CLIENT_SECRET OPS_DATA_DIR OPS_OUT_DIR".split()
        ),
        "invoice-mails/mondays": set(
            "INVOICE_SENDER OPS_DATA_DIR OPS_OUT_DIR SMTP_HOST SMTP_PASSWORD SMTP_PORT".split()
        ),
    },
}
KNOWN = {
    "SFTP_PIN": "482913",
    "LANGUAGE_API_KEY": "730192846605",
    "SMTP_PASSWORD": "copper kettle, 4 o'clock",
}
KEY = secrets.token_hex(32)


def proof_of(sample: str, before: LoopbackServer, after: LoopbackServer, set_up: Path | None = None) -> Proof:
    root = ROOT / "sample_repos" / sample
    answers = SAMPLES.get(sample, ())
    inventory = scan_repository(root)
    plan = make_plan(inventory, Policy(), parse_answers(answers), project=inventory.project)
    subject = subject_of(root, inventory, plan, set_up)
    return prove(
        subject,
        migration_by_envlift(subject, answers, lambda _: None),
        lambda recording: settings_under_proof(inventory, plan, recording),
        recording=Recording(harmless=harmless_names(plan), key=KEY),
        serving={"before": lambda: nullcontext(before), "after": lambda: nullcontext(after)},
    )


@pytest.mark.server
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_migrated_sample_sees_what_it_saw_before(
    sample: str, prefect_server: LoopbackServer, migrated_server: LoopbackServer
) -> None:
    proof = proof_of(sample, prefect_server, migrated_server)
    differing = [(row.setting, row.deployment, row.verdict) for row in proof.rows if not row.same]
    assert differing == []
    assert proof.holds
    assert proof.exposed == ()
    compared = {row.setting for row in proof.rows if row.verdict is Verdict.SAME}
    assert SECRETS[sample] <= compared
    secret = {row.setting for row in proof.rows if row.layer in (Layer.SECRET, Layer.SECRET_ENV)}
    assert secret == SECRETS[sample]
    check_reads(sample, proof.before.observed)
    document = proof_json(proof)
    assert (json.loads(document)["holds"], len(json.loads(document)["rows"])) == (True, len(proof.rows))
    assert not any(value in document for value in values_of(sample, SECRETS[sample]))


def check_reads(sample: str, observed: Observed) -> None:
    """That the recorder missed nothing that the deployments of a sample are known to read."""
    seen = observed.records.seen
    assert {run.state_type for run in observed.runs} == {"COMPLETED"}
    for deployment, names in READS.get(sample, {}).items():
        assert {read.name for read in seen if read.deployment == deployment} == names
        assert {read.boundary for read in seen if read.deployment == deployment} == {Boundary.ENVIRONMENT}
    for name in KNOWN.keys() & SECRETS[sample]:
        digest = Recording(key=KEY).digest(Concealed(KNOWN[name]))
        assert {(read.digest, read.plain) for read in seen if read.name == name} == {(digest, None)}


def test_samples_do_not_know_envlift(sample_repos: Path) -> None:
    files = [path for path in sample_repos.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 80
    assert [path for path in files if b"envlift" in path.read_bytes().lower()] == []


# ---- what is left as it is ---------------------------------------------------------------------------------------

UNTOUCHED: dict[str, set[str]] = {"bike_counter": {"COUNTER_API_TOKEN"}, "crew_roster": set()}


@pytest.mark.parametrize("sample", UNTOUCHED)
def test_a_sample_with_nothing_to_move_stays_as_it_is(sample: str, committed_sample: Path) -> None:
    before = tree_of(committed_sample)
    outputs = {
        words: run(committed_sample, *words)
        for words in (
            ("scan",),
            ("plan", "--batch"),
            ("migrate", "--batch"),
            ("migrate", "--batch", "--write"),
            ("migrate", "--batch", "--write", "--only", "review"),
            ("verify",),
        )
    }
    assert {words: done.returncode for words, done in outputs.items()} == dict.fromkeys(outputs, ExitCode.DONE)
    assert tree_of(committed_sample) == before
    texts = [text for done in outputs.values() for text in (done.stdout, done.stderr)]
    assert sum(value in text for value in values_of(sample, UNTOUCHED[sample]) for text in texts) == 0


@pytest.mark.server
def test_what_is_migrated_already_runs_with_the_blocks_that_it_has(
    prefect_server: LoopbackServer, migrated_server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's own program makes blocks and pool variables on both sides, from variables of the shell."""
    monkeypatch.setenv("CREW_API_TOKEN", "crew_7Lq2Wn9Zt4Kx")
    monkeypatch.setenv("SHIP_MAIL_PASSWORD", "knot, Harbour 58")
    proof = proof_of("crew_roster", prefect_server, migrated_server, Path("ops/set_up.py"))
    assert proof.holds
    rows = {(row.setting, row.deployment.partition("/")[2], row.after, row.verdict) for row in proof.rows}
    assert rows == {
        (setting, region, value, Verdict.SAME)
        for region in ("north", "south")
        for setting, value in {
            "CREW_API_URL": "https://crew.fjordlinje.example/v2",  # as the work pool says, not as the code does
            "ROSTER_DATA": f"data/{region}.json",
            "ROSTER_REGION": region,
            "crew-api-token": "********",
            "ship-mail-password": "********",
        }.items()
    }


def test_a_project_without_prefect_is_told_so(tmp_path: Path) -> None:
    folder = copied("bike_counter", tmp_path)
    page = own_program(folder)
    assert "5,120" in page
    commit(folder)
    for words in (("plan", "--batch"), ("migrate", "--batch", "--write")):
        assert "No flow of Prefect 2 or 3 is here, so everything stays as it is." in run(folder, *words).stdout
    proof = run(folder, "prove")
    assert proof.returncode == ExitCode.USAGE, "a proof of nothing is no success"
    assert "no flow of Prefect is here, so there is nothing to prove" in proof.stderr
    assert own_program(folder) == page


def test_a_set_up_that_is_not_there_is_a_fault_of_usage(sample_repos: Path, tmp_path: Path) -> None:
    proof = run(tmp_path, "prove", str(sample_repos / "crew_roster"), "--set-up", "ops/none.py")
    assert proof.returncode == ExitCode.USAGE
    assert "There is no program" in proof.stderr


def own_program(folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-B", "-m", "counter"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


# ---- the promises, on the commands' own output -------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {"PREFECT_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "envlift", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def values_of(sample: str, secrets: Collection[str]) -> set[str]:
    """Every secret value of a sample, whole and in the parts by which one could tell it."""
    inventory = scan_repository(ROOT / "sample_repos" / sample)
    found = {s.value.reveal() for s in inventory.sites if s.name in secrets and s.value is not None}
    passwords = {v.split("://", 1)[1].split("@")[0].split(":")[1] for v in found if "://" in v and "@" in v}
    return {value for value in found | passwords if value}


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_output_plan_or_file_shows_a_secret(sample: str, committed_sample: Path) -> None:
    values = values_of(sample, SECRETS[sample])
    assert len(values) >= len(SECRETS[sample])
    answers = [word for answer in SAMPLES[sample] for word in ("--answer", answer)]
    tracked = tree_of(committed_sample)
    outputs = [
        run(committed_sample, "scan"),
        run(committed_sample, "scan", "--format", "json"),
        run(committed_sample, "plan", "--batch", *answers),
        run(committed_sample, "plan", "--batch", "--format", "json", *answers),
        run(committed_sample, "migrate", "--batch", *answers),
        run(committed_sample, "migrate", "--batch", "--write", *answers),
        run(committed_sample, "apply", "--diff"),
        run(committed_sample, "push"),
        run(committed_sample, "push", "--yes"),
        run(committed_sample, "verify"),
    ]
    assert outputs[-1].returncode == 0, "what is migrated agrees with its plan"
    texts = [text for done in outputs for text in (done.stdout, done.stderr)]
    assert all(done.stdout or done.stderr for done in outputs)
    written = [
        p.read_text("utf-8", "replace")
        for p in committed_sample.rglob("*")
        if p.is_file() and ".git" not in p.parts and p.read_bytes() != tracked.get(p)
    ]
    assert written
    private = [
        p.read_bytes().decode("utf-8", "replace")
        for p in (committed_sample / ".git" / "envlift").rglob("*")
        if p.is_file()
    ]
    shown = [value for value in values for text in (*texts, *written, *private) if value in text]
    assert len(shown) == 0, f"{len(shown)} secret values show"  # not the values themselves


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_second_migration_changes_nothing(sample: str, committed_sample: Path) -> None:
    arguments = ["migrate", "--batch", "--write", *(w for a in SAMPLES[sample] for w in ("--answer", a))]
    assert run(committed_sample, *arguments).returncode == 0
    commit(committed_sample)
    first = tree_of(committed_sample)
    assert run(committed_sample, *arguments).returncode == 0
    assert tree_of(committed_sample) == first


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_clone_of_what_was_migrated_asks_nothing(sample: str, committed_sample: Path) -> None:
    """It has the plan and no ``.env``, which git ignores."""
    answers = [word for answer in SAMPLES[sample] for word in ("--answer", answer)]
    assert run(committed_sample, "migrate", "--batch", "--write", *answers).returncode == 0
    for dotenv in dotenv_files(committed_sample):
        dotenv.unlink()
    commit(committed_sample)
    before = tree_of(committed_sample)
    again = run(committed_sample, "migrate", "--batch", "--write")
    assert (again.returncode, "Open questions" in again.stdout) == (ExitCode.DONE, False)
    assert tree_of(committed_sample) == before
    assert run(committed_sample, "verify").returncode == ExitCode.DONE


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_migrated_sample_is_its_golden_tree(sample: str, committed_sample: Path) -> None:
    """``tests/golden`` holds what changes; regenerate it with ``python tests/golden/make.py`` and read the diff."""
    arguments = ["migrate", "--batch", "--write", *(w for a in SAMPLES[sample] for w in ("--answer", a))]
    assert run(committed_sample, *arguments).returncode == 0
    golden = ROOT / "tests" / "golden" / sample
    expected = {p.relative_to(golden): p.read_bytes() for p in golden.rglob("*") if p.is_file()}
    original = ROOT / "sample_repos" / sample
    changed = {
        p.relative_to(committed_sample): p.read_bytes()
        for p in committed_sample.rglob("*")
        if p.is_file() and ".git" not in p.parts and p.name != "envlift-plan.yaml"
    }
    pristine = {p.relative_to(original): p.read_bytes() for p in original.rglob("*") if p.is_file()}
    assert {path: data for path, data in changed.items() if pristine.get(path) != data} == expected


def tree_of(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts}


def commit(folder: Path) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "--all"], [*identity, "commit", "-q", "--no-verify", "-m", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed_sample(sample: str, tmp_path: Path) -> Path:
    """A copy of a sample in a git repository of its own."""
    folder = copied(sample, tmp_path)
    commit(folder)
    return folder


def copied(sample: str, target: Path) -> Path:
    ignore = shutil.ignore_patterns("build", "__pycache__", ".pytest_cache")
    return shutil.copytree(ROOT / "sample_repos" / sample, target / sample, ignore=ignore)
