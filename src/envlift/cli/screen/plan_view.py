"""The plan as people read it: a block a layer, then questions, findings and what could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

from envlift.cli.screen.wording import count, few, heading, indented, place_of, shortened, trouble_lines
from envlift.failing_tests import failing_tests, fixture_for
from envlift.inventory import Inventory, Trouble
from envlift.plan import Confidence, Decision, Finding, Layer, NewDeployment, Plan, Question, Severity

_LAYERS = (
    (Layer.SECRET, "Secret block", "secret; the code loads it when a flow runs, or a person moves it"),
    (Layer.SECRET_ENV, "Secret block, seen as an environment variable", "secret; the code stays as it is"),
    (Layer.POOL_DEFAULT, "Work pool default", "not secret; shared by the deployments of a pool"),
    (Layer.DEPLOYMENT, "Deployment", "not secret; set where one deployment is declared"),
    (Layer.PREFECT_SETTING, "Prefect's own settings", "they belong to a profile or the worker"),
)
_CONFIDENCE = {
    Confidence.SURE: ("sure", "good"),
    Confidence.REVIEW: ("review", "look"),
    Confidence.BY_HAND: ("by hand", "bad"),
}
_SEVERITY = {Severity.HIGH: ("high", "bad"), Severity.MEDIUM: ("medium", "look"), Severity.NOTE: ("note", "quiet")}
_LONGEST_MARK = len("by hand")
_OTHER_COLUMNS = len("      by hand  999 places")
_SHORTEST_DESTINATION = 12
_SHOWN_FINDINGS = 20
_NO_FLOW = "No flow of Prefect 2 or 3 is here, so everything stays as it is."


def plan_view(plan: Plan, inventory: Inventory) -> tuple[RenderableType, ...]:
    """The views of a plan, without the line on what to do next."""
    views: list[RenderableType] = [_summary(plan), *([] if inventory.flows else [Text(_NO_FLOW, "look")])]
    for layer, title, meaning in _LAYERS:
        decisions = tuple(d for d in plan.decisions if d.layer is layer)
        if decisions:
            views += [Text(), heading(title, meaning), _LayerLines(decisions)]
    views += _new_deployments(plan.new_deployments)
    views += _left(plan.decisions)
    views += question_lines(plan.questions)
    views += _findings(plan.findings)
    views += _failing_tests(plan)
    views += trouble_lines(inventory.troubles)
    return tuple(views)


def brief_view(plan: Plan, troubles: Sequence[Trouble] = ()) -> tuple[RenderableType, ...]:
    """What was found, in a few lines, before the questions; the whole plan comes after them."""
    numbers = {layer: len({d.setting for d in plan.decisions if d.layer is layer}) for layer, _, _ in _LAYERS}
    lines = [Text(f"  {numbers[layer]:>4}  {title}") for layer, title, _ in _LAYERS if numbers[layer]]
    high = sum(finding.severity is Severity.HIGH for finding in plan.findings)
    beside = [count(high, "finding of high severity")] if high else []
    beside += [f"{count(len(troubles), 'file')} could not be read"] if troubles else []
    return (_summary(plan), *lines, *([Text(f"        {', '.join(beside)}", "look")] if beside else []))


def _new_deployments(new: Sequence[NewDeployment]) -> tuple[RenderableType, ...]:
    if not new:
        return ()
    lines = [
        Text.assemble((f"  {n.name}  ", "name"), (f"{n.entrypoint} on {n.pool or 'no pool'}", "quiet")) for n in new
    ]
    return (Text(), heading("New prefect.yaml", "deployments of flows that nothing deploys yet"), *lines)


def question_lines(questions: Sequence[Question]) -> tuple[RenderableType, ...]:
    """What only a person can answer, each with the flag that answers it."""
    if not questions:
        return ()
    views: list[RenderableType] = [Text(), heading(f"Open questions ({len(questions)})", "only you know the answer")]
    for question in questions:
        views.append(Text(f"  {question.setting}", "name"))
        views.append(indented(question.text))
        views.append(Text(f"      {question.flag}", "command"))
    return tuple(views)


def _summary(plan: Plan) -> Text:
    used = [d for d in plan.decisions if d.layer is not Layer.LEAVE]
    parts = [f"{count(len({d.setting for d in used}), 'setting')} that flows use"]
    for confidence, phrase in (
        (Confidence.SURE, "sure"),
        (Confidence.REVIEW, "to review"),
        (Confidence.BY_HAND, "by hand"),
    ):
        number = sum(d.confidence is confidence for d in used)
        if number:
            parts.append(f"{number} {phrase}")
    left = sum(len(d.sites) for d in plan.decisions if d.layer is Layer.LEAVE)
    if left:
        parts.append(f"{count(left, 'place')} left as {'it is' if left == 1 else 'they are'}")
    if plan.questions:
        parts.append(count(len(plan.questions), "open question"))
    return Text(" · ".join(parts), style="heading")


class _LayerLines:
    """A line a decision, in columns that fit the width; a reason that several share stands once, below them."""

    def __init__(self, decisions: tuple[Decision, ...]) -> None:
        self._decisions = decisions

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        by_reason: dict[str, list[Decision]] = defaultdict(list)
        for decision in self._decisions:
            by_reason[decision.reason].append(decision)
        names = max(len(d.setting) for d in self._decisions)
        room = max(options.max_width - names - _OTHER_COLUMNS, _SHORTEST_DESTINATION)
        wide = min(max(len(destination(d)) for d in self._decisions), room)
        for reason, group in by_reason.items():
            for decision in group:
                word, style = _CONFIDENCE[decision.confidence]
                yield Text.assemble(
                    (f"  {decision.setting:<{names}}", "name"),
                    f"  {shortened(destination(decision), wide):<{wide}}",
                    (f"  {word:<{_LONGEST_MARK}}", style),
                    (f"  {count(len(decision.sites), 'place')}", "quiet"),
                )
            yield indented(reason, "quiet")


def destination(decision: Decision) -> str:
    """What holds the setting after the migration, in a few words."""
    targets = few([target.name or "?" for target in decision.targets], 3)
    if decision.block:
        return f"{decision.block} → {targets}" if targets else decision.block
    return targets or "-"


def _left(decisions: Iterable[Decision]) -> tuple[RenderableType, ...]:
    """What stays, by reason: real repositories have hundreds of such places."""
    by_reason: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.layer is Layer.LEAVE:
            by_reason[decision.reason].append(decision)
    if not by_reason:
        return ()
    views: list[RenderableType] = [Text(), heading("Left as they are", "nothing changes there")]
    places = {reason: sum(len(d.sites) for d in group) for reason, group in by_reason.items()}
    for reason in sorted(by_reason, key=lambda reason: (-places[reason], reason)):
        names = few(sorted({d.setting or "(computed name)" for d in by_reason[reason]}), 4)
        views += [Padding(Text(f"{reason} ({count(places[reason], 'place')})"), (0, 0, 0, 2)), indented(names, "quiet")]
    return tuple(views)


def _failing_tests(plan: Plan) -> tuple[RenderableType, ...]:
    """The tests that the plan makes fail, by file, with the fixture below them."""
    failing = failing_tests(plan, Confidence.REVIEW)
    if not failing:
        return ()
    meaning = "they set variables that the code no longer reads then"
    views: list[RenderableType] = [Text(), heading(f"Tests to adapt ({len(failing)})", meaning)]
    views += [
        Text.assemble((f"  {place_of(test.path, test.line)}", "place"), f"  {test.setting} → {test.block}")
        for test in failing
    ]
    views += [indented("This makes them pass, with the values that they set today:"), Text()]
    views += [
        Text(f"      {line}", no_wrap=True, overflow="ignore")
        for line in fixture_for(failing, plan.loading).splitlines()
    ]
    return tuple(views)


def _findings(findings: Sequence[Finding]) -> tuple[RenderableType, ...]:
    if not findings:
        return ()
    views: list[RenderableType] = [Text(), heading(f"Good to know ({len(findings)})", "envlift does not change these")]
    order = list(Severity)
    ranked = sorted(findings, key=lambda finding: order.index(finding.severity))
    for finding in ranked[:_SHOWN_FINDINGS]:
        views.append(Text.assemble("  ", _SEVERITY[finding.severity], f"  {place_of(finding.path, finding.line)}"))
        views.append(indented(finding.message))
        if finding.remedy:
            views.append(indented(finding.remedy, "quiet"))
    if len(ranked) > _SHOWN_FINDINGS:
        views.append(Text(f"  and {len(ranked) - _SHOWN_FINDINGS} more: --format json lists all", style="quiet"))
    return tuple(views)
