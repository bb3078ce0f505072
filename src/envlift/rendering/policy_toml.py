"""The policy to begin with: every key with its meaning, each a comment still, so that nothing changes yet."""

from __future__ import annotations

_KEYS = """\
# Put before the names of Secret blocks, so that projects which share a workspace do not share them.
# project = "orders"

# What the names of Secret blocks look like. Without this the project stands only before names that are generic.
# block-name = "{project}-{name}"

# The layers that settings may go to, beside "leave".
# layers = ["secret", "secret_env", "pool_default", "deployment", "prefect_setting"]

# The work pool of deployments that name none.
# pool = "etl-pool"

# Files that are read and reported, never changed; globs as in .gitignore.
# never_touch = ["vendor/", "*_generated.py"]

# How code takes the value of a Secret block: "get", or "exact" for .value.get_secret_value(), where something
# else than `envlift push` fills the blocks.
# secret-accessor = "get"

# What feeds a secret that must stay an environment variable, where that way is open: "pool", "code", "pull-step",
# "platform" or "worker".
# secret-env-feed = "pool"

# Whether a hardcoded value stays as the default of the variable that it becomes: "drop" or "keep". A secret never does.
# literal-default = "drop"

# What to do beside the settings: any of "prefect.yaml", ".env.example", ".gitignore", "job_variables",
# "dotenv_override".
# also = [".env.example"]
"""
_ANSWERS = """\
# Layers that are decided: pool_default, deployment, secret, secret_env, prefect_setting or leave; a Secret block may
# be named after a colon.
# WAREHOUSE_DSN = "secret:orders-warehouse"
# REGION = "pool_default"
"""
_ENVIRONMENTS = """\
# For each environment that a .env file is named after (.env.prod): its deployments, by name, work pool or branch.
# prod = ["nightly-*", "prod-pool"]
"""


def policy_toml(table: str = "") -> str:
    """The text, for a file of its own or as a table (``tool.envlift``) of another."""
    head = f"[{table}]\n" if table else ""
    inner = f"{table}." if table else ""
    return (
        f"{head}# What this repository decides for envlift beforehand. Remove the # in front of what you set.\n\n"
        f"{_KEYS}\n[{inner}answers]\n{_ANSWERS}\n[{inner}environments]\n{_ENVIRONMENTS}"
    )
