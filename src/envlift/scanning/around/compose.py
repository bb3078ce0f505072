"""Compose files: what services are given, and what Compose fills in from its own environment and ``.env``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, program_of, text_of
from envlift.yaml_documents import Listing, Node, Pair, Scalar, Table, Unreadable, read_yaml, scalars

_EXPANSION = re.compile(rf"\$\$|\$\{{?({NAME})", re.ASCII)


def read(path: str, content: bytes) -> Found:
    """The mentions of a Compose file; the owner is the service."""
    notes = Notes(path, MentionKind.COMPOSE)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    documents = read_yaml(text)
    if isinstance(documents, Unreadable):
        notes.trouble(documents.line, documents.reason)
        return notes.found()
    for document in documents:
        if isinstance(document, Table):
            _document(notes, document)
    return notes.found()


def _document(notes: Notes, document: Table) -> None:
    for pair in document.pairs:
        if pair.key == "services" and isinstance(pair.value, Table):
            for service in pair.value.pairs:
                _service(notes, service)
        else:
            _expansions(notes, pair.value)
            if pair.key == "secrets" and isinstance(pair.value, Table):
                for secret in pair.value.pairs:
                    if isinstance(secret.value, Table):
                        notes.refers(secret.value.text("environment"), secret.line)


def _service(notes: Notes, service: Pair) -> None:
    owner, content = service.key, service.value
    if not isinstance(content, Table):
        return
    runs = program_of(f"{_words(content.get('entrypoint'))} {_words(content.get('command'))}")
    _expansions(notes, content, owner, runs)
    _settings(notes, content.get("environment"), owner, runs)
    build = content.table("build")
    if build:
        _settings(notes, build.get("args"), owner, "")
    for file in _env_files(content.get("env_file")):
        notes.hands_on(file.text, file.line, owner=owner, runs=runs)


def _settings(notes: Notes, environment: Node | None, owner: str, runs: str) -> None:
    if isinstance(environment, Table):
        for pair in environment.pairs:
            if isinstance(pair.value, Scalar):
                _setting(notes, pair.key, None if pair.value.is_null else pair.value.text, pair.line, owner, runs)
    elif isinstance(environment, Listing):
        for item in environment.items:
            if isinstance(item, Scalar):
                name, equals, value = item.text.partition("=")
                _setting(notes, name, value if equals else None, item.line, owner, runs)


def _setting(notes: Notes, name: str, value: str | None, line: int, owner: str, runs: str) -> None:
    if value is None:
        # A name alone is passed through from where Compose runs.
        notes.reads(name, line, owner=owner, runs=runs)
    else:
        literal = value.replace("$$", "$") if "$" not in value.replace("$$", "") else None
        notes.sets(name, line, literal, owner=owner, runs=runs)


def _expansions(notes: Notes, node: Node, owner: str = "", runs: str = "") -> None:
    for scalar in scalars(node):
        if "$" not in scalar.text:
            continue
        lines = Lines(scalar.text)
        for found in _EXPANSION.finditer(scalar.text):
            if found[1]:
                line = scalar.line_at(lines.at(found.start()))
                notes.reads(found[1], line, owner=owner, runs=runs)


def _env_files(node: Node | None) -> Iterator[Scalar]:
    """A path, a list of them, or of tables with ``path``."""
    for item in node.items if isinstance(node, Listing) else (node,):
        found = item.get("path") if isinstance(item, Table) else item
        if isinstance(found, Scalar) and not found.is_null:
            yield found


def _words(command: Node | None) -> str:
    return " ".join(scalar.text for scalar in scalars(command)) if command else ""
