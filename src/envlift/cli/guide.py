"""The questions that a person answers at a terminal; the one room that knows questionary."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import questionary

from envlift.cli.survey import Survey
from envlift.errors import EnvliftError
from envlift.plan import Decision, Layer
from envlift.policy import Answer, Answers

_MEANINGS = {
    Layer.SECRET: "Secret block, loaded by the code",
    Layer.SECRET_ENV: "Secret block, fed as a variable; the code stays",
    Layer.POOL_DEFAULT: "default of the work pool (not secret)",
    Layer.DEPLOYMENT: "job variables of the deployment (not secret)",
    Layer.PREFECT_SETTING: "a setting of Prefect itself: profile or prefect.toml",
    Layer.LEAVE: "leave it as it is",
}
_OPEN = "decide later"
_STOP = "decide all the rest later"
_ACCEPT = "take the suggestions for this one and all the rest"
_SHOWN_PLACES = 3


def ask_settings(found: Survey, tell: Callable[[str], None]) -> Survey:
    """Ask once for each setting that needs a person, secrets first, and return the survey with the answers.

    Args:
        tell: Prints a line for the person to read before a question.

    Raises:
        KeyboardInterrupt: Ctrl-C; nothing has been written.
    """
    if found.lacks_pool:
        found = _ask_pool(found)
    settings = list(dict.fromkeys(d.setting for d in found.unsettled))
    for number, setting in enumerate(settings, start=1):
        decision = next((d for d in found.unsettled if d.setting == setting), None)
        if decision is None:
            continue
        for line in _introduction(found, decision, f"{number} of {len(settings)}"):
            tell(line)
        chosen = _ask_layer(found, decision)
        if chosen == _ACCEPT:
            return _accepted(found, settings[number - 1 :])
        if chosen == _STOP:
            break
        if isinstance(chosen, Survey):
            found = chosen
    return found


def confirm(question: str, *, default: bool) -> bool:
    """A yes or no.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    return bool(questionary.confirm(question, default=default).unsafe_ask())


def _ask_pool(found: Survey) -> Survey:
    """The survey with the work pool of new deployments; the same where the person names none."""
    names = ", ".join(new.name for new in found.plan.new_deployments)
    question = f"On which work pool do the new deployments run ({names})? Empty: leave it to prefect deploy"
    pool = str(questionary.text(question).unsafe_ask()).strip()
    return found.on_pool(pool) if pool else found


def _ask_layer(found: Survey, decision: Decision) -> Survey | str:
    """The survey with the answer, or one of the ways to go on without one; asks again when the code forbids a layer."""
    forbidden: list[Layer] = []
    while True:
        layers = [layer for layer in _offered(decision) if layer not in forbidden]
        choices = [questionary.Choice(f"{layer.value:<15}  {_MEANINGS[layer]}", value=layer.value) for layer in layers]
        choices += [questionary.Choice(text, value=text) for text in (_ACCEPT, _OPEN, _STOP)]
        preselected = next((c for c in choices if c.value == decision.layer.value), choices[-2])
        chosen = questionary.select(
            f"Where should {decision.setting} go?", choices=choices, default=preselected
        ).unsafe_ask()
        if chosen in (_ACCEPT, _OPEN, _STOP):
            return str(chosen)
        layer = Layer(chosen)
        try:
            return found.answered(Answers({decision.setting: Answer(layer)}))
        except EnvliftError as error:
            forbidden.append(layer)
            questionary.print(f"  {error.message}", style="fg:ansiyellow")


def _accepted(found: Survey, settings: Sequence[str]) -> Survey:
    """The survey with each of these settings in its suggested layer; one that cannot be stays open."""
    suggested = {d.setting: d.layer for d in found.unsettled if d.setting in settings}
    for setting, layer in suggested.items():
        with contextlib.suppress(EnvliftError):
            found = found.answered(Answers({setting: Answer(layer)}))
    return found


def _offered(decision: Decision) -> Sequence[Layer]:
    """The suggestion first, then its runner-up, then what else makes sense: a secret is never offered a clear layer."""
    clear = () if decision.sensitive else (Layer.POOL_DEFAULT, Layer.DEPLOYMENT)
    runner_up = () if decision.runner_up is None else (decision.runner_up,)
    return tuple(dict.fromkeys((decision.layer, *runner_up, Layer.SECRET, Layer.SECRET_ENV, *clear, Layer.LEAVE)))


def _introduction(found: Survey, decision: Decision, progress: str) -> list[str]:
    """What to know before the answer: why it is asked, where the setting stands and which flows use it."""
    texts = [q.text for q in found.plan.questions if q.setting == decision.setting]
    places = [f"{site.path}:{site.span.line}" for site in decision.sites]
    more = len(places) - _SHOWN_PLACES
    flows = sorted({e for site in decision.sites for e in found.inventory.reach.get(site.path, ())})
    lines = ["", f"{decision.setting}  ({progress})", *(f"  {text}" for text in texts)]
    lines.append(f"  Suggested: {decision.layer.value}, because: {decision.reason}")
    lines.append(f"  Found at {', '.join(places[:_SHOWN_PLACES])}{f' and {more} more' if more > 0 else ''}")
    if flows:
        lines.append(f"  Used by {', '.join(flows[:_SHOWN_PLACES])}")
    return lines
