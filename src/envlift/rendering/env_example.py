"""``.env.example``: the variables that code still reads after the migration, with their names and no value."""

from __future__ import annotations

from collections.abc import Iterator

from envlift.inventory import SiteKind
from envlift.plan import Decision, Layer, Plan

_HEAD = "# What the code reads from its environment. Copy this to .env for your own machine, and fill it in there.\n"
_ABOUT = {
    Layer.POOL_DEFAULT: "not secret; runs get it from their work pool",
    Layer.DEPLOYMENT: "not secret; runs get it from their deployment",
    Layer.SECRET: "a secret; runs get it from the Secret block {}",
    Layer.SECRET_ENV: "a secret; runs get it from the Secret block {}",
}


def env_example(plan: Plan) -> str:
    """The text of the file, sorted by name."""
    return "".join([_HEAD, *_lines(plan)])


def _lines(plan: Plan) -> Iterator[str]:
    found: dict[str, Decision] = {}
    for decision in plan.decisions:
        if decision.layer in _ABOUT and decision.setting.isidentifier() and _is_read(decision):
            found.setdefault(decision.setting, decision)
    for name, decision in sorted(found.items()):
        about = (
            _ABOUT[decision.layer].format(decision.block) if decision.block or not decision.sensitive else "a secret"
        )
        yield f"\n# {about}\n{name}=\n"


def _is_read(decision: Decision) -> bool:
    """Whether some code reads the variable once the plan is carried out."""
    if decision.layer is Layer.SECRET:
        return any(s.kind is SiteKind.ENV_READ and s.edit is None for s in decision.sites)
    return any(s.kind is SiteKind.ENV_READ or s.edit is not None for s in decision.sites)
