"""What an apply or a push leaves as it is, with the reason; and what no plan may make them do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import ANSWERED, Decision, Layer
from envlift.rendering.process_starts import process_starts
from envlift.sensitivity.judgement import judge

_NO_NAME = "SETTING"


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """A setting, or a part of it, that was not carried out; the reason names the way out and holds no value.

    Args:
        command: What a person can run to do it; empty where there is nothing to copy.
    """

    setting: str
    reason: str
    command: str = ""


def no_value_known(setting: str, where: str, *, to_push: bool = False) -> Left:
    """The report for a value that cannot be found; a push has more ways to one."""
    ways = "a terminal, where `envlift push` asks; --environment NAME, for .env.NAME; --values FILE"
    more = f"ways to give one are {ways}; or " if to_push else ""
    return Left(
        setting,
        f"no value known for {setting} in {where or 'the repository'}; "
        f"{more}set {setting} in the environment and pass --from-environment to give one",
    )


def tasks_of_people(decisions: Sequence[Decision]) -> tuple[Left, ...]:
    """What only those who start processes can give to runs."""
    return tuple(Left(", ".join(start.settings), start.task, start.command) for start in process_starts(decisions))


def answered(decisions: Sequence[Decision]) -> frozenset[str]:
    """The settings whose layer a person has named."""
    return frozenset(d.setting for d in decisions if d.rule == ANSWERED)


def secret_by_now(setting: str, value: Concealed, where: str, *, answered: bool) -> Left | None:
    """The report for a value that would be stored in clear and is a secret, though none was when it was planned.

    Args:
        answered: Whether a person has said where the setting goes: then its name is no doubt any more. A value that is
            a secret by its own form is one whatever was said, as in a plan; it may have come after the answer.
    """
    judged = judge(_NO_NAME if answered else setting, values=[value])
    if not judged.sensitive or (answered and not judged.certain):
        return None
    way_out = "" if judged.certain else f"; if it is no secret, with --answer {setting}=LAYER"
    return Left(
        setting,
        f"its value in {where or 'the environment'} is a secret now, and was none when the plan was made: plan again "
        f"with `envlift plan --write`{way_out}",
    )


def refuse_secrets_in_clear(decisions: Sequence[Decision]) -> None:
    """Stop before a secret reaches a layer that stores it in clear, whatever a plan says.

    Raises:
        EnvliftError: one of the decisions would do that.
    """
    for decision in decisions:
        if decision.sensitive and decision.layer in (Layer.DEPLOYMENT, Layer.POOL_DEFAULT):
            raise EnvliftError(
                f"{decision.setting} is a secret, and {decision.layer.value} would store it in clear",
                f"envlift plan --answer {decision.setting}=secret_env; or write `sensitive: false` in the plan if it "
                "is no secret",
                ExitCode.REFUSED,
            )
