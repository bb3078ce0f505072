"""Block names are valid, unique and stable, and say whose they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envlift.planning.block_names import block_names


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("STRIPE_API_KEY", "stripe-api-key"),
        ("stripeApiKey", "stripe-api-key"),
        ("API_KEY", "shop-api-key"),
        ("DB_PASSWORD", "shop-db-password"),
        ("DATABASE_URL", "shop-database-url"),
        ("AWS_ACCESS_KEY_ID", "shop-aws-access-key-id"),
        ("AWS_SECRET_ACCESS_KEY", "shop-aws-secret-access-key"),
        ("MONGODB_URI", "shop-mongodb-uri"),
        ("LEDGER_CLIENT_ID", "ledger-client-id"),
        ("SMTP_PASSWORD_2", "shop-smtp-password-2"),
        ("WAREHOUSE_DSN", "warehouse-dsn"),
        ("_LEADING__DOUBLE_", "leading-double"),
        ("NEO4J_CONNECTION_URI", "neo4j-connection-uri"),
        ("oauth2Secret", "oauth2-secret"),
    ],
)
def test_a_generic_name_gets_the_project_and_a_telling_one_does_not(setting: str, expected: str) -> None:
    assert block_names([setting], "shop", {}) == {setting: expected}


def test_names_that_would_collide_are_numbered_in_a_stable_order() -> None:
    names = {"STRIPE_KEY_A", "STRIPE__KEY_A", "stripe.key.a"}
    first = block_names(sorted(names), "", {})
    assert len(set(first.values())) == 3
    assert first == block_names(sorted(names, reverse=True), "", {})


def test_a_chosen_name_is_kept_and_nobody_else_gets_it() -> None:
    names = block_names(["STRIPE_KEY", "OTHER"], "", {"OTHER": "stripe-key"})
    assert names == {"OTHER": "stripe-key", "STRIPE_KEY": "stripe-key-2"}


@given(st.lists(st.text(max_size=300), max_size=8, unique=True), st.text(max_size=20))
def test_every_name_is_one_that_prefect_accepts(settings: list[str], project: str) -> None:
    names = block_names(settings, project, {})
    assert set(names) == set(settings)
    assert len(set(names.values())) == len(settings)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names.values())


@pytest.mark.parametrize(
    ("template", "project", "expected"),
    [
        ("{project}-{name}", "orders", "orders-warehouse-dsn"),
        ("team-{name}", "orders", "team-warehouse-dsn"),
        ("{name}", "orders", "warehouse-dsn"),
        ("{project}-{name}", "", "warehouse-dsn"),
    ],
)
def test_a_template_gives_every_name_but_those_that_were_chosen(template: str, project: str, expected: str) -> None:
    names = block_names(["WAREHOUSE_DSN", "API_KEY"], project, {"API_KEY": "mine"}, template)
    assert names == {"WAREHOUSE_DSN": expected, "API_KEY": "mine"}
