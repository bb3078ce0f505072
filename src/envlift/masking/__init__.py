"""Where a text holds what nobody may read: values judged by their names, and credentials wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envlift.masking.credentials import Stretch, assigned, credentials
from envlift.masking.python_text import in_python, python_zones, without_cookie
from envlift.masking.yaml_text import in_yaml, yaml_comments
from envlift.prefect_yaml import value_places

_PYTHON = (".py", ".pyi")
_YAML = (".yaml", ".yml")


def unreadable(path: str, text: str) -> Iterator[Stretch]:
    """The stretches that no person may be shown, whether or not a plan knows of their values."""
    yield from credentials(text)
    if path.endswith(_PYTHON):
        yield from in_python(text)
    else:
        yield from in_yaml(text) if path.endswith(_YAML) else assigned(text, 0, len(text))


def text_zones(path: str, text: str) -> Iterable[Stretch]:
    """Where a value can stand: literals, values and comments. Code words are none; an unreadable file is one."""
    if path.endswith(_PYTHON):
        return python_zones(text)[0]
    places = value_places(text) if path.endswith(_YAML) else None
    if places is None:
        return [(0, len(text))]
    values = [(place.start, place.end) for place in places]
    return [*values, *yaml_comments(text, values)]


__all__ = ["text_zones", "unreadable", "without_cookie"]
