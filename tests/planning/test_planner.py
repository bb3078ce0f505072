"""Which layer a setting gets, how sure, and what is left alone: on small repositories, as their owners would say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence, Decision, Layer, Plan, TargetKind
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy, parse_answers
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import Form, LoadSecret, ReadEnvironment

MakeRepository = Callable[[Mapping[str, str]], Path]

YAML = """
    deployments:
      - name: nightly
        entrypoint: etl.py:etl
        work_pool: {name: pool}
      - name: report
        entrypoint: report.py:report
        work_pool: {name: pool}
"""
READ = "os.environ['STRIPE_API_KEY']"
REPORT = "from prefect import flow\nimport shared\n@flow\ndef report(): ...\n"


def plan_of(root: Path, *answers: str, policy: Policy | None = None) -> Plan:
    inventory = scan_repository(root)
    return make_plan(inventory, policy or Policy(), parse_answers(answers), project=inventory.project)


def flow_with(body: str, *, asynchronous: bool = False) -> str:
    start = "async def" if asynchronous else "def"
    lines = "\n".join(f"    {line}" for line in (body or "pass").splitlines())
    return f"import os\nfrom prefect import flow\nimport shared\n@flow\n{start} etl():\n{lines}\n"


def repository(body: str, env: str = "", **files: str) -> dict[str, str]:
    base = {"etl.py": flow_with(body), "report.py": REPORT, "shared.py": "", "prefect.yaml": YAML, ".env": env}
    return base | {name.replace("__", "/") + ".py": text for name, text in files.items()}


def only(plan: Plan, setting: str) -> Decision:
    found = [d for d in plan.decisions if d.setting == setting]
    assert len(found) == 1, [(d.setting, d.layer, d.rule) for d in plan.decisions]
    return found[0]


def forms(decision: Decision) -> list[Form]:
    return [s.edit.form for s in decision.sites if isinstance(s.edit, LoadSecret)]


# ---- secrets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "use(os.environ['STRIPE_API_KEY'])",
        "key = os.getenv('STRIPE_API_KEY')\nif not key:\n    raise RuntimeError('no key')\nuse(key)",
        "use(os.getenv('STRIPE_API_KEY', 'none'))",
        "key = os.getenv('STRIPE_API_KEY')\nif key is None:\n    return\nuse(key)",
        "use(os.getenv('STRIPE_API_KEY') or other())",
        "use(os.getenv('STRIPE_API_KEY'))",
        "x, key = 1, os.getenv('STRIPE_API_KEY')\nif key is None:\n    return",
    ],
)
def test_a_secret_read_at_call_time_is_loaded_from_a_block(make_repository: MakeRepository, body: str) -> None:
    decision = only(plan_of(make_repository(repository(body, "STRIPE_API_KEY=q7Rw2Lk9\n"))), "STRIPE_API_KEY")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.SURE)
    assert decision.block == "stripe-api-key"
    assert forms(decision) == [Form.LOAD]
    assert decision.source is not None
    assert decision.source.path == ".env"


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    use(os.environ['STRIPE_API_KEY'])\nexcept KeyError:\n    pass",
        "use([os.environ['STRIPE_API_KEY'] for _ in range(3)])",
        "use(x and (os.getenv('STRIPE_API_KEY') or other()))",
        "use(x() or os.getenv('STRIPE_API_KEY'))",
        "return x or ('yes' if os.getenv('STRIPE_API_KEY') else 'no')",
        "if use():\n    return\nelif os.getenv('STRIPE_API_KEY'):\n    return use(1)",
        "for _ in range(3):\n    use(os.environ['STRIPE_API_KEY'])",
    ],
)
def test_a_secret_whose_behaviour_could_change_stays_a_variable(make_repository: MakeRepository, body: str) -> None:
    decision = only(plan_of(make_repository(repository(body, "STRIPE_API_KEY=q7Rw2Lk9\n"))), "STRIPE_API_KEY")
    assert decision.layer is Layer.SECRET
    assert forms(decision) == []
    assert [(t.kind, t.name) for t in decision.targets] == [(TargetKind.POOL, "pool")]


@pytest.mark.parametrize(
    ("body", "loss"),
    [
        ("use(os.getenv('STRIPE_API_KEY', other()))", "a default is used"),
        ("use(x() or os.getenv('STRIPE_API_KEY', 'none'))", "a default is used"),
    ],
)
def test_a_default_that_would_get_lost_is_for_review_and_named(
    make_repository: MakeRepository, body: str, loss: str
) -> None:
    decision = only(plan_of(make_repository(repository(body, "STRIPE_API_KEY=q7Rw2Lk9\n"))), "STRIPE_API_KEY")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.REVIEW)
    assert decision.runner_up is Layer.SECRET_ENV
    assert loss in decision.reason
    assert forms(decision) == [Form.LOAD]


@pytest.mark.parametrize(
    ("shared", "body", "why"),
    [
        ("def read():\n    return os.environ['STRIPE_API_KEY']\nKEY = read()\n", "use(shared.KEY)", "called at import"),
        (
            f"class Config:\n    def __init__(self):\n        self.key = {READ}\nconfig = Config()\n",
            "use(shared.config.key)",
            "called at import",
        ),
        (
            f"def read():\n    return {READ}\ndef put():\n    {READ} = 'x'\n",
            "shared.put()\nuse(shared.read())",
            "sets or deletes",
        ),
    ],
)
def test_what_other_code_does_with_it_keeps_the_variable(
    make_repository: MakeRepository, shared: str, body: str, why: str
) -> None:
    files = repository(body, "STRIPE_API_KEY=q7Rw2Lk9\n") | {"shared.py": f"import os\n{shared}"}
    found = [
        d for d in plan_of(make_repository(files)).decisions if d.rule != "write" and d.setting == "STRIPE_API_KEY"
    ]
    assert why in found[0].reason
    assert forms(found[0]) == []
    assert [t.kind for t in found[0].targets] == [TargetKind.POOL]


def test_a_handler_further_up_makes_it_a_matter_for_review(make_repository: MakeRepository) -> None:
    body = "try:\n    shared.read()\nexcept KeyError:\n    return 'off'"
    files = repository(body, "STRIPE_API_KEY=q7Rw2Lk9\n")
    files["shared.py"] = "import os\ndef read():\n    return os.environ['STRIPE_API_KEY']\n"
    decision = only(plan_of(make_repository(files)), "STRIPE_API_KEY")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.REVIEW)
    assert "KeyError" in decision.reason


def test_a_sync_task_that_an_async_flow_may_call_directly_loads_synchronously(make_repository: MakeRepository) -> None:
    files = repository("", "STRIPE_API_KEY=q7Rw2Lk9\n")
    files["etl.py"] = flow_with("return shared.call.fn()", asynchronous=True)
    files["shared.py"] = f"import os\nfrom prefect import task\n@task\ndef call():\n    use({READ})\n"
    assert forms(only(plan_of(make_repository(files)), "STRIPE_API_KEY")) == [Form.LOAD_SYNC]


def test_a_secret_on_its_way_into_a_flow_is_a_finding(make_repository: MakeRepository) -> None:
    files = repository("etl(os.environ['STRIPE_API_KEY'])", "STRIPE_API_KEY=q7Rw2Lk9\n")
    assert any("passed to a flow" in f.message for f in plan_of(make_repository(files)).findings)


def test_one_use_at_import_keeps_all_uses_on_the_variable(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['STRIPE_API_KEY'])", "STRIPE_API_KEY=q7Rw2Lk9\n")
    files["shared.py"] = "import os\nCLIENT = connect(os.environ['STRIPE_API_KEY'])\n"
    decision = only(plan_of(make_repository(files)), "STRIPE_API_KEY")
    assert [(t.kind, t.name) for t in decision.targets] == [(TargetKind.POOL, "pool")]
    assert forms(decision) == []
    assert "shared.py:2" in decision.reason


def test_code_that_a_web_service_shares_is_not_rewritten(make_repository: MakeRepository) -> None:
    service = "from fastapi import FastAPI\nfrom shared import call\napp = FastAPI()\n"
    files = repository("shared.call()", "STRIPE_API_KEY=q7Rw2Lk9\n", api=service)
    files["shared.py"] = "import os\ndef call():\n    use(os.environ['STRIPE_API_KEY'])\n"
    decision = only(plan_of(make_repository(files)), "STRIPE_API_KEY")
    assert decision.layer is Layer.SECRET_ENV
    assert "api.py" in decision.reason


@pytest.mark.parametrize(
    ("text", "confidence"),
    [("from shared import call\ncall()\n", Confidence.REVIEW), ("from shared import call\n", Confidence.SURE)],
)
def test_a_script_that_would_need_the_api_too_is_for_review(
    make_repository: MakeRepository, text: str, confidence: Confidence
) -> None:
    files = repository("shared.call()", "STRIPE_API_KEY=q7Rw2Lk9\n", tool=text)
    files["shared.py"] = "import os\ndef call():\n    use(os.environ['STRIPE_API_KEY'])\n"
    decision = only(plan_of(make_repository(files)), "STRIPE_API_KEY")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, confidence)


def test_a_helper_that_a_coroutine_may_call_loads_synchronously(make_repository: MakeRepository) -> None:
    files = repository("", "STRIPE_API_KEY=q7Rw2Lk9\n")
    files["etl.py"] = flow_with("shared.call()\nuse(os.environ['STRIPE_API_KEY'])", asynchronous=True)
    files["shared.py"] = "import os\ndef call():\n    use(os.environ['STRIPE_API_KEY'])\n"
    assert forms(only(plan_of(make_repository(files)), "STRIPE_API_KEY")) == [Form.ALOAD, Form.LOAD_SYNC]


def test_a_secret_without_a_known_value_is_an_open_question(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("use(os.environ['STRIPE_API_KEY'])")))
    decision = only(plan, "STRIPE_API_KEY")
    assert (decision.confidence, decision.source) == (Confidence.REVIEW, None)
    assert [(q.setting, q.flag) for q in plan.questions] == [("STRIPE_API_KEY", "--answer STRIPE_API_KEY=secret")]


@pytest.mark.parametrize("how", ["os.environ['BROKER'] = pick()", "os.environ.setdefault('BROKER', 'queue')"])
def test_what_the_code_itself_sets_at_import_is_no_question(make_repository: MakeRepository, how: str) -> None:
    files = repository("use(os.environ['BROKER'])") | {"shared.py": f"import os\n{how}\n"}
    plan = plan_of(make_repository(files))
    assert plan.questions == ()
    assert (
        "the code gives it a value itself (shared.py:2)" in next(d for d in plan.decisions if d.rule != "write").reason
    )


@pytest.mark.parametrize(
    "how",
    [
        "def start():\n    os.environ['BROKER'] = 'queue'",
        "if __name__ == '__main__':\n    os.environ['BROKER'] = 'queue'",
        "os.environ.pop('BROKER', None)",
    ],
)
def test_what_the_code_may_not_have_set_yet_is_a_question(make_repository: MakeRepository, how: str) -> None:
    files = repository("use(os.environ['BROKER'])") | {"shared.py": f"import os\n{how}\n"}
    assert [q.setting for q in plan_of(make_repository(files)).questions] == ["BROKER"]


def test_an_empty_entry_is_a_question_that_says_so(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("use(os.environ['REGION'])", "REGION=\n")))
    assert only(plan, "REGION").source is None
    assert [q.text for q in plan.questions] == ["REGION is required at etl.py:6, and .env leaves it empty"]


@pytest.mark.parametrize(
    ("env", "layer"),
    [(".env.example", Layer.SECRET), (".env", Layer.DEPLOYMENT)],
)
def test_an_address_for_development_in_an_example_is_no_more_than_a_default(
    make_repository: MakeRepository, env: str, layer: Layer
) -> None:
    files = repository("use(os.environ['ORDERS_DATABASE_URL'])") | {
        env: "ORDERS_DATABASE_URL=mongodb://localhost:27017\n"
    }
    assert only(plan_of(make_repository(files)), "ORDERS_DATABASE_URL").layer is layer


def test_an_example_file_gives_no_value(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['STRIPE_API_KEY'])") | {".env.example": "STRIPE_API_KEY=q7Rw2Lk9\n"}
    assert only(plan_of(make_repository(files)), "STRIPE_API_KEY").source is None


# ---- plain settings ----------------------------------------------------------------------------------------------


def test_what_all_deployments_of_a_pool_use_is_a_pool_default(make_repository: MakeRepository) -> None:
    files = repository("", "REGION=eu\n") | {"shared.py": "import os\nREGION = os.environ['REGION']\n"}
    decision = only(plan_of(make_repository(files)), "REGION")
    assert (decision.layer, decision.confidence) == (Layer.POOL_DEFAULT, Confidence.SURE)
    assert [(t.kind, t.name) for t in decision.targets] == [(TargetKind.POOL, "pool")]
    assert all(s.edit is None for s in decision.sites)


def test_what_one_of_two_deployments_uses_goes_to_that_deployment(make_repository: MakeRepository) -> None:
    decision = only(plan_of(make_repository(repository("use(os.environ['REGION'])", "REGION=eu\n"))), "REGION")
    assert decision.layer is Layer.DEPLOYMENT
    assert [(t.kind, t.name, t.path, t.index) for t in decision.targets] == [
        (TargetKind.PREFECT_YAML, "nightly", "prefect.yaml", 0)
    ]


def test_what_a_deployment_sets_already_is_respected(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['REGION'])", "REGION=eu\n")
    files["prefect.yaml"] = YAML.replace("{name: pool}", "{name: pool, job_variables: {env: {REGION: us}}}", 1)
    decision = only(plan_of(make_repository(files)), "REGION")
    assert (decision.layer, decision.targets) == (Layer.DEPLOYMENT, ())


def test_a_default_that_serves_everywhere_needs_no_entry(make_repository: MakeRepository) -> None:
    decision = only(plan_of(make_repository(repository("use(os.getenv('REGION', 'eu'))"))), "REGION")
    assert (decision.rule, decision.targets, decision.source) == ("default-serves", (), None)


def test_files_of_two_environments_that_differ_are_a_question(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['REGION'])") | {".env.prod": "REGION=us\n", ".env.dev": "REGION=eu\n"}
    plan = plan_of(make_repository(files))
    assert (only(plan, "REGION").layer, only(plan, "REGION").confidence) == (Layer.DEPLOYMENT, Confidence.REVIEW)
    assert [q.setting for q in plan.questions] == ["REGION"]


def test_a_reference_is_no_value(make_repository: MakeRepository) -> None:
    body = "use(os.environ['REGION'], os.environ['STRIPE_API_KEY'])"
    env = "REGION=op://vault/item/region\nSTRIPE_API_KEY=op://vault/item/key\n"
    plan = plan_of(make_repository(repository(body, env)))
    assert (only(plan, "REGION").layer, only(plan, "REGION").source) == (Layer.DEPLOYMENT, None)
    assert (only(plan, "STRIPE_API_KEY").layer, only(plan, "STRIPE_API_KEY").rule) == (Layer.LEAVE, "reference")


def test_the_env_file_nearest_to_the_code_gives_the_value(make_repository: MakeRepository) -> None:
    files = {
        "jobs/etl.py": flow_with("use(os.environ['REGION'])").replace("import shared\n", ""),
        "jobs/.env": "REGION=near\n",
        ".env": "REGION=far\n",
        "other/.env": "REGION=beside\n",
    }
    source = only(plan_of(make_repository(files)), "REGION").source
    assert source is not None
    assert source.path == "jobs/.env"


# ---- what stays --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("use(os.environ['HOME'])", "machine-variable"),
        ("use(os.environ['PREFECT_API_URL'])", "prefect-setting"),
        ("use(os.environ[name()])", "computed-name"),
        ("os.environ['REGION'] = 'eu'", "write"),
        ("use('REGION' in os.environ)", "write"),
    ],
)
def test_what_is_not_configuration_of_the_flows_stays(make_repository: MakeRepository, body: str, rule: str) -> None:
    plan = plan_of(make_repository(repository(body)))
    assert [d.rule for d in plan.decisions] == [rule]
    assert plan.decisions[0].layer in (Layer.LEAVE, Layer.PREFECT_SETTING)
    assert all(s.edit is None for d in plan.decisions for s in d.sites)


def test_a_module_that_nothing_imports_is_for_review(make_repository: MakeRepository) -> None:
    files = repository("", "REGION=eu\n") | {"settings.py": "import os\nREGION = os.environ['REGION']\n"}
    decision = only(plan_of(make_repository(files)), "REGION")
    assert (decision.layer, decision.confidence) == (Layer.POOL_DEFAULT, Confidence.REVIEW)
    assert "nothing imports settings.py" in decision.reason


def test_tests_and_unreached_files_stay(make_repository: MakeRepository) -> None:
    line = "import os\nKEY = os.environ['STRIPE_API_KEY']\nprint(KEY)\n"
    plan = plan_of(make_repository(repository("", "STRIPE_API_KEY=q7\n", tests__test_a=line, dashboard=line)))
    assert {d.rule for d in plan.decisions} == {"test", "not-reached", "not-by-flows"}
    assert {d.layer for d in plan.decisions} == {Layer.LEAVE}


def test_reads_of_computed_names_are_judged_one_by_one(make_repository: MakeRepository) -> None:
    body = "for key in names():\n    send(password=os.environ[key])\nfor key in names():\n    show(os.environ[key])"
    plan = plan_of(make_repository(repository(body)))
    assert {s.span.line: d.sensitive for d in plan.decisions for s in d.sites} == {7: True, 9: False}


def test_writes_of_computed_names_are_no_secrets_because_reads_beside_them_are(make_repository: MakeRepository) -> None:
    text = "import os\nos.environ[name()] = 'x'\nlogin(password=os.environ[name()])\n"
    plan = plan_of(make_repository(repository("", tests__test_a=text)))
    assert {s.span.line: d.sensitive for d in plan.decisions for s in d.sites} == {2: False, 3: True}


def test_what_only_a_script_reads_is_its_own_to_judge(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['REGION'])")
    files["etl.py"] += "if __name__ == '__main__':\n    etl(os.environ['PAGING_TOKEN'])\n"
    decision = only(plan_of(make_repository(files)), "PAGING_TOKEN")
    assert (decision.rule, decision.sensitive) == ("script-only", False)


@pytest.mark.parametrize("name", ["PAGING_TOKEN", "BOARD_NAME"])
def test_what_a_manifest_takes_from_a_secret_is_one_whoever_reads_it(
    make_repository: MakeRepository, name: str
) -> None:
    manifest = f"""
        apiVersion: apps/v1
        kind: Deployment
        spec: {{template: {{spec: {{containers: [{{name: bot, env: [
          {{name: {name}, valueFrom: {{secretKeyRef: {{name: bot, key: it}}}}}},
          {{name: OTHER_TOKEN, value: given}}]}}]}}}}}}
    """
    reads = f"import os\nrun(os.environ['{name}'], os.environ['OTHER_TOKEN'])\n"
    plan = plan_of(make_repository(repository("") | {"bot.py": reads, "k8s/bot.yaml": manifest}))
    found = {d.setting: (d.rule, d.layer, d.sensitive) for d in plan.decisions}
    assert found[name] == ("not-reached", Layer.LEAVE, name == "PAGING_TOKEN")
    assert found["OTHER_TOKEN"] == ("not-reached", Layer.LEAVE, False)


def test_a_function_for_scripts_beside_code_of_flows_reads_a_secret_all_the_same(
    make_repository: MakeRepository,
) -> None:
    files = repository("use(os.environ['REGION'])")
    files["etl.py"] += "def store():\n    save(os.environ['SHOP_TOKEN'])\nif __name__ == '__main__':\n    store()\n"
    decision = only(plan_of(make_repository(files)), "SHOP_TOKEN")
    assert (decision.rule, decision.layer, decision.sensitive) == ("script-only", Layer.LEAVE, True)


CHECK = """
    import os
    import typer
    from prefect import flow
    app = typer.Typer()
    @flow
    def check():
        use(os.environ["PAGING_TOKEN"])
    @app.command()
    def main():
        check()
"""


def test_a_program_for_the_command_line_is_no_deployments_business(make_repository: MakeRepository) -> None:
    decision = only(plan_of(make_repository(repository("", check=CHECK))), "PAGING_TOKEN")
    assert (decision.layer, decision.rule, decision.sensitive) == (Layer.LEAVE, "command-line", False)


def test_a_flow_of_a_command_line_that_is_deployed_or_that_nothing_tells_apart_has_a_layer(
    make_repository: MakeRepository,
) -> None:
    files = repository("", check=CHECK)
    deployed = files | {"prefect.yaml": YAML.replace("etl.py:etl", "check.py:check")}
    assert only(plan_of(make_repository(deployed)), "PAGING_TOKEN").layer is Layer.SECRET
    del files["prefect.yaml"]
    assert only(plan_of(make_repository(files)), "PAGING_TOKEN").layer is Layer.SECRET


@pytest.mark.parametrize("switch", ["os.environ['PAGING'] == 'true'", "os.getenv('PAGING', 'false').lower() == 'true'"])
def test_a_switch_that_is_compared_with_a_text_stays_a_variable(make_repository: MakeRepository, switch: str) -> None:
    """A block would give True back, which is not ``'true'``."""
    decision = only(plan_of(make_repository(repository(f"use({switch})", "PAGING=true\n"))), "PAGING")
    assert decision.layer in (Layer.POOL_DEFAULT, Layer.DEPLOYMENT)
    assert all(site.edit is None for site in decision.sites)


def test_a_prefect_setting_in_a_dotenv_file_stays_there(make_repository: MakeRepository) -> None:
    decision = only(plan_of(make_repository(repository("", "PREFECT_API_KEY=pnu\n"))), "PREFECT_API_KEY")
    assert (decision.layer, decision.source) == (Layer.PREFECT_SETTING, None)


def test_a_setting_that_only_looks_like_prefects_is_the_projects_own(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("use(os.environ['PREFECT_ENVIRONMENT'])", "PREFECT_ENVIRONMENT=dev\n")))
    assert only(plan, "PREFECT_ENVIRONMENT").layer is Layer.DEPLOYMENT


# ---- answers, policy and findings --------------------------------------------------------------------------------

SECRET_DSN = "postgresql://etl:H4rbour-Lamp-9@db.shop.internal:5432/orders"
DSN = f"dsn = {SECRET_DSN!r}\nuse(dsn)"


def test_a_hardcoded_secret_waits_for_a_person_and_is_to_be_rotated(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository(DSN)))
    (decision,) = plan.decisions
    assert (decision.layer, decision.confidence, decision.sensitive) == (Layer.SECRET, Confidence.REVIEW, True)
    assert any("rotate" in f.message for f in plan.findings)
    assert "H4rbour" not in repr(plan)


def test_an_answer_makes_a_decision_sure(make_repository: MakeRepository) -> None:
    root = make_repository(repository(DSN))
    name = plan_of(root).decisions[0].setting
    decision = only(plan_of(root, f"{name}=secret:orders-dsn"), name)
    assert (decision.layer, decision.confidence, decision.block) == (Layer.SECRET, Confidence.SURE, "orders-dsn")
    assert forms(decision) == [Form.LOAD]


def test_a_literal_can_be_answered_into_the_environment(make_repository: MakeRepository) -> None:
    root = make_repository(repository("bucket = 's3://acme-raw-zone/in'\nuse(bucket)"))
    (found,) = plan_of(root).decisions
    decision = only(plan_of(root, f"{found.setting}=deployment"), found.setting)
    assert [s.edit for s in decision.sites] == [ReadEnvironment(decision.sites[0].span, found.setting)]


def test_a_literal_that_an_import_evaluates_stays(make_repository: MakeRepository) -> None:
    root = make_repository(repository("", "") | {"shared.py": "BUCKET = 's3://acme-raw-zone/in'\n"})
    (found,) = (d for d in plan_of(root).decisions if d.layer is not Layer.LEAVE)
    assert found.confidence is Confidence.BY_HAND
    assert all(s.edit is None for s in found.sites)
    answered = only(plan_of(root, f"{found.setting}=pool_default"), found.setting)
    assert [s.edit for s in answered.sites] == [ReadEnvironment(answered.sites[0].span, found.setting)]


def test_a_literal_in_a_signature_stays_whatever_is_answered(make_repository: MakeRepository) -> None:
    root = make_repository(repository("", "") | {"shared.py": f"def put(dsn={SECRET_DSN!r}): ...\n"})
    (found,) = plan_of(root).decisions
    assert (found.layer, found.confidence) == (Layer.SECRET, Confidence.BY_HAND)
    assert all(s.edit is None for s in found.sites)
    with pytest.raises(EnvliftError):
        plan_of(root, f"{found.setting}=secret_env")


def test_an_answer_moves_no_code_that_no_edit_can_move(make_repository: MakeRepository) -> None:
    root = make_repository(repository("use([os.environ['STRIPE_API_KEY'] for _ in x])", "STRIPE_API_KEY=q7Rw2Lk9\n"))
    decision = only(plan_of(root, "STRIPE_API_KEY=secret"), "STRIPE_API_KEY")
    assert decision.confidence is Confidence.SURE
    assert forms(decision) == []
    assert [t.kind for t in decision.targets] == [TargetKind.POOL]


def test_an_answer_that_would_change_behaviour_is_refused(make_repository: MakeRepository) -> None:
    service = "from fastapi import FastAPI\nfrom shared import call\napp = FastAPI()\n"
    files = repository("shared.call()", "STRIPE_API_KEY=q7Rw2Lk9\n", api=service)
    files["shared.py"] = "import os\ndef call():\n    use(os.environ['STRIPE_API_KEY'])\n"
    root = make_repository(files)
    with pytest.raises(EnvliftError) as caught:
        plan_of(root, "STRIPE_API_KEY=secret")
    assert caught.value.exit_code is ExitCode.USAGE
    assert "secret_env" in caught.value.hint


def test_no_answer_puts_a_secret_in_clear_on_a_pool(make_repository: MakeRepository) -> None:
    root = make_repository(
        repository("use(os.environ['ORDERS_DSN'])", "ORDERS_DSN=postgresql://a:H4rb0ur@db.internal/x\n")
    )
    with pytest.raises(EnvliftError):
        plan_of(root, "ORDERS_DSN=pool_default")


def test_a_person_may_say_that_what_looks_like_a_secret_is_none(make_repository: MakeRepository) -> None:
    root = make_repository(repository("use(os.environ['PAGING_TOKEN'])", "PAGING_TOKEN=first\n"))
    assert only(plan_of(root), "PAGING_TOKEN").sensitive
    decision = only(plan_of(root, "PAGING_TOKEN=deployment"), "PAGING_TOKEN")
    assert (decision.layer, decision.sensitive) == (Layer.DEPLOYMENT, False)


def test_an_unguessable_value_under_an_ordinary_name_is_for_review(make_repository: MakeRepository) -> None:
    env = "MODE=Zx81kQw7Vb29LmNp4Rt6Ys3D\nREGION=eu\n"
    plan = plan_of(make_repository(repository("use(os.environ['MODE'], os.environ['REGION'])", env)))
    assert (only(plan, "MODE").layer, only(plan, "MODE").confidence) == (Layer.DEPLOYMENT, Confidence.REVIEW)
    assert only(plan, "REGION").confidence is Confidence.SURE


def test_the_policy_can_forbid_files(make_repository: MakeRepository) -> None:
    root = make_repository(repository("use(os.environ['STRIPE_API_KEY'])", "STRIPE_API_KEY=q7Rw2Lk9\n"))
    decision = only(plan_of(root, policy=Policy(never_touch=("etl.py",))), "STRIPE_API_KEY")
    assert (decision.layer, decision.rule, decision.runner_up) == (Layer.LEAVE, "never-touch", Layer.SECRET)


def test_override_and_leaks_are_findings(make_repository: MakeRepository) -> None:
    files = repository("")
    files["etl.py"] = """
        import os
        from dotenv import load_dotenv
        from prefect import flow
        load_dotenv(override=True)
        @flow
        def etl(token=os.environ["STRIPE_API_KEY"]): ...
    """
    messages = {f.line: f.message for f in plan_of(make_repository(files)).findings}
    assert "override=True" in messages[5]
    assert "in clear" in messages[7]


def test_the_same_repository_gives_the_same_plan(make_repository: MakeRepository) -> None:
    root = make_repository(repository("use(os.environ['REGION'], os.environ['STRIPE_API_KEY'])", "REGION=eu\n"))
    assert plan_of(root) == plan_of(root)


def test_every_site_is_in_exactly_one_decision(make_repository: MakeRepository) -> None:
    root = make_repository(repository("use(os.environ['REGION'])\nos.environ['REGION'] = 'x'", "REGION=eu\nUNUSED=1\n"))
    inventory = scan_repository(root)
    planned = [s for d in make_plan(inventory, Policy(), Answers()).decisions for s in d.sites]
    places = [
        [(s.path, s.span.line, s.span.column, s.kind.value) for s in sites] for sites in (planned, inventory.sites)
    ]
    assert sorted(places[0]) == sorted(places[1])


def test_a_plan_does_not_tell_how_long_a_value_is(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("use(os.environ['STRIPE_API_KEY'])", "STRIPE_API_KEY=q7Rw2Lk9\n")))
    (entry,) = (s for s in only(plan, "STRIPE_API_KEY").sites if s.path == ".env")
    assert (entry.span.line, entry.span.end_line, entry.span.end_column) == (1, 1, 0)


# ---- what stays ------------------------------------------------------------------------------------------------------

SETTINGS = """
    from pydantic_settings import BaseSettings
    class Settings(BaseSettings):
        app_name: str = "shop"
        page_size: int = 50
"""


def test_what_a_program_calls_itself_stays(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("shared.Settings()") | {"shared.py": SETTINGS}))
    assert only(plan, "APP_NAME").rule == "application-constant"
    assert only(plan, "PAGE_SIZE").layer is Layer.POOL_DEFAULT


def test_a_name_that_a_file_gives_is_configuration(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("shared.Settings()", "APP_NAME=till\n") | {"shared.py": SETTINGS}))
    assert only(plan, "APP_NAME").layer is Layer.POOL_DEFAULT


@pytest.mark.parametrize("name", ["PREFECT__FLOW_RUN_ID", "ECS_CONTAINER_METADATA_URI_V4", "GITHUB_SHA"])
def test_what_surrounds_a_run_sets_by_itself_stays(make_repository: MakeRepository, name: str) -> None:
    plan = plan_of(make_repository(repository(f"use(os.environ['{name}'])")))
    assert only(plan, name).rule == "machine-variable"


def test_what_names_one_run_is_no_setting(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository(repository("use(os.getenv('PREFECT_FLOW_RUN_ID'), os.getenv('MLFLOW_RUN_ID'))")))
    assert only(plan, "PREFECT_FLOW_RUN_ID").rule == "name-of-a-run"
    assert only(plan, "MLFLOW_RUN_ID").layer is Layer.DEPLOYMENT


def test_a_flow_that_is_a_service_keeps_its_code_and_gets_the_block_as_a_variable(
    make_repository: MakeRepository,
) -> None:
    files = repository("use(os.environ['STRIPE_API_KEY'])", "STRIPE_API_KEY=q7Rw2Lk9\n")
    files["etl.py"] = "from fastapi import FastAPI\napp = FastAPI()\n" + files["etl.py"]
    decision = only(plan_of(make_repository(files)), "STRIPE_API_KEY")
    assert (decision.layer, forms(decision)) == (Layer.SECRET, [])
    assert [t.name for t in decision.targets] == ["pool"]
    assert "etl.py is a service" in decision.reason


def test_a_call_without_a_work_pool_gets_no_job_variables(make_repository: MakeRepository) -> None:
    """Prefect takes none there: what `to_deployment` makes for `serve` runs in the process that serves it."""
    root = make_repository(
        {
            "etl.py": "import os\nfrom prefect import flow, serve\n@flow\ndef etl():\n    use(os.environ['REGION'])\n"
            "if __name__ == '__main__':\n    serve(etl.to_deployment('nightly'))\n",
            ".env": "REGION=eu\n",
        }
    )
    decision = only(plan_of(root, "REGION=deployment"), "REGION")
    assert (decision.layer, decision.targets) == (Layer.DEPLOYMENT, ())
    assert "must have it" in only(plan_of(root), "REGION").reason


def test_flows_that_nothing_deploys_run_on_the_pool_that_is_told(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": flow_with("use(os.environ['REGION'])"), "shared.py": "", ".env": "REGION=eu\n"})
    told = only(plan_of(root, policy=Policy(pool="etl")), "REGION")
    assert [(target.kind, target.name) for target in told.targets] == [(TargetKind.POOL, "etl")]
    unknown = only(plan_of(root), "REGION")
    assert unknown.targets == () and "--pool NAME" in unknown.reason


@pytest.mark.parametrize(("value", "confidence"), [("a {{ ds }} b", Confidence.REVIEW), ("a { b }", Confidence.SURE)])
def test_a_value_that_prefect_would_replace_is_for_a_person(
    make_repository: MakeRepository, value: str, confidence: Confidence
) -> None:
    decision = only(plan_of(make_repository(repository("use(os.environ['MASK'])", f"MASK='{value}'\n"))), "MASK")
    assert (decision.confidence, "{{ word }}" in decision.reason) == (confidence, confidence is Confidence.REVIEW)


def test_what_no_deployment_takes_is_by_hand_with_the_reason(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['REGION'])", "REGION=eu\n")
    files["prefect.yaml"] = "deployments:\n  - {name: nightly, entrypoint: 'etl.py:etl'}\n"
    decision = only(plan_of(make_repository(files), "REGION=deployment"), "REGION")
    assert (decision.targets, decision.confidence) == ((), Confidence.BY_HAND)
    assert "nothing takes it: nightly: " in decision.reason


def test_what_all_deployments_have_already_is_no_work(make_repository: MakeRepository) -> None:
    files = repository("use(os.environ['REGION'])", "REGION=eu\n")
    has = "work_pool: {name: p, job_variables: {env: {REGION: eu}}}"
    files["prefect.yaml"] = f"deployments:\n  - {{name: nightly, entrypoint: 'etl.py:etl', {has}}}\n"
    decision = only(plan_of(make_repository(files)), "REGION")
    assert (decision.targets, decision.confidence) == ((), Confidence.SURE)


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        ("os.environ['MASK']", ".env leaves it empty"),
        ("os.getenv('MASK')", ".env leaves it empty"),
        ("os.getenv('MASK', 'x')", ".env, which leaves it empty"),
    ],
)
def test_an_empty_value_is_no_value_and_a_person_is_told(
    make_repository: MakeRepository, read: str, reason: str
) -> None:
    decision = only(plan_of(make_repository(repository(f"use({read})", "MASK=\n"))), "MASK")
    assert (decision.source, decision.targets, decision.confidence) == (None, (), Confidence.REVIEW)
    assert reason in decision.reason


def test_a_reason_names_a_place_once(make_repository: MakeRepository) -> None:
    files = repository(
        "shared.client()", "SHOP_TOKEN=k9Xw2Lq7Zt\n", shared="import os\nTOKEN = os.environ['SHOP_TOKEN']\n"
    )
    decision = only(plan_of(make_repository(files)), "SHOP_TOKEN")
    assert decision.reason.count("shared.py:2") == 1


@pytest.mark.parametrize("serve", ["etl.serve('nightly')", "serve(etl.to_deployment('nightly'))"])
def test_what_is_served_is_on_no_pool_whatever_is_told(make_repository: MakeRepository, serve: str) -> None:
    code = "import os\nfrom prefect import flow, serve\nTOKEN = os.environ['SHOP_TOKEN']\nclient(TOKEN)\n"
    code += "@flow\ndef etl():\n    use(os.environ['REGION'])\n"
    root = make_repository(
        {"etl.py": f"{code}if __name__ == '__main__':\n    {serve}\n", ".env": "REGION=eu\nSHOP_TOKEN=k9Xw2Lq7Zt\n"}
    )
    plan = plan_of(root, policy=Policy(pool="etl"))
    assert only(plan, "REGION").targets == ()
    assert [target.kind for target in only(plan, "SHOP_TOKEN").targets] == [TargetKind.SERVE]
    assert "serv" in only(plan, "REGION").reason


@pytest.mark.parametrize(
    ("made", "who"),
    [
        ("etl.serve('nightly')", "its flows are served"),
        ("etl.to_deployment('nightly')", "its deployments name no work pool"),
        ("etl.to_deployment('nightly').apply()\netl.serve('hourly')", "its deployments name no work pool"),
        ("etl.deploy('nightly', work_pool_name='pool')", "the same for all that use it on pool"),
    ],
)
def test_who_has_to_have_a_plain_setting(make_repository: MakeRepository, made: str, who: str) -> None:
    files = repository("use(os.environ['REGION'])", "REGION=north\n") | {"start.py": f"from etl import etl\n{made}\n"}
    del files["prefect.yaml"]
    assert who in only(plan_of(make_repository(files)), "REGION").reason
