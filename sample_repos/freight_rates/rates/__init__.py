"""Freight rates. The settings that everybody needs are here, too."""

from .config import CARRIER_API_KEY, CARRIER_API_URL

__all__ = ["CARRIER_API_KEY", "CARRIER_API_URL"]
