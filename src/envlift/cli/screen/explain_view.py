"""Why one setting goes where it goes, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from envlift.cli.screen.plan_view import destination, question_lines
from envlift.cli.screen.wording import few, heading, indented, place_of
from envlift.evidence import Evidence, SeenValue
from envlift.plan import Decision, Layer, Plan

_SHOWN = 6
_ALL_WORKERS = 3


def explain_view(plan: Plan, evidence: Sequence[Evidence]) -> tuple[RenderableType, ...]:
    """The decisions of a plan that holds one setting, each with what speaks for it."""
    views: list[RenderableType] = []
    for decision in sorted(plan.decisions, key=lambda d: d.layer is Layer.LEAVE):
        spoken = next((e for e in evidence if is_about(e, decision)), None)
        views += [*_decision(decision), *(_evidence(spoken) if spoken is not None else ()), Text()]
    views += question_lines(plan.questions)
    for finding in plan.findings:
        views.append(Text(f"  {finding.severity.value}  {place_of(finding.path, finding.line)}", "look"))
        views.append(indented(f"{finding.message}. {finding.remedy}".rstrip(". ")))
    return tuple(views)


def is_about(evidence: Evidence, decision: Decision) -> bool:
    """Whether a piece of evidence speaks of a decision."""
    return (evidence.setting, evidence.layer, evidence.rule, evidence.reason) == (
        decision.setting,
        decision.layer,
        decision.rule,
        decision.reason,
    )


def _decision(decision: Decision) -> Iterator[RenderableType]:
    goal = destination(decision)
    yield heading(
        f"{decision.setting} → {decision.layer.value}",
        f"{decision.confidence.label.replace('_', ' ')}, by {decision.rule}",
    )
    yield indented(decision.reason)
    if goal != "-":
        yield indented(f"goes to {goal}")
    places = [f"{s.path}:{s.span.line}{' (rewritten)' if s.edit is not None else ''}" for s in decision.sites]
    yield indented(f"stands at {few(places, _SHOWN)}", "quiet")


def _evidence(evidence: Evidence) -> Iterator[RenderableType]:
    if evidence.flows:
        yield indented(f"used by {few(evidence.flows, _SHOWN)}", "quiet")
    if evidence.deployments:
        yield indented(f"deployed as {few(evidence.deployments, _SHOWN)}", "quiet")
    for seen in evidence.seen[:_SHOWN]:
        where = f"comes from {seen.place}" if seen.place else "is not known here"
        yield indented(f"today the value for {_who(seen)} {where}", "quiet")
    for voice in evidence.voices[1:]:
        yield indented(f"else {voice.layer.value}: {voice.reason}", "quiet")
    if evidence.changes:
        yield indented("What would change it:")
        yield from (indented(f"- {change}") for change in evidence.changes)


def _who(seen: SeenValue) -> str:
    run = f"runs of {seen.deployment}" if seen.deployment else "its runs"
    return run if len(seen.workers) == _ALL_WORKERS else f"{run} on a {' or '.join(seen.workers)} worker"
