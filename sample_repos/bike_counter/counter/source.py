"""Where the counts come from."""

import csv
import io
import os
import urllib.request
from pathlib import Path

TOKEN = os.environ["COUNTER_API_TOKEN"]


def counts() -> list[dict[str, str]]:
    replay = os.getenv("COUNTER_REPLAY")
    if replay:
        return list(csv.DictReader(io.StringIO(Path(replay).read_text())))
    request = urllib.request.Request(
        f"{os.environ['COUNTER_API_URL']}/counts.csv", headers={"Authorization": f"Token {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return list(csv.DictReader(io.TextIOWrapper(answer)))
