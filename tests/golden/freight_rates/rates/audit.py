"""Every week: which rates are above what was agreed."""

from decimal import Decimal

from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret

import rates.config as cfg
from rates.alerts import alert
from rates.carrier import current_rates


@task
def too_high() -> list[str]:
    allowed = 1 + Decimal(cfg.TOLERANCE)
    return [rate["lane"] for rate in current_rates() if Decimal(rate["rate"]) > Decimal(rate["agreed"]) * allowed]


@flow(name="audit-rates")
def audit_rates() -> int:
    DB_PASSWORD = Secret.load("pricing-db-password").get()
    lanes = too_high()
    get_run_logger().info("%s, with a login of %d digits", cfg.DB_HOST, len(DB_PASSWORD.zfill(10)))
    for lane in lanes:
        get_run_logger().info(alert(f"{lane} is too high"))
    return len(lanes)
