"""Before against after: equal only when every deployment sees the same values of the same types."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envlift.plan import Layer
from envlift.proving.comparison import Expected, Row, Verdict, compare
from envlift.proving.records import Boundary, Seen

READ = Seen(
    deployment="f/nightly",
    boundary=Boundary.ENVIRONMENT,
    name="DB_PASSWORD",
    found=True,
    type="str",
    digest="d1",
    plain=None,
    path="flow.py",
    line=3,
    function="load",
)
LOADED = replace(READ, boundary=Boundary.SECRET, name="db-password", line=9, function="connect")
MISSING = replace(READ, found=False, type="NoneType", digest="")
TESTED = replace(READ, boundary=Boundary.MEMBERSHIP)
COPIED = replace(READ, boundary=Boundary.COPY)
GIVEN = replace(READ, boundary=Boundary.CHILD)
PASSWORD = Expected("DB_PASSWORD", Layer.SECRET, block="db-password")
HOST = Expected("DB_HOST", Layer.POOL_DEFAULT, secret=False)
HOST_READ = replace(READ, name="DB_HOST", digest="h1", plain="db.internal")


def verdicts(before: list[Seen], after: list[Seen], *settings: Expected) -> list[Verdict]:
    return [row.verdict for row in compare(before, after, settings or (PASSWORD,))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([READ], [LOADED]),
        ([READ, READ, replace(READ, path="other.py")], [LOADED]),
        ([READ], [READ]),
        ([READ], [replace(READ, boundary=Boundary.LIBRARY)]),
        ([MISSING], [MISSING]),
        # A default in the code, and the same value in a layer.
        ([replace(READ, found=False)], [READ]),
        ([READ, TESTED], [READ, TESTED]),
        # What a copy of the environment held, and what code never asked it for.
        ([COPIED], [COPIED]),
        ([READ, COPIED], [LOADED]),
        ([READ], [READ, COPIED]),
        ([READ, GIVEN], [READ, GIVEN]),
    ],
)
def test_equal_is_equal(before: list[Seen], after: list[Seen]) -> None:
    assert verdicts(before, after) == [Verdict.SAME]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([READ], [replace(LOADED, digest="d2")], Verdict.OTHER_VALUE),
        ([READ], [LOADED, replace(LOADED, digest="d2")], Verdict.OTHER_VALUE),
        ([READ, replace(READ, digest="d2")], [LOADED], Verdict.OTHER_VALUE),
        ([READ], [replace(LOADED, type="int")], Verdict.OTHER_TYPE),
        ([READ], [MISSING], Verdict.LOST),
        ([READ, TESTED], [READ, replace(TESTED, found=False)], Verdict.OTHER_VALUE),
        ([MISSING], [READ], Verdict.GAINED),
        ([COPIED], [replace(COPIED, digest="d2")], Verdict.OTHER_VALUE),
        # A program that is still started and no longer given what its script names.
        ([READ, GIVEN], [LOADED, replace(MISSING, boundary=Boundary.CHILD)], Verdict.LOST),
        ([READ], [], Verdict.NOT_READ_AFTER),
        ([], [LOADED], Verdict.NOT_READ_BEFORE),
        # Another block is another setting.
        ([READ], [replace(LOADED, name="other")], Verdict.NOT_READ_AFTER),
        # A variable that happens to be called like the block is not the block.
        ([READ], [replace(LOADED, boundary=Boundary.ENVIRONMENT)], Verdict.NOT_READ_AFTER),
    ],
)
def test_a_difference_is_named(before: list[Seen], after: list[Seen], verdict: Verdict) -> None:
    rows = compare(before, after, [PASSWORD])
    assert [row.verdict for row in rows] == [verdict]
    assert not rows[0].same


def test_what_only_one_side_has_in_a_copy_is_not_compared() -> None:
    assert verdicts([COPIED], []) == verdicts([], [COPIED]) == [Verdict.NEVER_READ]


def test_swapped_environments_are_seen() -> None:
    production = replace(READ, deployment="f/prod", digest="p")
    staging = replace(READ, deployment="f/staging", digest="s")
    swapped = [replace(production, digest="s"), replace(staging, digest="p")]
    assert verdicts([production, staging], [production, staging]) == [Verdict.SAME] * 2
    assert verdicts([production, staging], swapped) == [Verdict.OTHER_VALUE] * 2


def test_a_literal_is_compared_by_its_digest() -> None:
    dsn = Expected("WAREHOUSE_DSN", Layer.SECRET, block="warehouse-dsn", literal="d1")
    loaded = replace(LOADED, name="warehouse-dsn")
    assert verdicts([], [loaded], dsn) == [Verdict.SAME]
    assert verdicts([], [replace(loaded, digest="d2")], dsn) == [Verdict.OTHER_VALUE]
    assert verdicts([], [loaded], replace(dsn, literal_type="int")) == [Verdict.OTHER_TYPE]


def test_a_literal_that_is_loaded_nowhere_proves_nothing() -> None:
    dsn = Expected("WAREHOUSE_DSN", Layer.SECRET, block="warehouse-dsn", literal="d1")
    assert compare([], [], [dsn]) == (
        Row("WAREHOUSE_DSN", Layer.SECRET, "", "not read", "not read", Verdict.NEVER_READ),
    )


def test_a_deployment_that_must_reach_a_setting_gets_a_row() -> None:
    expected = replace(PASSWORD, deployments=("f/nightly", "f/weekly"))
    rows = compare([READ], [LOADED], [expected])
    assert [(row.deployment, row.verdict) for row in rows] == [
        ("f/nightly", Verdict.SAME),
        ("f/weekly", Verdict.NEVER_READ),
    ]


def test_rows_keep_the_order_of_settings_and_sort_deployments() -> None:
    later = replace(HOST_READ, deployment="a/a")
    rows = compare([READ, HOST_READ, later], [LOADED, later, HOST_READ], [PASSWORD, HOST])
    assert [(row.setting, row.deployment) for row in rows] == [
        ("DB_PASSWORD", "f/nightly"),
        ("DB_HOST", "a/a"),
        ("DB_HOST", "f/nightly"),
    ]


@pytest.mark.parametrize(
    ("setting", "seen", "shown"),
    [
        (PASSWORD, READ, "********"),
        (PASSWORD, replace(READ, plain="hush"), "********"),
        (PASSWORD, replace(READ, type="int"), "******** (int)"),
        (PASSWORD, MISSING, "missing"),
        (PASSWORD, TESTED, "is there"),
        (HOST, HOST_READ, "db.internal"),
        (HOST, replace(HOST_READ, plain=None), "********"),
        (HOST, replace(HOST_READ, plain="7", type="int"), "7 (int)"),
    ],
)
def test_only_harmless_values_are_shown(setting: Expected, seen: Seen, shown: str) -> None:
    (row,) = compare([seen], [seen], [setting])
    assert (row.before, row.after) == (shown, shown)
