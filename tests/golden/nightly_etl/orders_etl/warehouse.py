"""Loading into the analytics warehouse."""

import os
import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from prefect import get_run_logger, task
from prefect.blocks.system import Secret

from orders_etl.transform import OrderRow

TABLE = """
CREATE TABLE IF NOT EXISTS fact_orders (
    order_id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    customer TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    weight_kg TEXT NOT NULL,
    tracking TEXT
)
"""


def _connect(dsn: str) -> sqlite3.Connection:
    """A laptop has no Postgres: the same tables in a SQLite file named after the database."""
    folder = Path(os.getenv("WAREHOUSE_SQLITE_DIR", "build/warehouse"))
    folder.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(folder / f"{urlsplit(dsn).path.lstrip('/')}.sqlite3")


@task(retries=1, retry_delay_seconds=1)
def load_orders(day: date, rows: Iterable[OrderRow]) -> int:
    """Replace the day's rows; returns how many there are now."""
    logger = get_run_logger()
    dsn = Secret.load("warehouse-dsn").get()
    logger.info("loading %s into %s", day, urlsplit(dsn).hostname)
    values = [
        (r.order_id, day.isoformat(), r.customer, str(r.amount), r.currency, str(r.weight_kg), r.tracking)
        for r in rows
    ]
    connection = _connect(dsn)
    try:
        with connection:
            connection.execute(TABLE)
            connection.execute("DELETE FROM fact_orders WHERE day = ?", (day.isoformat(),))
            connection.executemany("INSERT OR REPLACE INTO fact_orders VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    finally:
        connection.close()
    return len(values)
