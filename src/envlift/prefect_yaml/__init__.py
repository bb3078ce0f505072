"""The facts of a prefect.yaml, and edits of its text that leave every other byte alone.

Importers need these names and no other module of this package. The text goes in and comes out as ``str``: decode the
file with ``newline=""`` and keep a BOM as ``\\ufeff``, so that line ends and the BOM survive.
"""

from envlift.prefect_yaml.creating import NewItem, new_prefect_yaml
from envlift.prefect_yaml.editing import set_env
from envlift.prefect_yaml.facts import (
    EnvChange,
    EnvEntry,
    Held,
    Misplaced,
    PrefectFile,
    PullVariable,
    Refused,
    StoredText,
    Trouble,
    YamlDeployment,
)
from envlift.prefect_yaml.moving import move_job_variables
from envlift.prefect_yaml.places import ValuePlace, value_places
from envlift.prefect_yaml.pull_steps import OWN_STEP, set_in_pull
from envlift.prefect_yaml.quoting import placeholder_in
from envlift.prefect_yaml.reading import read_deployments

__all__ = [
    "OWN_STEP",
    "EnvChange",
    "EnvEntry",
    "Held",
    "Misplaced",
    "NewItem",
    "PrefectFile",
    "PullVariable",
    "Refused",
    "StoredText",
    "Trouble",
    "ValuePlace",
    "YamlDeployment",
    "move_job_variables",
    "new_prefect_yaml",
    "placeholder_in",
    "read_deployments",
    "set_env",
    "set_in_pull",
    "value_places",
]
