"""What a question says and offers: words and choices, without the library that asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from envlift.cli.interview import Interview
from envlift.cli.screen.plan_view import destination
from envlift.cli.screen.wording import shortened, shortened_path
from envlift.plan import IN_CLEAR, WITH_BLOCK, Confidence, Decision, Layer

Tell = Callable[[str], None]
"""Prints a line for the person to read before a question."""

MEANINGS = {
    Layer.SECRET: "Secret block, loaded by the code",
    Layer.SECRET_ENV: "Secret block, fed as a variable; the code stays",
    Layer.POOL_DEFAULT: "default of the work pool (not secret)",
    Layer.DEPLOYMENT: "job variables of the deployment (not secret)",
    Layer.PREFECT_SETTING: "a setting of Prefect itself: profile or prefect.toml",
    Layer.LEAVE: "leave it as it is",
}
HELP = """
  secret        the code loads a Secret block instead of reading a variable;
                `envlift push` makes the block
  secret_env    the code stays; pool, deployment or worker set the variable
                from a Secret block when a run starts
  pool_default  not secret: a default of the work pool sets the variable
  deployment    not secret: prefect.yaml or the call that deploys sets it
  leave         nothing changes
  No file of yours changes before you accept all changes at the end. ctrl-C ends
  the session and keeps your answers; the same command goes on from there.
"""
_SHOWN_PLACES = 2
_SHOWN_FLOWS = 3
_WIDEST_NAME = 40
_WIDEST_ROW = 75  # behind the pointer, in 80 columns


class Way(Enum):
    """What a person can do at a question beside naming a layer; the values are what they read."""

    NAME = "give the Secret block another name"
    LIKE = "take the suggestion here and for all like it"
    LOOK = "look at the code"
    HELP = "what do these mean?"
    BACK = "back to the question before"
    ACCEPT = "take the suggestions for this one and all the rest"
    LATER = "decide later"
    STOP = "decide all the rest later"
    NEVER_MIND = "leave the decision as it is"


def ways(talk: Interview, decision: Decision, *, is_first: bool) -> tuple[Way, ...]:
    """What makes sense at a question."""
    like = (Way.LIKE,) if talk.like(decision) else ()
    back = () if is_first else (Way.BACK,)
    return (*naming(decision), *like, Way.LOOK, Way.HELP, *back, Way.ACCEPT, Way.LATER, Way.STOP)


def naming(decision: Decision) -> tuple[Way, ...]:
    """The way to another name, for what has one."""
    return (Way.NAME,) if decision.layer in WITH_BLOCK else ()


def spelled(way: Way, talk: Interview, decision: Decision) -> str:
    """How a way is offered."""
    return f"{way.value} ({len(talk.like(decision))} more)" if way is Way.LIKE else way.value


def offered(talk: Interview, decision: Decision) -> Sequence[Layer]:
    """The suggestion first, then its runner-up, then what else makes sense: a secret is never offered a clear layer."""
    clear = () if decision.sensitive else IN_CLEAR
    runner_up = () if decision.runner_up is None else (decision.runner_up,)
    layers = dict.fromkeys((decision.layer, *runner_up, Layer.SECRET, Layer.SECRET_ENV, *clear, Layer.LEAVE))
    return tuple(layer for layer in layers if talk.found.policy.allows(layer))


def introduce(talk: Interview, decision: Decision, progress: str, tell: Tell) -> None:
    """Say what to know before the answer: why it is asked, where the setting stands and which flows use it."""
    tell("")
    tell(f"{decision.setting}  ({progress})")
    for question in talk.found.plan.questions:
        if question.setting == decision.setting:
            tell(f"  {question.text}")
    verb = "Suggested" if decision in talk.found.unsettled else "Planned"
    tell(f"  {verb}: {decision.layer.value}, because: {decision.reason}")
    for line in talk.source_lines(decision, _SHOWN_PLACES):
        tell(f"  {line}")
    if (more := len(decision.sites) - _SHOWN_PLACES) > 0:
        tell(f"  and {more} more")
    flows = sorted({e for site in decision.sites for e in talk.found.inventory.reach.get(site.path, ())})
    if flows:
        tell(f"  Used by {', '.join(flows[:_SHOWN_FLOWS])}{' and others' if len(flows) > _SHOWN_FLOWS else ''}")


def rows(decisions: Sequence[Decision]) -> list[str]:
    """A table of decisions, a line each: the setting, its layer and what holds it there."""
    width = min(max((len(d.setting) for d in decisions), default=0), _WIDEST_NAME)
    layers = max((len(d.layer.value) for d in decisions), default=0)
    room = _WIDEST_ROW - width - layers - 4
    return [
        f"{shortened_path(d.setting, width):<{width}}  {d.layer.value:<{layers}}  {shortened(_held(d), room)}"
        for d in decisions
    ]


def _held(decision: Decision) -> str:
    """What holds a setting in its layer, or what is missing for that."""
    if decision.layer is Layer.LEAVE:
        return ""
    if decision.layer in IN_CLEAR and decision.source is None:
        return "the code's default serves" if decision.rule == "default-serves" else "no value known here"
    if decision.layer is Layer.PREFECT_SETTING:
        return "profile or prefect.toml"
    if decision.layer in IN_CLEAR and not decision.targets and decision.confidence is not Confidence.BY_HAND:
        return "nothing known to give it"
    return f"{destination(decision)}{', by hand' if decision.confidence is Confidence.BY_HAND else ''}"
