"""Code and prefect.yaml against the plan: what a verification finds on disk alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.verifying.conftest import FILES, FLOW, TOKEN, YAML, Make, Migrated

from envlift.cli.survey import survey
from envlift.plan import Confidence, Finding
from envlift.verifying.tree import Tree
from envlift.verifying.verify import verify

Migrate = Callable[..., Migrated]


def test_a_migrated_repository_agrees(migrate: Migrate) -> None:
    done = migrate()
    assert done.found() == {}
    (done.root / ".env").unlink()  # nothing needs it any more
    assert done.found() == {}


@pytest.mark.parametrize(
    ("path", "old", "new", "rule", "where"),
    [
        ("flows.py", 'Secret.load("crm-token")', 'Secret.load("crm-tokn")', "unknown-block", "flows.py:9"),
        ("flows.py", 'Secret.load("crm-token").get()', 'os.environ["CRM_TOKEN"]', "not-applied", "flows.py:9"),
        ("flows.py", "print(os", 'print(os.environ["NEW_ONE"], os', "no-layer", "flows.py:8"),
        ("flows.py", "print(os", 'print(os.getenv("NEW_ONE"), os', "no-layer", "flows.py:8"),
        (
            "flows.py",
            "print(os",
            'print("https://u:Zq8vT3nR6y@db.internal/x", os',
            "hardcoded-secret",
            "flows.py:8",
        ),
        ("prefect.yaml", "CHUNK_DAYS:", "OTHER_DAYS:", "not-applied", "prefect.yaml:3"),
        ("prefect.yaml", "name: hourly", "name: nightly", "unknown-deployment", "prefect.yaml:0"),
        ("prefect.yaml", "CHUNK_DAYS:", 'API_HOST: "x", CHUNK_DAYS:', "shadowed", "flows.py:8"),
        (
            "prefect.yaml",
            "CHUNK_DAYS:",
            f'CRM_SECRET: "{TOKEN}", CHUNK_DAYS:',
            "secret-in-clear",
            "prefect.yaml:5",
        ),
    ],
)
def test_what_is_broken_is_found(migrate: Migrate, path: str, old: str, new: str, rule: str, where: str) -> None:
    done = migrate()
    done.edit(path, old, new)
    found = done.found()
    assert found.get(rule) == where, found


@pytest.mark.parametrize(("name", "clear"), [("REGION_CODE", True), ("SHOP_PASSWORD", False)])
def test_nobody_is_told_to_put_a_secret_into_job_variables(migrate: Migrate, name: str, *, clear: bool) -> None:
    done = migrate()
    done.edit("flows.py", "print(os", f'print(os.environ["{name}"], os')
    verified = done.verified()
    (remedy,) = (f.remedy for f in verified.findings if f.rule == "no-layer")
    assert ("job variables" in remedy, "Secret block" in remedy) == (clear, not clear)


def test_what_is_planned_without_a_value_is_told_so(migrate: Migrate) -> None:
    done = migrate()
    done.edit("flows.py", "print(os", 'print(os.environ["REGION_CODE"], os')
    renewed = replace(done, plan=survey(done.root, ("REGION_CODE=pool_default",)).plan)
    (remedy,) = (f.remedy for f in renewed.verified().findings if f.rule == "no-layer")
    assert "the plan has a layer for it and no value" in remedy


@pytest.mark.parametrize(
    "read",
    [
        'os.environ.get("NEW_ONE", "x")',
        'os.getenv("NEW_ONE") or "x"',
        'os.environ["HOME"]',
        '"x" if os.getenv("NEW_ONE") is None else "y"',
    ],
)
def test_a_read_that_does_without_needs_no_layer(migrate: Migrate, read: str) -> None:
    done = migrate()
    done.edit("flows.py", "print(os", f"print({read}, os")
    assert done.found() == {}


def test_a_variable_that_the_code_sets_itself_needs_no_layer(migrate: Migrate) -> None:
    done = migrate()
    done.edit("flows.py", "    print(os", '    os.environ["NEW_ONE"] = "x"\n    print(os.environ["NEW_ONE"], os')
    assert done.found() == {}


def test_a_file_that_no_clone_has_is_no_layer(migrate: Migrate) -> None:
    done = migrate()
    done.edit("flows.py", "print(os", 'print(os.environ["NEW_ONE"], os')
    (done.root / ".env").write_text("NEW_ONE=1\n")
    (finding,) = done.verified().findings
    assert (finding.rule, finding.path, finding.line) == ("only-dotenv", "flows.py", 8)
    assert ".env:1" in finding.message
    assert "hourly" in finding.message
    assert "weekly" not in finding.message, "its flow does not read it"


WORKER = """
services:
  worker:
    command: prefect worker start --pool crm-pool
    environment: {NEW_ONE: "1"}
"""


@pytest.mark.parametrize(
    "given",
    [
        {"Dockerfile": "FROM prefecthq/prefect:3-latest\nENV NEW_ONE=1\n"},
        {"compose.yaml": WORKER},
    ],
    ids=["image", "worker"],
)
def test_what_starts_runs_may_give_a_variable(migrate: Migrate, given: dict[str, str]) -> None:
    done = migrate(given)
    done.edit("flows.py", "print(os", 'print(os.environ["NEW_ONE"], os')
    assert done.found() == {}


def test_what_serve_runs_has_the_environment_of_its_process(make_repository: Make) -> None:
    served = FLOW + '\nif __name__ == "__main__":\n    sync.serve(name="here")\n'
    root = make_repository({"flows.py": served, ".env": FILES[".env"]})
    found = survey(root)
    verified = verify(Tree(root, found.inventory, found.plan, None), with_server=False)
    assert verified.findings == ()
    assert any("serve()" in note for note in verified.notes)


def test_what_a_serving_process_must_be_started_with_is_told_and_not_taken_for_done(make_repository: Make) -> None:
    served = "import os\nfrom prefect import flow\nCLIENT = client(os.environ['CRM_TOKEN'])\n\n@flow\ndef sync():\n"
    served += '    CLIENT.go()\n\nif __name__ == "__main__":\n    sync.serve(name="here")\n'
    root = make_repository({"flows.py": served, ".env": "CRM_TOKEN=q7Rw2Lk9vX\n"})
    found = survey(root)
    verified = verify(Tree(root, found.inventory, found.plan, found.plan, Confidence.REVIEW), with_server=False)
    (note,) = (note for note in verified.notes if "CRM_TOKEN" in note)
    assert "Not seen from here" in note and "the process that serves here (flows.py)" in note


def test_without_a_plan_the_tree_speaks_for_itself(make_repository: Make) -> None:
    root = make_repository(FILES)
    found = survey(root)
    verified = verify(Tree(root, found.inventory, found.plan, None), with_server=False)
    assert {f.rule for f in verified.findings} == {"only-dotenv"}
    assert any("no saved plan" in note for note in verified.notes)


def test_a_plan_that_was_never_applied_is_told_place_by_place(make_repository: Make) -> None:
    root = make_repository(FILES)
    found = survey(root)
    verified = verify(Tree(root, found.inventory, found.plan, found.plan), with_server=False)
    told = {(f.rule, f.path, f.line) for f in verified.findings}
    assert told == {("not-applied", "flows.py", 8), ("not-applied", "prefect.yaml", 3)}


AT_IMPORT = """
import os
from prefect import flow

CLIENT = make(os.environ["CRM_TOKEN"])

@flow
def sync():
    CLIENT.run()
"""
STEPS = """
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: /srv/crm
deployments:
  - name: hourly
    entrypoint: flows.py:sync
"""


def test_a_pull_step_that_lost_a_secret_is_found(migrate: Migrate) -> None:
    done = migrate({"flows.py": AT_IMPORT, "prefect.yaml": STEPS})
    assert "environment_step.py" in (done.root / "prefect.yaml").read_text()
    assert done.found() == {}
    done.edit("prefect.yaml", "secret.crm-token", "secret.other-token")
    assert done.found() == {"not-applied": "prefect.yaml:9"}


def test_no_finding_shows_a_value(migrate: Migrate) -> None:
    done = migrate()
    done.edit("flows.py", 'Secret.load("crm-token").get()', f'"{TOKEN}"')
    done.edit("prefect.yaml", "CHUNK_DAYS:", f'CRM_SECRET: "{TOKEN}", API_HOST: "shadow.internal", CHUNK_DAYS:')
    findings = done.verified().findings
    assert {"secret-in-clear", "shadowed"} <= {f.rule for f in findings}
    assert [f for f in findings if TOKEN in said(f) or "internal" in said(f)] == []


def said(finding: Finding) -> str:
    return f"{finding.message} {finding.remedy}"


def test_yaml_is_as_the_migration_leaves_it(migrate: Migrate) -> None:
    """What the lines above stand on."""
    text = (migrate().root / "prefect.yaml").read_text()
    assert text.startswith(YAML.partition("work_pool")[0])
    assert text.count("CHUNK_DAYS") == 1


FIELDS = """
from prefect import flow
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    api_host: str
    chunk_days: int

@flow
def sync():
    print(Settings())
"""


def test_a_settings_class_that_spells_its_fields_in_lower_case(migrate: Migrate) -> None:
    done = migrate({"flows.py": FIELDS})
    (done.root / ".env").unlink()
    assert done.found() == {}
    done.edit("flows.py", "    chunk_days", "    new_one: str\n    chunk_days")
    assert done.found() == {"no-layer": "flows.py:7"}
