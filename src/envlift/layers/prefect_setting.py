"""``prefect_setting``: settings of Prefect itself, by Prefect's own list of names."""

from __future__ import annotations

from functools import cache
from importlib import resources

from envlift.layers.claims import Claim
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer


@cache
def prefect_setting_names() -> frozenset[str]:
    """The names that Prefect reads; the data file says from which version."""
    text = resources.files("envlift.layers").joinpath("prefect_settings.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def claim(setting: Setting) -> Claim | None:
    """A real Prefect setting stays where Prefect looks for it: a block could not be loaded without PREFECT_API_URL."""
    if setting.name not in prefect_setting_names() or setting.literals:
        return None
    reason = "a setting of Prefect itself: it belongs in a profile, prefect.toml or the worker's environment"
    return Claim(Layer.PREFECT_SETTING, "prefect-setting", reason, Confidence.SURE)
