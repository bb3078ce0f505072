"""``secret_env``: a secret that must stay an environment variable, fed from a Secret block when a run starts."""

from __future__ import annotations

from envlift.layers.claims import Claim, fed, known
from envlift.layers.setting import Setting, place_of
from envlift.plan import Confidence, Layer


def claim(setting: Setting) -> Claim | None:
    """A secret that something else than the flows' own code takes from the environment."""
    if not setting.judgement.sensitive or not (setting.sites or setting.child):
        return None
    stays = next((s for s in setting.literals if s.place is not None and s.place.at_import), None)
    if stays is not None:
        reason = f"{setting.judgement.reason}; hardcoded where an import evaluates it ({place_of(stays)})"
        return Claim(Layer.SECRET_ENV, setting.judgement.rule, reason, Confidence.BY_HAND)
    why = setting.keeper or setting.stuck or "every run can be given it as a variable"
    reason = f"{setting.judgement.reason}; stays an environment variable: {why}"
    return fed(setting, known(setting, Layer.SECRET_ENV, setting.judgement.rule, reason))
