"""Module-level constants over several files: all that use one move together, or none does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import preview
from envlift.plan import Confidence, Layer, Plan
from envlift.planning.plan_file import dump_plan, load_plan
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

FLOW = """\
from prefect import flow

from client import fetch


@flow
def nightly():
    return fetch()
"""
CONFIG = """\
import os

SHOP_TOKEN = os.environ["SHOP_TOKEN"]
"""
CLIENT = """\
from config import SHOP_TOKEN


def fetch():
    return SHOP_TOKEN
"""
SECRET = "from prefect.blocks.system import Secret"
LOAD = 'SHOP_TOKEN = Secret.load("shop-token").get()'
FILES = {".env": "SHOP_TOKEN=s3cr3t-t0ken\n", "flow.py": FLOW, "config.py": CONFIG, "client.py": CLIENT}


VALUE = "q7Rk92mz" + "Xw4TbN81"


def hardcoded(files: Mapping[str, str]) -> dict[str, str]:
    """The files with the value itself in the place of its reads, and no ``.env``."""
    read = re.compile(r"""os\.(environ\["SHOP_TOKEN"\]|getenv\('SHOP_TOKEN'\))""")
    kept = {path: text for path, text in files.items() if path != ".env"}
    return {
        path: read.sub(f'"{VALUE}"', text).removeprefix("import os\n\n") if read.search(text) else text
        for path, text in kept.items()
    }


def planned(root: Path, files: Mapping[str, str]) -> Plan:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    plan = make_plan(scan_repository(root), Policy(), Answers())
    assert load_plan(dump_plan(plan), "plan") == plan
    return plan


def changed(root: Path, plan: Plan, lowest: Confidence = Confidence.REVIEW) -> dict[str, str]:
    outcome = preview(root, plan, lowest)
    assert outcome.refusals == ()
    for change in outcome.changes:
        compile(change.after, change.path, "exec")
    return {change.path: change.after.decode() for change in outcome.changes}


def verdict(plan: Plan, setting: str = "SHOP_TOKEN") -> tuple[Layer, str]:
    (decision,) = (d for d in plan.decisions if d.setting == setting)
    return decision.layer, decision.reason


def test_a_constant_and_its_importers_move_together(tmp_path: Path) -> None:
    plan = planned(tmp_path, FILES)
    layer, reason = verdict(plan)
    assert layer is Layer.SECRET
    assert "the functions that use SHOP_TOKEN (config.py:3) load it themselves" in reason
    assert changed(tmp_path, plan, Confidence.SURE) == {
        "config.py": "",
        "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n",
    }


@pytest.mark.parametrize(
    ("read", "use", "default"),
    [
        ("os.getenv('SHOP_TOKEN')", 'SHOP_TOKEN or "none"', "None"),
        ("os.getenv('SHOP_TOKEN', '')", "SHOP_TOKEN", '""'),
        ("os.environ.get('SHOP_TOKEN', None)", '"none" if SHOP_TOKEN is None else SHOP_TOKEN', "None"),
    ],
)
def test_what_every_user_goes_on_with_where_there_is_no_block_stays(
    tmp_path: Path, read: str, use: str, default: str
) -> None:
    files = {
        "config.py": f"import os\n\nSHOP_TOKEN = {read}\n",
        "client.py": f"from config import SHOP_TOKEN\n\n\ndef fetch():\n    return {use}\n",
    }
    plan = planned(tmp_path, FILES | files)
    assert verdict(plan)[0] is Layer.SECRET
    handler = f"    try:\n        {LOAD}\n    except ValueError:\n        SHOP_TOKEN = {default}\n"
    assert changed(tmp_path, plan, Confidence.SURE) == {
        "config.py": "",
        "client.py": f"{SECRET}\n\n\ndef fetch():\n{handler}    return {use}\n",
    }


MOVES = [
    pytest.param(
        {"client.py": "import config\n\n\ndef fetch():\n    return config.SHOP_TOKEN\n"},
        {"client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n"},
        id="through its module",
    ),
    pytest.param(
        {
            "client.py": "from pkg.api import fetch\n",
            "pkg/__init__.py": "",
            "pkg/config.py": CONFIG,
            "pkg/api.py": "from . import config as c\n\n\ndef fetch():\n    return c.SHOP_TOKEN\n",
            "config.py": "",
        },
        {
            "pkg/config.py": "",
            "pkg/api.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n",
        },
        id="through a relative import",
    ),
    pytest.param(
        {"client.py": "from middle import SHOP_TOKEN as T\n\n\ndef fetch():\n    return T\n", "middle.py": CLIENT},
        {
            "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD.replace('SHOP_TOKEN', 'T')}\n    return T\n",
            "middle.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n",
        },
        id="handed on by another file",
    ),
    pytest.param(
        {
            "client.py": "from middle import T\n\n\ndef fetch():\n    return T\n",
            "middle.py": "from config import SHOP_TOKEN as T\n",
        },
        {
            "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD.replace('SHOP_TOKEN', 'T')}\n    return T\n",
            "middle.py": "",
        },
        id="handed on by another name",
    ),
    pytest.param(
        {
            "client.py": "from settings import SHOP_TOKEN\n\n\ndef fetch():\n    return SHOP_TOKEN\n",
            "settings/__init__.py": "from .values import SHOP_TOKEN\n",
            "settings/values.py": CONFIG,
            "config.py": "",
        },
        {
            "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n",
            "settings/__init__.py": "",
            "settings/values.py": "",
        },
        id="handed on by a package",
    ),
    pytest.param(
        {"config.py": "import os\n\nSHOP_TOKEN = os.getenv('SHOP_TOKEN')\nif not SHOP_TOKEN:\n    raise ValueError\n"},
        {"client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n"},
        id="with its guard",
    ),
    pytest.param(
        {
            "client.py": "from config import SHOP_TOKEN\n\n\ndef fetch():\n    return SHOP_TOKEN\n\n\n"
            "async def other():\n    return fetch()\n"
        },
        {
            "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD.replace(')', ', _sync=True)', 1)}\n"
            "    return SHOP_TOKEN\n\n\nasync def other():\n    return fetch()\n"
        },
        id="where a coroutine may call",
    ),
    pytest.param(
        {
            "client.py": CLIENT.replace("\n\n\n", '\n\nHEADERS = {"t": SHOP_TOKEN}\n\n\n', 1)
            + "\n\ndef g():\n    return HEADERS\n"
        },
        {
            "client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n\n\n"
            f'def g():\n    {LOAD}\n    HEADERS = {{"t": SHOP_TOKEN}}\n    return HEADERS\n'
        },
        id="with what an importer makes from it",
    ),
    pytest.param(
        {"app.py": "print 'SHOP_TOKEN'\n", "look.ipynb": '{"cells": ["SHOP_TOKEN"]}'},
        {"client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n"},
        id="while what cannot be read names the variable alone",
    ),
    pytest.param(
        {"app.py": "import config\n\nprint(config)\n"},
        {"client.py": f"{SECRET}\n\n\ndef fetch():\n    {LOAD}\n    return SHOP_TOKEN\n"},
        id="while others import the module for something else",
    ),
]


@pytest.mark.parametrize(("files", "after"), MOVES)
def test_every_way_to_import_moves(tmp_path: Path, files: dict[str, str], after: dict[str, str]) -> None:
    plan = planned(tmp_path, FILES | files)
    assert verdict(plan)[0] is Layer.SECRET
    found = changed(tmp_path, plan)
    assert {path: found.get(path) for path in after} == after
    assert not any("environ" in text for text in found.values())


@pytest.mark.parametrize(("files", "after"), MOVES)
def test_a_hardcoded_secret_moves_the_same_way(tmp_path: Path, files: dict[str, str], after: dict[str, str]) -> None:
    plan = planned(tmp_path, hardcoded(FILES | files))
    assert verdict(plan)[0] is Layer.SECRET
    assert changed(tmp_path, plan, Confidence.SURE) == {}
    found = changed(tmp_path, plan)
    assert {path: found.get(path) for path in after} == after
    assert not any(VALUE in text for text in found.values())


STAYS = [
    pytest.param({"client.py": CLIENT + "\n\nx = fetch()\n"}, r"called at import \(client.py", id="called"),
    pytest.param(
        {"flow.py": FLOW + "\n\nprint(fetch())\n"}, r"called at import \(flow.py", id="called in another file"
    ),
    pytest.param(
        {"flow.py": FLOW + "\n\ndef g():\n    return fetch()\n\nX = [g()]\n"},
        r"called at import \(flow.py:14",
        id="called by what is called",
    ),
    pytest.param({"client.py": CLIENT + "\n\nx = f(SHOP_TOKEN)\n"}, "used at import", id="used at import"),
    pytest.param(
        {"client.py": CLIENT + "\n\nif not SHOP_TOKEN:\n    raise ValueError\n"},
        "used at import",
        id="guarded where it is imported",
    ),
    pytest.param({"client.py": CLIENT + "\n\ndef g(x=SHOP_TOKEN):\n    return x\n"}, "default argument", id="default"),
    pytest.param({"client.py": CLIENT + "\n\nf = lambda: SHOP_TOKEN\n"}, "lambda", id="lambda"),
    pytest.param(
        {"app.py": "from config import SHOP_TOKEN\n\n\ndef g():\n    return SHOP_TOKEN\n"},
        "no flow runs it",
        id="another program",
    ),
    pytest.param(
        {"client.py": CLIENT.replace("\n", "  # of the shop\n", 1)},
        r"a comment stands with its import .*\(client.py:1",
        id="imported with a comment",
    ),
    pytest.param({"app.py": "from config import *\n"}, "star", id="star"),
    pytest.param({"app.py": "from config import SHOP_TOKEN\nx = (\n"}, "cannot be read", id="broken file"),
    pytest.param(
        {"look.ipynb": '{"cells": [{"source": ["from config import SHOP_TOKEN"]}]}'},
        "cannot be read",
        id="notebook",
    ),
    pytest.param({"app.py": "import config\n\nx = getattr(config, 'SHOP_TOKEN')\n"}, "handed on", id="getattr"),
    pytest.param({"app.py": "import config\nname = 'A'\nx = getattr(config, name)\n"}, "handed on", id="any name"),
    pytest.param(
        {"client.py": "def fetch():\n    from config import SHOP_TOKEN\n    return SHOP_TOKEN\n"},
        "inside of a function",
        id="imported in a function",
    ),
    pytest.param(
        {
            "client.py": "import pkg\n\n\ndef fetch():\n    return pkg.config.SHOP_TOKEN\n",
            "pkg/__init__.py": "from . import config\n",
            "pkg/config.py": CONFIG,
            "config.py": "",
        },
        "through its package|handed on",
        id="through the package",
    ),
    pytest.param(
        {"tests/test_client.py": "def test(m):\n    m.setattr('config.SHOP_TOKEN', 'x')\n"},
        "a string names",
        id="patched",
    ),
    pytest.param(
        {"tests/test_client.py": "import config\n\n\ndef test(m):\n    m.setattr(config, 'SHOP_TOKEN', 'x')\n"},
        "handed on",
        id="patched in its module",
    ),
    pytest.param(
        {"tests/test_client.py": "from config import SHOP_TOKEN\n\n\ndef test():\n    assert SHOP_TOKEN\n"},
        "test",
        id="used in a test",
    ),
    pytest.param({"client.py": CLIENT + "\n\n__all__ = ['SHOP_TOKEN']\n"}, "__all__", id="__all__"),
    pytest.param({"client.py": "def fetch():\n    return 1\nimport config\n"}, "no function uses", id="not used"),
]


@pytest.mark.parametrize(("files", "reason"), STAYS)
def test_one_user_that_cannot_move_keeps_all(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    plan = planned(tmp_path, FILES | files)
    _, why = verdict(plan)
    assert re.search(reason, why), why
    assert changed(tmp_path, plan) == {}


def test_what_is_made_with_a_value_that_moves_at_call_time_keeps_the_constant(tmp_path: Path) -> None:
    """Once it stood in a function, the next run would read the host from the environment."""
    config = CONFIG + 'SHOP = {"host": "db.shop.corp", "token": SHOP_TOKEN}\n\n\ndef shop():\n    return SHOP\n'
    client = "from config import shop\n\n\ndef fetch():\n    return shop()\n"
    plan = planned(tmp_path, FILES | {"config.py": config, "client.py": client})
    assert re.search(r"HOST, which is no secret, .*\(config.py:4\)", verdict(plan)[1])
    assert changed(tmp_path, plan) == {}
    plan = planned(tmp_path, FILES | {"config.py": config.replace("db.shop.corp", "localhost"), "client.py": client})
    assert '    SHOP = {"host": "localhost", "token": SHOP_TOKEN}\n' in changed(tmp_path, plan)["config.py"]


@pytest.mark.parametrize(("files", "reason"), STAYS)
def test_one_user_keeps_a_hardcoded_secret_just_so(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    plan = planned(tmp_path, hardcoded(FILES | files))
    layer, why = verdict(plan)
    assert layer is Layer.SECRET
    assert re.search(reason, why), why
    assert changed(tmp_path, plan) == {}


def test_a_default_that_another_file_could_only_copy_keeps_the_constant(tmp_path: Path) -> None:
    plan = planned(tmp_path, FILES | {"config.py": "import os\n\nSHOP_TOKEN = os.getenv('SHOP_TOKEN', 'none')\n"})
    assert "its default would stand in several functions" in verdict(plan)[1]
    assert changed(tmp_path, plan) == {}


def test_a_hardcoded_constant_that_is_no_secret_does_not_sink(tmp_path: Path) -> None:
    client = "from config import EXPORTS\n\n\ndef fetch():\n    return EXPORTS\n"
    plan = planned(tmp_path, FILES | {"config.py": 'EXPORTS = "s3://shop-exports/daily"\n', "client.py": client})
    decisions = [d for d in plan.decisions if any(s.path == "config.py" for s in d.sites)]
    assert [(d.sensitive, [s.edit for s in d.sites]) for d in decisions] == [(False, [None])]
    assert changed(tmp_path, plan) == {}


SHOP = f'SHOP = {{"port": 5432, "password": "{VALUE}"}}\n'
OWN = f"{SHOP}\n\ndef fetch():\n    return connect(**SHOP)\n"


def test_a_hardcoded_part_of_a_constant_moves_with_it(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"flow.py": FLOW, "client.py": OWN})
    (decision,) = (d for d in plan.decisions if d.sensitive)
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.REVIEW)
    assert "the functions that use SHOP (client.py:1) load it themselves" in decision.reason
    name = decision.block.replace("-", "_")
    assert changed(tmp_path, plan) == {
        "client.py": f'{SECRET}\n\n\ndef fetch():\n    {name} = Secret.load("{decision.block}").get()\n'
        f'    SHOP = {{"port": 5432, "password": {name}}}\n    return connect(**SHOP)\n'
    }


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {
                "client.py": "from config import SHOP\n\n\ndef fetch():\n    return SHOP\n",
                "config.py": "from ports import PORT\n" + SHOP.replace("5432", "PORT"),
                "ports.py": "PORT = 5432\n",
            },
            "it is a part of SHOP, which is used there and is made with PORT of its own file \\(client.py:1",
        ),
        ({"client.py": f"{OWN}\n\nengine = create_engine(SHOP)\n"}, "used at import"),
        (
            {"client.py": OWN.replace('"port": 5432', '"host": "db.shop.corp"')},
            "_HOST, which is no secret, would move into functions with it \\(client.py:1",
        ),
        ({"client.py": f"{OWN}\n\ndef change():\n    SHOP['host'] = 'other'\n"}, "is changed there"),
    ],
)
def test_a_part_of_what_others_need_stays(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    plan = planned(tmp_path, {"flow.py": FLOW} | files)
    (decision,) = (d for d in plan.decisions if d.sensitive)
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.BY_HAND)
    assert re.search(reason, decision.reason), decision.reason
    assert changed(tmp_path, plan) == {}


LOADS = "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n" + CONFIG.removeprefix("import os\n")


@pytest.mark.parametrize(
    "files",
    [
        {"config.py": LOADS},
        {"config.py": LOADS, "client.py": "import config\n\n\ndef fetch():\n    return config.SHOP_TOKEN\n"},
        {
            "config.py": LOADS + 'DB_PASSWORD = os.environ["DB_PASSWORD"]\n',
            "client.py": CLIENT.replace("TOKEN\n", "TOKEN, DB_PASSWORD\n", 1) + "    + DB_PASSWORD\n",
        },
        {
            "config.py": LOADS + 'DB_PASSWORD = os.environ["DB_PASSWORD"]\n',
            "client.py": "import config\n\n\ndef fetch():\n    return config.SHOP_TOKEN + config.DB_PASSWORD.strip()\n",
        },
        {"config.py": "import start\n" + CONFIG, "start.py": "import sys\n\nsys.path.append('lib')\n"},
    ],
)
def test_what_an_import_does_is_not_lost_with_its_last_name(tmp_path: Path, files: dict[str, str]) -> None:
    plan = planned(tmp_path, FILES | files)
    assert re.search(r"client.py imports nothing else .* \((config|start).py:\d\)", verdict(plan)[1]), verdict(plan)
    assert changed(tmp_path, plan) == {}


@pytest.mark.parametrize(
    "files",
    [
        {
            "config.py": LOADS + "REGION = 'eu'\n",
            "client.py": CLIENT.replace("TOKEN\n", "TOKEN, REGION\n", 1) + "    + REGION\n",
        },
        {
            "config.py": LOADS + "REGION = 'eu'\n",
            "client.py": "import config\n\n\ndef fetch():\n    return config.SHOP_TOKEN + config.REGION\n",
        },
        {"config.py": "import start\n" + CONFIG, "start.py": "PAGES = 3\nassert PAGES\n"},
        {"config.py": LOADS + "\n\ndef fetch():\n    return SHOP_TOKEN\n", "client.py": "from config import fetch\n"},
    ],
)
def test_an_import_that_stays_or_only_defines_lets_the_constant_go(tmp_path: Path, files: dict[str, str]) -> None:
    plan = planned(tmp_path, FILES | files)
    assert verdict(plan)[0] is Layer.SECRET
    assert len(changed(tmp_path, plan)) >= 1


def test_a_file_that_the_policy_says_to_leave_keeps_what_it_imports(tmp_path: Path) -> None:
    planned(tmp_path, FILES)
    plan = make_plan(scan_repository(tmp_path), Policy(never_touch=("client.py",)), Answers())
    assert "client.py uses SHOP_TOKEN too, and the policy says to leave it" in verdict(plan)[1]
    assert changed(tmp_path, plan) == {}


def test_one_import_of_a_module_may_bring_several_constants(tmp_path: Path) -> None:
    files = {
        "config.py": CONFIG + 'SHOP_PIN = os.environ["SHOP_PIN"]\n',
        "client.py": "import config\n\n\ndef fetch():\n    return config.SHOP_TOKEN + config.SHOP_PIN\n",
    }
    plan = planned(tmp_path, FILES | files)
    assert changed(tmp_path, plan)["client.py"] == (
        f'{SECRET}\n\n\ndef fetch():\n    SHOP_PIN = Secret.load("shop-pin").get()\n'
        f"    {LOAD}\n    return SHOP_TOKEN + SHOP_PIN\n"
    )


def test_a_guard_goes_only_when_a_person_says_so(tmp_path: Path) -> None:
    guarded = CONFIG + "if not SHOP_TOKEN:\n    raise ValueError('SHOP_TOKEN')\n"
    plan = planned(tmp_path, FILES | {"config.py": guarded})
    assert changed(tmp_path, plan, Confidence.SURE) == {}
    assert changed(tmp_path, plan)["config.py"] == ""


def test_a_file_that_refuses_keeps_all_of_its_constants_users(tmp_path: Path) -> None:
    """`int` means something else in the importer: only the rewriting sees that, and no file changes."""
    files = FILES | {
        "config.py": 'import os\n\nSHOP_TOKEN = str(os.environ["SHOP_TOKEN"])\n',
        "client.py": "from config import SHOP_TOKEN\n\nstr = repr\n\n\ndef fetch():\n    return SHOP_TOKEN\n",
    }
    plan = planned(tmp_path, files)
    outcome = preview(tmp_path, plan, Confidence.REVIEW)
    assert outcome.changes == ()
    assert [left.setting for left in outcome.left] == ["SHOP_TOKEN"]


def test_a_framework_may_take_any_name_of_its_settings_module(tmp_path: Path) -> None:
    settings = CONFIG + "\n\ndef headers():\n    return {'Authorization': SHOP_TOKEN}\n"
    start = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config')\nimport django\ndjango.setup()\n"
    files = {**FILES, "config.py": settings, "client.py": f"{start}def fetch(): ...\n"}
    plan = planned(tmp_path, files)
    (decision,) = (d for d in plan.decisions if d.setting == "SHOP_TOKEN")
    assert (decision.layer, decision.confidence) == (Layer.SECRET, Confidence.BY_HAND)
    assert changed(tmp_path, plan) == {}
