"""Which tests of a repository a migration makes fail, and that the proposed fixture makes them pass again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import apply_plan
from envlift.failing_tests import failing_tests, fixture_for
from envlift.plan import Confidence, Plan
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import Policy, parse_answers
from envlift.proving.loopback import LoopbackServer
from envlift.rendering import FORMATS
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import AS_USUAL, Loading

MakeRepository = Callable[[Mapping[str, str]], Path]

FLOWS = """
    import os
    from prefect import flow

    SHOP_TOKEN = os.environ["SHOP_TOKEN"]


    def headers():
        return {"Authorization": f"Bearer {SHOP_TOKEN}", "Pin": os.environ["SHOP_PIN"], "Region": os.environ["REGION"]}


    @flow
    def etl():
        return headers()
"""
TESTS = """
    import os
    from unittest.mock import patch

    os.environ["SHOP_TOKEN"] = "t0k-1"

    from flows import headers


    def test_headers(monkeypatch):
        monkeypatch.setenv("SHOP_PIN", "0815")
        monkeypatch.setenv("REGION", "north")
        assert headers() == {"Authorization": "Bearer t0k-1", "Pin": "0815", "Region": "north"}


    @patch.dict(os.environ, {"SHOP_PIN": "4711", "REGION": "south"})
    def test_another_pin():
        assert headers()["Pin"] == "4711"
"""


def planned(root: Path, *answers: str) -> Plan:
    return make_plan(scan_repository(root), Policy(), parse_answers(answers))


def places(plan: Plan, lowest: Confidence = Confidence.REVIEW) -> list[tuple[int, str, str]]:
    found = failing_tests(plan, lowest)
    assert {test.path for test in found} <= {"tests/test_flows.py"}
    return [(test.line, test.setting, test.block) for test in found]


def test_each_place_that_sets_what_moves_is_listed(make_repository: MakeRepository) -> None:
    plan = planned(make_repository({"flows.py": FLOWS, "tests/test_flows.py": TESTS}))
    expected = [(5, "SHOP_TOKEN", "shop-token"), (11, "SHOP_PIN", "shop-pin"), (16, "SHOP_PIN", "shop-pin")]
    assert places(plan) == expected
    document = json.loads(FORMATS["json"].plan(plan, ()))
    listed = document["failing_tests"]
    assert [(t["path"], t["line"], t["setting"], t["block"]) for t in listed] == [
        ("tests/test_flows.py", *place) for place in expected
    ]
    assert "prefect_test_harness" in document["fixture"]
    assert '"shop-pin": "what the tests set SHOP_PIN to"' in document["fixture"]
    assert places(load_plan(dump_plan(plan), "plan.yaml")) == expected


@pytest.mark.parametrize(
    "test",
    [
        'import os\nos.environ["REGION"] = "north"\n',
        'import os\nassert "SHOP_PIN" not in os.environ\n',
        "import os\nwanted = os.environ.get('SHOP_PIN')\n",
        "def test(monkeypatch):\n    monkeypatch.setenv('OTHER_PIN', '1')\n",
        "def test(monkeypatch):\n    monkeypatch.setitem(settings, 'SHOP_PIN', '1')\n",
    ],
)
def test_what_sets_nothing_that_moves_is_not_listed(make_repository: MakeRepository, test: str) -> None:
    plan = planned(make_repository({"flows.py": FLOWS, "tests/test_flows.py": test}))
    assert places(plan) == []
    document = json.loads(FORMATS["json"].plan(plan, ()))
    assert (document["failing_tests"], document["fixture"]) == ([], None)


def test_where_blocks_are_read_as_they_are_the_fixture_stores_them_so(make_repository: MakeRepository) -> None:
    found = failing_tests(
        planned(make_repository({"flows.py": FLOWS, "tests/test_flows.py": TESTS})), Confidence.REVIEW
    )
    assert "Secret(value=json.dumps(value))" in fixture_for(found, AS_USUAL)
    assert "json" not in fixture_for(found, Loading(exact=True))


def test_what_stays_an_environment_variable_makes_no_test_fail(make_repository: MakeRepository) -> None:
    root = make_repository({"flows.py": FLOWS, "tests/test_flows.py": TESTS})
    plan = planned(root, "SHOP_TOKEN=secret_env", "SHOP_PIN=leave")
    assert places(plan) == []
    assert fixture_for(failing_tests(plan, Confidence.REVIEW), AS_USUAL) == ""


def test_what_a_run_does_not_carry_out_makes_no_test_fail(make_repository: MakeRepository) -> None:
    lines = FLOWS.replace(
        'os.environ["SHOP_TOKEN"]\n', 'os.environ["SHOP_TOKEN"]\n    if not SHOP_TOKEN:\n        raise SystemExit\n'
    )
    plan = planned(make_repository({"flows.py": lines, "tests/test_flows.py": TESTS}), "SHOP_PIN=secret")
    assert [name for _, name, _ in places(plan, Confidence.REVIEW)] == ["SHOP_TOKEN", "SHOP_PIN", "SHOP_PIN"]
    assert [name for _, name, _ in places(plan, Confidence.SURE)] == ["SHOP_PIN", "SHOP_PIN"]


def passes(root: Path, server: LoopbackServer) -> bool:
    """Whether the repository's own tests pass, in a process of their own."""
    environment = {**os.environ, "PREFECT_API_URL": server.api_url, "PYTHONPATH": str(root)}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "tests"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1, 2), run.stdout
    return run.returncode == 0


@pytest.mark.server
def test_the_fixture_makes_the_tests_pass(make_repository: MakeRepository, prefect_server: LoopbackServer) -> None:
    root = make_repository({"flows.py": FLOWS, "tests/test_flows.py": TESTS})
    assert passes(root, prefect_server)
    plan = planned(root)
    apply_plan(root, plan, Confidence.REVIEW, allow_dirty=True)
    assert not passes(root, prefect_server)

    fixture = fixture_for(failing_tests(plan, Confidence.REVIEW), plan.loading)
    for setting, value in {"SHOP_TOKEN": "t0k-1", "SHOP_PIN": "0815"}.items():
        assert f'"what the tests set {setting} to"' in fixture
        fixture = fixture.replace(f"what the tests set {setting} to", value)
    (root / "tests" / "conftest.py").write_text(fixture)
    # A test with a value of its own says so to the block.
    own = 'from conftest import save_secret\n    save_secret("shop-pin", "4711")\n    assert headers()["Pin"] == "4711"'
    tests = (root / "tests" / "test_flows.py").read_text()
    (root / "tests" / "test_flows.py").write_text(tests.replace('assert headers()["Pin"] == "4711"', own))
    assert passes(root, prefect_server)
