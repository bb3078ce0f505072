"""Environment defaults of a work pool in the words of the tool that keeps its template, for a person to put there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from envlift.rendering.hcl import hcl_text

_TERRAFORM = """\
# Environment defaults of the work pool {pool}, which {place} keeps; made by `envlift push --templates`.
#
# Put this beside that resource, and give it: base_job_template = jsonencode(local.{label}_template)
locals {{
  {label}_env = {{
{env}
  }}

{before}

  {label}_template = merge(local.{label}_before, {{
    variables = merge(local.{label}_before.variables, {{
      properties = merge(local.{label}_before.variables.properties, {{
        env = merge(local.{label}_before.variables.properties.env, {{
          default = merge(try(local.{label}_before.variables.properties.env.default, {{}}), local.{label}_env)
        }})
      }})
    }})
  }})
}}
"""
_HELM = """\
# The base job template of the work pool {pool}, which {place} keeps; made by `envlift push --templates`.
#
# Put this into these values. Where they name a ConfigMap of yours, its key baseJobTemplate.json takes the text.
worker:
  config:
    workPool: {name}
    baseJobTemplate:
      configuration: |
{template}
"""


_KNOWN = """\
  # What base_job_template was given until now.
  {label}_before = jsondecode({template})"""
# What is written out there may hold a secret, which no other file shall hold.
_WRITTEN_OUT = """\
  # Move here what base_job_template was given until now, into jsondecode(); Terraform stops as long as this is empty.
  {label}_before = {{}}"""


def terraform_proposal(pool: str, place: str, label: str, expression: str, env: Mapping[str, str]) -> str:
    """Locals that merge the defaults into what a resource's template is now.

    Args:
        place: Where the resource stands, for people.
        label: Of the resource.
        expression: The HCL of its ``base_job_template``; repeated only where it writes out no table and no long text.
        env: The new defaults: values that are no secrets, or placeholders of blocks.
    """
    entries = "\n".join(f"    {hcl_text(name)} = {hcl_text(value)}" for name, value in sorted(env.items()))
    part = _WRITTEN_OUT if re.search(r"[{=]|<<", expression) else _KNOWN
    before = part.format(label=label, template=expression)
    return _TERRAFORM.format(pool=pool, place=place, label=label, before=before, env=entries)


def helm_proposal(pool: str, place: str, template: Mapping[str, Any]) -> str:
    """Values of the chart ``prefect-worker`` with the whole template, defaults included."""
    lines = json.dumps(template, indent=2, ensure_ascii=False).splitlines()
    indented = "\n".join(" " * 8 + line for line in lines)
    return _HELM.format(pool=pool, place=place, name=json.dumps(pool), template=indented)
