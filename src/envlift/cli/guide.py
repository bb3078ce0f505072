"""The questions that a person answers at a terminal; the one room that knows questionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import questionary

from envlift.cli.interview import Interview
from envlift.cli.question import HELP, MEANINGS, Tell, Way, introduce, naming, offered, rows, spelled, ways
from envlift.cli.survey import Survey
from envlift.concealed import Concealed
from envlift.errors import EnvliftError
from envlift.plan import IN_CLEAR, WITH_BLOCK, Decision, Layer
from envlift.policy import Answer, parse_answer

_LOOKED_AT = 12
_AROUND = 3

_Chosen = Layer | Way


class Next(Enum):
    """What to do with the changes that were shown."""

    MAKE = "y"
    STOP = "n"
    CHANGE = "c"


def ask_settings(found: Survey, tell: Tell) -> Survey:
    """Ask once for each setting that needs a person, secrets first, then show the rest, and return what was answered.

    Raises:
        KeyboardInterrupt: Ctrl-C; the answers until then are kept in the answers file.
        EnvliftError: the answers file cannot be written.
    """
    talk = Interview(found, found)
    if found.lacks_pool:
        talk = _ask_pool(talk)
    talk = _ask_each(talk, tell)
    if talk.found.lacks_pool and not found.lacks_pool:
        talk = _ask_pool(talk)  # for a value that was given
    return _review(talk, talk.settled, tell).found


def _ask_each(talk: Interview, tell: Tell) -> Interview:
    order = tuple(dict.fromkeys(d.setting for d in talk.found.unsettled))
    past: list[tuple[str, Interview]] = []
    while left := _left(talk, order, past):
        decision = next(d for d in talk.found.unsettled if d.setting == left[0])
        introduce(talk, decision, f"{len(past) + 1} of {len(past) + len(left)}", tell)
        chosen, now = _ask(talk, decision, ways(talk, decision, is_first=not past), tell)
        if chosen is Way.BACK:
            _, talk = past.pop()
            talk.keep()
            continue
        if chosen is Way.STOP:
            break
        if chosen is Way.ACCEPT:
            return _accepted(talk, left)
        past.append((left[0], talk))
        talk = _accepted(talk, [left[0], *talk.like(decision)]) if chosen is Way.LIKE else now
    return talk


def _left(talk: Interview, order: Sequence[str], past: Sequence[tuple[str, Interview]]) -> list[str]:
    """The settings that still wait: an answer to one may have settled another."""
    waiting = {d.setting for d in talk.found.unsettled} - {setting for setting, _ in past}
    return [setting for setting in order if setting in waiting]


def ask_again(found: Survey, tell: Tell) -> Survey:
    """Let a person decide any setting anew, and return the survey with that.

    Raises:
        KeyboardInterrupt, EnvliftError: as ``ask_settings``.
    """
    talk = Interview(found, found)
    return _review(talk, talk.settings, tell).found


def _review(talk: Interview, settings: Sequence[str], tell: Tell) -> Interview:
    """Show settings as a table to accept at once; each row can be opened, and decided anew."""
    while decisions := [decision for name in settings if (decision := talk.decision(name)) is not None]:
        accept = questionary.Choice("accept all of these", value="")
        table = [questionary.Choice(row, value=d.setting) for row, d in zip(rows(decisions), decisions, strict=True)]
        opened = str(
            questionary.select(
                "Accept, or open a row to change it",
                choices=[accept, *table],
                instruction="(type to search)",
                use_search_filter=True,
                use_jk_keys=False,
                erase_when_done=True,
            ).unsafe_ask()
        )
        if not opened:
            break
        decision = next(d for d in decisions if d.setting == opened)
        introduce(talk, decision, decision.confidence.label.replace("_", " "), tell)
        _, talk = _ask(talk, decision, (*naming(decision), Way.LOOK, Way.HELP, Way.NEVER_MIND), tell)
    return talk


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


def ask_secret(question: str) -> Concealed | None:
    """A value that is not shown while it is typed; None where none was.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    typed = str(questionary.password(question).unsafe_ask())
    return Concealed(typed) if typed else None


def _ask_pool(talk: Interview) -> Interview:
    """The interview with the work pool that nothing here names; the same where the person names none."""
    new = ", ".join(deployment.name for deployment in talk.found.plan.new_deployments)
    flows = f"the new deployments run ({new})" if new else "the flows run, which nothing here deploys"
    question = f"On which work pool do {flows}? Empty: not known yet"
    pool = str(questionary.text(question).unsafe_ask()).strip()
    return talk.on_pool(pool) if pool else talk


def _ask(talk: Interview, decision: Decision, offers: Sequence[Way], tell: Tell) -> tuple[_Chosen, Interview]:
    """What a person chose, and the interview with their answer; asks again when the code forbids a layer."""
    forbidden: list[Layer] = []
    while True:
        layers = [layer for layer in offered(talk, decision) if layer not in forbidden]
        choices = [questionary.Choice(f"{layer.value:<15}  {MEANINGS[layer]}", value=layer) for layer in layers]
        choices += [questionary.Choice(spelled(way, talk, decision), value=way) for way in offers]
        default = next((choice for choice in choices if choice.value is decision.layer), choices[0])
        chosen: _Chosen = questionary.select(
            f"Where should {decision.setting} go?",
            choices=choices,
            default=default,
            use_jk_keys=False,
            erase_when_done=True,
        ).unsafe_ask()
        if chosen is Way.HELP:
            for line in HELP.splitlines():
                tell(line)
        elif chosen is Way.LOOK:
            for line in talk.source_lines(decision, _LOOKED_AT, _AROUND):
                tell(f"  {line}")
        elif chosen is Way.NAME or isinstance(chosen, Layer):
            answer = _named(decision) if chosen is Way.NAME else Answer(Layer(chosen))
            try:
                now = talk.answered({decision.setting: answer})
            except EnvliftError as error:
                forbidden.append(answer.layer)
                tell(f"  {error.message}.")
                continue
            tell(f"  → {answer.text}")
            return chosen, _with_value(now, decision.setting, tell)
        else:
            tell(f"  → {spelled(chosen, talk, decision)}")
            return chosen, talk


def _with_value(talk: Interview, setting: str, tell: Tell) -> Interview:
    """The interview with a value for what was decided, where nothing here knows one and a person may."""
    decision = talk.decision(setting)
    if decision is None or decision.source is not None:
        return talk
    if decision.layer in WITH_BLOCK:
        tell("  No file here holds its value: `envlift push` asks for it, and does not show it.")
    while decision.layer in IN_CLEAR:
        typed = str(questionary.text(f"Value of {setting}? Empty: none to give now").unsafe_ask())
        if not typed:
            break
        try:
            return talk.with_value(setting, Concealed(typed))
        except EnvliftError as error:
            tell(f"  {error.message}: {error.hint}.")
    return talk


def _named(decision: Decision) -> Answer:
    """The answer with a name of the block, which is checked as it is typed."""
    layer = decision.layer if decision.layer in WITH_BLOCK else Layer.SECRET

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
