"""A plan made anew over an earlier one: what people decided there stays as far as it still fits."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from envlift.cli.own_files import file_bytes
from envlift.cli.saved_plan import read_plan
from envlift.cli.survey import Survey
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import ANSWERED, WITH_BLOCK, Layer, Plan
from envlift.planning.plan_file import HandEdit, hand_edits
from envlift.policy import Answer, Answers


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
        edited = {edit.decision.setting for edit in edits_by_hand(file)}
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
    earlier, edits = read_plan(file), edits_by_hand(file)
    here = {d.setting for d in found.plan.decisions}
    # What the policy answers, it answers anew; but a change by hand goes before it.
    answered = {d.setting: d for d in earlier.decisions if d.rule == ANSWERED and not found.answers.get(d.setting)}
    decided = {**answered, **{edit.decision.setting: edit.decision for edit in edits if edit.moved}}
    wanted = {
        setting: Answer(d.layer, d.block if d.layer in WITH_BLOCK else "")
        for setting, d in decided.items()
        if setting in here and setting not in given
    }
    dropped: dict[str, str] = {}
    result = found
    for setting, answer in wanted.items():
        result, reason = _answered(result, setting, answer)
        if reason:
            dropped[setting] = reason
    plan, judged = _with_confidence(result.plan, edits)
    result = replace(result, plan=plan)
    before, after = _moved(earlier), _moved(plan)
    stands = {(d.setting, d.layer) for d in plan.decisions if d.rule == ANSWERED}
    kept = {setting for setting, answer in wanted.items() if (setting, answer.layer) in stands} | judged
    return Refreshed(
        result,
        tuple(sorted(kept)),
        dropped,
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(n for n in before.keys() & after.keys() - kept if before[n] != after[n])),
    )


def _answered(found: Survey, setting: str, answer: Answer) -> tuple[Survey, str]:
    """The survey with one more answer; or as it is, with the reason why the code cannot have that."""
    try:
        return found.answered(Answers({setting: answer})), ""
    except EnvliftError as error:
        return found, error.message


def _with_confidence(plan: Plan, edits: Sequence[HandEdit]) -> tuple[Plan, set[str]]:
    """The plan with confidences that people set, where the decision still is the one that they judged; and whose."""
    judged = {(e.decision.setting, e.decision.layer, e.decision.rule, e.proposed): e for e in edits if not e.moved}
    decisions, kept = [], set()
    for decision in plan.decisions:
        edit = judged.get((decision.setting, decision.layer, decision.rule, decision.confidence))
        decisions.append(decision if edit is None else replace(decision, confidence=edit.decision.confidence))
        kept |= set() if edit is None else {decision.setting}
    return replace(plan, decisions=tuple(decisions)), kept


def _moved(plan: Plan) -> dict[str, frozenset[Layer]]:
    """The layers of each setting that a plan moves."""
    layers: dict[str, set[Layer]] = {}
    for decision in plan.decisions:
        if decision.layer is not Layer.LEAVE:
            layers.setdefault(decision.setting, set()).add(decision.layer)
    return {setting: frozenset(found) for setting, found in layers.items()}
