"""Pure row work."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from orders_etl import settings


@dataclass(frozen=True)
class OrderRow:
    order_id: str
    customer: str
    amount: Decimal
    currency: str
    weight_kg: Decimal
    tracking: str | None


def to_rows(orders: Iterable[dict[str, str]], tracking: dict[str, str]) -> list[OrderRow]:
    """Typed rows, cancelled orders dropped, tracking numbers joined on."""
    return [
        OrderRow(
            order_id=order["id"],
            customer=order["customer"].strip().lower(),
            amount=Decimal(order["amount"]),
            currency=order.get("currency") or settings.REPORT_CURRENCY,
            weight_kg=Decimal(order["weight_g"]) / settings.GRAMS_PER_KILO,
            tracking=tracking.get(order["id"]),
        )
        for order in orders
        if order["status"] != "cancelled"
    ]


def revenue(rows: Iterable[OrderRow]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))
