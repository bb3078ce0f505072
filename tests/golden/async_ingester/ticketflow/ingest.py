"""The hourly flow: new tickets, labelled, into SQLite."""

from dotenv import load_dotenv

load_dotenv()

import asyncio  # noqa: E402
import os  # noqa: E402
import sqlite3  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import httpx  # noqa: E402
from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.blocks.system import Secret  # noqa: E402

from ticketflow.helpdesk import open_client, tickets_page  # noqa: E402
from ticketflow.replay import transport  # noqa: E402


@task(retries=2, retry_delay_seconds=1)
async def fetch_tickets(max_pages: int) -> list[dict[str, Any]]:
    """All new tickets, at most ``max_pages`` pages."""
    tickets: list[dict[str, Any]] = []
    async with open_client() as client:
        for page in range(1, max_pages + 1):
            batch = await tickets_page(client, page)
            if not batch:
                break
            tickets.extend(batch)
    return tickets


@task
async def label_languages(tickets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each ticket with its ``language``; the service takes twenty requests at a time."""
    api_key = (await Secret.aload("language-api-key")).get().strip()
    url = os.environ["LANGUAGE_API_URL"].rstrip("/")
    limit = asyncio.Semaphore(20)

    async with httpx.AsyncClient(headers={"X-Api-Key": api_key}, transport=transport()) as client:

        async def label(ticket: dict[str, Any]) -> dict[str, Any]:
            async with limit:
                response = await client.post(f"{url}/detect", json={"text": ticket["subject"]})
            response.raise_for_status()
            return {**ticket, "language": response.json()["language"]}

        return list(await asyncio.gather(*(label(ticket) for ticket in tickets)))


def _store(path: Path, tickets: list[dict[str, Any]]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY, subject TEXT, language TEXT)")
            connection.executemany(
                "INSERT OR REPLACE INTO tickets VALUES (:id, :subject, :language)",
                tickets,
            )
        return connection.execute("SELECT count(*) FROM tickets").fetchone()[0]
    finally:
        connection.close()


@task
async def store_tickets(tickets: list[dict[str, Any]]) -> int:
    path = Path(os.getenv("TICKETS_DB", "tickets.sqlite3"))
    return await asyncio.to_thread(_store, path, tickets)


@flow(name="ingest-tickets")
async def ingest_tickets() -> int:
    logger = get_run_logger()
    tickets = await fetch_tickets(max_pages=int(os.environ.get("HELPDESK_MAX_PAGES", "20")))
    labelled = await label_languages(tickets)
    total = await store_tickets(labelled)
    logger.info("%d new tickets, %d in all", len(labelled), total)
    return total


if __name__ == "__main__":
    asyncio.run(ingest_tickets())
