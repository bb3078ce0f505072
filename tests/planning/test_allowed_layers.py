"""The policy can close layers: what would go there takes its next place, for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import EnvliftError
from envlift.plan import Confidence, Decision, Layer
from envlift.planning.planner import make_plan
from envlift.policy import Answer, Answers, Policy
from envlift.scanning.repository import scan_repository

Make = Callable[[Mapping[str, str]], Path]
FILES = {
    "flows.py": """
        import os
        from prefect import flow

        @flow
        def sync():
            return os.environ["API_TOKEN"], os.environ["REGION"], os.environ["HOME"]
    """,
    "prefect.yaml": """
        deployments:
          - name: sync
            entrypoint: flows.py:sync
            work_pool: {name: pool}
    """,
    ".env": "API_TOKEN=tok_hunter2hunter2\nREGION=eu\n",
}


def decisions(root: Path, layers: tuple[Layer, ...], answers: Answers | None = None) -> dict[str, Decision]:
    plan = make_plan(scan_repository(root), Policy(layers=layers), answers or Answers())
    return {d.setting: d for d in plan.decisions}


def test_all_are_open_unless_the_policy_says_so(make_repository: Make) -> None:
    found = decisions(make_repository(FILES), ())
    assert (found["API_TOKEN"].layer, found["REGION"].layer) == (Layer.SECRET, Layer.POOL_DEFAULT)
    assert found["API_TOKEN"].confidence is Confidence.SURE


def test_a_secret_goes_to_its_next_layer_and_a_person_looks(make_repository: Make) -> None:
    found = decisions(make_repository(FILES), (Layer.SECRET_ENV, Layer.POOL_DEFAULT))
    assert (found["API_TOKEN"].layer, found["API_TOKEN"].confidence) == (Layer.SECRET_ENV, Confidence.REVIEW)
    assert "the policy allows no secret" in found["API_TOKEN"].reason
    assert [site.edit for site in found["API_TOKEN"].sites if site.edit] == []
    assert (found["REGION"].layer, found["REGION"].confidence) == (Layer.POOL_DEFAULT, Confidence.SURE)


@pytest.mark.parametrize("layers", [(Layer.POOL_DEFAULT, Layer.DEPLOYMENT), (Layer.LEAVE,)])
def test_a_secret_never_goes_to_an_open_layer_that_would_show_it(
    make_repository: Make, layers: tuple[Layer, ...]
) -> None:
    found = decisions(make_repository(FILES), layers)
    assert found["API_TOKEN"].layer is Layer.LEAVE
    assert found["API_TOKEN"].confidence is Confidence.BY_HAND


def test_what_stays_stays(make_repository: Make) -> None:
    assert decisions(make_repository(FILES), (Layer.SECRET,))["HOME"].layer is Layer.LEAVE


def test_an_answer_with_a_closed_layer_is_refused(make_repository: Make) -> None:
    with pytest.raises(EnvliftError, match="the policy allows no secret_env") as caught:
        decisions(make_repository(FILES), (Layer.SECRET,), Answers({"API_TOKEN": Answer(Layer.SECRET_ENV)}))
    assert "secret or leave" in caught.value.hint
