"""``{{ $NAME }}`` in prefect.yaml: Prefect fills it in from the environment of whoever deploys."""

from __future__ import annotations

import re

from envlift.inventory import MentionKind
from envlift.scanning.around.found import NAME, Found, Lines, Notes, text_of
from envlift.yaml_documents import Unreadable, read_yaml, scalars

_PLACEHOLDER = re.compile(rf"\{{\{{\s*\$({NAME})\s*\}}\}}", re.ASCII)


def read(path: str, content: bytes) -> Found:
    """The mentions of a prefect.yaml; one that cannot be read is told by those who look for its deployments."""
    notes = Notes(path, MentionKind.PREFECT_YAML)
    documents = read_yaml(text_of(content) or "")
    for document in () if isinstance(documents, Unreadable) else documents:
        for scalar in scalars(document):
            lines = Lines(scalar.text)
            for found in _PLACEHOLDER.finditer(scalar.text):
                notes.reads(found[1], scalar.line_at(lines.at(found.start())))
    return notes.found()
