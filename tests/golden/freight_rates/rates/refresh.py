"""Every morning: today's rates, into the pricing database."""

from prefect import flow, task
from prefect.blocks.system import Secret

from . import config
from .carrier import current_rates
from .database import store
from .signing import sign


@task
def fetch() -> list[dict[str, str]]:
    return current_rates()


@flow(name="refresh-rates", log_prints=True)
def refresh_rates() -> int:
    ALERTS_TOKEN = Secret.load("alerts-token").get()
    rates = fetch()
    print(f"rates of {config.RATES_DIR}, export {sign(repr(rates))[:8]}, alerts as {ALERTS_TOKEN[:2]}…")
    return store(rates)


if __name__ == "__main__":
    refresh_rates()
