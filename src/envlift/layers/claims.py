"""What a layer says when a setting belongs to it, and the protocol that every layer follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from envlift.inventory import Site
from envlift.layers.setting import Setting, obstacle_of, place_of
from envlift.plan import Confidence, Layer, TargetKind
from envlift.scanning.libraries.config_readers import FILE_FORMS
from envlift_codemods.missing_values import Handling
from envlift_codemods.read_idioms import Missing

NO_LAYER = "no-layer"
"""The rule of the last claim, which says that no layer fits."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A layer takes a setting: by which rule, why, and how sure; ``question`` where only a person can go on."""

    layer: Layer
    rule: str
    reason: str
    confidence: Confidence
    question: str = ""


class ClaimLayer(Protocol):
    """What each layer's module offers: its claim on a setting, or None where the setting does not belong to it."""

    def __call__(self, setting: Setting) -> Claim | None: ...


def known(setting: Setting, layer: Layer, rule: str, reason: str) -> Claim:
    """A claim as sure as what is known about the value: one value is sure, none or several want a person."""
    if setting.literals:
        return _hardcoded(setting, layer, rule, reason)
    from_file = next((s for s in setting.reads if s.form in FILE_FORMS), None)
    if from_file is not None:
        first = f"{obstacle_of(from_file)}: it must read the environment first"
        return Claim(layer, rule, f"{reason}; {first}", Confidence.REVIEW)
    if setting.differs and setting.environments is not None and not setting.judgement.sensitive:
        told = ", ".join(f"{d.name} gets {v.source.path}" for v in setting.environments for d in v.deployments)
        return Claim(layer, rule, f"{reason}; its value differs between {setting.differs}: {told}", Confidence.REVIEW)
    if setting.differs:
        differs = f"{reason}; its value differs between {setting.differs}"
        return Claim(layer, rule, differs, Confidence.REVIEW, _which_value(setting))
    if setting.source is not None:
        return Claim(layer, rule, reason, Confidence.SURE)
    if setting.reads and not setting.judgement.sensitive and all(map(serves_itself, setting.reads)):
        if setting.empty_in:
            serves = (
                f"{reason}; the code's default serves wherever {setting.empty_in}, which leaves it empty, is not read"
            )
            return Claim(layer, "default-serves", serves, Confidence.REVIEW)
        serves = f"{reason}; the code's default serves, set it there only to use another value"
        return Claim(layer, "default-serves", serves, Confidence.SURE)
    fallback = next((s for s in setting.reads if s.value is not None and s.value.reveal()), None)
    nowhere = f"{setting.empty_in} leaves it empty" if setting.empty_in else "no value is known here"
    if fallback is not None:
        nowhere = f"no value is known here but the code's default ({place_of(fallback)})"
    unknown = f"its value comes from {setting.set_at[0]}" if setting.set_at else nowhere
    if setting.block is not None and setting.judgement.sensitive:
        name, place = setting.block
        return Claim(layer, rule, f"{reason}; its value is in the block {name} already ({place})", Confidence.REVIEW)
    if setting.given_at:
        return Claim(layer, rule, f"{reason}; the code gives it a value itself ({setting.given_at})", Confidence.REVIEW)
    required = next((s for s in setting.reads if s.missing is Missing.RAISES), None)
    if required is not None:
        nothing = f"{setting.empty_in} leaves it empty" if setting.empty_in else "no file here holds a value for it"
        given = f"only {setting.set_at[0]} gives it a value" if setting.set_at else nothing
        text = f"{setting.name} is required at {place_of(required)}, and {given}"
        return Claim(layer, rule, f"{reason}; {unknown}", Confidence.REVIEW, text)
    return Claim(layer, rule, f"{reason}; {unknown}", Confidence.REVIEW)


def _which_value(setting: Setting) -> str:
    """What to ask where files hold several values and nothing tells which of them a run sees."""
    several = f"{setting.name} has different values in the files of several {setting.differs}"
    if setting.judgement.sensitive:
        way_out = " (`envlift push --environment NAME` takes that of one)" if setting.differs == "environments" else ""
        return f"{several}, and a Secret block holds one: which value shall it be, in this workspace?{way_out}"
    way_out = " [tool.envlift.environments] can tell" if setting.differs == "environments" else ""
    return f"{several}: which deployment gets which?{way_out}"


def _hardcoded(setting: Setting, layer: Layer, rule: str, reason: str) -> Claim:
    at_import = (s for s in setting.literals if s.place is not None and s.place.at_import)
    # Deploying imports the file too, and so do tests and other programs that do not have the variable.
    stays = next((s for s in at_import if s.constant is None or layer is not Layer.SECRET), None)
    composed = next((s for s in setting.literals if s.value is None), None)
    compared = next((s for s in setting.literals if s.compared), None)
    others = () if setting.judgement.sensitive else (*setting.shared_with, *setting.scripts)
    if stays is not None:
        why = f"hardcoded where an import evaluates it ({place_of(stays)}): keep it as the default there"
    elif composed is not None:
        why = f"hardcoded in a composed text ({place_of(composed)}): read its fixed part first"
    elif compared is not None:
        why = f"hardcoded at {place_of(compared)}, and compared in line {compared.compared}: change both"
    elif others:
        at = f"hardcoded at {place_of(setting.literals[0])}"
        why = f"{at}, which {others[0]} runs too, without the variable: keep it as the default there"
    else:
        at = f"{reason}; hardcoded at {place_of(setting.literals[0])}"
        return Claim(layer, rule, at, Confidence.REVIEW)
    return Claim(layer, rule, f"{reason}; {why}", Confidence.BY_HAND)


def fed(setting: Setting, found: Claim) -> Claim:
    """A claim on a block that feeds a variable, with the way; by hand where no run has one.

    A process that serves gets it from whoever starts it: that is for a person to agree to.
    """
    feeding = setting.feeding
    gap = f"nothing feeds it for {feeding.gap}" if feeding.targets else f"nothing is known to feed it: {feeding.gap}"
    reason = "; ".join([found.reason, *filter(None, [feeding.how]), *([gap] if feeding.gap else [])])
    confidence = found.confidence
    if confidence is Confidence.SURE and not feeding.targets:
        confidence = Confidence.BY_HAND
    elif confidence is Confidence.SURE and all(t.kind is TargetKind.SERVE for t in feeding.targets):
        confidence = Confidence.REVIEW
    return replace(found, confidence=confidence, reason=reason)


def serves_itself(site: Site) -> bool:
    """Whether a read gives something to go on with where the variable is not set."""
    return site.missing is Missing.DEFAULT or (site.missing is Missing.NONE and site.handling is Handling.BRANCH)
