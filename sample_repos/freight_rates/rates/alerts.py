"""Messages to those who are on duty."""

from .config import ALERTS_LOGIN, ALERTS_URL


def alert(text: str) -> str:
    """Send a message; returns what would go over the line."""
    login = ALERTS_LOGIN["Authorization"]
    return f"POST {ALERTS_URL}/messages ({login[:8]}…) {text}"
