"""The plan as people read it: a table a layer, then questions, findings and what to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from envlift.cli.screen.wording import count, few, trouble_lines
from envlift.inventory import Trouble
from envlift.plan import Confidence, Decision, Finding, Layer, Plan, Question, Severity

_LONGEST_NAME = 32
_LONGEST_DESTINATION = 36
_LONGEST_MARK = len("by hand")
_LAYERS = (
    (Layer.SECRET, "Secret block", "secret; the code loads it when a flow runs"),
    (Layer.SECRET_ENV, "Secret block, seen as an environment variable", "secret; the code stays as it is"),
    (Layer.POOL_DEFAULT, "Work pool default", "not secret; shared by the deployments of a pool"),
    (Layer.DEPLOYMENT, "Deployment", "not secret; set where one deployment is declared"),
    (Layer.PREFECT_SETTING, "Prefect's own settings", "belong in a profile, prefect.toml or the worker's environment"),
)
_CONFIDENCE = {
    Confidence.SURE: ("sure", "good"),
    Confidence.REVIEW: ("review", "look"),
    Confidence.BY_HAND: ("by hand", "bad"),
}
_SEVERITY = {Severity.HIGH: ("high", "bad"), Severity.MEDIUM: ("medium", "look"), Severity.NOTE: ("note", "quiet")}
_SHOWN_FINDINGS = 20


def plan_view(plan: Plan, troubles: Sequence[Trouble] = ()) -> tuple[RenderableType, ...]:
    """The views of a plan, without the line on what to do next."""
    views: list[RenderableType] = [_summary(plan)]
    for layer, title, meaning in _LAYERS:
        decisions = [d for d in plan.decisions if d.layer is layer]
        if decisions:
            views += [Text(), _heading(title, meaning), *_layer_lines(decisions)]
    views += _left(plan.decisions)
    views += question_lines(plan.questions)
    views += _findings(plan.findings)
    views += trouble_lines(troubles)
    return tuple(views)


def question_lines(questions: Sequence[Question]) -> tuple[RenderableType, ...]:
    """What only a person can answer, each with the flag that answers it."""
    if not questions:
        return ()
    views: list[RenderableType] = [
        Text(),
        _heading(f"Open questions ({len(questions)})", "only you can know the answer"),
    ]
    for question in questions:
        views += [
            Text.assemble("  ", (question.setting, "name"), f"  {question.text}"),
            Text(f"      {question.flag}", "command"),
        ]
    return tuple(views)


def _summary(plan: Plan) -> Text:
    moving = [d for d in plan.decisions if d.layer is not Layer.LEAVE]
    parts = [f"{count(len({d.setting for d in moving}), 'setting')} that flows use"]
    for confidence, phrase in (
        (Confidence.SURE, "sure"),
        (Confidence.REVIEW, "to review"),
        (Confidence.BY_HAND, "by hand"),
    ):
        number = sum(d.confidence is confidence for d in moving)
        if number:
            parts.append(f"{number} {phrase}")
    left = sum(len(d.sites) for d in plan.decisions if d.layer is Layer.LEAVE)
    if left:
        parts.append(f"{count(left, 'place')} left as {'it is' if left == 1 else 'they are'}")
    if plan.questions:
        parts.append(count(len(plan.questions), "open question"))
    return Text(" · ".join(parts), style="heading")


def _heading(title: str, meaning: str) -> Text:
    return Text.assemble((title, "heading"), (f" · {meaning}", "quiet"))


def _layer_lines(decisions: Sequence[Decision]) -> Iterable[RenderableType]:
    """A line a decision; a reason that several share stands once, below them."""
    by_reason: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_reason[decision.reason].append(decision)
    names = min(max(len(d.setting) for d in decisions), _LONGEST_NAME)
    places = min(max(len(destination(d)) for d in decisions), _LONGEST_DESTINATION)
    for reason, group in by_reason.items():
        for d in group:
            yield Text.assemble(
                (f"  {d.setting:<{names}}", "name"),
                f"  {destination(d):<{places}}  ",
                _padded(confidence_mark(d.confidence)),
                (f"  {count(len(d.sites), 'place')}", "quiet"),
            )
        yield Padding(Text(reason, style="quiet"), (0, 0, 0, 6))


def _padded(mark: Text) -> Text:
    mark.pad_right(_LONGEST_MARK - len(mark))
    return mark


def confidence_mark(confidence: Confidence) -> Text:
    """The confidence as one coloured word."""
    return Text(*_CONFIDENCE[confidence])


def destination(decision: Decision) -> str:
    """What holds the setting after the migration, in a few words."""
    targets = few([t.name or "?" for t in decision.targets], 3)
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
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True, style="quiet", justify="right")
    table.add_column(overflow="fold")
    for reason, group in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        names = few(sorted({d.setting or "(computed name)" for d in group}), 4)
        table.add_row(
            "", count(sum(len(d.sites) for d in group), "place"), Text.assemble(names, (f"\n{reason}", "quiet"))
        )
    return (Text(), _heading("Left as they are", "nothing changes there"), table)


def _findings(findings: Sequence[Finding]) -> tuple[RenderableType, ...]:
    if not findings:
        return ()
    order = list(Severity)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    ranked = sorted(findings, key=lambda f: order.index(f.severity))
    for finding in ranked[:_SHOWN_FINDINGS]:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        table.add_row(
            "",
            Text(*_SEVERITY[finding.severity]),
            Text.assemble((f"{place}\n" if place else "", "place"), finding.message),
        )
    views: list[RenderableType] = [
        Text(),
        _heading(f"Good to know ({len(findings)})", "envlift does not change these"),
        table,
    ]
    if len(ranked) > _SHOWN_FINDINGS:
        views.append(Text(f"  and {len(ranked) - _SHOWN_FINDINGS} more: --format json lists all", style="quiet"))
    return tuple(views)
