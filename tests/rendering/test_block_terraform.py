"""The blocks as Terraform resources: names only, and texts that are no templates."""

from __future__ import annotations

import re

from envlift.actions import SaveSecret
from envlift.plan import ValueSource
from envlift.rendering.block_terraform import block_terraform

SOURCE = ValueSource(".env", "X")


def resources_in(document: str) -> dict[str, str]:
    """The resources by label, each with its body."""
    return dict(re.findall(r'^resource "prefect_block" "(\w+)" \{\n(.*?)^\}$', document, re.MULTILINE | re.DOTALL))


def test_a_block_is_a_write_only_resource_with_an_ephemeral_variable() -> None:
    document = block_terraform([SaveSecret("API_TOKEN", "shop-api-token", SOURCE, for_get=False)])
    assert document.endswith(
        """
variable "shop_api_token" {
  description = "The value of API_TOKEN"
  type        = string
  sensitive   = true
  ephemeral   = true
}

resource "prefect_block" "shop_api_token" {
  name            = "shop-api-token"
  type_slug       = "secret"
  data_wo         = jsonencode({ "value" = var.shop_api_token })
  data_wo_version = 1
}
"""
    )


def test_what_get_would_decode_is_stored_as_json() -> None:
    document = block_terraform([SaveSecret("PIN", "pin", SOURCE, for_get=True)])
    assert "can(jsondecode(var.pin))" in resources_in(document)["pin"]
    assert "? jsonencode(var.pin) : var.pin" in resources_in(document)["pin"]


def test_each_block_stands_there_once() -> None:
    actions = [
        SaveSecret("TOKEN", "shop-token", SOURCE, for_get=True),
        SaveSecret("API_TOKEN", "shop-token", SOURCE, for_get=False),
        SaveSecret("DSN", "2nd-dsn", None, for_get=False),
        SaveSecret("NOWHERE", "", None, for_get=True),
    ]
    document = block_terraform(actions)
    assert list(resources_in(document)) == ["block_2nd_dsn", "shop_token"]
    assert "The value of API_TOKEN" in document
    assert 'name            = "2nd-dsn"' in document


def test_a_name_is_no_template_and_no_code() -> None:
    document = block_terraform([SaveSecret('A" ${file("x")} %{ if true }', "odd", SOURCE, for_get=False)])
    assert 'description = "The value of A\\" $${file(\\"x\\")} %%{ if true }"' in document


def test_a_plan_without_secrets_has_no_resource() -> None:
    assert resources_in(block_terraform([])) == {}
