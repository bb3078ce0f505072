"""``pool_default``: the environment that every run on a work pool gets."""

from __future__ import annotations

from envlift.inventory import DeploymentKind
from envlift.layers.claims import Claim, known
from envlift.layers.setting import Setting
from envlift.plan import Confidence, Layer
from envlift_codemods.missing_values import Handling
from envlift_codemods.read_idioms import Missing


def claim(setting: Setting) -> Claim | None:
    """Not secret, and the same for all that use it."""
    if setting.judgement.sensitive:
        return None
    if (
        setting.source is None
        and setting.reads
        and all(_serves_itself(site.missing, site.handling) for site in setting.reads)
    ):
        reason = "not secret; the default in the code serves everywhere, set it on the pool to use another value"
        return Claim(Layer.POOL_DEFAULT, "default-serves", reason, Confidence.SURE)
    return known(setting, Layer.POOL_DEFAULT, "shared", f"not secret; {_who(setting)}")


def _serves_itself(missing: Missing | None, handling: Handling) -> bool:
    return missing is Missing.DEFAULT or (missing is Missing.NONE and handling is Handling.BRANCH)


def _who(setting: Setting) -> str:
    if setting.pools:
        return f"the same for all that use it on {', '.join(setting.pools)}"
    if setting.deployments and all(d.kind is DeploymentKind.SERVE for d in setting.deployments):
        return "its flows are served: serve() has no job variables, so the serving process must have it"
    return "no work pool is known here: any pool that its flows run on can hold it"
