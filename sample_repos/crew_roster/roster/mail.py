"""The mailbox of the ships."""

USER = "roster"


def login(password: str) -> str:
    return f"{USER}/{len(password)}"
