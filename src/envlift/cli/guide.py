"""The questions that a person answers at a terminal; the one room that knows questionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

import questionary

from envlift.cli.interview import Interview
from envlift.cli.survey import Survey
from envlift.errors import EnvliftError
from envlift.plan import Decision, Layer
from envlift.policy import Answer, parse_answer

_MEANINGS = {
    Layer.SECRET: "Secret block, loaded by the code",
    Layer.SECRET_ENV: "Secret block, fed as a variable; the code stays",
    Layer.POOL_DEFAULT: "default of the work pool (not secret)",
    Layer.DEPLOYMENT: "job variables of the deployment (not secret)",
    Layer.PREFECT_SETTING: "a setting of Prefect itself: profile or prefect.toml",
    Layer.LEAVE: "leave it as it is",
}
_WITH_BLOCK = (Layer.SECRET, Layer.SECRET_ENV)
_SHOWN_PLACES = 2
_SHOWN_FLOWS = 3
_LOOKED_AT = 12
_AROUND = 3
_HELP = """
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


class _Way(Enum):
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


_Chosen = Layer | _Way


class Next(Enum):
    """What to do with the changes that were shown."""

    MAKE = "y"
    STOP = "n"
    CHANGE = "c"


def ask_settings(found: Survey, tell: Callable[[str], None]) -> Survey:
    """Ask once for each setting that needs a person, secrets first, and return the survey with the answers.

    Args:
        tell: Prints a line for the person to read before a question.

    Raises:
        KeyboardInterrupt: Ctrl-C; the answers until then are kept in the answers file.
        EnvliftError: the answers file cannot be written.
    """
    talk = Interview(found, found)
    if found.lacks_pool:
        talk = _ask_pool(talk)
    order = tuple(dict.fromkeys(d.setting for d in talk.found.unsettled))
    past: list[tuple[str, Interview]] = []
    while left := _left(talk, order, past):
        decision = next(d for d in talk.found.unsettled if d.setting == left[0])
        _introduce(talk, decision, f"{len(past) + 1} of {len(past) + len(left)}", tell)
        chosen, now = _ask(talk, decision, _ways(talk, decision, is_first=not past), tell)
        if chosen is _Way.BACK:
            _, talk = past.pop()
            talk.keep()
            continue
        if chosen is _Way.STOP:
            break
        if chosen is _Way.ACCEPT:
            return _accepted(talk, left).found
        past.append((left[0], talk))
        talk = _accepted(talk, [left[0], *talk.like(decision)]) if chosen is _Way.LIKE else now
    return talk.found


def _left(talk: Interview, order: Sequence[str], past: Sequence[tuple[str, Interview]]) -> list[str]:
    """The settings that still wait: an answer to one may have settled another."""
    waiting = {d.setting for d in talk.found.unsettled} - {setting for setting, _ in past}
    return [setting for setting in order if setting in waiting]


def ask_one(found: Survey, tell: Callable[[str], None]) -> Survey:
    """Let a person choose a setting and decide it anew, and return the survey with that.

    Raises:
        KeyboardInterrupt, EnvliftError: as ``ask_settings``.
    """
    settings = sorted({d.setting for d in found.plan.decisions if d.setting})
    talk = Interview(found, found)
    decisions = {setting: decision for setting in settings if (decision := talk.decision(setting)) is not None}
    width = max(map(len, decisions), default=0)
    choices = [questionary.Choice(f"{name:<{width}}  {d.layer.value}", value=name) for name, d in decisions.items()]
    setting = questionary.select(
        "Which setting?", choices=choices, use_search_filter=True, use_jk_keys=False, instruction="(type to search)"
    ).unsafe_ask()
    decision = decisions[setting]
    _introduce(talk, decision, decision.confidence.label.replace("_", " "), tell)
    named = (_Way.NAME,) if decision.layer in _WITH_BLOCK else ()
    return _ask(talk, decision, (*named, _Way.LOOK, _Way.HELP, _Way.NEVER_MIND), tell)[1].found


def ask_next(question: str, *, default: bool) -> Next:
    """What to do with changes that a person has seen.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    texts = {Next.MAKE: "yes", Next.STOP: "no, stop here", Next.CHANGE: "change a decision first"}
    choices = [questionary.Choice(text, value=step, shortcut_key=step.value) for step, text in texts.items()]
    chosen = questionary.select(
        question, choices=choices, default=choices[0 if default else 1], use_shortcuts=True
    ).unsafe_ask()
    return Next(chosen)


def confirm(question: str, *, default: bool) -> bool:
    """A yes or no.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    return bool(questionary.confirm(question, default=default).unsafe_ask())


def _ask_pool(talk: Interview) -> Interview:
    """The interview with the work pool that nothing here names; the same where the person names none."""
    new = ", ".join(deployment.name for deployment in talk.found.plan.new_deployments)
    flows = f"the new deployments run ({new})" if new else "the flows run, which nothing here deploys"
    question = f"On which work pool do {flows}? Empty: not known yet"
    pool = str(questionary.text(question).unsafe_ask()).strip()
    return talk.on_pool(pool) if pool else talk


def _ask(
    talk: Interview, decision: Decision, ways: Sequence[_Way], tell: Callable[[str], None]
) -> tuple[_Chosen, Interview]:
    """What a person chose, and the interview with their answer; asks again when the code forbids a layer."""
    forbidden: list[Layer] = []
    while True:
        layers = [layer for layer in _offered(decision) if layer not in forbidden]
        choices = [questionary.Choice(f"{layer.value:<15}  {_MEANINGS[layer]}", value=layer) for layer in layers]
        choices += [questionary.Choice(_spelled(way, talk, decision), value=way) for way in ways]
        default = next((choice for choice in choices if choice.value is decision.layer), choices[0])
        chosen: _Chosen = questionary.select(
            f"Where should {decision.setting} go?", choices=choices, default=default, use_jk_keys=False
        ).unsafe_ask()
        if chosen is _Way.HELP:
            for line in _HELP.splitlines():
                tell(line)
        elif chosen is _Way.LOOK:
            for line in talk.source_lines(decision, _LOOKED_AT, _AROUND):
                tell(f"  {line}")
        elif chosen is _Way.NAME or isinstance(chosen, Layer):
            answer = _named(decision) if chosen is _Way.NAME else Answer(Layer(chosen))
            try:
                return chosen, talk.answered({decision.setting: answer})
            except EnvliftError as error:
                forbidden.append(answer.layer)
                questionary.print(f"  {error.message}", style="fg:ansiyellow")
        else:
            return chosen, talk


def _named(decision: Decision) -> Answer:
    """The answer with a name of the block, which is checked as it is typed."""
    layer = decision.layer if decision.layer in _WITH_BLOCK else Layer.SECRET

    def check(name: str) -> bool | str:
        try:
            parse_answer(f"{decision.setting}={layer.value}:{name}")
        except EnvliftError:
            return "lower-case letters, digits and dashes"
        return True

    name = questionary.text("Name of the Secret block", default=decision.block, validate=check).unsafe_ask()
    return Answer(layer, str(name))


def _accepted(talk: Interview, settings: Sequence[str]) -> Interview:
    """The interview with each of these settings in its suggested layer; one that cannot be stays open."""
    suggested = {d.setting: Answer(d.layer) for d in talk.found.unsettled if d.setting in settings}
    together = _tried(talk, suggested)
    if together is not talk:
        return together
    for setting, answer in suggested.items():
        talk = _tried(talk, {setting: answer})
    return talk


def _tried(talk: Interview, answers: Mapping[str, Answer]) -> Interview:
    """The interview with these answers; as it is where the code cannot have one of them."""
    try:
        return talk.answered(answers)
    except EnvliftError:
        return talk


def _ways(talk: Interview, decision: Decision, *, is_first: bool) -> tuple[_Way, ...]:
    """What makes sense at a question."""
    named = (_Way.NAME,) if decision.layer in _WITH_BLOCK else ()
    like = (_Way.LIKE,) if talk.like(decision) else ()
    back = () if is_first else (_Way.BACK,)
    return (*named, *like, _Way.LOOK, _Way.HELP, *back, _Way.ACCEPT, _Way.LATER, _Way.STOP)


def _spelled(way: _Way, talk: Interview, decision: Decision) -> str:
    return f"{way.value} ({len(talk.like(decision))} more)" if way is _Way.LIKE else way.value


def _offered(decision: Decision) -> Sequence[Layer]:
    """The suggestion first, then its runner-up, then what else makes sense: a secret is never offered a clear layer."""
    clear = () if decision.sensitive else (Layer.POOL_DEFAULT, Layer.DEPLOYMENT)
    runner_up = () if decision.runner_up is None else (decision.runner_up,)
    return tuple(dict.fromkeys((decision.layer, *runner_up, Layer.SECRET, Layer.SECRET_ENV, *clear, Layer.LEAVE)))


def _introduce(talk: Interview, decision: Decision, progress: str, tell: Callable[[str], None]) -> None:
    """Say what to know before the answer: why it is asked, where the setting stands and which flows use it."""
    tell("")
    tell(f"{decision.setting}  ({progress})")
    for question in talk.found.plan.questions:
        if question.setting == decision.setting:
            tell(f"  {question.text}")
    tell(f"  Suggested: {decision.layer.value}, because: {decision.reason}")
    for line in talk.source_lines(decision, _SHOWN_PLACES):
        tell(f"  {line}")
    if (more := len(decision.sites) - _SHOWN_PLACES) > 0:
        tell(f"  and {more} more")
    flows = sorted({e for site in decision.sites for e in talk.found.inventory.reach.get(site.path, ())})
    if flows:
        tell(f"  Used by {', '.join(flows[:_SHOWN_FLOWS])}{' and others' if len(flows) > _SHOWN_FLOWS else ''}")
