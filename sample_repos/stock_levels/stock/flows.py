"""Count what is there, then order what is missing."""

import base64
import csv
import subprocess
import sys

from dotenv import load_dotenv
from prefect import flow, task

from stock.settings import ROOT, Settings

load_dotenv(ROOT / ".env")


@task
def read_counts(settings: Settings) -> list[dict]:
    password = settings.scanner_password.get_secret_value()
    login = base64.b64encode(f"stock:{password.rjust(12, '0')}".encode()).decode()
    print(f"{settings.scanner_url}: log in with {len(login)} characters")
    with open(ROOT / settings.counts_file, newline="") as counts:
        return [row for row in csv.DictReader(counts) if int(row["age"]) <= settings.max_age_minutes]


@task
def order(rows: list[dict]) -> str:
    low = [row["item"] for row in rows if int(row["count"]) < 10]
    done = subprocess.run(
        [sys.executable, "transform/reorder.py", *low], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


@flow(name="count-stock")
def count_stock() -> str:
    return order(read_counts(Settings()))
