"""The way in which all code of a project loads blocks, from the policy and the oldest Prefect to the rewritten line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.actions import SaveSecret, server_actions
from envlift.applying.apply import preview
from envlift.plan import Confidence, accepted
from envlift.planning.loading import loading_for
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import AS_USUAL, Loading

MakeRepository = Callable[[Mapping[str, str]], Path]
FLOWS = """\
import os
from prefect import flow


@flow
def sync_flow():
    return os.environ["SHOP_TOKEN"]


@flow
async def async_flow():
    return os.environ["SHOP_TOKEN"]
"""


@pytest.mark.parametrize(
    ("prefect", "exact", "loading"),
    [
        (None, False, AS_USUAL),
        (None, True, Loading(exact=True)),
        ((3, 1, 7), False, AS_USUAL),
        ((4,), False, AS_USUAL),
        ((3, 1, 6), False, Loading(has_aload=False)),
        ((3,), False, Loading(has_aload=False)),
        ((3,), True, Loading(exact=True, has_aload=False)),
        ((2, 20, 27), False, Loading(exact=True, has_aload=False)),
    ],
)
def test_the_oldest_prefect_decides(prefect: tuple[int, ...] | None, *, exact: bool, loading: Loading) -> None:
    assert loading_for(prefect, exact=exact) == loading


@pytest.mark.parametrize(
    ("requirement", "policy", "sync_code", "async_code", "for_get"),
    [
        ("prefect>=3.4", Policy(), 'load("shop-token", _sync=True).get()', 'aload("shop-token")).get()', True),
        (
            "prefect>=3.0",
            Policy(),
            'load("shop-token", _sync=True).get()',
            '(await Secret.load("shop-token")).get',
            True,
        ),
        (
            "prefect==2.19.0",
            Policy(),
            'load("shop-token", _sync=True).value.get_secret_value()',
            '(await Secret.load("shop-token")).value.get_secret_value()',
            False,
        ),
        (
            "prefect>=3.4",
            Policy(exact=True),
            'load("shop-token", _sync=True).value.get_secret_value()',
            '(await Secret.aload("shop-token")).value.get_secret_value()',
            False,
        ),
    ],
)
def test_code_and_block_agree_on_the_text(
    make_repository: MakeRepository, requirement: str, policy: Policy, sync_code: str, async_code: str, *, for_get: bool
) -> None:
    root = make_repository(
        {"flows.py": FLOWS, ".env": "SHOP_TOKEN=q7Rw2Lk9vB\n", "requirements.txt": f"{requirement}\n"}
    )
    plan = make_plan(scan_repository(root), policy, Answers())
    assert load_plan(dump_plan(plan), "plan") == plan
    (change,) = preview(root, plan, Confidence.SURE).changes
    assert sync_code in change.after.decode()
    assert async_code in change.after.decode()
    (saved,) = server_actions(accepted(plan, Confidence.SURE), plan.loading)
    assert isinstance(saved, SaveSecret)
    assert saved.for_get is for_get
