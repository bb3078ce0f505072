"""The tests of a repository that set what moves into Secret blocks, and the fixture that makes them pass again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envlift.plan import Confidence, Layer, Plan, accepted
from envlift_codemods.edits import Loading

SET_BY_TEST = "set-by-test"
"""The rule of decisions that leave what a test does to the environment."""

_FIXTURE = '''\
"""conftest.py: a Prefect server with the blocks that the code loads."""

{json}import pytest
from prefect.blocks.system import Secret
from prefect.testing.utilities import prefect_test_harness

SECRETS = {{
{secrets}}}


def save_secret(block, value):
    """For a test that sets a value of its own."""
    Secret(value={value}).save(block, overwrite=True)


@pytest.fixture(scope="session", autouse=True)
def secret_blocks():
    with prefect_test_harness():
        for block, value in SECRETS.items():
            save_secret(block, value)
        yield
'''


@dataclass(frozen=True, slots=True, order=True)
class FailingTest:
    """A place where test code sets or deletes a variable that the rewritten code no longer reads.

    Args:
        path, line: Where.
        setting: The variable.
        block: The Secret block that the code loads instead.
    """

    path: str
    line: int
    setting: str
    block: str


def failing_tests(plan: Plan, lowest: Confidence) -> tuple[FailingTest, ...]:
    """The places in tests that a plan, carried out at a level of confidence, leaves without effect."""
    blocks = {
        d.setting: d.block
        for d in accepted(plan, max(lowest, Confidence.REVIEW))
        if d.layer is Layer.SECRET and any(site.edit is not None for site in d.sites)
    }
    places = ((site, d) for d in plan.decisions if d.rule == SET_BY_TEST for site in d.sites)
    found = {
        FailingTest(site.path, site.span.line, d.setting, blocks[d.setting])
        for site, d in places
        if d.setting in blocks
    }
    return tuple(sorted(found))


def fixture_for(found: Sequence[FailingTest], loading: Loading) -> str:
    """The text of a ``conftest.py`` under which the tests find blocks; empty where none fails. It holds no values."""
    if not found:
        return ""
    blocks = sorted({(test.block, test.setting) for test in found})
    secrets = "".join(f'    "{block}": "what the tests set {setting} to",\n' for block, setting in blocks)
    # Blocks decode JSON: a text such as 12345 would come back as a number.
    value = "value" if loading.exact else "json.dumps(value)"
    return _FIXTURE.format(json="" if loading.exact else "import json\n\n", secrets=secrets, value=value)
