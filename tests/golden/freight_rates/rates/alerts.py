"""Messages to those who are on duty."""

from prefect.blocks.system import Secret

from .config import ALERTS_URL


def alert(text: str) -> str:
    """Send a message; returns what would go over the line."""
    ALERTS_TOKEN = Secret.load("alerts-token").get()
    ALERTS_LOGIN = {"X-Team": "pricing", "Authorization": f"Token {ALERTS_TOKEN}"}
    login = ALERTS_LOGIN["Authorization"]
    return f"POST {ALERTS_URL}/messages ({login[:8]}…) {text}"
