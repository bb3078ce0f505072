"""``deployment``: job variables of the deployments that use a setting."""

from __future__ import annotations

from envlift.feeds import listed
from envlift.layers.claims import Claim, known
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer


def claim(setting: Setting) -> Claim | None:
    """Not secret, and used by one of several deployments, different between environments, or set there already."""
    if setting.judgement.sensitive:
        return None
    already = [d for d in setting.deployments if setting.name in d.env]
    if already:
        names = listed(d.name or f"{d.path}:{d.line}" for d in already)
        if len(already) == len(setting.deployments):
            reason = f"the job variables of {names} set it already: nothing is left to do"
            return Claim(Layer.DEPLOYMENT, "set-on-deployment", reason, Confidence.SURE)
        return known(setting, Layer.DEPLOYMENT, "set-on-deployment", f"the job variables of {names} set it already")
    if setting.differs:
        return known(setting, Layer.DEPLOYMENT, "differs", "not secret")
    if len(setting.deployments) == 1 and setting.pool_mates > 1:
        name = setting.deployments[0].name or "one deployment"
        return known(setting, Layer.DEPLOYMENT, "one-deployment", f"only {name} uses it")
    return None
