"""A plan made anew over an earlier one: what people decided there stays as far as it still fits."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from envlift.cli.own_files import file_bytes
from envlift.cli.saved_plan import read_plan
from envlift.cli.survey import Survey
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Decision, Layer, Plan
from envlift.planning.plan_file import HandEdit, hand_edits
from envlift.policy import Answer, Answers

_ANSWERED = "answer"
_WITH_BLOCK = (Layer.SECRET, Layer.SECRET_ENV)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A survey with the decisions of an earlier plan, and what became of them.

    Args:
        survey: With the new plan.
        kept: Settings, sorted, whose decisions by people were carried over.
        dropped: Why not, by setting, for those that no longer fit.
        new, gone: Settings, sorted, that only one of the two plans moves.
        changed: Settings, sorted, for which envlift itself decides otherwise now.
    """

    survey: Survey
    kept: tuple[str, ...]
    dropped: Mapping[str, str]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


def edits_by_hand(file: Path) -> tuple[HandEdit, ...]:
    """The decisions that people changed in a plan file; none where there is no file.

    Raises:
        EnvliftError: it is no plan.
    """
    content = file_bytes(file)
    if content is None:
        return ()
    return hand_edits(content.decode("utf-8"), str(file), read_plan(file).decisions)


def refuse_edited(file: Path) -> None:
    """Stop before a new plan takes the place of one that people have worked on.

    Raises:
        EnvliftError: the file holds decisions that were changed by hand; not where it is no plan at all.
    """
    edited: set[str] = set()
    with contextlib.suppress(EnvliftError):
        edited = {edit.setting for edit in edits_by_hand(file)}
    if edited:
        raise EnvliftError(
            f"{file} holds decisions that were changed by hand: {', '.join(sorted(edited))}.",
            "`envlift apply` carries them out, `envlift plan --refresh` keeps them; or remove the file to begin anew.",
            ExitCode.REFUSED,
        )


def refreshed(found: Survey, file: Path, given: Collection[str]) -> Refreshed:
    """The survey with what people decided in an earlier plan.

    Args:
        found: With the plan as it would be without the earlier one.
        file: The earlier plan.
        given: The settings that flags and the answers file answer, over all that was decided before.

    Raises:
        EnvliftError: there is no earlier plan, or it cannot be read.
    """
    earlier = read_plan(file)
    edits = {edit.setting: edit for edit in edits_by_hand(file)}
    here = {d.setting for d in found.plan.decisions}
    wanted = {
        d.setting: Answer(d.layer, d.block if d.layer in _WITH_BLOCK else "")
        for d in earlier.decisions
        if d.setting in here and d.setting not in given and _is_by_people(d, edits, found)
    }
    dropped: dict[str, str] = {}
    result = found
    for setting, answer in wanted.items():
        result, reason = _answered(result, setting, answer)
        if reason:
            dropped[setting] = reason
    result = replace(result, plan=_with_confidence(result.plan, earlier, edits))
    before, after = _moved(earlier), _moved(result.plan)
    kept = {d.setting for d in result.plan.decisions} & (wanted.keys() | edits.keys()) - dropped.keys() - set(given)
    both = before.keys() & after.keys()
    return Refreshed(
        result,
        tuple(sorted(kept)),
        dropped,
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(name for name in both if before[name] != after[name] and name not in kept)),
    )


def _answered(found: Survey, setting: str, answer: Answer) -> tuple[Survey, str]:
    """The survey with one more answer; or as it is, with the reason why the code cannot have that."""
    try:
        return found.answered(Answers({setting: answer})), ""
    except EnvliftError as error:
        return found, error.message


def _is_by_people(decision: Decision, edits: Mapping[str, HandEdit], found: Survey) -> bool:
    """Whether a person decided it: in the file, or by an answer that the policy does not give anew."""
    edit = edits.get(decision.setting)
    if edit is not None and edit.moved:
        return True
    return decision.rule == _ANSWERED and found.answers.get(decision.setting) is None


def _with_confidence(plan: Plan, earlier: Plan, edits: Mapping[str, HandEdit]) -> Plan:
    """The plan with confidences that people set, where the decision still is the one that they judged."""
    judged = {d.setting: d for d in earlier.decisions if d.setting in edits and not edits[d.setting].moved}
    decisions = tuple(
        replace(d, confidence=old.confidence)
        if (old := judged.get(d.setting)) is not None
        and (d.layer, d.rule, d.confidence) == (old.layer, old.rule, edits[d.setting].proposed)
        else d
        for d in plan.decisions
    )
    return replace(plan, decisions=decisions)


def _moved(plan: Plan) -> dict[str, frozenset[Layer]]:
    """The layers of each setting that a plan moves."""
    layers: dict[str, set[Layer]] = {}
    for decision in plan.decisions:
        if decision.layer is not Layer.LEAVE:
            layers.setdefault(decision.setting, set()).add(decision.layer)
    return {setting: frozenset(found) for setting, found in layers.items()}
