"""``.env`` files as python-dotenv reads them: interpolation, ``export``, duplicates, entries without a value."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dotenv.parser import Binding, parse_stream
from dotenv.variables import Literal, Variable, parse_variables

from envlift.concealed import Concealed
from envlift.inventory import DotenvFile, Trouble
from envlift_codemods.parsed import Span

_EXAMPLE_WORDS = frozenset({"example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults"})
_SEPARATORS = re.compile(r"[._-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One binding of a ``.env`` file; the value is what the file alone gives a program, None where it gives none.

    A bare name has no value, and ``${NAME}`` of a name that the file does not set above has none that is known.
    """

    name: str
    value: Concealed | None
    span: Span


def describe(path: str) -> DotenvFile:
    """Which kind of ``.env`` file a name means: an example, the default one, or one for an environment."""
    words = [w for w in _SEPARATORS.split(path.rsplit("/", 1)[-1].lower()) if w and w != "env"]
    rest = [w for w in words if w not in _EXAMPLE_WORDS]
    return DotenvFile(path, is_example=len(rest) < len(words), environment="-".join(w for w in rest if w != "local"))


def entries_of(content: bytes, path: str = "") -> tuple[tuple[Entry, ...], tuple[Trouble, ...]]:
    """The entries of a file in order, with python-dotenv's own meaning, and the lines that it cannot parse.

    Of a name bound twice the last binding counts, as in python-dotenv; ``${NAME}`` is looked up in the file only,
    because the environment of this process is not the flow's.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return (), (Trouble(path, 0, "not UTF-8, which python-dotenv needs: not read"),)
    bindings = list(parse_stream(io.StringIO(text)))
    pairs = [(b.key, b.value) for b in bindings if b.key is not None and not b.error]
    values: dict[str, str | None] = {}
    for name, value in pairs:
        values[name] = None if value is None else _resolved(value, values)
    entries = tuple(_entry(b, values[b.key]) for b in bindings if b.key is not None and not b.error)
    return entries, tuple(_unparsable(bindings, path))


def _resolved(value: str, above: Mapping[str, str | None]) -> str | None:
    """The value with what the bindings above it give; None when a name in it has no known value."""
    parts: list[str] = []
    for atom in parse_variables(value):
        match atom:
            case Literal():
                part: str | None = atom.value
            case Variable():
                part = above.get(atom.name, atom.default)
            case _:
                part = None
        if part is None:
            return None
        parts.append(part)
    return "".join(parts)


def _entry(binding: Binding, value: str | None) -> Entry:
    text = binding.original.string
    body = text.lstrip()
    first = binding.original.line + text[: len(text) - len(body)].count("\n")
    lines = body.rstrip().split("\n")
    span = Span(first, 0, first + len(lines) - 1, len(lines[-1]))
    return Entry(str(binding.key), None if value is None else Concealed(value), span)


def _unparsable(bindings: list[Binding], path: str) -> Iterator[Trouble]:
    for binding in bindings:
        if binding.error:
            yield Trouble(path, binding.original.line, "python-dotenv cannot parse this line and skips it")
