"""What a Prefect server holds of ours, and the form in which it must hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from envlift.concealed import Concealed


class SaveOutcome(Enum):
    """What saving did, or would do."""

    CREATED = "created"
    SAME = "already the same"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"


@dataclass(frozen=True, slots=True)
class PoolState:
    """A work pool's base job template, as far as environment variables go.

    Args:
        name: The pool's name.
        type: Of its workers: ``process``, ``docker``, ``kubernetes``, …
        defaults: Variable to value at ``variables.properties.env.default``; None where the template holds null.
        referenced: Whether the job configuration uses ``{{ env }}``; without it no default has any effect.
        object_typed: Whether ``env`` is a mapping in the template's schema; some pools make it a list.
    """

    name: str
    type: str
    defaults: Mapping[str, Concealed | None] = field(repr=False)
    referenced: bool
    object_typed: bool

    @property
    def takes_defaults(self) -> bool:
        """Whether an environment default in this template reaches a flow run."""
        return self.referenced and self.object_typed


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server holds of the blocks and pools that were asked for.

    Args:
        api_url: Without credentials, fit to be shown.
        blocks: Names of those Secret blocks that exist.
        pools: Those work pools that exist, in the order asked.
    """

    api_url: str
    blocks: frozenset[str]
    pools: tuple[PoolState, ...]


@dataclass(frozen=True, slots=True)
class PoolOutcome:
    """What merging defaults into a pool did, or would do, by variable name."""

    pool: str
    outcomes: tuple[tuple[str, SaveOutcome], ...]

    def of(self, outcome: SaveOutcome) -> tuple[str, ...]:
        """The variables that ended so."""
        return tuple(name for name, found in self.outcomes if found is outcome)


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
