"""Dockerfiles: ``ENV`` and ``ARG``, and what the commands of a build stage take from their environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, program_of, text_of
from envlift.scanning.around.shell import note_script
from envlift.scanning.around.shell_words import read_script

_PAIR = re.compile(
    rf"(?P<name>{NAME})=(?P<value>(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\"'\\])*)", re.ASCII | re.DOTALL
)
_LEGACY = re.compile(rf"({NAME})[ \t]+(\S.*)", re.ASCII | re.DOTALL)
_EXPANSION = re.compile(rf"\\.|\$\{{?({NAME})", re.ASCII | re.DOTALL)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_STAGE = re.compile(r"\bAS\s+(\S+)", re.IGNORECASE)
_SECRET = re.compile(r"--mount=type=secret\S*")
# Given to every build by Docker itself.
_PREDEFINED = re.compile(
    r"(TARGET|BUILD)(PLATFORM|OS|ARCH|VARIANT)\Z|(HTTPS?|NO|ALL|FTP)_PROXY\Z|(https?|no|all|ftp)_proxy\Z"
)


@dataclass(frozen=True, slots=True)
class _Instruction:
    """One instruction with its continuation lines; ``line`` is where its arguments begin."""

    word: str
    arguments: str = field(repr=False)
    line: int


def read(path: str, content: bytes) -> Found:
    """The mentions of a Dockerfile; the owner is the build stage."""
    notes = Notes(path, MentionKind.DOCKERFILE)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    instructions = list(_instructions(text))
    runs = _programs(instructions)
    stage, index, known = "", -1, set[str]()
    for instruction in instructions:
        if instruction.word == "FROM":
            named = _STAGE.search(instruction.arguments)
            stage, index = (named[1] if named else ""), index + 1
        _note(notes, instruction, known, stage, runs.get(index, ""))
    return notes.found()


def _instructions(text: str) -> Iterator[_Instruction]:
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first, head = number, lines[number].strip()
        number += 1
        if not head or head.startswith("#"):
            continue
        parts = [head]
        while parts[-1].endswith("\\") and number < len(lines):
            # Comments between continuation lines are no part of the instruction.
            line = lines[number].strip()
            parts.append("\\" if line.startswith("#") or not line else line)
            number += 1
        for delimiter in _HEREDOC.findall(head) if head[:4].upper() in ("RUN ", "COPY") else ():
            while number < len(lines) and lines[number].strip() != delimiter:
                parts.append(lines[number])
                number += 1
            parts.append(delimiter)
            number += 1
        word, _, arguments = "\n".join(parts).partition(" ")
        yield _Instruction(word.upper(), arguments, first + 1)


def _programs(instructions: list[_Instruction]) -> dict[int, str]:
    """What each stage starts, by the stage's place in the file."""
    found: dict[int, str] = {}
    stage = -1
    for instruction in instructions:
        if instruction.word == "FROM":
            stage += 1
        elif instruction.word in ("CMD", "ENTRYPOINT"):
            command = _exec_form(instruction.arguments)
            program = program_of(" ".join(command) if command else instruction.arguments)
            found[stage] = program or found.get(stage, "")
    return found


def _note(notes: Notes, instruction: _Instruction, known: set[str], stage: str, runs: str) -> None:
    arguments = instruction.arguments
    match instruction.word:
        case "ENV" | "ARG":
            for name, value, line in _settings(instruction):
                _expansions(notes, value or "", line, known, stage)
                if value is None:
                    if not _PREDEFINED.match(name):
                        notes.reads(name, line, owner=stage)
                else:
                    literal = _unquoted(value) if "$" not in value else None
                    notes.sets(name, line, literal, owner=stage, runs=runs)
                known.add(name)
        case "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK":
            for mount in _SECRET.findall(arguments):
                given = dict(part.partition("=")[::2] for part in mount.split(","))
                notes.refers(given.get("env", ""), instruction.line, owner=stage, runs=runs)
            command = _exec_form(arguments)
            if command is None:
                note_script(notes, read_script(arguments, known), instruction.line, owner=stage, runs=runs)
            elif len(command) > 2 and command[1].startswith("-") and command[1].endswith("c"):
                for use in read_script(command[2], known).reads:
                    notes.reads(use.name, instruction.line, owner=stage, runs=runs)
        case "FROM" | "COPY" | "ADD" | "WORKDIR" | "USER" | "EXPOSE" | "LABEL" | "VOLUME":
            _expansions(notes, arguments, instruction.line, known, stage)
        case _:
            pass


def _settings(instruction: _Instruction) -> Iterator[tuple[str, str | None, int]]:
    """Name, raw value and line of each setting; an ``ARG`` without a default has no value."""
    text = instruction.arguments.replace("\\\n", " \n")
    if instruction.word == "ENV" and (legacy := _LEGACY.match(text)) and "=" not in text.split()[0]:
        yield legacy[1], " ".join(legacy[2].split("\n")).strip(), instruction.line
        return
    position, lines = 0, Lines(text)
    while position < len(text):
        found = _PAIR.match(text, position)
        line = instruction.line + lines.at(position) - 1
        if found:
            yield found["name"], found["value"], line
            position = found.end()
            continue
        end = position
        while end < len(text) and not text[end].isspace():
            end += 1
        if instruction.word == "ARG" and re.fullmatch(NAME, text[position:end], re.ASCII):
            yield text[position:end], None, line
        position = max(end, position + 1)


def _expansions(notes: Notes, text: str, line: int, known: set[str], stage: str) -> None:
    lines = Lines(text)
    for found in _EXPANSION.finditer(text):
        if found[1] and found[1] not in known and not _PREDEFINED.match(found[1]):
            notes.reads(found[1], line + lines.at(found.start()) - 1, owner=stage)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)|[\"']", lambda found: found[1] or "", value, flags=re.DOTALL)


def _exec_form(arguments: str) -> list[str] | None:
    """The words of a JSON command; None for the shell form."""
    text = arguments.replace("\\\n", " \n").strip()
    if not text.startswith("["):
        return None
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [str(word) for word in words] if isinstance(words, list) else None
