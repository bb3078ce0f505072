"""A table of (name, value, secret?) cases as text; strict formats are put together here, to keep scanners quiet."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LETTERS = string.ascii_letters + string.digits
_ALPHABETS = {
    "b": _LETTERS,
    "B": _LETTERS + "+/",
    "w": _LETTERS + "-_",
    "p": _LETTERS + "!*_-",
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + "234567",
    "U": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "h": "0123456789abcdef",
    "d": string.digits,
}
_GAP = re.compile(r"\[\[(?:(?P<uuid>uuid)|(?P<alphabet>[A-Za-z])(?P<length>\d+))\]\]")


@dataclass(frozen=True, slots=True)
class Case:
    """One name with one value, None where none is known, and whether that value must be kept secret."""

    line: int
    name: str
    value: str | None
    secret: bool

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}"


def cases_of(path: Path) -> tuple[Case, ...]:
    """All cases of a file; the same file gives the same made-up values."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return tuple(case for number, line in lines if line and line[0] != "#" for case in _cases(number, line))


def _cases(number: int, line: str) -> Iterator[Case]:
    sign, _, rest = line.partition(" ")
    names, known, written = rest.partition(" = ")
    for name in names.split():
        value = _filled(written, random.Random(f"{name} {written}")) if known else None  # noqa: S311
        yield Case(number, name, value, {"+": True, "-": False}[sign])


def _filled(written: str, source: random.Random) -> str:
    def made(gap: re.Match[str]) -> str:
        if gap["uuid"]:
            digits = "".join(source.choices(_ALPHABETS["h"], k=32))
            return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:]))
        return "".join(source.choices(_ALPHABETS[gap["alphabet"]], k=int(gap["length"])))

    # The signs that only break a format up go first: a made-up value may hold one.
    whole = written.replace("~~", "\0").replace("~", "").replace("\0", "~")
    return _GAP.sub(made, whole).replace("\\n", "\n")
