"""Records that stand in for the real systems in the test environment."""

import json
import os
from pathlib import Path
from typing import Any


def load(name: str) -> list[dict[str, Any]]:
    folder = Path(os.environ["OPS_DATA_DIR"])
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def save(name: str, records: list[dict[str, Any]]) -> Path:
    path = Path(os.getenv("OPS_OUT_DIR", "out")) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, indent=2), encoding="utf-8")
    return path
