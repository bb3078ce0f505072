"""Notebooks: what their code cells read from the environment, and set with ``%env``. Reported, never rewritten."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, text_of
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import MARKERS
from envlift_codemods.reads import find_reads

_MARKERS = (*MARKERS, b"%env", b"%set_env", b"dotenv")
_SET_MAGIC = re.compile(rf"\s*%(?:set_)?env\s+({NAME})(?:\s*=\s*|\s+)\S", re.ASCII)
_DOTENV_MAGIC = re.compile(r"\s*%dotenv(?:\s+-\w+)*(?:\s+([\w./-]+))?\s*$")
_MAGIC = re.compile(r"(\s*)[%!?]")
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")
# Cells run one by one, often after others that do not parse: what each needs is in scope by habit.
_USUAL = b"import os; from os import environ, getenv\n"


def read(path: str, content: bytes) -> Found:
    """The mentions of a Jupyter notebook, at the line of the file where the cell's line stands."""
    notes = Notes(path, MentionKind.NOTEBOOK)
    if not any(marker in content for marker in _MARKERS):
        return notes.found()
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        notes.trouble(1, "not a notebook: no valid JSON")
        return notes.found()
    lines = [line for cell in _cells(notebook) for line in (*cell, "")]
    place = _Place(text)
    _magics(notes, lines, place)
    for number, name in _reads(notebook, lines):
        notes.reads(name, place.of(lines[number]))
    return notes.found()


class _Place:
    """Finds the lines of cells again in the file's own text, where they are JSON strings."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)

    def of(self, line: str) -> int:
        for is_ascii in (False, True):
            written = json.dumps(line.strip(), ensure_ascii=is_ascii)[1:-1]
            position = self.text.find(written)
            if position >= 0:
                return self.lines.at(position)
        return 1


def _cells(notebook: object) -> Iterator[list[str]]:
    """The lines of each code cell in Python, without line ends."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
        lines = text.split("\n")
        if not lines[0].startswith("%%") or lines[0].startswith(_PYTHON_CELLS):
            yield lines


def _magics(notes: Notes, lines: list[str], place: _Place) -> None:
    for line in lines:
        if found := _SET_MAGIC.match(line):
            notes.sets(found[1], place.of(line))
        elif found := _DOTENV_MAGIC.match(line):
            notes.hands_on(found[1] or ".env", place.of(line))


def _reads(notebook: object, lines: list[str]) -> Iterator[tuple[int, str]]:
    """The reads by number of the line, counted from 0 over all cells."""
    whole = _names("\n".join(map(_without_magic, lines)).encode("utf-8", "replace"), 1)
    if whole is not None:
        yield from whole
        return
    start = 0
    for cell in _cells(notebook):
        source = "\n".join(map(_without_magic, cell)).encode("utf-8", "replace")
        yield from ((start + number, name) for number, name in _names(_USUAL + source, 2) or ())
        start += len(cell) + 1


def _names(source: bytes, first: int) -> list[tuple[int, str]] | None:
    """Line, counted from 0 at ``first``, and name of each read; None for what is not Python."""
    try:
        return [(read.span.line - first, read.name) for read in find_reads(ParsedModule(source)) if read.name]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magic(line: str) -> str:
    found = _MAGIC.match(line)
    return f"{found[1]}pass" if found else line
