"""The carriers' rates."""

import json
from pathlib import Path

from rates import CARRIER_API_KEY, CARRIER_API_URL

from .config import RATES_DIR


def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {CARRIER_API_KEY}", "Accept": "application/json"}


def current_rates() -> list[dict[str, str]]:
    """What the carriers ask for; recorded, for the test system has no line to them."""
    if not headers()["Authorization"].removeprefix("Bearer ").strip():
        raise PermissionError(f"{CARRIER_API_URL}: no key")
    return json.loads((Path(RATES_DIR) / "rates.json").read_text())
