"""What a person puts into Terraform or Helm values, where these keep the template of a pool."""

from __future__ import annotations

import json

import pytest
import yaml

from envlift.rendering.pool_proposals import helm_proposal, terraform_proposal
from envlift.scanning.around.terraform import read


def test_terraform_merges_into_what_the_resource_had() -> None:
    env = {"REGION": "eu", "ODD": 'a "${b}" %{c}'}
    text = terraform_proposal("etl", "infra/pools.tf:3", "etl-pool", 'file("etl.json")', env)
    assert 'etl-pool_before = jsondecode(file("etl.json"))' in text
    assert '"REGION" = "eu"' in text
    assert r'"ODD" = "a \"$${b}\" %%{c}"' in text
    assert "base_job_template = jsonencode(local.etl-pool_template)" in text
    assert "infra/pools.tf:3" in text
    # No line of it is read as another setter than the one for the pool.
    assert read("infra/etl.tf", text.encode()).troubles == ()


@pytest.mark.parametrize(
    "expression",
    ['jsonencode({ env = { default = { TOKEN = "q7Rw2Lk9Zx" } } })', '<<-EOT\n{"TOKEN": "q7Rw2Lk9Zx"}\nEOT'],
)
def test_terraform_repeats_nothing_that_may_hold_a_secret(expression: str) -> None:
    text = terraform_proposal("etl", "infra/pools.tf:3", "etl", expression, {"REGION": "eu"})
    assert "q7Rw2Lk9Zx" not in text
    assert "etl_before = {}" in text and "Move here" in text


def test_helm_values_hold_the_whole_template() -> None:
    template = {"variables": {"properties": {"env": {"default": {"REGION": "eu: {{ x }}\u00e9"}}}}}
    config = yaml.safe_load(helm_proposal("yes", "values.yaml:4", template))["worker"]["config"]
    assert config["workPool"] == "yes"
    assert json.loads(config["baseJobTemplate"]["configuration"]) == template
