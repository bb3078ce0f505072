"""The sample projects are real: each runs as it is, with its ``.env``, on a server and worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from envlift.concealed import Concealed
from envlift.proving.flow_runs import Subject, create_pools, deploy, observe
from envlift.proving.loopback import LoopbackServer
from envlift.proving.proof import copy_of
from envlift.proving.records import Boundary, Recording

SHOP = {"ORDERS_API_URL", "ORDERS_API_TOKEN", "ORDERS_PAGE_SIZE", "ORDERS_REGION", "ORDERS_FIXTURES_DIR"}
CARRIER = {"SFTP_HOST", "SFTP_USER", "SFTP_PIN"}
DEFAULTED = {"REPORT_CURRENCY", "WAREHOUSE_SQLITE_DIR"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample project, what its deployments read, and one value that must come through as it is."""

    name: str
    pool: str
    reads: dict[str, set[str]]
    known: tuple[str, str]
    scripts: tuple[str, ...] = ()


SAMPLES = [
    Sample(
        name="nightly_etl",
        pool="etl-pool",
        reads={
            "orders/nightly": SHOP | CARRIER | DEFAULTED | {"MANIFEST_SIGNING_KEY"},
            "orders-backfill/backfill": SHOP | CARRIER | DEFAULTED | {"BACKFILL_CHUNK_DAYS"},
        },
        known=("SFTP_PIN", "482913"),
    ),
    Sample(
        name="async_ingester",
        pool="ingest-pool",
        reads={
            "ingest-tickets/hourly": {
                "HELPDESK_API_TOKEN",
                "HELPDESK_MAX_PAGES",
                "HELPDESK_SUBDOMAIN",
                "HELPDESK_TIMEOUT",
                "LANGUAGE_API_KEY",
                "LANGUAGE_API_URL",
                "REPLAY_DIR",
                "TICKETS_DB",
            }
        },
        known=("LANGUAGE_API_KEY", "730192846605"),
    ),
    Sample(
        name="code_deployments",
        pool="ops-pool",
        scripts=("deploy.py",),
        reads={
            "crm-sync/hourly": {
                "CRM_ACCOUNT",
                "CRM_BASE_URL",
                "CRM_BATCH_SIZE",
                "CRM_CLIENT_SECRET",
                "OPS_DATA_DIR",
                "OPS_OUT_DIR",
            },
            "invoice-mails/mondays": {
                "INVOICE_SENDER",
                "OPS_DATA_DIR",
                "OPS_OUT_DIR",
                "SMTP_HOST",
                "SMTP_PASSWORD",
                "SMTP_PORT",
            },
        },
        known=("SMTP_PASSWORD", "copper kettle, 4 o'clock"),
    ),
]


@pytest.mark.server
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_runs_as_it_is(
    sample: Sample, sample_repos: Path, prefect_server: LoopbackServer, tmp_path: Path
) -> None:
    original = Subject(sample_repos / sample.name, (sample.pool,), sample.scripts, only=tuple(sample.reads))
    subject = copy_of(original, tmp_path)
    recording = Recording(harmless=frozenset({"ORDERS_PAGE_SIZE"}))
    create_pools(prefect_server, subject.pools)
    assert {deployment.name for deployment in deploy(prefect_server, subject)} >= set(sample.reads)
    observed = observe(prefect_server, subject, recording)

    seen = observed.records.seen
    assert {run.deployment: run.state_type for run in observed.runs} == dict.fromkeys(sample.reads, "COMPLETED")
    for deployment, names in sample.reads.items():
        assert {read.name for read in seen if read.deployment == deployment} == names
    assert {read.boundary for read in seen} == {Boundary.ENVIRONMENT}
    name, value = sample.known
    assert {read.digest for read in seen if read.name == name} == {recording.digest(Concealed(value))}
    # Only what was called harmless is in the records as it is.
    assert {read.name for read in seen if read.plain is not None} <= {"ORDERS_PAGE_SIZE"}


def test_samples_do_not_know_envlift(sample_repos: Path) -> None:
    files = [path for path in sample_repos.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 40
    assert [path for path in files if b"envlift" in path.read_bytes().lower()] == []
