"""Tracking numbers, from the carrier's drop box."""

import csv
import os
from datetime import date
from pathlib import Path
from prefect.blocks.system import Secret

MIRROR = Path("data/carrier")


class CarrierDrop:
    """The carrier's drop box; the nightly sync mirrors it to ``data/carrier``."""

    def __init__(self, host: str, user: str, pin: str) -> None:
        if len(pin) != 8 or not pin.isdigit():
            raise ValueError(f"{user}@{host}: a PIN has eight digits")
        self.host = host
        self.user = user
        self._pin = pin

    def tracking(self, day: date) -> dict[str, str]:
        """Order id to tracking number for parcels handed over on ``day``."""
        path = MIRROR / f"tracking-{day:%Y%m%d}.csv"
        if not path.exists():
            return {}
        with path.open(newline="") as file:
            return {row["order_id"]: row["tracking"] for row in csv.DictReader(file)}


def open_drop() -> CarrierDrop:
    # The carrier pads PINs with zeros on the left; the portal shows them without.
    pin = Secret.load("sftp-pin").get().strip().zfill(8)
    return CarrierDrop(os.environ["SFTP_HOST"], os.environ.get("SFTP_USER", "etl"), pin)
