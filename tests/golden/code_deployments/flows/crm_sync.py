"""Customers that changed in the CRM."""

import base64
import os
from typing import Any

from dotenv import load_dotenv
from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret

from ops import records

load_dotenv()

ACCOUNT = os.environ["CRM_ACCOUNT"]


def basic_auth() -> str:
    secret = Secret.load("crm-client-secret").get()
    return base64.b64encode(f"{ACCOUNT}:{secret}".encode()).decode()


@task
def changed_customers(batch_size: int) -> list[dict[str, Any]]:
    base_url = os.environ["CRM_BASE_URL"].rstrip("/")
    if not basic_auth().isascii():
        raise ValueError("the CRM takes ASCII credentials only")
    get_run_logger().info("asking %s for %s", base_url, ACCOUNT)
    customers = [c for c in records.load("customers") if c["changed"]]
    return [
        {**customer, "batch": start // batch_size}
        for start in range(0, len(customers), batch_size)
        for customer in customers[start : start + batch_size]
    ]


@flow(name="crm-sync")
def crm_sync() -> int:
    customers = changed_customers(batch_size=int(os.environ["CRM_BATCH_SIZE"]))
    records.save("customers", customers)
    return len(customers)


if __name__ == "__main__":
    crm_sync()
