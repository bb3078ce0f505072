"""GitHub workflows and composite actions: ``env:``, ``secrets.X`` and ``vars.X``, and what their scripts take."""

from __future__ import annotations

import re
from dataclasses import replace

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, program_of, text_of
from envlift.scanning.around.shell import note_script
from envlift.scanning.around.shell_words import read_script
from envlift.yaml_documents import Listing, Node, Pair, Scalar, Table, Unreadable, read_yaml, scalars

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_MEMBER = re.compile(rf"(?<![\w.])(secrets|vars)(?:\.({NAME})|\[\s*'({NAME})'\s*\])", re.ASCII)
_WRITTEN = re.compile(rf"\becho\s+[\"']?({NAME})=.*>>\s*[\"']?\$\{{?GITHUB_ENV\b", re.ASCII)
_RUNNER = re.compile(r"(GITHUB|RUNNER|ACTIONS)_|CI\Z")
_OTHER_SHELLS = ("pwsh", "powershell", "cmd", "python")


def read(path: str, content: bytes) -> Found:
    """The mentions of a workflow; the owner is the job."""
    notes = Notes(path, MentionKind.WORKFLOW)
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
            _workflow(notes, document)
    return notes.found()


def _workflow(notes: Notes, document: Table) -> None:
    given = _settings(notes, document.get("env"), "", "", frozenset())
    for pair in document.pairs:
        if pair.key == "jobs" and isinstance(pair.value, Table):
            for job in pair.value.pairs:
                _job(notes, job, given)
        else:
            _references(notes, pair.value, "")
            if pair.key == "runs" and isinstance(pair.value, Table):
                _steps(notes, pair.value, "", given)


def _job(notes: Notes, job: Pair, given: frozenset[str]) -> None:
    if not isinstance(job.value, Table):
        return
    _references(notes, job.value, job.key)
    known = _settings(notes, job.value.get("env"), job.key, "", given)
    container = job.value.table("container")
    if container:
        known = _settings(notes, container.get("env"), job.key, "", known)
    services = job.value.table("services")
    for service in services.pairs if services else ():
        if isinstance(service.value, Table):
            _settings(notes, service.value.get("env"), service.key, "", frozenset())
    _steps(notes, job.value, job.key, known)


def _steps(notes: Notes, holder: Table, owner: str, given: frozenset[str]) -> None:
    steps = holder.get("steps")
    known = given
    for step in steps.items if isinstance(steps, Listing) else ():
        if not isinstance(step, Table):
            continue
        script = step.get("run")
        runs = program_of(script.text) if isinstance(script, Scalar) else ""
        own = _settings(notes, step.get("env"), owner, runs, known)
        if isinstance(script, Scalar) and not step.text("shell").startswith(_OTHER_SHELLS):
            known |= _script(notes, script, owner, runs, own)


def _settings(notes: Notes, env: Node | None, owner: str, runs: str, given: frozenset[str]) -> frozenset[str]:
    """Note an ``env:`` table; returns the names that have a value where it counts."""
    names = set(given)
    for pair in env.pairs if isinstance(env, Table) else ():
        if isinstance(pair.value, Scalar):
            literal = pair.value.text if "${{" not in pair.value.text else None
            notes.sets(pair.key, pair.line, literal, owner=owner, runs=runs)
            names.add(pair.key)
    return frozenset(names)


def _script(notes: Notes, script: Scalar, owner: str, runs: str, known: frozenset[str]) -> frozenset[str]:
    """Note what a step's script takes; returns the names that it gives to the steps below."""
    # An expression is filled in before the shell sees the text: to the reader of words it is computed text.
    text = _EXPRESSION.sub(lambda found: "\0" + "\n" * found[0].count("\n"), script.text)
    written = {found[1] for found in _WRITTEN.finditer(text)}
    said = read_script(text, known)
    reads = tuple(use for use in said.reads if not _RUNNER.match(use.name))
    note_script(notes, replace(said, reads=reads), script.text_line, script.end_line, owner=owner, runs=runs)
    for name in written:
        notes.sets(name, script.text_line, owner=owner)
    return frozenset(written)


def _references(notes: Notes, node: Node, owner: str) -> None:
    for scalar in scalars(node):
        lines = Lines(scalar.text)
        for expression in _EXPRESSION.finditer(scalar.text):
            line = scalar.line_at(lines.at(expression.start()))
            for found in _MEMBER.finditer(expression[1]):
                note = notes.refers if found[1] == "secrets" else notes.reads
                note(found[2] or found[3], line, owner=owner)
