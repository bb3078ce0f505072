"""A migration told to those who review it: the text of a pull request in Markdown, and the subject of its commit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from envlift.actions import NamePlatformSecret, SaveSecret, ServerAction, SetPoolDefault, server_actions
from envlift.failing_tests import failing_tests
from envlift.plan import WITH_BLOCK, Confidence, Decision, Finding, Layer, Plan, Severity, accepted
from envlift.rendering.process_starts import process_starts

_NOUNS = ((WITH_BLOCK, "secret"), ((Layer.DEPLOYMENT,), "deployment variable"), ((Layer.POOL_DEFAULT,), "pool default"))
_GOALS = {
    Layer.SECRET: "Secret block",
    Layer.SECRET_ENV: "Secret block, seen as a variable",
    Layer.DEPLOYMENT: "job variables of",
    Layer.POOL_DEFAULT: "default of work pool",
}
_SHOWN = 3


def commit_subject(plan: Plan, lowest: Confidence) -> str:
    """One line for the commit that carries a plan out at a level of confidence."""
    moving = _moving(plan, lowest)
    counted = ((len({d.setting for d in moving if d.layer in layers}), noun) for layers, noun in _NOUNS)
    parts = [f"{number} {noun}{'s' if number > 1 else ''}" for number, noun in counted if number]
    return f"Move configuration to Prefect: {', '.join(parts)}" if parts else "Move configuration to Prefect"


def pull_request(
    plan: Plan, lowest: Confidence, files: Sequence[str] = (), left: Sequence[tuple[str, str]] = ()
) -> str:
    """The text of a pull request; it holds names and places, never values.

    Args:
        plan: What is carried out.
        lowest: From which confidence on.
        files: Paths of the files that change, where that is known.
        left: Settings that were meant to move and do not, each with the reason.
    """
    blocks = (
        _moves(plan, lowest, {setting for setting, _ in left}),
        _files(files),
        _tasks(plan, lowest),
        _section("Left as it is", (f"{_code(setting)}: {_escaped(reason)}" for setting, reason in left)),
        _open(plan, lowest),
        _section("Good to know", map(_finding, plan.findings)),
    )
    return f"{commit_subject(plan, lowest)}\n\n" + "\n".join(block for block in blocks if block)


def _moving(plan: Plan, lowest: Confidence) -> tuple[Decision, ...]:
    """What goes somewhere; a variable for which the default in the code serves does not."""
    return tuple(d for d in accepted(plan, lowest) if d.layer in WITH_BLOCK or (d.layer in _GOALS and d.targets))


def _moves(plan: Plan, lowest: Confidence, left: set[str]) -> str:
    rows = [
        f"| {_code(d.setting)} | {_source(d)} | {_goal(d)} | {_escaped(d.reason)} |\n"
        for d in _moving(plan, lowest)
        if d.setting not in left
    ]
    if not rows:
        return ""
    return "## What moves\n\n| setting | from | to | why |\n|---|---|---|---|\n" + "".join(rows)


def _source(decision: Decision) -> str:
    """Where the value stands today, else where it is read."""
    if decision.source is not None:
        line = f":{decision.source.span.line}" if decision.source.span is not None else ""
        return _code(f"{decision.source.path}{line}")
    places = list(dict.fromkeys(f"{site.path}:{site.span.line}" for site in decision.sites))
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return ", ".join(map(_code, places[:_SHOWN])) + more


def _goal(decision: Decision) -> str:
    targets = ", ".join(_code(target.name or target.path) for target in decision.targets)
    if decision.layer in WITH_BLOCK:
        fed = f" → {targets}" if targets else ""
        return f"{_GOALS[decision.layer]} {_code(decision.block)}{fed}" if decision.block else targets
    return f"{_GOALS[decision.layer]} {targets}"


def _files(files: Sequence[str]) -> str:
    return _section("Files", map(_code, files))


def _tasks(plan: Plan, lowest: Confidence) -> str:
    """What no edit of a file does."""
    tasks: list[str] = []
    if actions := server_actions(accepted(plan, lowest), plan.loading):
        level = "" if lowest is Confidence.SURE else f" --only {lowest.label}"
        made = "; ".join(dict.fromkeys(_on_server(action) for action in actions))
        tasks.append(f"Before the next deployment: `envlift push{level}` ({made})")
    for start in process_starts(_moving(plan, lowest)):
        command = f": {_code(start.command)}" if start.command else ""
        tasks.append(f"{', '.join(map(_code, start.settings))}: {_escaped(start.task)}{command}")
    if hardcoded := sorted({d.setting for d in _moving(plan, lowest) if _was_hardcoded(d)}):
        tasks.append(f"Rotate {', '.join(map(_code, hardcoded))}: the git history still holds the old value")
    tasks += [
        f"Adapt {_code(f'{test.path}:{test.line}')}: it sets {_code(test.setting)}, which the code now loads from the "
        f"Secret block {_code(test.block)}"
        for test in failing_tests(plan, lowest)
    ]
    tasks += [
        f"By hand: {_code(d.setting)} at {_source(d)}: {_escaped(d.reason)}"
        for d in plan.decisions
        if d.confidence is Confidence.BY_HAND and d.layer is not Layer.LEAVE
    ]
    return _section("What a person must do", (f"[ ] {task}" for task in tasks))


def _on_server(action: ServerAction) -> str:
    match action:
        case SaveSecret():
            return f"block {_code(action.block)}"
        case SetPoolDefault():
            return f"{_code(action.setting)} on pool {_code(action.pool)}"
        case NamePlatformSecret():
            return f"secret {_code(action.secret)} of the platform on pool {_code(action.pool)}"


def _was_hardcoded(decision: Decision) -> bool:
    return decision.sensitive and decision.source is not None and decision.source.span is not None


def _open(plan: Plan, lowest: Confidence) -> str:
    """What is not decided: questions with their flags, and what waits for somebody to look at it."""
    asked = [f"{_code(q.setting)}: {_escaped(q.text)} ({_code(q.flag)})" for q in plan.questions]
    known = {question.setting for question in plan.questions}
    waiting = [
        f"{_code(d.setting)}: {d.layer.value}, {_escaped(d.reason)} (`--only review`)"
        for d in plan.decisions
        if d.confidence is Confidence.REVIEW and d.confidence < lowest and d.layer in _GOALS and d.setting not in known
    ]
    return _section("Not decided yet", (*asked, *waiting))


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    mark = "**high** " if finding.severity is Severity.HIGH else ""
    remedy = f"; {_escaped(finding.remedy)}" if finding.remedy else ""
    return f"{mark}{_code(place)}: {_escaped(finding.message)}{remedy}"


def _section(title: str, items: Sequence[str] | Iterator[str]) -> str:
    lines = "".join(f"- {item}\n" for item in items)
    return f"## {title}\n\n{lines}" if lines else ""


def _code(text: str) -> str:
    """A name or path as code, whatever it holds: it may come from somebody else's repository."""
    shown = " ".join(text.split()).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if "`" in shown else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _escaped(text: str) -> str:
    """Prose in which no word becomes markup, a link or a mention."""
    return re.sub(r"([\\`*\[\]<>|#@!]|\b_|_\b)", r"\\\1", " ".join(text.split()))
