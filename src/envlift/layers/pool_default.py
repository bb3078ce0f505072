"""``pool_default``: the environment that every run on a work pool gets."""

from __future__ import annotations

from envlift.feeds import listed
from envlift.inventory import DeploymentKind
from envlift.layers.claims import Claim, known
from envlift.layers.setting import Setting
from envlift.plan import Layer


def claim(setting: Setting) -> Claim | None:
    """Not secret, and the same for all that use it."""
    if setting.judgement.sensitive:
        return None
    return known(setting, Layer.POOL_DEFAULT, "shared", f"not secret; {_who(setting)}")


def _who(setting: Setting) -> str:
    if setting.pools:
        return f"the same for all that use it on {listed(setting.pools)}"
    if setting.deployments and all(d.kind is DeploymentKind.SERVE for d in setting.deployments):
        return "its flows are served: serve() has no job variables, so the serving process must have it"
    if setting.deployments and all(d.kind is DeploymentKind.SERVE or d.no_pool for d in setting.deployments):
        return "its deployments name no work pool, so the process that runs them must have it"
    return "no work pool is known here: any pool that its flows run on can hold it, and --pool NAME says which"
