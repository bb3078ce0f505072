"""The Secret blocks of a plan as Terraform resources, for repositories whose Prefect objects Terraform owns.

``data_wo`` is write-only and its variables are ephemeral, so no value gets into a plan or state of Terraform: see
``prefect_block`` of PrefectHQ/terraform-provider-prefect (internal/provider/resources/block.go).
"""

from __future__ import annotations

from collections.abc import Iterable

from envlift.actions import SaveSecret
from envlift.rendering.block_script import Block, blocks_of
from envlift.rendering.hcl import hcl_text

_HEAD = """\
# The Secret blocks that the flows of this repository load; made by `envlift push --terraform`.
#
# No value is in this file, nor in Terraform's state: give each as TF_VAR_<variable>. Needs Terraform 1.11 or later and
# a provider "prefecthq/prefect" whose prefect_block has data_wo. Raise data_wo_version to store a new value.
"""
_BLOCK = """
variable "{label}" {{
  description = {description}
  type        = string
  sensitive   = true
  ephemeral   = true
}}

resource "prefect_block" "{label}" {{
  name            = {name}
  type_slug       = "secret"
  data_wo         = jsonencode({{ "value" = {value} }})
  data_wo_version = 1
}}
"""
# Secret.get() decodes what is JSON, and Python's JSON has three words more than Terraform's.
_FOR_GET = 'can(jsondecode({0})) || contains(["NaN", "Infinity", "-Infinity"], trimspace({0})) ? jsonencode({0}) : {0}'


def block_terraform(actions: Iterable[SaveSecret]) -> str:
    """Variables and ``prefect_block`` resources for the blocks; they hold names and no value."""
    return _HEAD + "".join(map(_resource, blocks_of(actions)))


def _resource(block: Block) -> str:
    label = block.name.replace("-", "_")
    label = label if label[:1].isalpha() else f"block_{label}"
    variable = f"var.{label}"
    return _BLOCK.format(
        label=label,
        description=hcl_text(f"The value of {block.setting}"),
        name=hcl_text(block.name),
        value=_FOR_GET.format(variable) if block.for_get else variable,
    )
