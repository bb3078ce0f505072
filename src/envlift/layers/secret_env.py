"""``secret_env``: a secret that must stay an environment variable, fed from a Secret block when a run starts."""

from __future__ import annotations

from dataclasses import replace

from envlift.layers.claims import Claim, known, place_of
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer


def claim(setting: Setting) -> Claim | None:
    """A secret that some code cannot load by itself without a change of behaviour."""
    if not setting.judgement.sensitive or not setting.sites:
        return None
    stays = next((s for s in setting.literals if s.place is not None and s.place.at_import), None)
    if stays is not None:
        reason = f"{setting.judgement.reason}; hardcoded where an import evaluates it ({place_of(stays)})"
        return Claim(Layer.SECRET_ENV, setting.judgement.rule, reason, Confidence.BY_HAND)
    stuck = next((site for site in setting.sites if site.load is None and site.constant is None), None)
    if stuck is not None:
        why = f"{stuck.obstacle} ({place_of(stuck)})"
    elif setting.shared_with:
        why = f"{setting.shared_with[0]} uses the same code and is not a flow"
    elif setting.written:
        why = f"the code sets or deletes it ({setting.written})"
    elif setting.child:
        why = setting.child
    else:
        why = "every run can be given it as a variable"
    reason = f"{setting.judgement.reason}; stays an environment variable: {why}"
    found = known(setting, Layer.SECRET_ENV, setting.judgement.rule, reason)
    if found.confidence is Confidence.SURE and not setting.pools:
        return replace(found, confidence=Confidence.BY_HAND, reason=f"{reason}; no work pool is known to feed it")
    return found
