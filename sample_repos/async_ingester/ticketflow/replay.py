"""Recorded responses, for laptops and CI."""

import json
import os
from pathlib import Path

import httpx


def transport() -> httpx.AsyncBaseTransport | None:
    """A transport that answers from REPLAY_DIR, or None for the network."""
    folder = os.environ.get("REPLAY_DIR")
    if not folder:
        return None
    return httpx.MockTransport(lambda request: _answer(Path(folder), request))


def _answer(folder: Path, request: httpx.Request) -> httpx.Response:
    if not (request.headers.get("authorization") or request.headers.get("x-api-key")):
        return httpx.Response(401, json={"error": "no credentials"})
    if request.url.path.endswith("/detect"):
        text = json.loads(request.content)["text"].lower()
        languages = json.loads((folder / "languages.json").read_text(encoding="utf-8"))
        return httpx.Response(200, json={"language": next((v for k, v in languages.items() if k in text), "en")})
    page = folder / f"tickets-{request.url.params.get('page', '1')}.json"
    body = json.loads(page.read_text(encoding="utf-8")) if page.exists() else {"tickets": []}
    return httpx.Response(200, json=body)
