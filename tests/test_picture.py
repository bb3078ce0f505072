"""The picture in the README is a document like any other: it loads nothing and tells no value."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "envlift.svg"
SAMPLE = ROOT / "sample_repos" / "nightly_etl"


def shown() -> str:
    """The text that a reader of the picture sees."""
    # The picture is drawn by docs/make_picture.py from this checkout, so its XML is trusted.
    picture = ElementTree.fromstring(PICTURE.read_text("utf-8"))  # noqa: S314
    return "\n".join(picture.itertext()).replace("\xa0", " ")


def values_of_the_sample() -> list[str]:
    entries = re.findall(r"^\w+=(.+)$", (SAMPLE / ".env").read_text("utf-8"), re.MULTILINE)
    (dsn,) = re.findall(r"\"(postgresql://[^\"]+)\"", (SAMPLE / "orders_etl" / "warehouse.py").read_text("utf-8"))
    values = [*(entry.strip("\"'") for entry in entries), dsn, dsn.partition("@")[0].rpartition(":")[2]]
    return [value for value in values if len(value) > 2]  # a single digit stands in every table by chance


def test_it_shows_a_plan_of_the_sample() -> None:
    assert {"ORDERS_API_TOKEN", "WAREHOUSE_DSN", "etl-pool"} <= set(shown().split())


def test_it_loads_nothing_from_elsewhere() -> None:
    references = set(re.findall(r"https?://[^\"')\s<]+", PICTURE.read_text("utf-8")))
    assert references == {"http://www.w3.org/2000/svg"}
    assert "@font-face" not in PICTURE.read_text("utf-8")


def test_it_tells_no_value() -> None:
    values = values_of_the_sample()
    assert len(values) == 10
    assert [value for value in values if value in shown()] == []
