"""Signed manifests of what was loaded, kept for the auditors."""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from prefect import task

from orders_etl.transform import OrderRow

# Keyed once at start-up; every manifest is signed with a copy of it.
_SIGNER = hmac.new(os.getenv("MANIFEST_SIGNING_KEY", "unsigned").encode(), digestmod=hashlib.sha256)


def sign(body: bytes) -> str:
    mac = _SIGNER.copy()
    mac.update(body)
    return mac.hexdigest()


@task
def archive_manifest(day: date, rows: Iterable[OrderRow]) -> str:
    """Write the manifest of a day; returns its object key."""
    bucket = "s3://brightcart-orders-archive-eu"
    body = json.dumps({"day": day.isoformat(), "orders": [row.order_id for row in rows]}).encode()
    key = f"manifests/{day:%Y/%m/%d}.json"
    # The archive box syncs this folder to the bucket every hour.
    outbox = Path("build/outbox") / bucket.removeprefix("s3://") / key
    outbox.parent.mkdir(parents=True, exist_ok=True)
    outbox.write_bytes(body)
    outbox.with_suffix(".sig").write_text(sign(body))
    return f"{bucket}/{key}"
