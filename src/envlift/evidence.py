"""What speaks for a decision and against it: more than a plan holds, and no value either."""

from __future__ import annotations

from dataclasses import dataclass

from envlift.plan import Confidence, Layer


@dataclass(frozen=True, slots=True)
class Voice:
    """What one layer said of a setting; the first that speaks is the decision, the next one the runner-up."""

    layer: Layer
    rule: str
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SeenValue:
    """Where the value that a deployment's runs see comes from today.

    Args:
        deployment: Its name; empty for flows that no deployment is known of.
        workers: The types of worker for which that holds.
        place: ``path:line`` with who gets it there; empty where no value is known.
    """

    deployment: str
    workers: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that decided one decision.

    Args:
        setting, layer, rule, reason: Of the decision.
        voices: What the layers said, in their order.
        flows, deployments: The consumers: entrypoints, and names with their pools.
        sources: Every place that gives the variable a value, strongest first.
        seen: What the runs of each deployment see.
        changes: What would have to be otherwise for another decision.
    """

    setting: str
    layer: Layer
    rule: str
    reason: str
    voices: tuple[Voice, ...]
    flows: tuple[str, ...]
    deployments: tuple[str, ...]
    sources: tuple[str, ...]
    seen: tuple[SeenValue, ...]
    changes: tuple[str, ...]
