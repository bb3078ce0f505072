"""The imports of a Python file told by its text alone: no parsing, so that every file of a large tree can be asked.

It sees every import that the syntax tree holds. It may see one more where a string or a comment spells one out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from envlift.scanning.reach.imports import Import

_SIMPLE = re.compile(
    rb"[ \t\f\xef\xbb\xbf]*(?:from +([.\w\x80-\xff]+) +)?import"
    rb"(?: +([\w.\x80-\xff, ]+)| *\(([\w.\x80-\xff,\s]+)\) *)(?=\r?(?:\n|\Z)|[ ]*#)"
)
_FULL = re.compile(
    rb"(?:^|[;:])[ \t\f]*(?:from[ \t\f]*(?P<module>[.\w\x80-\xff][.\w\x80-\xff \t\f]*?)[ \t\f]*\b)?import\b[ \t\f]*"
    rb"(?P<given>\([^)]*\)?|[^\n;#(]+)",
    re.MULTILINE,
)
_BACKSLASH = (b"\\\n", b"\\\r\n")
_CONTINUED = re.compile(rb"\\\r?\n")
_BRACKETS = re.compile(rb"\([^)#]*(?:#[^\n]*\n[^)#]*)*\)")
_COMMENT = re.compile(rb"#[^\n]*")
_JUNK = re.compile(rb"[^\w.*,\s\x80-\xff]")  # what follows a word in a text that only looks like an import
_RENAMED = re.compile(rb"\sas\s")
_WORD_GOES_ON = re.compile(rb"[\w\x80-\xff]")
_DYNAMIC = re.compile(rb"(?:..)?import_module|__import__", re.DOTALL)
_OWN_PACKAGE = re.compile(r"^\.+ ", re.MULTILINE)


class ImportText(NamedTuple):
    """What a file imports, as text that costs little to keep: a line an import, the module first and then the names.

    A name under another one is ``name=other``. ``dynamic`` tells that it may also import what it computes.
    """

    lines: str
    dynamic: bool

    def imports(self) -> tuple[Import, ...]:
        """The imports in the order of the file."""
        return tuple(_import(line) for line in self.lines.splitlines())

    def naming(self, word: str, *, package: bool = False) -> Iterator[Import]:
        """The imports that hold a word, and with ``package`` those that are relative, too."""
        for line in self.lines.splitlines():
            if word in line or (package and line.startswith(".")):
                yield _import(line)

    def bound(self) -> Iterator[tuple[str, str]]:
        """The names that ``from`` imports bind, each with its dotted origin, dots in front for a relative one."""
        for line in self.lines.splitlines():
            module, *names = line.split(" ")
            dot = "" if module.endswith(".") else "."
            for name in names:
                original, _, other = name.partition("=")
                yield other or original, f"{module}{dot}{original}"

    def at_hand(self) -> frozenset[str]:
        """The names of modules and packages that may be at hand after the imports, or all that such a one holds."""
        found: set[str] = set()
        for line in self.lines.splitlines():
            module, *names = line.split(" ")
            if not names or "*" in names:
                found.update(module.split("."))
            else:
                found.update(names if "=" not in line else (name.partition("=")[0] for name in names))
        return frozenset(found)

    def words(self) -> set[str]:
        """All parts of modules and all names; a lone dot for the package of the file itself."""
        found = set(self.lines.replace(".", " ").replace("=", " ").split())
        if ". " in self.lines and _OWN_PACKAGE.search(self.lines):
            found.add(".")
        return found


def import_text(content: bytes) -> ImportText:
    """The imports of a file, those inside of functions included."""
    found: dict[bytes, None] = {}
    dynamic = False
    position = content.find(b"import")
    while position >= 0:
        begin = content.rfind(b"\n", 0, position) + 1
        simple = _SIMPLE.match(content, begin)
        if simple is not None and simple.end() > position + 6 and not content.endswith(_BACKSLASH, 0, begin):
            module, names, in_brackets = simple.groups()
            given = names or in_brackets
            found.update(dict.fromkeys(_lines(module, given)))
            dynamic = dynamic or b"import_module" in given
            end = simple.end()
        elif _WORD_GOES_ON.match(content, position + 6):
            dynamic = dynamic or _DYNAMIC.match(content, max(position - 2, 0)) is not None
            end = position + 6
        else:
            end = content.find(b"\n", position)
            end = _end_of_statement(content, position, len(content) if end < 0 else end)
            start = _start_of_statement(content, position)
            statement = _COMMENT.sub(b"", _CONTINUED.sub(b" ", content[start:end]))
            for each in _FULL.finditer(statement):
                given = _JUNK.sub(b" ", each["given"])
                found.update(dict.fromkeys(_lines(each["module"], given)))
            dynamic = dynamic or _DYNAMIC.search(content, start, end) is not None
        position = content.find(b"import", end)
    return ImportText(b"\n".join(found).decode("utf-8", "replace"), dynamic)


def _start_of_statement(content: bytes, position: int) -> int:
    """Where the line begins that a word stands on, with the lines that a backslash continues."""
    start = content.rfind(b"\n", 0, position) + 1
    while start > 1 and content.endswith(_BACKSLASH, max(start - 3, 0), start):
        start = content.rfind(b"\n", 0, start - 1) + 1
    return start


def _end_of_statement(content: bytes, position: int, end: int) -> int:
    """The end of a line, or of those that follow it after a backslash or in brackets."""
    while end < len(content) and content.endswith((b"\\", b"\\\r"), position, end):
        after = content.find(b"\n", end + 1)
        end = len(content) if after < 0 else after
    opened = content.find(b"(", position, end)
    brackets = _BRACKETS.match(content, opened) if opened >= 0 else None
    return end if brackets is None else max(end, brackets.end())


def _lines(module: bytes | None, given: bytes) -> Sequence[bytes]:
    if module is not None and _RENAMED.search(given) is None:
        return (module.replace(b" ", b"") + b" " + b" ".join(given.replace(b",", b" ").split()),)
    parts = [words for part in given.split(b",") if (words := part.split())]
    if module is None:
        return [words[0] for words in parts]
    names = (words[0] + b"=" + words[2] if len(words) > 2 else words[0] for words in parts)
    return (b" ".join((b"".join(module.split()), *names)),)


def _import(line: str) -> Import:
    head, *names = line.split(" ")
    module = head.lstrip(".")
    return Import(module, len(head) - len(module), tuple(name.partition("=")[0] for name in names))
