"""The text of a prefect.yaml that declares deployments and leaves all else to Prefect's own defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from envlift.prefect_yaml.quoting import double_quoted

_PLAIN = re.compile(r"[A-Za-z_][\w./:-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewItem:
    """A deployment to declare; ``work_pool`` empty where none is known, which ``prefect deploy --pool`` then names."""

    name: str
    entrypoint: str
    work_pool: str = ""


def new_prefect_yaml(items: Iterable[NewItem]) -> str:
    """A file with these deployments, in their order; without ``pull`` Prefect makes up the steps when it deploys."""
    return "".join(_lines(items))


def _lines(items: Iterable[NewItem]) -> Iterator[str]:
    yield "deployments:\n"
    for item in items:
        yield f"  - name: {_text(item.name)}\n"
        yield f"    entrypoint: {_text(item.entrypoint)}\n"
        yield "    work_pool:\n"
        yield f"      name: {_text(item.work_pool) if item.work_pool else 'null'}\n"


def _text(value: str) -> str:
    plain = _PLAIN.fullmatch(value) is not None and not value.endswith(":") and yaml.safe_load(value) == value
    return value if plain else double_quoted(value)
