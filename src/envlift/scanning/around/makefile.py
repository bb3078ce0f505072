"""Makefiles: exported variables, variables that only the environment can give, and what recipes take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, program_of, text_of
from envlift.scanning.around.shell import note_script
from envlift.scanning.around.shell_words import read_script

_ASSIGNMENT = re.compile(
    rf"^(?:[^\s:#=]+[ \t]*:[ \t]*)?(?P<export>export[ \t]+)?(?:override[ \t]+)?(?P<name>{NAME})[ \t]*"
    r"(?P<how>:{1,3}|[?+!])?=[ \t]*(?P<value>.*)",
    re.ASCII,
)
_DEFINE = re.compile(rf"^define[ \t]+({NAME})", re.ASCII)
_EXPORT = re.compile(rf"^export((?:[ \t]+{NAME})+)[ \t]*(?:#.*)?$", re.ASCII)
_INCLUDE = re.compile(r"^(?:-|s)?include[ \t]+(.+)")
_VARIABLE = re.compile(rf"\$[({{]({NAME})[:)}}]", re.ASCII)
_FOREACH = re.compile(rf"\$\(foreach[ \t]+({NAME}),", re.ASCII)
# Make has a value for these by itself.
_OWN = re.compile(
    r"(MAKE\w*|MFLAGS|GNUMAKEFLAGS|CURDIR|SHELL|AR|AS|CC|CXX|CPP|FC|LD|RM|ARFLAGS|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|"
    r"LDLIBS|SUFFIXES|VPATH|OS|HOME|PATH|PWD|USER|SUDO_USER|TMPDIR)\Z"
)


def read(path: str, content: bytes) -> Found:
    """The mentions of a Makefile: ``$(X)`` is one only where the file gives ``X`` no value."""
    notes = Notes(path, MentionKind.MAKE)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    lines = list(_logical_lines(text))
    own = {found["name"] for _, line in lines if (found := _assignment(line)) and found["how"] != "?"}
    own |= {found[1] for _, line in lines for pattern in (_DEFINE, _FOREACH) for found in pattern.finditer(line)}
    for number, line in lines:
        _line(notes, number, line, own)
    return notes.found()


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those joined that a backslash joins; the line breaks stay, so that places can be told."""
    held: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        held.append(line)
        if not line.endswith("\\"):
            yield number - len(held) + 1, "\n".join(held)
            held = []
    if held:
        yield text.count("\n") + 2 - len(held), "\n".join(held)


def _assignment(line: str) -> re.Match[str] | None:
    return None if line.startswith("\t") else _ASSIGNMENT.match(line)


def _line(notes: Notes, number: int, line: str, own: set[str]) -> None:
    if line.lstrip().startswith("#"):
        return
    if line.startswith("\t"):
        # Two dollars are one to the shell; one dollar is make's own and is gone when the shell sees the line.
        shell = line.replace("$$", "\1").replace("$", "_").replace("\1", "$").lstrip("\t@-+")
        note_script(notes, read_script(shell, own), number, runs=program_of(line))
    elif assignment := _assignment(line):
        value = assignment["value"].partition(" #")[0].strip()
        if assignment["export"]:
            notes.sets(assignment["name"], number, None if "$" in value else value)
        elif assignment["how"] == "?":
            notes.reads(assignment["name"], number)
    elif exported := _EXPORT.match(line):
        for name in exported[1].split():
            notes.sets(name, number)
    elif included := _INCLUDE.match(line):
        for file in included[1].split():
            if re.search(r"(^|/)(\.env(\.[\w.-]+)?|[\w.-]+\.env)\Z", file):
                notes.hands_on(file, number)
    lines = Lines(line)
    for found in _VARIABLE.finditer(line.replace("$$", "  ")):
        if found[1] not in own and found[1].isupper() and not _OWN.match(found[1]):
            notes.reads(found[1], number + lines.at(found.start()) - 1)
