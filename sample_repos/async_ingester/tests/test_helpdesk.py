import asyncio

from ticketflow.helpdesk import auth_headers, open_client, tickets_page


def test_token_is_sent_as_bearer(monkeypatch):
    monkeypatch.setenv("HELPDESK_API_TOKEN", "abc")
    assert auth_headers()["Authorization"] == "Bearer abc"


def test_pages_end(monkeypatch):
    monkeypatch.setenv("HELPDESK_API_TOKEN", "abc")
    monkeypatch.setenv("HELPDESK_SUBDOMAIN", "test")
    monkeypatch.setenv("REPLAY_DIR", "data")

    async def pages():
        async with open_client() as client:
            return [len(await tickets_page(client, n)) for n in (1, 2, 3)]

    assert asyncio.run(pages()) == [3, 2, 0]
