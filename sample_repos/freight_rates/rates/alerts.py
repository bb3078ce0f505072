"""Messages to those who are on duty."""

from .config import ALERTS_TOKEN, ALERTS_URL


def alert(text: str) -> str:
    """Send a message; returns what would go over the line."""
    return f"POST {ALERTS_URL}/messages?token={ALERTS_TOKEN[:2]}… {text}"
