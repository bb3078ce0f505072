"""``secret``: a Secret block that the code loads where it needs the value."""

from __future__ import annotations

from dataclasses import replace

from envlift.inventory import Site
from envlift.layers.claims import Claim, known, place_of
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer
from envlift_codemods.read_idioms import Missing


def claim(setting: Setting) -> Claim | None:
    """A secret whose every use is at call time, in code that only flows run; for review where a default gets lost."""
    if not setting.judgement.sensitive or not setting.sites or setting.shared_with or setting.child:
        return None
    if any(site.load is None and site.load_or_raise is None for site in setting.sites):
        return None
    found = known(setting, Layer.SECRET, setting.judgement.rule, f"{setting.judgement.reason}; read at call time")
    if setting.scripts:
        needs = f"{found.reason}; {setting.scripts[0]} uses the same code and would then need the Prefect API"
        found = replace(found, confidence=Confidence.REVIEW, reason=needs)
    losing = next((site for site in setting.sites if site.load is None), None)
    if losing is None:
        return found
    loss = f"{found.reason}; a missing block would then end the run, where now {_instead(losing)} ({place_of(losing)})"
    return replace(found, confidence=Confidence.REVIEW, reason=loss)


def _instead(site: Site) -> str:
    return "a default is used" if site.missing is Missing.DEFAULT else "the code goes another way"
