"""What the turnstiles delivered in the last hour."""

import csv
from pathlib import Path

from dotenv import load_dotenv
from prefect import flow, task
from prefect.blocks.system import Secret

load_dotenv()

ROOT = Path(__file__).resolve().parent.parent


@task
def delivered() -> list[dict[str, str]]:
    account = Secret.load("deliveries-api-key").get().zfill(12)
    with open(ROOT / "data" / "deliveries.csv", newline="") as file:
        return [row for row in csv.DictReader(file) if len(account) == 12]


@flow(name="load-deliveries")
def load_deliveries() -> int:
    return len(delivered())
