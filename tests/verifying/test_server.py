"""A real server against tree and plan: what it lacks and what it holds otherwise; each thing broken, each found."""

from __future__ import annotations

import copy
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.verifying.conftest import FILES, TOKEN, Migrated, migrate_in_place
from tests.verifying.test_tree import AT_IMPORT, STEPS, Migrate

from envlift.applying.prefect_server import read_facts
from envlift.applying.push import push
from envlift.plan import Confidence
from envlift.proving.flow_runs import Subject, create_pools, deploy
from envlift.proving.loopback import LoopbackServer

pytestmark = pytest.mark.server

POOL = "crm-pool"
ENTRY = f"CRM_TOKEN={TOKEN}\n"


@dataclass(frozen=True, slots=True)
class Pushed:
    """A migrated repository that is pushed and deployed, and ways to change the server behind its back."""

    migrated: Migrated
    client: Any

    def found(self) -> dict[str, str]:
        return self.migrated.found(with_server=True)

    def change_pool(self, change: Callable[[dict[str, Any]], object]) -> None:
        from prefect.client.schemas.actions import WorkPoolUpdate

        template = copy.deepcopy(self.client.read_work_pool(POOL).base_job_template)
        change(template)
        self.client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))

    def set_default(self, **env: str) -> None:
        self.change_pool(lambda template: template["variables"]["properties"]["env"]["default"].update(env))

    def set_job_variables(self, flow: str, **env: str) -> None:
        from prefect.client.schemas.actions import DeploymentUpdate

        deployment = self.client.read_deployment_by_name(flow)
        self.client.update_deployment(deployment.id, DeploymentUpdate(job_variables={"env": env}))


@pytest.fixture(scope="module")
def whole(prefect_server: LoopbackServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pushed]:
    """The repository and its server, all in order."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    root = tmp_path_factory.mktemp("verified") / "shop"
    root.mkdir()
    for path, text in FILES.items():
        (root / path).write_text(text)
    migrated = migrate_in_place(root)
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        create_pools(prefect_server, [POOL])
        assert push(root, migrated.plan, Confidence.SURE).left == ()
        yield Pushed(migrated, client)
        client.delete_work_pool(POOL)
        delete_deployments(client)
        delete_block()


@pytest.fixture(scope="module")
def template(whole: Pushed) -> dict[str, Any]:
    """The pool's template after the push."""
    found: dict[str, Any] = whole.client.read_work_pool(POOL).base_job_template
    return found


@pytest.fixture
def pushed(whole: Pushed, template: dict[str, Any], tmp_path: Path, prefect_api: LoopbackServer) -> Pushed:
    """All in order again, and a copy of the repository to change."""
    assert prefect_api
    root = Path(shutil.copytree(whole.migrated.root, tmp_path / "shop"))
    whole.change_pool(lambda now: (now.clear(), now.update(copy.deepcopy(template))))
    save(TOKEN)
    make(whole.client, "sync", "hourly", "flows.py:sync", {"CHUNK_DAYS": "7"})
    make(whole.client, "report", "weekly", "report.py:report", {})
    return Pushed(replace(whole.migrated, root=root), whole.client)


def make(client: Any, flow: str, name: str, entrypoint: str, env: dict[str, str], **more: Any) -> None:
    """Make a deployment, or make it anew."""
    client.create_deployment(
        client.create_flow_from_name(flow),
        name,
        entrypoint=entrypoint,
        work_pool_name=POOL,
        job_variables={"env": env} if env else {},
        **more,
    )


def delete_deployments(client: Any, *names: str) -> None:
    for deployment in client.read_deployments():
        if deployment.name in (names or ("hourly", "weekly")):
            client.delete_deployment(deployment.id)


def save(value: Any, name: str = "crm-token") -> None:
    from prefect.blocks.system import Secret

    Secret(value=value).save(name, overwrite=True, _sync=True)


def delete_block(name: str = "crm-token") -> None:
    from prefect.blocks.system import Secret

    Secret.delete(name, _sync=True)


def test_what_was_pushed_and_deployed_agrees(pushed: Pushed) -> None:
    assert pushed.found() == {}
    (pushed.migrated.root / ".env").unlink()
    assert pushed.found() == {}, "without the file the pool's values are not compared"


def test_what_changed_behind_the_back_is_found(pushed: Pushed) -> None:
    save("12345")  # it comes back as an int
    pushed.set_default(API_HOST="other.internal", API_SECRET=TOKEN)
    pushed.set_job_variables("sync/hourly", CHUNK_DAYS="9")
    pushed.set_job_variables("report/weekly", EXTRA="9", CRM_TOKEN=TOKEN)
    findings = pushed.migrated.verified(with_server=True).findings
    assert {(f.rule, f.server_object) for f in findings} == {
        ("block-type", "Secret block crm-token"),
        ("pool-default-differs", f"work pool {POOL}"),
        ("secret-on-server", f"work pool {POOL}"),
        ("redeploy", "deployment hourly"),
        ("drift", "deployment weekly"),
        ("secret-on-server", "deployment weekly"),
    }
    told = " ".join(f"{f.message} {f.remedy}" for f in findings)
    assert [value for value in ("12345", "other.internal", TOKEN) if value in told] == []


def test_what_went_is_found(pushed: Pushed) -> None:
    delete_block()
    pushed.set_job_variables("sync/hourly")
    assert pushed.found() == {"block-missing": "Secret block crm-token", "redeploy": "deployment hourly"}


def test_another_value_of_a_secret_is_nobodys_business(pushed: Pushed) -> None:
    save("another one")
    assert pushed.found() == {}
    save('"12345"')
    assert pushed.found() == {}, "in the form in which .get() gives a str back"


def test_a_default_where_prefect_does_not_read_it(pushed: Pushed) -> None:
    def misplace(template: dict[str, Any]) -> None:
        env = template["variables"]["properties"]["env"]
        template["variables"]["env"] = {"default": env.pop("default")}

    pushed.change_pool(misplace)
    assert pushed.found() == {"pool-default-missing": f"work pool {POOL}"}


def test_a_template_that_does_not_use_env(pushed: Pushed) -> None:
    pushed.change_pool(lambda template: template["job_configuration"].update(env={}))
    assert pushed.found() == {"pool-without-env": f"work pool {POOL}"}


def test_a_deployment_that_hides_the_pool(pushed: Pushed) -> None:
    pushed.set_job_variables("report/weekly", API_HOST="behind the back")
    assert pushed.found() == {"drift": "deployment weekly", "shadowed": "flows.py:8"}
    found = pushed.migrated.verified(with_server=True).findings
    assert [f for f in found if "behind" in f.message + f.remedy] == []


def test_a_pool_that_hides_a_deployment_where_prefect_orders_them_so(pushed: Pushed) -> None:
    pushed.set_default(CHUNK_DAYS="1")
    assert pushed.migrated.found(with_server=True, version=(3, 1, 4)) == {}
    (finding,) = pushed.migrated.verified(with_server=True, version=(3, 0, 11)).findings
    assert (finding.rule, finding.path) == ("shadowed", "flows.py")
    assert "before Prefect 3.1.4 a default of the work pool beats deployment and flow run" in finding.message


def test_a_pull_step_is_compared_with_what_was_deployed(pushed: Pushed, migrate: Migrate) -> None:
    def deployed_with(block: str) -> None:
        variables = {"CRM_TOKEN": f"{{{{ prefect.blocks.secret.{block} }}}}"}
        step = {"environment_step.py:set_environment": {"variables": variables}}
        make(pushed.client, "sync", "stepping", "flows.py:sync", {}, pull_steps=[step])

    fed = migrate({"flows.py": AT_IMPORT, "prefect.yaml": STEPS.replace("hourly", "stepping"), ".env": ENTRY})
    deployed_with("crm-token")
    assert fed.found(with_server=True) == {}
    deployed_with("an-older-one")
    assert fed.found(with_server=True) == {"redeploy": "deployment stepping"}
    delete_deployments(pushed.client, "stepping")


def test_another_type_of_block_has_the_name(pushed: Pushed) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from prefect.blocks.webhook import Webhook

        Webhook(url="https://example.org/hook").save("crm-token", overwrite=True, _sync=True)
    delete_block()
    (finding,) = pushed.migrated.verified(with_server=True).findings
    assert finding.rule == "block-of-other-type"
    assert "Webhook" in finding.message
    Webhook.delete("crm-token", _sync=True)
    save(TOKEN)


def test_a_pool_and_deployments_that_are_not_there(pushed: Pushed) -> None:
    pushed.client.delete_work_pool(POOL)
    found = pushed.migrated.verified(with_server=True).findings
    assert {"pool-missing", "redeploy"} == {f.rule for f in found}, "deployments lose the pool that is deleted"
    delete_deployments(pushed.client, "hourly")
    assert pushed.found()["not-deployed"] == "deployment hourly"
    pushed.client.create_work_pool(pool(POOL))


def pool(name: str) -> Any:
    from prefect.client.schemas.actions import WorkPoolCreate

    return WorkPoolCreate(name=name, type="process")


def test_a_pool_that_has_what_no_plan_knows(pushed: Pushed) -> None:
    pushed.migrated.edit("flows.py", "print(os", 'print(os.environ["NEW_ONE"], os')
    assert pushed.found() == {"no-layer": "flows.py:8"}
    pushed.set_default(NEW_ONE="1")
    assert pushed.found() == {}


def test_a_block_that_no_plan_knows(pushed: Pushed) -> None:
    pushed.migrated.edit("flows.py", "print(os", 'print(Secret.load("made-by-hand").get(), os')
    assert pushed.found() == {"block-missing": "Secret block made-by-hand"}
    save({"any": "type"}, "made-by-hand")
    assert pushed.found() == {}, "nothing says as what the code needs it"
    delete_block("made-by-hand")


def test_a_block_that_feeds_a_placeholder_holds_no_json(prefect_api: LoopbackServer) -> None:
    save('"12345"', "quoted-one")
    save("12345", "plain-one")
    facts = read_facts(["quoted-one", "plain-one", "none-such"], [], [])
    assert [(b.name, b.found, b.decoded, b.stored, b.quoted) for b in facts.blocks] == [
        ("none-such", False, "", "", False),
        ("plain-one", True, "int", "str", False),
        ("quoted-one", True, "str", "str", True),
    ]
    assert facts.version is not None
    assert facts.api_url == prefect_api.api_url
    assert "12345" not in repr(facts)
    delete_block("quoted-one")
    delete_block("plain-one")


def test_prefects_own_deploy_agrees(pushed: Pushed, prefect_api: LoopbackServer) -> None:
    delete_deployments(pushed.client)
    assert set(pushed.found()) == {"not-deployed"}
    deploy(prefect_api, Subject(pushed.migrated.root, (POOL,)))
    assert pushed.found() == {}
