"""``secret``: a Secret block that the code loads where it needs the value."""

from __future__ import annotations

from envlift.layers.claims import Claim, known
from envlift.layers.setting import Setting
from envlift.plan import Layer


def claim(setting: Setting) -> Claim | None:
    """A secret whose every use is at call time, in code that only flows run."""
    if not setting.judgement.sensitive or not setting.sites or setting.shared_with or setting.child:
        return None
    if any(site.load is None for site in setting.sites):
        return None
    return known(setting, Layer.SECRET, setting.judgement.rule, f"{setting.judgement.reason}; read at call time")
