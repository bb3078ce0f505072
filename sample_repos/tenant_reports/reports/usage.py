"""The usage report of one stage."""

import json
import os
from pathlib import Path

from dotenv import load_dotenv
from prefect import flow, task

from reports.metering import Metering

ROOT = Path(__file__).resolve().parent.parent


def load_stage() -> None:
    load_dotenv(ROOT / f".env.{os.environ['REPORT_STAGE']}")


@task
def collect() -> list[dict]:
    metering = Metering(os.environ["METERING_URL"])
    return metering.usage()


@task
def write(rows: list[dict]) -> str:
    limit = int(os.getenv("USAGE_WARNING_PERCENT", "90"))
    report = {
        "currency": os.environ["REPORT_CURRENCY"],
        "rows": rows,
        "warnings": [row["tenant"] for row in rows if row["percent"] > limit],
    }
    folder = ROOT / os.environ["REPORT_DIR"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "usage.json").write_text(json.dumps(report, indent=2))
    return f"{len(rows)} tenants, {len(report['warnings'])} to warn"


@flow(name="usage-report")
def usage_report() -> str:
    load_stage()
    return write(collect())
