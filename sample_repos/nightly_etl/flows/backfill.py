"""Backfill: a range of days, in chunks, without manifests."""

from dotenv import load_dotenv

load_dotenv()

import os  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from datetime import date, timedelta  # noqa: E402

from prefect import flow, task  # noqa: E402

from orders_etl.carrier import open_drop  # noqa: E402
from orders_etl.shop import ShopClient  # noqa: E402
from orders_etl.transform import OrderRow, to_rows  # noqa: E402
from orders_etl.warehouse import load_orders  # noqa: E402


def chunks(first: date, last: date) -> Iterator[list[date]]:
    """The days from ``first`` to ``last`` in runs of BACKFILL_CHUNK_DAYS."""
    size = int(os.getenv("BACKFILL_CHUNK_DAYS", "7"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for start in range(0, len(days), size):
        yield days[start : start + size]


@task(retries=2, retry_delay_seconds=1)
def extract_day(day: date) -> list[OrderRow]:
    return to_rows(ShopClient().orders(day), open_drop().tracking(day))


@flow(name="orders-backfill", log_prints=True)
def backfill_orders(first: date, last: date) -> int:
    """Load every day from ``first`` to ``last``, both included."""
    total = 0
    for number, days in enumerate(chunks(first, last), start=1):
        for day in days:
            total += load_orders(day, extract_day(day))
        print(f"chunk {number}: {days[0]} to {days[-1]} done, {total} orders so far")
    return total


if __name__ == "__main__":
    backfill_orders(date(2024, 5, 1), date(2024, 5, 3))
