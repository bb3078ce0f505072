"""The pricing database; a SQLite file of its name stands in for it outside the data centre."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from prefect.blocks.system import Secret

from .config import DB_HOST


def connect() -> sqlite3.Connection:
    DB_PASSWORD = Secret.load("pricing-db-password").get()
    DSN = f"postgresql://rates:{DB_PASSWORD}@{DB_HOST}:5432/pricing"
    target = urlsplit(DSN)
    if not target.password or target.hostname != DB_HOST:
        raise ConnectionError(f"cannot log in at {target.hostname}")
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    return sqlite3.connect(folder / f"{target.path.lstrip('/')}.sqlite3")


def store(rates: Iterable[dict[str, str]]) -> int:
    connection = connect()
    try:
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS rates (lane TEXT PRIMARY KEY, rate TEXT)")
            connection.executemany("INSERT OR REPLACE INTO rates VALUES (:lane, :rate)", rates)
        return connection.execute("SELECT count(*) FROM rates").fetchone()[0]
    finally:
        connection.close()
