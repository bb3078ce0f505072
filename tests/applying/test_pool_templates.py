"""Environment defaults in base job templates: those that Prefect ships, and those that people have changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import prefect
import pytest

from envlift.applying.pool_templates import merged, pool_state, write_template
from envlift.applying.server_state import SaveOutcome
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode

# The templates of all worker types that a server knows without asking anybody.
SHIPPED = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
TEMPLATES: dict[str, dict[str, Any]] = {
    worker["type"]: worker["default_base_job_configuration"]
    for package in json.loads(SHIPPED.read_text(encoding="utf-8")).values()
    for worker in package.values()
    if worker.get("default_base_job_configuration")
}
TYPES = ("process", "docker", "kubernetes", "ecs", "cloud-run", "cloud-run-v2", "vertex-ai", "azure-container-instance")
WANTED = {"REGION": Concealed("eu"), "TOKEN": Concealed("{{ prefect.blocks.secret.shop-token }}")}


@pytest.mark.parametrize("worker_type", TYPES)
def test_each_shipped_template_takes_defaults_and_nothing_else_of_it_changes(worker_type: str) -> None:
    before = TEMPLATES[worker_type]
    untouched = copy.deepcopy(before)
    outcome = merged(pool_state("etl", worker_type, before), before, WANTED, ())
    assert before == untouched
    assert outcome.of(SaveOutcome.CREATED) == ("REGION", "TOKEN")
    after: Any = copy.deepcopy(outcome.template)
    assert after["variables"]["properties"]["env"].pop("default") == {
        name: value.reveal() for name, value in WANTED.items()
    }
    before["variables"]["properties"]["env"].pop("default", None)
    assert after == before


def template(env: dict[str, Any], configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    used = {"env": "{{ env }}"} if configuration is None else configuration
    return {"variables": {"properties": {"env": env}}, "job_configuration": used}


@pytest.mark.parametrize(
    "refused",
    [
        template({"type": "array"}),
        template({"type": "object", "default": [{"name": "A", "value": "1"}]}),
        template({"type": "object"}, {"env": {"A": "1"}}),
        template({}),
        {},
    ],
)
def test_a_template_in_which_a_default_reaches_no_run_is_refused(refused: dict[str, Any]) -> None:
    with pytest.raises(EnvliftError) as error:
        merged(pool_state("etl", "kubernetes", refused), refused, WANTED, ())
    assert error.value.exit_code is ExitCode.REFUSED
    assert "etl" in error.value.message


def test_what_is_there_stays_unless_its_name_is_told() -> None:
    there = template({"type": "object", "default": {"REGION": "us", "OTHER": 7, "NONE": None}})
    state = pool_state("etl", "process", there)
    kept = merged(state, there, WANTED, ())
    assert (kept.of(SaveOutcome.DIFFERS), kept.of(SaveOutcome.CREATED)) == (("REGION",), ("TOKEN",))
    assert kept.template["variables"]["properties"]["env"]["default"]["REGION"] == "us"
    told = merged(state, there, WANTED, ("REGION",))
    assert told.of(SaveOutcome.OVERWRITTEN) == ("REGION",)
    assert told.template["variables"]["properties"]["env"]["default"] == {
        "REGION": "eu",
        "OTHER": 7,
        "NONE": None,
        "TOKEN": WANTED["TOKEN"].reveal(),
    }


def test_a_template_is_a_file_of_its_pool(tmp_path: Path) -> None:
    there = template({"type": "object"})
    write_template(tmp_path / "new" / "pools", merged(pool_state("étl pool", "process", there), there, WANTED, ()))
    (file,) = (tmp_path / "new" / "pools").iterdir()
    assert file.name == "étl pool.json"
    assert json.loads(file.read_text(encoding="utf-8"))["job_configuration"] == {"env": "{{ env }}"}


@pytest.mark.parametrize("name", ["../outside", "a/b"])
def test_a_pool_whose_name_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    there = template({"type": "object"})
    with pytest.raises(EnvliftError):
        write_template(tmp_path / "pools", merged(pool_state(name, "process", there), there, WANTED, ()))
    assert not list(tmp_path.rglob("*.json"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    there = template({"type": "object"})
    with pytest.raises(EnvliftError, match=r"etl\.json"):
        write_template(tmp_path / "file", merged(pool_state("etl", "process", there), there, WANTED, ()))


def test_where_a_file_cannot_take_its_place_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "etl.json").mkdir()
    there = template({"type": "object"})
    with pytest.raises(EnvliftError):
        write_template(tmp_path, merged(pool_state("etl", "process", there), there, WANTED, ()))
    assert [entry.name for entry in tmp_path.iterdir()] == ["etl.json"]
