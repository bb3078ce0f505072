"""Where a setting can live after the migration: one layer a file, each with the rules by which it claims settings.

The order of LAYERS is the order in which decisions fall: the first claim is the decision, the next one the runner-up.
"""

from envlift.layers import deployment, leave, pool_default, prefect_setting, secret, secret_env
from envlift.layers.claims import Claim, ClaimLayer
from envlift.layers.setting import Setting

LAYERS: tuple[ClaimLayer, ...] = (
    leave.claim,
    prefect_setting.claim,
    secret.claim,
    secret_env.claim,
    deployment.claim,
    pool_default.claim,
)

__all__ = ["LAYERS", "Claim", "Setting"]
