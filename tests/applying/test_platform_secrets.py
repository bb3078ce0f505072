"""Secrets of a platform in base job templates: those that Prefect ships, and those that people have changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml

from envlift.applying.platform_secrets import PLATFORMS, with_secrets
from envlift.applying.pool_templates import PoolOutcome, merged, pool_state, write_template
from envlift.applying.server_state import SaveOutcome
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode

SHIPPED = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
TEMPLATES: dict[str, dict[str, Any]] = {
    worker["type"]: worker["default_base_job_configuration"]
    for package in json.loads(SHIPPED.read_text(encoding="utf-8")).values()
    for worker in package.values()
    if worker.get("default_base_job_configuration")
}
OLD_CLOUD_RUN = copy.deepcopy(TEMPLATES["cloud-run-v2"])
# The server's own copy is older than the worker's template, which has this variable since prefect-gcp 0.6.
TEMPLATES["cloud-run-v2"]["job_configuration"]["env_from_secrets"] = "{{ env_from_secrets }}"
TEMPLATES["cloud-run-v2"]["variables"]["properties"]["env_from_secrets"] = {"type": "object"}
SECRETS = {"API_TOKEN": "shop-api-token", "PIN": "shop-pin"}


def named(worker_type: str, template: Any, secrets: dict[str, str] = SECRETS, *overwrite: str) -> PoolOutcome:
    return with_secrets(pool_state("etl", worker_type, template), template, secrets, overwrite)


def removed(worker_type: str, template: Any) -> tuple[Any, Any]:
    """What a template holds for our secrets, and the template without it."""
    rest = copy.deepcopy(template)
    configuration = rest["job_configuration"]
    match worker_type:
        case "kubernetes":
            container = configuration["job_manifest"]["spec"]["template"]["spec"]["containers"][0]
            found, container["env"] = container["env"], "{{ env }}"
        case "ecs":
            found = configuration["task_definition"]["containerDefinitions"][0].pop("secrets")
        case _:
            found = rest["variables"]["properties"]["env_from_secrets"].pop("default")
    return found, rest


def from_secret(name: str, secret: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}


HELD = {
    "kubernetes": [from_secret("API_TOKEN", "shop-api-token"), from_secret("PIN", "shop-pin")],
    "ecs": [{"name": "API_TOKEN", "valueFrom": "shop-api-token"}, {"name": "PIN", "valueFrom": "shop-pin"}],
    "cloud-run-v2": {
        "API_TOKEN": {"secret": "shop-api-token", "version": "latest"},
        "PIN": {"secret": "shop-pin", "version": "latest"},
    },
}


@pytest.mark.parametrize("worker_type", PLATFORMS)
def test_a_shipped_template_names_the_secrets_and_nothing_else_of_it_changes(worker_type: str) -> None:
    before = TEMPLATES[worker_type]
    untouched = copy.deepcopy(before)
    outcome = named(worker_type, before)
    assert before == untouched
    assert outcome.of(SaveOutcome.CREATED) == ("API_TOKEN", "PIN")
    assert removed(worker_type, outcome.template) == (HELD[worker_type], before)
    assert [name for name, _ in outcome.tasks] == ["API_TOKEN", "PIN"]
    assert all(SECRETS[name] in task for name, task in outcome.tasks)


@pytest.mark.parametrize("worker_type", PLATFORMS)
def test_named_again_nothing_changes(worker_type: str) -> None:
    once = named(worker_type, TEMPLATES[worker_type])
    again = named(worker_type, once.template)
    assert again.template == once.template
    assert again.of(SaveOutcome.SAME) == ("API_TOKEN", "PIN")
    assert again.tasks == ()


@pytest.mark.parametrize("worker_type", PLATFORMS)
def test_another_secret_stays_unless_told(worker_type: str) -> None:
    before = named(worker_type, TEMPLATES[worker_type], {"PIN": "theirs"}).template
    kept = named(worker_type, before, {"PIN": "shop-pin"})
    assert (kept.of(SaveOutcome.DIFFERS), kept.template) == (("PIN",), before)
    assert named(worker_type, before, {"PIN": "shop-pin"}, "PIN").of(SaveOutcome.OVERWRITTEN) == ("PIN",)


@pytest.mark.parametrize("worker_type", PLATFORMS)
def test_a_default_of_the_same_name_stays_unless_told(worker_type: str) -> None:
    """The variable of a pool goes before the platform's: both at once would be the old one."""
    template = TEMPLATES[worker_type]
    fed = {"PIN": Concealed("{{ prefect.blocks.secret.shop-pin }}"), "REGION": Concealed("eu")}
    before = merged(pool_state("etl", worker_type, template), template, fed, ()).template
    kept = named(worker_type, before, {"PIN": "shop-pin"})
    assert (kept.of(SaveOutcome.DIFFERS), kept.template) == (("PIN",), before)
    told: Any = named(worker_type, before, {"PIN": "shop-pin"}, "PIN").template
    assert told["variables"]["properties"]["env"]["default"] == {"REGION": "eu"}


@pytest.mark.parametrize("worker_type", ["process", "docker", "cloud-run", "vertex-ai", "azure-container-instance"])
def test_workers_without_such_secrets_are_told(worker_type: str) -> None:
    with pytest.raises(EnvliftError, match="take no secrets from a platform") as caught:
        named(worker_type, TEMPLATES[worker_type])
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "secret-env-feed" in caught.value.hint


def changed(worker_type: str, *path: str | int, to: object) -> Any:
    template = copy.deepcopy(TEMPLATES[worker_type])
    place: Any = template
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return template


POD = ("job_configuration", "job_manifest", "spec", "template", "spec", "containers")


def test_variables_that_the_manifest_lists_already_stay() -> None:
    theirs = {"name": "TZ", "value": "UTC"}
    template = changed("kubernetes", *POD, 0, "env", to=[theirs])
    found, _ = removed("kubernetes", named("kubernetes", template, {"PIN": "shop-pin"}).template)
    assert found == [theirs, from_secret("PIN", "shop-pin")]


@pytest.mark.parametrize(
    ("worker_type", "template"),
    [
        ("kubernetes", changed("kubernetes", *POD, to=[])),
        ("kubernetes", changed("kubernetes", *POD, 0, "env", to="{{ my_env }}")),
        ("kubernetes", changed("kubernetes", "job_configuration", "env", to={"A": "1"})),
        ("kubernetes", {}),
        ("ecs", changed("ecs", "job_configuration", "task_definition", to="{{ task }}")),
        ("ecs", changed("ecs", "variables", "properties", "task_definition_arn", "default", to="arn:x")),
        ("cloud-run-v2", OLD_CLOUD_RUN),
        ("cloud-run-v2", changed("cloud-run-v2", "job_configuration", "env_from_secrets", to={})),
    ],
)
def test_a_template_built_in_another_way_is_left_to_a_person(worker_type: str, template: Any) -> None:
    with pytest.raises(EnvliftError, match="is not built as") as caught:
        named(worker_type, template)
    assert caught.value.exit_code is ExitCode.REFUSED


def test_the_manifest_of_kubernetes_holds_no_value(tmp_path: Path) -> None:
    write_template(tmp_path, named("kubernetes", TEMPLATES["kubernetes"]))
    text = (tmp_path / "etl.secrets.yaml").read_text()
    objects = list(yaml.safe_load_all(text))
    assert [o["metadata"]["name"] for o in objects] == ["shop-api-token", "shop-pin"]
    assert all(o.keys() == {"apiVersion", "kind", "metadata", "type"} for o in objects)
    assert "With the key API_TOKEN" in text


def test_other_platforms_have_no_manifest(tmp_path: Path) -> None:
    write_template(tmp_path, named("ecs", TEMPLATES["ecs"]))
    assert [file.name for file in tmp_path.iterdir()] == ["etl.json"]
