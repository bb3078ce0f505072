"""Values of TOML tables with the type that a key wants, and complaints that say where and what is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from envlift.errors import EnvliftError, ExitCode
from envlift.toml_files import parse_toml

_T = TypeVar("_T")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence, with a blank before it, that names the nearest known word; empty when none is near."""
    near = difflib.get_close_matches(word, tuple(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def refuse_unknown(table: Mapping[str, object], known: tuple[str, ...], where: str, more: str = "") -> None:
    for key in table:
        if key not in known:
            hint = f"Known keys: {', '.join(known)}. {more}".rstrip()
            raise usage(f"Unknown key {key} in {where}.{did_you_mean(key, known)}", hint)


def string(value: object, key: str, where: str) -> str:
    if not isinstance(value, str):
        raise usage(f"{key} in {where} is not a string.", f'Write {key} = "…".')
    return value


def choice(value: object, key: str, choices: Mapping[str, _T], where: str) -> _T:
    chosen = choices.get(value) if isinstance(value, str) else None
    if chosen is None:
        raise usage(f"{key} in {where} is none of {', '.join(choices)}.", f'Write {key} = "{next(iter(choices))}".')
    return chosen


def strings(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise usage(f"{key} in {where} is not a list of strings.", f'Write {key} = ["…", "…"].')
    return tuple(value)


def read_toml(file: Path) -> dict[str, object]:
    return parse_toml(read_file(file), str(file))


def read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise usage(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from error


def usage(message: str, hint: str) -> EnvliftError:
    return EnvliftError(message, hint, ExitCode.USAGE)
