"""What a Prefect server holds of ours, and the form in which it must hold it."""

from __future__ import annotations

import json
from enum import Enum

from envlift.concealed import Concealed


class SaveOutcome(Enum):
    """What saving did, or would do."""

    CREATED = "created"
    SAME = "already the same"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"


def stored_form(value: Concealed, *, for_get: bool) -> Concealed:
    """The text to store so that its reader gets ``value``.

    ``Secret.get()`` decodes every string that is JSON (Prefect 3, ``prefect/blocks/system.py``), so such a string is
    stored JSON-encoded for it; a ``{{ prefect.blocks.secret.… }}`` placeholder yields the stored text itself.
    """
    text = value.reveal()
    return Concealed(json.dumps(text)) if for_get and _is_json(text) else value


def same_on_both_roads(value: Concealed) -> bool:
    """Whether one block can feed both ``.get()`` and a placeholder with this value."""
    return not _is_json(value.reveal())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:  # Secret.get() would raise it, too
        return True
    return True
