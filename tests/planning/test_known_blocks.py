"""A Secret block that a repository has already is the block of the setting with its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.actions import SaveSecret, server_actions
from envlift.plan import Confidence, Decision, Layer, Plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import AS_USUAL

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOW = """import os
from prefect import flow
from prefect.blocks.system import Secret
import shop
@flow
def etl():
    return {body}
"""
YAML = """
deployments:
  - name: nightly
    entrypoint: etl.py:etl
    work_pool: {name: pool, job_variables: {env: {ENV}}}
"""


def planned(make_repository: MakeRepository, body: str, shop: str = "", env: str = "A: b") -> Plan:
    files = {"etl.py": FLOW.format(body=body), "shop.py": shop, "prefect.yaml": YAML.replace("{ENV}", f"{{{env}}}")}
    return make_plan(scan_repository(make_repository(files)), Policy(), Answers({}), project="till")


def decision(plan: Plan, name: str) -> Decision:
    (found,) = (d for d in plan.decisions if d.setting == name and d.layer is not Layer.LEAVE)
    return found


LOADED = "from prefect.blocks.system import Secret\ndef other():\n    return Secret.load('{block}').get()\n"
PLACEHOLDER = "'{{ prefect.blocks.secret.api-key-of-the-shop }}'"


@pytest.mark.parametrize(
    ("shop", "env", "block"),
    [
        (LOADED.format(block="api-key"), "A: b", "api-key"),
        ("", f"API_KEY: {PLACEHOLDER}", "api-key-of-the-shop"),
    ],
)
def test_the_block_is_used_and_nobody_is_asked_for_its_value(
    make_repository: MakeRepository, shop: str, env: str, block: str
) -> None:
    plan = planned(make_repository, "os.environ['API_KEY']", shop, env)
    found = decision(plan, "API_KEY")
    assert (found.layer, found.confidence, found.block) == (Layer.SECRET, Confidence.REVIEW, block)
    assert f"in the block {block} already" in found.reason
    assert plan.questions == ()


@pytest.mark.parametrize("shop", ["", LOADED.format(block="api-keys"), LOADED.replace("Secret", "Webhook")])
def test_a_setting_without_a_block_gets_a_name_of_its_own(make_repository: MakeRepository, shop: str) -> None:
    plan = planned(make_repository, "os.environ['API_KEY']", shop.format(block="api-key"))
    assert decision(plan, "API_KEY").block == "till-api-key"
    assert [q.setting for q in plan.questions] == ["API_KEY"]


def test_what_the_repository_keeps_in_a_block_is_a_secret(make_repository: MakeRepository) -> None:
    found = decision(planned(make_repository, "os.environ['SHOP_HOST']", LOADED.format(block="shop-host")), "SHOP_HOST")
    assert (found.layer, found.sensitive) == (Layer.SECRET, True)
    assert "the block shop-host already" in found.reason


def test_what_deployments_set_already_needs_nothing(make_repository: MakeRepository) -> None:
    plan = planned(make_repository, "os.environ['REGION']", env="REGION: north")
    found = decision(plan, "REGION")
    assert (found.layer, found.confidence) == (Layer.DEPLOYMENT, Confidence.SURE)
    assert (found.targets, plan.questions) == ((), ())


def entry_of(make_repository: MakeRepository, env: str, shop: str) -> Decision:
    files = {"etl.py": FLOW.format(body="shop.other()"), "shop.py": shop, ".env": env}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    (found,) = plan.decisions
    return found


def test_an_entry_that_only_its_block_stands_for_is_the_value_of_the_block(make_repository: MakeRepository) -> None:
    found = entry_of(make_repository, "API_KEY=k9Xw2Lq7Zt\n", LOADED.format(block="api-key"))
    assert (found.layer, found.confidence, found.block) == (Layer.SECRET, Confidence.REVIEW, "api-key")
    assert found.source is not None
    (save,) = server_actions((found,), AS_USUAL)
    assert isinstance(save, SaveSecret)
    assert save.for_get


def test_an_entry_without_a_block_or_a_reader_stays(make_repository: MakeRepository) -> None:
    found = entry_of(make_repository, "API_KEY=k9Xw2Lq7Zt\n", LOADED.format(block="other-key"))
    assert (found.layer, found.rule) == (Layer.LEAVE, "unread")


@pytest.mark.parametrize(
    "save",
    [
        "Secret(value=os.environ['API_KEY']).save('shop-key')",
        "key = Secret(value=os.environ['API_KEY'])\nkey.save(name='shop-key', overwrite=True)",
    ],
)
def test_an_entry_that_a_script_makes_a_block_from_is_a_secret(make_repository: MakeRepository, save: str) -> None:
    script = f"import os\nfrom prefect.blocks.system import Secret\n{save}\n"
    files = {"etl.py": FLOW.format(body="1"), "shop.py": "", "ops/blocks.py": script, ".env": "API_KEY=k9Xw2Lq7Zt\n"}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    found = decision(plan, "API_KEY")
    assert (found.layer, found.rule, found.confidence) == (Layer.SECRET, "block/provisioned", Confidence.REVIEW)
    assert [site.path for site in found.sites] == [".env"]
    assert "ops/blocks.py:" in found.reason


@pytest.mark.parametrize(
    "script",
    [
        "import os\nos.environ['API_KEY']\n",
        "import os\nfrom shop import Secret\nSecret(value=os.environ['API_KEY']).save('x')\n",
        "import os\nfrom prefect.blocks.system import Secret\nSecret(value='x')\nos.environ['API_KEY']\n",
    ],
)
def test_an_entry_of_another_script_stays(make_repository: MakeRepository, script: str) -> None:
    files = {"etl.py": FLOW.format(body="1"), "shop.py": "", "ops/blocks.py": script, ".env": "API_KEY=k9Xw2Lq7Zt\n"}
    plan = make_plan(scan_repository(make_repository(files)), Policy(), Answers({}))
    assert {d.layer for d in plan.decisions} == {Layer.LEAVE}
