"""Client of the help desk's REST API."""

import os
from typing import Any

import httpx
from prefect.blocks.system import Secret

from ticketflow.replay import transport

DEFAULT_TIMEOUT = "15"


def auth_headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer {Secret.load('helpdesk-api-token', _sync=True).get()}",
        "User-Agent": "ticketflow/1.3",
    }


def open_client() -> httpx.AsyncClient:
    """An authorised client; the caller closes it."""
    subdomain = os.environ["HELPDESK_SUBDOMAIN"]
    return httpx.AsyncClient(
        base_url=f"https://{subdomain}.helpdesk.example/api/v2",
        headers=auth_headers(),
        timeout=float(os.getenv("HELPDESK_TIMEOUT", DEFAULT_TIMEOUT)),
        transport=transport(),
    )


async def tickets_page(client: httpx.AsyncClient, page: int) -> list[dict[str, Any]]:
    response = await client.get("/tickets.json", params={"page": page})
    response.raise_for_status()
    return response.json()["tickets"]
