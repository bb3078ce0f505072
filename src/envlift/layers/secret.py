"""``secret``: a Secret block that the code loads where it needs the value."""

from __future__ import annotations

from dataclasses import replace

from envlift.inventory import SiteKind
from envlift.layers.claims import Claim, fed, known
from envlift.layers.setting import Setting, place_of
from envlift.plan import Confidence, Layer
from envlift.scanning.libraries.config_readers import FILE_FORMS
from envlift_codemods.edits import WhenMissing
from envlift_codemods.read_idioms import Missing


def claim(setting: Setting) -> Claim | None:
    """A secret that only the flows' own code reads.

    Where an edit can make all of it load the block, that is sure only if a missing value ends the run today as well: a
    default that gets lost is for a person. Where none can, the block feeds the variable until a person moves the code.
    """
    if not setting.judgement.sensitive or setting.keeper:
        return None
    if not setting.sites:
        return _kept(setting)
    if setting.stuck:
        return _fed(setting)
    reason = f"{setting.judgement.reason}; {_how(setting)}"
    found = known(setting, Layer.SECRET, setting.judgement.rule, reason)
    return (
        replace(found, confidence=Confidence.REVIEW, reason=f"{found.reason}; {doubt}")
        if (doubt := _doubt(setting))
        else found
    )


def _kept(setting: Setting) -> Claim | None:
    """An entry that no flow reads, whose value is that of a block all the same."""
    if setting.block is None and setting.provisioner:
        reason = f"{setting.judgement.reason}; {setting.provisioner} makes Secret blocks from what it reads"
        return Claim(Layer.SECRET, "block/provisioned", reason, Confidence.REVIEW)
    if setting.block is None:
        return None
    reason = (
        f"the value of the Secret block {setting.block[0]}, which the repository names already ({setting.block[1]})"
    )
    return Claim(Layer.SECRET, "block/exists", reason, Confidence.REVIEW)


def _fed(setting: Setting) -> Claim:
    first = f"{setting.judgement.reason}; a person has to move the code first: {setting.stuck}"
    until = f"{first}; until then the block feeds the variable" if setting.feeding.targets else first
    found = known(setting, Layer.SECRET, setting.judgement.rule, until)
    if setting.literals or any(site.form in FILE_FORMS for site in setting.reads):
        reason = f"{setting.judgement.reason}; a person has to move the code: {setting.stuck}"
        return replace(found, confidence=Confidence.BY_HAND, reason=reason)
    return fed(setting, found)


def _how(setting: Setting) -> str:
    sunk = next((site for site in setting.sites if site.constant is not None), None)
    if sunk is None or sunk.constant is None:
        return "read at call time"
    how = f"the functions that use {sunk.constant.name} ({place_of(sunk)}) load it themselves"
    goes_on = sunk.constant.missing is not WhenMissing.RAISES or sunk.kind is SiteKind.LITERAL
    return how if goes_on else f"{how}: a missing value then ends a run, not the import"


def _doubt(setting: Setting) -> str:
    """What a person must weigh before the code is rewritten; empty where nothing can change."""
    for site in setting.reads:
        if site.missing is Missing.DEFAULT and site.load is None and site.constant is None:
            return f"a missing block would then end the run, where now a default is used ({place_of(site)})"
        if site.missing is Missing.RAISES and site.load is None and site.constant is None:
            return f"a missing block would then raise ValueError: {site.obstacle}"
    if any(site.constant is not None and site.constant.guarded for site in setting.sites):
        return "the guard that raises without it would go"
    if setting.handed:
        return f"{setting.handed}, which may read it and would then lack it"
    if setting.scripts:
        return f"{setting.scripts[0]} uses the same code and would then need the Prefect API"
    return ""
