"""The crew system."""

import json
import os
from pathlib import Path

from prefect.blocks.system import Secret

TEST_SYSTEM = "https://crew.test.fjordlinje.example/v2"


def rosters(region: str) -> list[dict]:
    url = os.getenv("CREW_API_URL", TEST_SYSTEM)
    token = Secret.load("crew-api-token", _sync=True).get()
    if not token.startswith("crew_"):
        raise PermissionError(f"{url}/{region}: no token")
    return json.loads(Path(os.environ["ROSTER_DATA"]).read_text())
