"""Invoices of the month."""

import json
import os
from pathlib import Path

from dotenv import load_dotenv
from prefect import flow, task

load_dotenv()

HERE = Path(__file__).resolve().parent.parent


@task
def open_accounts() -> list[dict]:
    user, password = "billing", os.environ["LEDGER_PASSWORD"]
    print(f"{os.environ['LEDGER_URL']}: {user} with {len(password)} characters")
    return json.loads((HERE / "data" / "accounts.json").read_text())


@flow(name="send-invoices")
def send_invoices() -> int:
    currency = os.environ["INVOICE_CURRENCY"]
    due = [account for account in open_accounts() if account["country"] == os.environ["COUNTRY"]]
    for account in due:
        print(f"{account['name']}: {account['amount']} {currency}")
    return len(due)
