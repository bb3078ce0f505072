"""Where a server shows a secret in clear: to everybody who may look at its deployments, work pools and runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from envlift.concealed import Concealed
from envlift.proving.loopback import LoopbackServer

# What is shorter stands somewhere by chance: only a whole text that is equal counts then.
_TELLING = 6
_KINDS = (
    ("deployments", "deployment"),
    ("work_pools", "work pool"),
    ("flow_runs", "flow run"),
    ("variables", "variable"),
)


def exposed(server: LoopbackServer, hidden: Sequence[Concealed]) -> tuple[str, ...]:
    """The places that hold one of the values, such as ``job_variables of deployment nightly``; sorted, no value.

    Blocks are none of them: the API masks what they hold.
    """
    secrets = tuple({value.reveal() for value in hidden} - {""})
    found = {
        f"{key} of {word} {item.get('name', '')}" if word != "flow run" else f"{key} of a flow run"
        for kind, word in _KINDS
        for item in server.api.post(f"/{kind}/filter", {})
        for key, value in item.items()
        if any(_tells(text, secret) for text in _texts(value) for secret in secrets)
    }
    return tuple(sorted(found))


def _tells(text: str, secret: str) -> bool:
    return text == secret or (len(secret) >= _TELLING and secret in text)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            yield from (text for pair in value.items() for part in pair for text in _texts(part))
        case list():
            yield from (text for part in value for text in _texts(part))
        case str() | int() | float():
            yield str(value)
