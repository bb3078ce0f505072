"""Which settings a run is about, where it is not about all: ``--include``, ``--exclude`` and ``--layer``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Annotated

from cyclopts import Group, Parameter

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Decision, Layer, Plan
from envlift.policy import LAYER_NAMES, did_you_mean

_GROUP = Group("Selection", sort_key=8)


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Selection:
    """The settings to plan and to carry out; all of them unless told.

    Args:
        include, exclude: Globs of names of settings, or of paths of files in which they stand.
        layer: Only settings that go to one of these layers.
    """

    include: Annotated[
        tuple[str, ...],
        Parameter(help="Only settings whose name, or a file that has them, matches this glob.", group=_GROUP),
    ] = ()
    exclude: Annotated[
        tuple[str, ...], Parameter(help="No settings whose name, or a file that has them, matches.", group=_GROUP)
    ] = ()
    layer: Annotated[tuple[str, ...], Parameter(help="Only settings that go to this layer.", group=_GROUP)] = ()

    def __post_init__(self) -> None:
        for name in self.layer:
            if name not in LAYER_NAMES:
                message = f"--layer {name} is not a layer.{did_you_mean(name, LAYER_NAMES)}"
                raise EnvliftError(message, f"Layers: {', '.join(LAYER_NAMES)}.", ExitCode.USAGE)

    def of(self, plan: Plan) -> Plan:
        """The plan with the selected settings alone, each of them whole."""
        if self == ALL:
            return plan
        decided = {d.setting for d in plan.decisions}
        chosen = {d.setting for d in plan.decisions if self._takes(d)}
        chosen -= {d.setting for d in plan.decisions if _matches(d, self.exclude)}
        return replace(
            plan,
            decisions=tuple(d for d in plan.decisions if d.setting in chosen),
            questions=tuple(q for q in plan.questions if q.setting in chosen or q.setting not in decided),
        )

    def _takes(self, decision: Decision) -> bool:
        layers = [Layer(name) for name in self.layer]
        return (not layers or decision.layer in layers) and (not self.include or _matches(decision, self.include))


ALL = Selection()


def _matches(decision: Decision, globs: Sequence[str]) -> bool:
    words = [decision.setting, *(site.path for site in decision.sites)]
    return any(fnmatchcase(word, glob) for word in words for glob in globs)
