"""What beats the layer that the plan names, by the versions of Prefect that order them otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.verifying.conftest import FLOW, Migrated

from envlift.precedence import Version

Migrate = Callable[..., Migrated]

WORKER = """
services:
  worker:
    command: prefect worker start --pool crm-pool
    environment:
      API_HOST: elsewhere
"""


def test_a_leftover_file_that_overrides_hides_the_pool(migrate: Migrate) -> None:
    done = migrate({"flows.py": f"from dotenv import load_dotenv\nload_dotenv(override=True)\n{FLOW}"})
    hidden = [f for f in done.verified().findings if f.rule == "shadowed"]
    assert [".env, override=True" in f.message for f in hidden] == [True, True]
    assert {f.message.partition(" ")[0] for f in hidden} == {"API_HOST", "CHUNK_DAYS"}
    (done.root / ".env").unlink()
    assert set(done.found()) == {"dotenv-override"}, "another .env may lie where the flow runs"


@pytest.mark.parametrize(
    ("version", "hidden"),
    [(None, False), ((3, 2, 15), False), ((3, 4, 25), True), ((3, 6, 26), True), ((3, 6, 29), False)],
)
def test_a_workers_own_variable(migrate: Migrate, version: Version | None, hidden: bool) -> None:
    done = migrate({"compose.yaml": WORKER})
    found = [f for f in done.verified(version=version).findings if f.rule == "shadowed"]
    assert bool(found) is hidden
    for finding in found:
        assert "on process workers" in finding.message
        assert "compose.yaml:6" in finding.message
        assert "3.3 to 3.6.28" in finding.message


def test_the_projects_own_lock_tells_the_version(migrate: Migrate) -> None:
    done = migrate({"compose.yaml": WORKER, "requirements.txt": "prefect>=3.0\n"})
    assert done.found() == {}, "a range says nothing of the version that runs"
    lock = '[[package]]\nname = "prefect"\nversion = "3.4.25"\n'
    (done.root / "uv.lock").write_text(lock)
    assert set(done.found()) == {"shadowed"}
    assert done.verified().version == (3, 4, 25)


SHARING = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_HOST"], os.environ.get("CHUNK_DAYS", "1")
"""
TWO = """
deployments:
  - name: hourly
    entrypoint: flows.py:sync
    work_pool:
      name: crm-pool
      job_variables: {env: {CHUNK_DAYS: "7"}}
  - name: weekly
    entrypoint: flows.py:sync
    work_pool: {name: crm-pool}
"""


@pytest.mark.parametrize(
    ("version", "leaks"), [(None, False), ((3, 4, 18), False), ((3, 6, 20), True), ((3, 6, 22), False)]
)
def test_a_variable_of_one_deployment_that_another_one_reads(
    migrate: Migrate, version: Version | None, leaks: bool
) -> None:
    done = migrate({"flows.py": SHARING, "prefect.yaml": TWO, ".env": "API_HOST=crm.internal\n"})
    found = done.found(version=version)
    assert found == ({"leaking-env": "prefect.yaml:3"} if leaks else {})


def test_what_nobody_else_reads_leaks_into_nothing(migrate: Migrate) -> None:
    assert migrate().found(version=(3, 6, 20)) == {}, "only hourly's flow reads CHUNK_DAYS"


def test_notes_tell_what_a_version_does(migrate: Migrate) -> None:
    done = migrate()
    assert not any("worker beats" in note for note in done.verified().notes)
    assert any("process worker beats" in note for note in done.verified(version=(3, 4, 0)).notes)
