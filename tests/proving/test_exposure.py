"""What a server shows of secrets to everybody who may look at it."""

from __future__ import annotations

from typing import Any

import pytest

from envlift.cli.screen.proof_view import proof_view
from envlift.concealed import Concealed
from envlift.proving.exposure import exposed
from envlift.proving.flow_runs import Observed
from envlift.proving.loopback import LoopbackServer
from envlift.proving.proof import Proof, Side
from envlift.proving.records import Records

SECRET = "Xq3mT8vR5yN2wK7z"
HIDDEN = (Concealed(SECRET), Concealed("17"))


def shown(server: LoopbackServer, name: str) -> list[str]:
    """What is found of a test's own deployment."""
    return [place for place in exposed(server, HIDDEN) if place.endswith(f" {name}")]


def deployment(server: LoopbackServer, name: str, **more: Any) -> None:
    flow = server.api.post("/flows/", {"name": "exposing-flow"})
    server.api.post("/deployments/", {"name": name, "flow_id": flow["id"], **more})


@pytest.mark.server
@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"parameters": {"db": {"url": f"postgresql://u:{SECRET}@db/x"}}}, "parameters"),
        ({"tags": ["nightly", SECRET]}, "tags"),
        ({"job_variables": {"env": {"N": "17"}}}, "job_variables"),
        ({"parameter_openapi_schema": {"properties": {"key": {"default": SECRET}}}}, "parameter_openapi_schema"),
        ({"pull_steps": [{"step": {SECRET: "as a key"}}]}, "pull_steps"),
    ],
)
def test_a_secret_of_a_deployment_is_seen(prefect_server: LoopbackServer, more: dict[str, Any], place: str) -> None:
    deployment(prefect_server, f"exposing-{place}", **more)
    assert shown(prefect_server, f"exposing-{place}") == [f"{place} of deployment exposing-{place}"]


@pytest.mark.server
def test_what_tells_nothing_is_left(prefect_server: LoopbackServer, prefect_api: LoopbackServer) -> None:
    from prefect.blocks.system import Secret

    deployment(
        prefect_server,
        "harmless",
        parameters={"port": 1700, "day": "2017-01-17"},  # a short value stands somewhere by chance
        tags=["{{ prefect.blocks.secret.exposing }}"],
    )
    Secret(value=SECRET).save("exposing", overwrite=True, _sync=True)
    assert shown(prefect_server, "harmless") == []
    Secret.delete("exposing", _sync=True)
    assert prefect_api is prefect_server


def test_a_proof_counts_what_was_not_there_before() -> None:
    nothing = Observed((), Records((), ()))
    known, new = "tags of deployment f", "parameters of deployment f"
    proof = Proof(Side(nothing, exposed=(known,)), Side(nothing, exposed=(known, new)), ())
    said = " ".join(str(view) for view in proof_view(proof)[1:])
    assert proof.exposed == (new,)
    assert f"A secret stands in clear: {new}" in said
    assert known not in said
