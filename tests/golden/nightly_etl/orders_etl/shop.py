"""The shop's order API."""

import csv
import json
import os
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from prefect.blocks.system import Secret

from orders_etl import settings


class ShopError(RuntimeError):
    """The shop answered with something we cannot use."""


class ShopClient:
    """Pages through the orders of one day."""

    def __init__(self, base_url: str = settings.ORDERS_API_URL) -> None:
        self.base_url = base_url.rstrip("/")

    def _headers(self) -> dict[str, str]:
        token = Secret.load("orders-api-token").get()
        return {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "X-Region": settings.ORDERS_REGION,
        }

    def _page(self, day: date, page: int) -> list[dict[str, str]]:
        headers = self._headers()
        fixtures = os.getenv("ORDERS_FIXTURES_DIR")
        if fixtures:
            return _fixture_page(Path(fixtures), day, page)
        url = f"{self.base_url}/orders?day={day:%Y-%m-%d}&page={page}&size={settings.PAGE_SIZE}"
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["orders"]

    def orders(self, day: date) -> Iterator[dict[str, str]]:
        """Every order placed on ``day``."""
        page = 1
        while rows := self._page(day, page):
            yield from rows
            page += 1


def _fixture_page(folder: Path, day: date, page: int) -> list[dict[str, str]]:
    path = folder / f"orders-{day:%Y-%m-%d}.csv"
    if not path.exists():
        raise ShopError(f"no fixture for {day}: {path}")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    start = (page - 1) * settings.PAGE_SIZE
    return rows[start : start + settings.PAGE_SIZE]
