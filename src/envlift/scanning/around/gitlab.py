"""GitLab pipelines: ``variables:``, and what the scripts of jobs take."""

from __future__ import annotations

import re
from dataclasses import replace

from envlift.inventory import MentionKind
from envlift.scanning.around.found import Found, Notes, program_of, text_of
from envlift.scanning.around.shell import note_script
from envlift.scanning.around.shell_words import read_script
from envlift.yaml_documents import Node, Scalar, Table, Unreadable, read_yaml, scalars

_RUNNER = re.compile(r"(CI|GITLAB)(_|\Z)|FF_")
_SCRIPTS = ("before_script", "script", "after_script")


def read(path: str, content: bytes) -> Found:
    """The mentions of a pipeline; the owner is the job."""
    notes = Notes(path, MentionKind.GITLAB)
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
            given = _variables(notes, document.get("variables"), "", "")
            for pair in document.pairs:
                if isinstance(pair.value, Table) and pair.key != "variables":
                    _job(notes, pair.key, pair.value, given)
                elif pair.key in _SCRIPTS:
                    _scripts(notes, pair.value, "", "", given)
    return notes.found()


def _job(notes: Notes, owner: str, job: Table, given: frozenset[str]) -> None:
    commands = [job.get(key) for key in _SCRIPTS]
    runs = program_of("\n".join(scalar.text for node in commands if node for scalar in scalars(node)))
    known = given | _variables(notes, job.get("variables"), owner, runs)
    secrets = job.table("secrets")
    for pair in secrets.pairs if secrets else ():
        notes.refers(pair.key, pair.line, owner=owner, runs=runs)
    for node in commands:
        _scripts(notes, node, owner, runs, known)


def _variables(notes: Notes, variables: Node | None, owner: str, runs: str) -> frozenset[str]:
    """A name with its value, or with a table that has ``value``."""
    names = set()
    for pair in variables.pairs if isinstance(variables, Table) else ():
        value = pair.value.get("value") if isinstance(pair.value, Table) else pair.value
        if isinstance(value, Scalar):
            notes.sets(pair.key, pair.line, None if "$" in value.text else value.text, owner=owner, runs=runs)
            names.add(pair.key)
            reads = read_script(f'"{value.text}"').reads if "$" in value.text else ()
            for use in reads:
                if use.name != pair.key and not _RUNNER.match(use.name):
                    notes.reads(use.name, value.line, owner=owner, runs=runs)
    return frozenset(names)


def _scripts(notes: Notes, node: Node | None, owner: str, runs: str, known: frozenset[str]) -> None:
    for script in scalars(node) if node else ():
        said = read_script(script.text, known)
        reads = tuple(use for use in said.reads if not _RUNNER.match(use.name))
        note_script(notes, replace(said, reads=reads), script.text_line, script.end_line, owner=owner, runs=runs)
        known |= {setting.name for setting in said.sets}
