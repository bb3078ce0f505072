"""Which decisions of a plan file people have changed: each carries what envlift had proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envlift.plan import WITH_BLOCK, Confidence, Decision
from envlift.planning.plan_file.nodes import Place, read_document
from envlift.planning.plan_file.words import CONFIDENCES

_SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class HandEdit:
    """One decision that differs from its proposal.

    Args:
        decision: What it is now.
        moved: Whether it goes elsewhere; else only its confidence was changed.
        proposed: The confidence that it had.
    """

    decision: Decision
    moved: bool
    proposed: Confidence


def proposal(decision: Decision) -> str:
    """What of a decision people change, in words."""
    words = [_goal(decision), decision.confidence.label, *([_SENSITIVE] if decision.sensitive else [])]
    return " ".join(words)


def hand_edits(text: str, path: str, decisions: tuple[Decision, ...]) -> tuple[HandEdit, ...]:
    """The decisions of a plan file that were changed by hand.

    Args:
        text, path: The file.
        decisions: What ``load_plan`` makes of it.

    Raises:
        EnvliftError: as ``load_plan``.
    """
    items = read_document(text, path).list_of("decisions")
    pairs = ((decision, dict(_words(item))) for decision, item in zip(decisions, items, strict=True))
    found = (_edit(decision, words) for decision, words in pairs)
    return tuple(edit for edit in found if edit is not None)


def _words(item: Place) -> list[tuple[str, str]]:
    return [(key.text(), value.text()) for key, value in item.entries().items() if value.is_scalar()]


def _edit(decision: Decision, words: Mapping[str, str]) -> HandEdit | None:
    proposed = words.get("proposed", "")
    if not proposed or proposed == proposal(decision):
        return None
    goal, confidence, *sensitive = proposed.split(" ")
    moved = goal != _goal(decision) or bool(sensitive) is not decision.sensitive
    return HandEdit(decision, moved, CONFIDENCES.get(confidence, decision.confidence))


def _goal(decision: Decision) -> str:
    named = decision.block and decision.layer in WITH_BLOCK
    return f"{decision.layer.value}:{decision.block}" if named else decision.layer.value
