from decimal import Decimal

from orders_etl.transform import revenue, to_rows

ORDER = {
    "id": "BC-1",
    "customer": " Anna@Mail.example ",
    "amount": "12.50",
    "currency": "",
    "weight_g": "1500",
    "status": "paid",
}


def test_cancelled_orders_are_dropped():
    assert to_rows([{**ORDER, "status": "cancelled"}], {}) == []


def test_row_is_typed_and_joined():
    (row,) = to_rows([ORDER], {"BC-1": "PW1"})
    assert (row.customer, row.weight_kg, row.currency, row.tracking) == ("anna@mail.example", Decimal("1.5"), "EUR", "PW1")
    assert revenue([row]) == Decimal("12.50")
