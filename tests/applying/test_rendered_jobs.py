"""Each worker type's template with what envlift merges into it, rendered by Prefect's own worker class."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from envlift.actions import placeholder
from envlift.applying.platform_secrets import PLATFORMS, with_secrets
from envlift.applying.pool_templates import merged, pool_state
from envlift.applying.prefect_server import save_secret
from envlift.concealed import Concealed
from envlift.proving.loopback import LoopbackServer

WORKERS = Path(__file__).resolve().parents[2] / ".venv-workers" / "bin" / "python"
RENDER = Path(__file__).with_name("render_jobs.py")
TYPES = ("process", "docker", "kubernetes", "ecs", "cloud-run", "cloud-run-v2", "vertex-ai", "azure-container-instance")
# A text of which a decoding reader would make an int.
TOKEN = "8461937250"
NAMES = ("REGION", "TOKEN", "PIN", "OF_DEPLOYMENT")
FROM_PLATFORM = {
    "kubernetes": {"secretKeyRef": {"name": "shop-pin", "key": "PIN"}},
    "ecs": "shop-pin",
    "cloud-run-v2": {"secretKeyRef": {"secret": "shop-pin", "version": "latest"}},
}

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not WORKERS.exists(), reason="`make test` makes the environment with the worker classes"),
]


@pytest.fixture(scope="module")
def surroundings(prefect_server: LoopbackServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the worker classes: our server, and no cloud behind made-up credentials."""
    credentials = tmp_path_factory.mktemp("credentials") / "google.json"
    account = {"type": "authorized_user", "client_id": "x", "client_secret": "x", "refresh_token": "x"}
    credentials.write_text(json.dumps({**account, "quota_project_id": "x"}))
    google = {"GOOGLE_APPLICATION_CREDENTIALS": str(credentials)}
    return {**prefect_server.environment(), **google, "AWS_DEFAULT_REGION": "eu-west-1"}


def run(surroundings: dict[str, str], *arguments: str, given: object = None) -> Any:
    done = subprocess.run(
        [str(WORKERS), str(RENDER), *arguments],
        input=json.dumps(given),
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def templates(surroundings: dict[str, str]) -> dict[str, Any]:
    """The templates that new pools of each type get from their workers."""
    found: dict[str, Any] = run(surroundings, "--templates")
    return found


def test_containers_get_defaults_and_blocks_and_what_their_deployment_sets(
    templates: dict[str, Any], surroundings: dict[str, str], prefect_api: LoopbackServer
) -> None:
    """And of those whose platform holds secrets, a reference to what it holds."""
    save_secret("rendered-token", Concealed(TOKEN), for_get=False, overwrite=True)
    wanted = {"REGION": Concealed("eu"), "TOKEN": Concealed(placeholder("rendered-token"))}
    fed = {t: merged(pool_state("etl", t, templates[t]), templates[t], wanted, ()).template for t in TYPES}
    named = {}
    for worker_type in PLATFORMS:
        state = pool_state("etl", worker_type, templates[worker_type])
        both = merged(state, templates[worker_type], {"REGION": Concealed("eu")}, ()).template
        named[worker_type] = with_secrets(pool_state("etl", worker_type, both), both, {"PIN": "shop-pin"}, ()).template
    seen, referring = run(surroundings, given=[fed, named])
    assert {worker_type: {n: seen[worker_type].get(n) for n in NAMES} for worker_type in TYPES} == {
        worker_type: {"REGION": "eu", "TOKEN": TOKEN, "PIN": None, "OF_DEPLOYMENT": "1"} for worker_type in TYPES
    }
    assert {worker_type: {n: referring[worker_type].get(n) for n in NAMES} for worker_type in PLATFORMS} == {
        worker_type: {"REGION": "eu", "TOKEN": None, "PIN": reference, "OF_DEPLOYMENT": "1"}
        for worker_type, reference in FROM_PLATFORM.items()
    }
