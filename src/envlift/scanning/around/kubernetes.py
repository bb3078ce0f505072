"""Kubernetes manifests and Helm values: variables of containers, and the data of ConfigMaps and Secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from envlift.inventory import MentionKind, PoolTool
from envlift.scanning.around.found import NAME, Found, Lines, Notes, program_of, text_of
from envlift.yaml_documents import Listing, Node, Scalar, Table, Unreadable, read_yaml, scalars, tables

_TEMPLATE = re.compile(r"\{\{|\{%|<%|#@")
_LIST_ITEM = re.compile(
    rf"^[ \t]*-[ \t]+name:[ \t]*[\"']?({NAME})[\"']?[ \t]*(?:#.*)?\n"
    r"(?:[ \t]*(?:#.*|\{\{.*)\n)*[ \t]*(value|valueFrom):(.*)",
    re.ASCII | re.MULTILINE,
)
# Bundles of definitions are longer, have few variables and would take many seconds.
_LONGEST_PARSED = 500_000
_WORTH_PARSING = re.compile(r"(?:[eE]nv\w*|baseJobTemplate)[\"']?[ \t]*:|\b(?:ConfigMap|Secret)\b|Generator\b")
_CONVENTIONAL = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_ENV_KEYS = frozenset("env envs envVars environment extraEnv extraEnvs extraEnvVars extraEnvVar additionalEnv".split())


def read(path: str, content: bytes) -> Found:
    """The mentions of a manifest; the owner is the container, ConfigMap or Secret."""
    return _read(path, content, MentionKind.KUBERNETES)


def read_values(path: str, content: bytes) -> Found:
    """The mentions of a Helm chart's values: whatever stands under ``env`` or a name like it."""
    return _read(path, content, MentionKind.HELM)


def _read(path: str, content: bytes, kind: MentionKind) -> Found:
    notes = Notes(path, kind)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    if _WORTH_PARSING.search(text) is None:
        return notes.found()
    if len(text) > _LONGEST_PARSED:
        _search(notes, text)
        return notes.found()
    documents = read_yaml(text)
    if isinstance(documents, Unreadable):
        # A chart's template is YAML only after Helm has filled it in: its lines still tell the names.
        if _TEMPLATE.search(text):
            _search(notes, text)
        else:
            notes.trouble(documents.line, documents.reason)
        return notes.found()
    for document in documents:
        for table in tables(document):
            if table.text("kind") in ("ConfigMap", "Secret"):
                _data(notes, table)
            else:
                _variables(notes, table)
                _generators(notes, table)
                _template_of_pool(notes, table)
    return notes.found()


def _search(notes: Notes, text: str) -> None:
    lines = Lines(text)
    for found in _LIST_ITEM.finditer(text):
        line = lines.at(found.start(1))
        value = found[3].strip().strip("\"'")
        if found[2] == "value":
            notes.sets(found[1], line, value if value and not _TEMPLATE.search(value) else None)
        elif "secretKeyRef" in text[found.end() : found.end() + 200].partition("name:")[0]:
            notes.refers(found[1], line)
        else:
            notes.sets(found[1], line)


def _data(notes: Notes, document: Table) -> None:
    """A ConfigMap's or Secret's own names; what is encoded in base64 is left there."""
    metadata = document.table("metadata")
    owner = metadata.text("name") if metadata else ""
    for key in ("data", "stringData"):
        data = document.table(key)
        for pair in data.pairs if data else ():
            if isinstance(pair.value, Scalar) and _CONVENTIONAL.match(pair.key):
                is_plain = document.text("kind") == "ConfigMap" or key == "stringData"
                notes.sets(pair.key, pair.line, pair.value.text if is_plain else None, owner=owner)


def _generators(notes: Notes, table: Table) -> None:
    """What Kustomize makes ConfigMaps and Secrets from: whole files, and settings written there."""
    for key in ("configMapGenerator", "secretGenerator"):
        generators = table.get(key)
        for generator in generators.items if isinstance(generators, Listing) else ():
            if not isinstance(generator, Table):
                continue
            owner = generator.text("name")
            for scalar in (s for part in ("envs", "env") if (n := generator.get(part)) for s in scalars(n)):
                notes.hands_on(scalar.text, scalar.line, owner=owner)
            literals = generator.get("literals")
            for scalar in scalars(literals) if literals else ():
                name, equals, value = scalar.text.partition("=")
                if equals:
                    notes.sets(name, scalar.line, value, owner=owner)


def _template_of_pool(notes: Notes, table: Table, at: Callable[[int], int] = int) -> None:
    """A worker's ``config`` in the values of the chart ``prefect-worker``, also inside of another chart's values.

    Its container ``sync-base-job-template`` updates the pool at every start (PrefectHQ/prefect-helm,
    ``charts/prefect-worker/templates/deployment.yaml``); without a template the chart lets the pool be.
    """
    template = table.table("baseJobTemplate")
    if template is not None and (template.text("configuration") or template.text("existingConfigMapName")):
        line = next(pair.line for pair in table.pairs if pair.key == "baseJobTemplate")
        notes.owns(_literal(table.text("workPool")) or "", at(line), PoolTool.HELM)
    # Argo CD takes a chart's values as a text, too.
    values = table.get("values")
    if isinstance(values, Scalar) and "baseJobTemplate:" in values.text:
        inner = read_yaml(values.text)
        for document in () if isinstance(inner, Unreadable) else inner:
            for each in tables(document):
                _template_of_pool(notes, each, values.line_at)


def _variables(notes: Notes, table: Table) -> None:
    owner = table.text("name")
    runs = program_of(" ".join(_words(table.get("command"), table.get("args"))))
    for pair in table.pairs:
        if pair.key not in _ENV_KEYS:
            continue
        if isinstance(pair.value, Listing):
            for item in pair.value.items:
                if isinstance(item, Table):
                    _variable(notes, item, owner, runs)
        elif isinstance(pair.value, Table):
            for setting in pair.value.pairs:
                if isinstance(setting.value, Scalar) and _CONVENTIONAL.match(setting.key):
                    value = None if setting.value.is_null else _literal(setting.value.text)
                    notes.sets(setting.key, setting.line, value, owner=owner, runs=runs)


def _variable(notes: Notes, item: Table, owner: str, runs: str) -> None:
    name = item.get("name")
    if not isinstance(name, Scalar):
        return
    source, value = item.table("valueFrom"), item.get("value")
    if source is not None and source.get("secretKeyRef") is not None:
        notes.refers(name.text, name.line, owner=owner, runs=runs)
    elif source is not None or isinstance(value, Scalar):
        text = value.text if isinstance(value, Scalar) else None
        notes.sets(name.text, name.line, None if text is None else _literal(text), owner=owner, runs=runs)


def _literal(text: str) -> str | None:
    """A value as it is; None where a template or another variable fills it in."""
    return None if _TEMPLATE.search(text) or "$(" in text else text


def _words(*nodes: Node | None) -> Iterator[str]:
    for node in nodes:
        if node is not None:
            yield from (scalar.text for scalar in scalars(node))
