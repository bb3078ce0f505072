"""What becomes of hardcoded values in a plan: their names beside others, and those that stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import preview
from envlift.plan import Confidence, Layer, Plan, Severity
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy, parse_answers
from envlift.scanning.repository import scan_repository
from envlift_codemods.edits import ReadEnvironment

MakeRepository = Callable[[Mapping[str, str]], Path]

PASSWORD = "q7Rk" + "92mz"
TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
FLOW = "from prefect import flow\nimport {imports}\n@flow\ndef etl(): ...\n"


def plan_of(root: Path) -> Plan:
    return make_plan(scan_repository(root), Policy(), Answers())


def literals_of(plan: Plan) -> dict[str, tuple[str, Layer]]:
    """Name and layer of each literal, by path and line."""
    return {
        f"{s.path}:{s.span.line}": (d.setting, d.layer)
        for d in plan.decisions
        for s in d.sites
        if s.kind.value == "literal"
    }


@pytest.mark.parametrize(
    ("files", "names"),
    [
        pytest.param(
            {"sales/config.py": "DB_HOST = 'a.corp'", "stock/config.py": "DB_HOST = 'b.corp'"},
            {"sales/config.py:1": "SALES_DB_HOST", "stock/config.py:1": "STOCK_DB_HOST"},
            id="two modules, two values",
        ),
        pytest.param(
            {
                "sales/config.py": "DB_HOST = 'a.corp'",
                "stock/config.py": "DB_HOST = 'a.corp'",
                "trade/config.py": "DB_HOST = 'b.corp'",
            },
            {"sales/config.py:1": "DB_HOST", "stock/config.py:1": "DB_HOST", "trade/config.py:1": "TRADE_DB_HOST"},
            id="what most share keeps the name",
        ),
        pytest.param(
            {
                "lake.py": "from google.cloud import storage\nBUCKET = 'acme-lake'\nstorage.Client().bucket(BUCKET)",
                "sheets.py": "bucket = 'acme-lake'\nload(bucket)",
            },
            {"lake.py:2": "LAKE_BUCKET", "sheets.py:1": "LAKE_BUCKET"},
            id="one bucket, whatever takes it",
        ),
        pytest.param(
            {"lake.py": "BUCKET = 'acme-lake'", "sheets.py": "BUCKET = 'acme-sheets'"},
            {"lake.py:1": "LAKE_BUCKET", "sheets.py:1": "SHEETS_BUCKET"},
            id="two buckets",
        ),
        pytest.param(
            {
                "queue.py": "import pika\npika.ConnectionParameters(host='10.0.0.7')",
                "cache.py": "import redis\nredis.Redis(host='10.0.0.7')",
            },
            {"queue.py:2": "RABBITMQ_HOST", "cache.py:2": "REDIS_HOST"},
            id="one machine, two services",
        ),
        pytest.param(
            {"sales/config.py": "DB_HOST = 'a.corp'\nDB_HOST = 'b.corp'"},
            {"sales/config.py:1": "DB_HOST", "sales/config.py:2": "DB_HOST_2"},
            id="one module, two values",
        ),
        pytest.param(
            {
                "sales/config.py": "def load():\n    url = 'http://10.0.4.7/in'\ndef export_sales():\n    url = 'http://10.0.4.7/out'\n"
                "def main():\n    url = 'http://10.0.4.7/all'"
            },
            {
                "sales/config.py:2": "SALES_URL",
                "sales/config.py:4": "EXPORT_SALES_URL",
                "sales/config.py:6": "SALES_URL_2",
            },
            id="one module, a value in each function; main says nothing",
        ),
        pytest.param(
            {"sales/config.py": "DB_HOST = 'a.corp'", "stock/config.py": "import os\nos.environ['DB_HOST']"},
            {"sales/config.py:1": "SALES_DB_HOST"},
            id="a variable has the name already",
        ),
        pytest.param(
            {
                "sales/config.py": "DB_HOST = 'a.corp'",
                "compose.yaml": "services:\n  db:\n    environment: [DB_HOST=b]\n",
            },
            {"sales/config.py:1": "SALES_DB_HOST"},
            id="something around Python sets the name",
        ),
        pytest.param(
            {"sales/config.py": "PREFECT_API_URL = 'http://prefect.corp:4200/api'"},
            {"sales/config.py:1": "SALES_PREFECT_API_URL"},
            id="a worker sets the name",
        ),
        pytest.param({"sales/config.py": "DB_HOST = 'a.corp'"}, {"sales/config.py:1": "DB_HOST"}, id="nothing else"),
    ],
)
def test_a_name_that_several_values_want(
    make_repository: MakeRepository, files: Mapping[str, str], names: Mapping[str, str]
) -> None:
    modules = ", ".join(p.removesuffix(".py").replace("/", ".") for p in files if p.endswith(".py"))
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports=modules), **files}))
    assert {place: name for place, (name, _) in literals_of(plan).items()} == names


@pytest.mark.parametrize(
    "line",
    [
        "connect(password='WAREHOUSE_DB_PASSWORD')",
        "KEYS = {'secret_key': 'WAREHOUSE_API_KEY'}",
        "DB_PASSWORD = 'db_password'",
        "connect(password='changeme')",
    ],
)
def test_what_only_names_a_secret_or_stands_for_one_stays(make_repository: MakeRepository, line: str) -> None:
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="os") + line + "\n"}))
    (decision,) = (d for d in plan.decisions if any(s.kind.value == "literal" for s in d.sites))
    assert (decision.layer, decision.sensitive, decision.block) == (Layer.LEAVE, False, "")
    assert not [f for f in plan.findings if f.severity is Severity.HIGH]


def test_a_password_in_the_code_does_not_stay(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="os") + f"connect(password='{PASSWORD}')\n"}))
    (decision,) = (d for d in plan.decisions if any(s.kind.value == "literal" for s in d.sites))
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.BY_HAND)
    assert not any(s.edit for s in decision.sites)
    assert [f for f in plan.findings if f.severity is Severity.HIGH]


def test_the_default_of_a_settings_field_is_no_setting_of_its_own(make_repository: MakeRepository) -> None:
    settings = f"""
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            shop_password: str = "{PASSWORD}"
        class Plain:
            till_password: str = "{PASSWORD}x"
    """
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="shop"), "shop.py": settings}))
    found = literals_of(plan)
    assert dict(found.values()) == {
        "SHOP_PASSWORD": Layer.LEAVE,
        "TILL_PASSWORD": Layer.SECRET,
    }
    assert {d.layer for d in plan.decisions if d.setting == "SHOP_PASSWORD"} == {Layer.LEAVE, Layer.SECRET_ENV}


@pytest.mark.parametrize(
    ("entry", "constant", "layer"),
    [
        ("/run/secrets/shop", "shop-login", Layer.LEAVE),
        (f"{PASSWORD}y", "shop-login", Layer.SECRET),
        ("/run/secrets/shop", f"postgresql://shop:{PASSWORD}@db.corp/shop", Layer.SECRET),
    ],
)
def test_a_constant_is_judged_like_the_variable_of_its_name(
    make_repository: MakeRepository, entry: str, constant: str, layer: Layer
) -> None:
    code = FLOW.format(imports="os, shop") + "os.environ['SHOP_TOKEN']\n"
    files = {"etl.py": code, "shop.py": f"SHOP_TOKEN = '{constant}'", ".env": f"SHOP_TOKEN={entry}\n"}
    assert [layer for _, layer in literals_of(plan_of(make_repository(files))).values()] == [layer]


def test_a_secret_in_code_that_no_flow_reaches_is_told_and_what_it_reads_is_its_own(
    make_repository: MakeRepository,
) -> None:
    dsn = f"postgresql://etl:{PASSWORD}@db.corp/sales"
    plan = plan_of(make_repository({"web.py": f"import os\nTOKEN = os.environ['TOKEN']\nDSN = '{dsn}'\n"}))
    assert {(d.setting, d.layer, d.rule, d.sensitive) for d in plan.decisions} == {
        ("TOKEN", Layer.LEAVE, "not-reached", False),
        ("WEB_DSN", Layer.LEAVE, "not-reached", True),
    }
    assert [(f.severity, f.path, f.line) for f in plan.findings] == [(Severity.HIGH, "web.py", 3)]
    assert PASSWORD not in plan.findings[0].message


def test_a_secret_in_a_file_of_which_nothing_else_is_of_interest(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository({"tool.py": f"DSN = 'postgresql://etl:{PASSWORD}@db.corp/sales'\n"}))
    assert [(d.setting, d.layer, d.sensitive) for d in plan.decisions] == [("TOOL_DSN", Layer.LEAVE, True)]
    assert [f.rule for f in plan.findings] == ["hardcoded-secret"]


def test_an_address_for_development_is_no_finding(make_repository: MakeRepository) -> None:
    plan = plan_of(make_repository({"tool.py": "DSN = 'postgresql://etl:etl_dev_password@localhost/sales'\n"}))
    assert [d.layer for d in plan.decisions] == [Layer.LEAVE]
    assert plan.findings == ()


def test_a_computed_name_is_judged_by_the_function_that_reads_it(make_repository: MakeRepository) -> None:
    source = (
        "import os\ndef get_secret(n): return os.environ[n.upper()]\ndef get_size(n): return os.environ[n.lower()]\n"
    )
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="lib"), "lib.py": source}))
    assert {(d.sites[0].span.line, d.sensitive) for d in plan.decisions} == {(2, True), (3, False)}


def test_the_fixed_part_of_a_composed_text_is_moved_by_hand(make_repository: MakeRepository) -> None:
    source = "def save(day):\n    copy(f'/mnt/exports/{day}.csv')\n    copy('/mnt/imports/daily')\n"
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="lib"), "lib.py": source}))
    by_name = {d.setting: d for d in plan.decisions}
    assert {n: (d.confidence, d.sites[0].edit is None) for n, d in by_name.items()} == {
        "SAVE_PATH": (Confidence.BY_HAND, True),
        "DAILY_PATH": (Confidence.REVIEW, False),
    }
    assert "composed text (lib.py:2)" in by_name["SAVE_PATH"].reason


@pytest.mark.parametrize(
    "made",
    [
        f"f'postgresql://etl:{PASSWORD}@{{host}}:5432/sales'",
        f"'postgresql://etl:{PASSWORD}@' + host + '/sales'",
        f"f'Server={{host}};Uid=etl;Password={PASSWORD};'",
        f"'Bearer ' + '{TOKEN}'",
        f"f'https://x-access-token:{TOKEN}@git.corp/{{host}}'",
    ],
)
def test_a_secret_in_the_fixed_part_of_a_composed_text_is_a_secret(make_repository: MakeRepository, made: str) -> None:
    source = f"def save(host):\n    target = {made}\n    copy(target)\n"
    files = {"etl.py": FLOW.format(imports="lib"), "lib.py": source, "tool.py": f"{source}import os\nos.getenv('A')\n"}
    plan = plan_of(make_repository(files))
    reached = next(d for d in plan.decisions if d.sites[0].path == "lib.py")
    assert (reached.layer, reached.sensitive, reached.confidence) == (Layer.SECRET, True, Confidence.BY_HAND)
    assert reached.sites[0].edit is None
    assert [(f.rule, f.path, f.line) for f in plan.findings] == [
        ("hardcoded-secret", "lib.py", 2),
        ("hardcoded-secret", "tool.py", 2),
    ]
    assert not any(
        secret in text for secret in (PASSWORD, TOKEN) for f in plan.findings for text in (f.message, f.remedy)
    )


@pytest.mark.parametrize(
    "made", ["f'postgresql://etl:{word}@db.corp/sales'", "f'Server=db.corp;Uid=etl;Password={word};'"]
)
def test_a_password_that_is_computed_makes_a_composed_text_none(make_repository: MakeRepository, made: str) -> None:
    source = f"def save(word):\n    target = {made}\n    copy(target)\n"
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="lib"), "lib.py": source}))
    assert [d.sensitive for d in plan.decisions if d.sites[0].path == "lib.py"] in ([False], [])
    assert not plan.findings


def test_a_variable_that_other_code_keeps_in_a_secret_block_is_secret(make_repository: MakeRepository) -> None:
    flow = """
        import os
        from prefect import flow
        from prefect.blocks.system import Secret
        @flow
        def etl():
            login(Secret.load("shop-email").get())
        def by_hand():
            login(os.environ["SHOP_EMAIL"], os.environ["SHOP_NAME"])
        """
    plan = plan_of(make_repository({"etl.py": flow}))
    assert {d.setting: d.sensitive for d in plan.decisions} == {"SHOP_EMAIL": True, "SHOP_NAME": False}


HARDCODED = """
    from prefect import flow

    BUCKET = "shop-exports-eu"


    class Store:
        db_host = "db.stock.corp"


    def connect(host="db.shop.corp"):
        return host


    @flow
    def etl():
        return connect(host="db.sales.corp"), upload(bucket=BUCKET, password="q7Rk92mz")
"""


DEPLOYED = """
    deployments:
      - name: nightly
        entrypoint: etl.py:etl
        work_pool: {name: pool}
"""


def after(root: Path, policy: Policy) -> str:
    changes = preview(root, make_plan(scan_repository(root), policy, Answers()), Confidence.REVIEW).changes
    return next(change.after.decode() for change in changes if change.path == "etl.py")


def test_where_the_policy_says_so_a_literal_stays_as_the_default(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": HARDCODED, "prefect.yaml": DEPLOYED})
    kept = after(root, Policy(keeps_literals=True))
    assert 'BUCKET = os.environ.get("BUCKET", "shop-exports-eu")' in kept
    assert 'db_host = os.environ.get("DB_HOST", "db.stock.corp")' in kept
    assert 'connect(host=os.environ.get("ETL_HOST", "db.sales.corp"))' in kept
    assert 'def connect(host="db.shop.corp")' in kept
    assert 'password=Secret.load("setting-password").get()' in kept
    (root / "etl.py").write_text(kept)
    again = make_plan(scan_repository(root), Policy(keeps_literals=True), Answers())
    assert preview(root, again, Confidence.REVIEW).changes == ()


def test_else_a_literal_goes_and_one_that_an_import_evaluates_is_for_a_person(make_repository: MakeRepository) -> None:
    dropped = after(make_repository({"etl.py": HARDCODED, "prefect.yaml": DEPLOYED}), Policy())
    assert 'BUCKET = "shop-exports-eu"' in dropped
    assert 'db_host = "db.stock.corp"' in dropped
    assert "os.environ.get" not in dropped
    assert 'connect(host=os.environ["' in dropped


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize(
    "test",
    [
        "if 'shop-exports-eu' not in buckets(): make(name)",
        "if name == 'shop-exports-eu': make(name)",
        "if name in ('other', 'shop-exports-eu'): make(name)",
        "match name:\n        case 'shop-exports-eu': make(name)",
    ],
)
def test_a_value_that_the_code_compares_with_moves_everywhere_or_nowhere(
    make_repository: MakeRepository, test: str, keeps: bool
) -> None:
    code = f"def save(name):\n    {test}\n    upload(bucket='shop-exports-eu')\n"
    root = make_repository({"etl.py": FLOW.format(imports="store"), "store.py": code, "prefect.yaml": DEPLOYED})
    plan = make_plan(scan_repository(root), Policy(keeps_literals=keeps), Answers())
    (decision,) = (d for d in plan.decisions if any(s.kind.value == "literal" for s in d.sites))
    assert decision.confidence is Confidence.BY_HAND
    assert "compared in line " in decision.reason
    assert preview(root, plan, Confidence.REVIEW).changes == ()


def test_a_secret_that_the_code_compares_with_stays_too(make_repository: MakeRepository) -> None:
    code = f"KEY = '{PASSWORD}'\ndef save(key):\n    return key == '{PASSWORD}' or login(KEY, password='{PASSWORD}')\n"
    root = make_repository({"etl.py": FLOW.format(imports="store"), "store.py": code})
    plan = make_plan(scan_repository(root), Policy(), Answers())
    assert {d.confidence for d in plan.decisions if d.sensitive} == {Confidence.BY_HAND}
    assert preview(root, plan, Confidence.REVIEW).changes == ()


STORE = """
    def upload(data):
        return connect(host="db.sales.corp").put(data)
"""
USER = "from prefect import flow\nfrom store import upload\n@flow\ndef etl(): upload(1)\n"


@pytest.mark.parametrize(
    ("program", "confidence"),
    [
        ("from fastapi import FastAPI\nfrom store import upload\napp = FastAPI()\n", Confidence.BY_HAND),
        ("from store import upload\nupload(2)\n", Confidence.BY_HAND),
        ("from other import upload\nupload(2)\n", Confidence.REVIEW),
    ],
)
def test_code_that_another_program_runs_without_the_variable_keeps_its_literal(
    make_repository: MakeRepository, program: str, confidence: Confidence
) -> None:
    root = make_repository({"etl.py": USER, "store.py": STORE, "program.py": program, "prefect.yaml": DEPLOYED})
    (decision,) = (d for d in plan_of(root).decisions if d.setting == "STORE_HOST")
    assert decision.confidence is confidence
    kept = make_plan(scan_repository(root), Policy(keeps_literals=True), Answers())
    changes = {change.path: change.after.decode() for change in preview(root, kept, Confidence.REVIEW).changes}
    assert 'connect(host=os.environ.get("STORE_HOST", "db.sales.corp")).put(data)' in changes["store.py"]


def test_a_secret_that_becomes_a_variable_is_never_left_in_the_code(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": HARDCODED})
    plan = make_plan(scan_repository(root), Policy(keeps_literals=True), parse_answers(["PASSWORD=secret_env"]))
    (decision,) = (d for d in plan.decisions if d.setting == "PASSWORD")
    assert [site.edit for site in decision.sites] == [ReadEnvironment(decision.sites[0].span, "PASSWORD")]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("f'postgresql://app:{pw}@db.corp:5432/sales'", False),
        ("f'postgresql://{user}:{pw}@db.corp:5432/sales'", False),
        (f"f'postgresql://{{user}}:{PASSWORD}@db.corp:5432/sales'", True),
        (f"'postgresql://app:{PASSWORD}@db.corp:5432/sales'", True),
    ],
)
def test_an_address_is_as_secret_as_what_is_written_out_of_it(
    make_repository: MakeRepository, text: str, secret: bool
) -> None:
    source = f"def save(user, pw):\n    DATABASE_URL = {text}\n    connect(DATABASE_URL)\n"
    plan = plan_of(make_repository({"etl.py": FLOW.format(imports="lib"), "lib.py": source}))
    (decision,) = plan.decisions
    assert (decision.layer, decision.sensitive) == ((Layer.SECRET if secret else Layer.POOL_DEFAULT), secret)
    assert ("hardcoded-secret" in {f.rule for f in plan.findings}) is secret
