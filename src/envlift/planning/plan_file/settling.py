"""What a change by hand in the plan file comes to: edits that fall away, and changes that need a new plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from envlift.errors import EnvliftError
from envlift.inventory import SiteKind
from envlift.plan import IN_CLEAR, WITH_BLOCK, Confidence, Decision, Layer, PlannedSite, SiteEdit, TargetKind
from envlift.planning.plan_file.nodes import Place
from envlift.planning.plan_file.words import BLOCK_NAME
from envlift_codemods.edits import LoadSecret, ReadEnvironment, SinkConstant


def settled(decision: Decision, fields: Mapping[str, Place]) -> Decision:
    """The decision with the edits that its layer has no use for dropped.

    Raises:
        EnvliftError: its layer needs something that the plan does not hold; names line and way out.
    """
    decision = replace(decision, sites=tuple(replace(s, edit=_kept(s, decision.layer)) for s in decision.sites))
    if decision.layer is not Layer.LEAVE:
        _check_name(decision, fields["setting"])
    if decision.confidence > Confidence.BY_HAND:
        _check_clear(decision, fields["layer"])
        _check_block(decision, fields.get("block", fields["layer"]))
        _check_edits(decision, fields["layer"])
        _check_steps(decision, fields.get("targets", fields["layer"]))
    return decision


def _kept(site: PlannedSite, layer: Layer) -> SiteEdit | None:
    match site.edit:
        case LoadSecret() | SinkConstant():
            return site.edit if layer is Layer.SECRET else None
        case ReadEnvironment():
            if layer is Layer.SECRET_ENV:
                return replace(site.edit, keeps_literal=False)
            return site.edit if layer in IN_CLEAR else None
        case None:
            return None


def _check_name(decision: Decision, place: Place) -> None:
    read = next((s for s in decision.sites if s.kind is SiteKind.ENV_READ and s.name), None)
    # Case does not count for every reader, so the planner may spell a name otherwise than a site does.
    if read is not None and read.name.upper() != decision.setting.upper():
        raise place.error(
            f"{read.path} reads {read.name}, so the setting cannot be called {decision.setting}",
            "only settings made from literals can be renamed here; rename the others in the code and plan anew",
        )


def _check_clear(decision: Decision, place: Place) -> None:
    if decision.sensitive and decision.layer in IN_CLEAR:
        raise place.error(
            f"{decision.setting} is a secret and {decision.layer.value} would store it in clear",
            "choose secret or secret_env; or write `sensitive: false` if it is no secret",
        )


def _check_block(decision: Decision, place: Place) -> None:
    if decision.layer not in WITH_BLOCK:
        return
    blocks = {decision.block} | {s.edit.block for s in decision.sites if isinstance(s.edit, (LoadSecret, SinkConstant))}
    if decision.layer is Layer.SECRET_ENV and blocks == {""}:
        return  # fed by the platform's own secrets, not by a block
    for block in sorted(blocks):
        if not re.fullmatch(BLOCK_NAME, block):
            raise place.error(
                f"{decision.setting} needs the name of a Secret block: lower-case letters, digits and dashes",
                f"add or mend `block: {_proposed(decision.setting)}`",
            )


def _check_steps(decision: Decision, place: Place) -> None:
    """A secret reaches the runs of a deployment of prefect.yaml by a pull step, which calls a function of a file."""
    steps = [t for t in decision.targets if t.kind is TargetKind.PREFECT_YAML] if decision.layer in WITH_BLOCK else []
    if any(not target.module for target in steps):
        raise place.error(
            f"{decision.setting} is a secret: it needs a pull step, whose file is not named",
            "add `module: environment_step.py`, in the folder that the entrypoint is written from, to the target",
        )


def _proposed(setting: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", setting.lower()).strip("-") or "name"


def _check_edits(decision: Decision, place: Place) -> None:
    """A literal goes nowhere without an edit; a read without one goes on with the variable that the layer feeds."""
    literals = [s for s in decision.sites if s.kind is SiteKind.LITERAL]
    if not literals or any(s.edit for s in literals):
        return
    if decision.layer is Layer.SECRET:
        raise _no_edits(decision, place, "load the block", "load, load_sync or aload")
    if decision.layer in (*IN_CLEAR, Layer.SECRET_ENV):
        raise _no_edits(decision, place, "read the environment instead of the literal", "environ")


def _no_edits(decision: Decision, place: Place, purpose: str, words: str) -> EnvliftError:
    return place.error(
        f"{decision.setting} as {decision.layer.value} needs edits that {purpose}, and the plan holds none",
        f"plan anew with `envlift plan --answer {decision.setting}={decision.layer.value}`, "
        f"or write `edit:` ({words}) at its sites",
    )
