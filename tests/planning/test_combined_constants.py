"""What is made from a constant and imported by other files: each function of theirs makes it again, or all stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from envlift.applying.apply import Applied, apply_plan, preview
from envlift.plan import Confidence, Decision, Layer, Plan
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

SHOP_PASSWORD = os.environ["SHOP_PASSWORD"]
"""
DSN = 'DSN = f"postgresql://etl:{SHOP_PASSWORD}@db/sales"'
HEADERS = """\
HEADERS = {
    "Authorization": f"Bearer {SHOP_PASSWORD}",
    "Accept": "text/csv",
}
"""
CLIENT = "from config import DSN\n\n\ndef fetch():\n    return DSN\n"
FILES = {
    ".env": "SHOP_PASSWORD=s3cr3t-pa55w0rd\n",
    "flow.py": FLOW,
    "config.py": f"{CONFIG}{DSN}\n",
    "client.py": CLIENT,
}
SECRET = "from prefect.blocks.system import Secret\n"
LOAD = 'SHOP_PASSWORD = Secret.load("shop-password").get()'
VALUE = "q7Rk92mz" + "Xw4TbN81"


def planned(root: Path, files: Mapping[str, str]) -> Plan:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    plan = make_plan(scan_repository(root), Policy(), Answers())
    assert load_plan(dump_plan(plan), "plan") == plan
    return plan


def decision(plan: Plan) -> Decision:
    (found,) = (d for d in plan.decisions if d.setting == "SHOP_PASSWORD")
    return found


def previewed(root: Path, plan: Plan) -> Applied:
    return preview(root, plan, Confidence.REVIEW)


def texts(outcome: Applied) -> dict[str, str]:
    for change in outcome.changes:
        compile(change.after, change.path, "exec")
    return {change.path: change.after.decode() for change in outcome.changes}


BESIDE = """\
def page(h, more):
    more["Page"] = 1
    return h


def fetch():
%s    own, more = {**HEADERS}, {}
    own["a"] = more
    return page(HEADERS, more), get(headers=HEADERS)
"""

MOVES = [
    pytest.param(
        {},
        {"config.py": "", "client.py": f"{SECRET}\n\ndef fetch():\n    {LOAD}\n    {DSN}\n    return DSN\n"},
        id="by its name",
    ),
    pytest.param(
        {"client.py": "from config import DSN as URL\n\n\ndef fetch():\n    return URL\n"},
        {"client.py": f"{SECRET}\n\ndef fetch():\n    {LOAD}\n    {DSN.replace('DSN', 'URL')}\n    return URL\n"},
        id="by an alias",
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}{HEADERS}REGION = 1\n",
            "client.py": "import config as c\n\n\ndef fetch():\n    for page in 1, 2:\n"
            "        get(c.HEADERS, c.SHOP_PASSWORD, c.REGION)\n\n\nasync def other():\n    return c.HEADERS\n",
        },
        {
            "config.py": "REGION = 1\n",
            "client.py": f"{SECRET}\nimport config as c\n\n\ndef fetch():\n"
            f"    {LOAD.replace(')', ', _sync=True)', 1)}\n    HEADERS = {{\n"
            '        "Authorization": f"Bearer {SHOP_PASSWORD}",\n        "Accept": "text/csv",\n    }\n'
            "    for page in 1, 2:\n        get(HEADERS, SHOP_PASSWORD, c.REGION)\n\n\nasync def other():\n"
            '    SHOP_PASSWORD = (await Secret.aload("shop-password")).get()\n    HEADERS = {\n'
            '        "Authorization": f"Bearer {SHOP_PASSWORD}",\n        "Accept": "text/csv",\n    }\n'
            "    return HEADERS\n",
        },
        id="through its module, with the constant, once a function",
    ),
    pytest.param(
        {
            "config.py": f'{CONFIG}{DSN}\nURL: str = DSN + "?ssl=1"\n\n\ndef other():\n    return DSN\n',
            "client.py": "from config import SHOP_PASSWORD as P, URL, other\n\n\ndef fetch():\n"
            "    return P, URL, other()\n\n\ndef again():\n    return P\n",
        },
        {
            "config.py": f"{SECRET}\n\ndef other():\n    {LOAD}\n    {DSN}\n    return DSN\n",
            "client.py": f"{SECRET}\nfrom config import other\n\n\ndef fetch():\n"
            '    P = Secret.load("shop-password").get()\n    SHOP_PASSWORD = P\n'
            f'    {DSN}\n    URL: str = DSN + "?ssl=1"\n    return P, URL, other()\n\n\n'
            'def again():\n    P = Secret.load("shop-password").get()\n    return P\n',
        },
        id="made from what is made, beside the constant by another name",
    ),
    pytest.param(
        {
            "config.py": CONFIG,
            "database.py": f"from config import SHOP_PASSWORD as PW\n\n{DSN.replace('SHOP_PASSWORD', 'PW')}\n",
            "client.py": 'from database import DSN\nURL = DSN + "?ssl=1"\nOPTIONS = {"timeout": 3}\n',
            "flow.py": FLOW.replace("client import fetch", "jobs import fetch"),
            "jobs.py": "import client\n\n\ndef fetch():\n    return client.URL, client.OPTIONS\n",
        },
        {
            "config.py": "",
            "database.py": "",
            "client.py": 'OPTIONS = {"timeout": 3}\n',
            "jobs.py": f"{SECRET}\nimport client\n\n\ndef fetch():\n"
            '    PW = Secret.load("shop-password").get()\n    DSN = f"postgresql://etl:{PW}@db/sales"\n'
            '    URL = DSN + "?ssl=1"\n    return URL, client.OPTIONS\n',
        },
        id="combined in one file after the other",
    ),
    pytest.param(
        {
            "client.py": "from shop import DSN as URL\n\n\ndef fetch():\n    return URL\n",
            "shop/__init__.py": "from .config import DSN\n",
            "shop/config.py": f"{CONFIG}{DSN}\n",
            "config.py": "",
        },
        {
            "client.py": f"{SECRET}\n\ndef fetch():\n    {LOAD}\n    {DSN.replace('DSN', 'URL')}\n    return URL\n",
            "shop/__init__.py": "",
            "shop/config.py": "",
        },
        id="handed on by a package",
    ),
    pytest.param(
        {
            "config.py": 'import os\n\nAUTH = {"password": os.environ["SHOP_PASSWORD"]}\nALL = [AUTH, 1]\n',
            "client.py": "from config import ALL, AUTH as A\n\n\ndef fetch(shop_password=1):\n"
            "    return ALL, A\n\n\ndef other():\n    return A\n",
        },
        {
            "config.py": "",
            "client.py": f"{SECRET}\n\ndef fetch(shop_password=1):\n"
            '    shop_password_value = Secret.load("shop-password").get()\n'
            '    AUTH = {"password": shop_password_value}\n'
            "    ALL = [AUTH, 1]\n"
            '    A = {"password": shop_password_value}\n'
            "    return ALL, A\n\n\ndef other():\n"
            '    shop_password_value = Secret.load("shop-password").get()\n'
            '    A = {"password": shop_password_value}\n'
            "    return A\n",
        },
        id="a part of it",
    ),
    pytest.param(
        {"config.py": f"{CONFIG}AUTH = SHOP_PASSWORD\n", "client.py": CLIENT.replace("DSN", "AUTH")},
        {"client.py": f"{SECRET}\n\ndef fetch():\n    {LOAD}\n    AUTH = SHOP_PASSWORD\n    return AUTH\n"},
        id="another name for it",
    ),
    pytest.param(
        {
            "config.py": f"import os\n\nSHOP_PASSWORD = os.getenv('SHOP_PASSWORD')\n{DSN}  # noqa: E501\n",
            "client.py": f"{CLIENT}\n\ndef other(SHOP_PASSWORDS):\n    return SHOP_PASSWORDS\n",
        },
        {
            "client.py": f"{SECRET}\n\ndef fetch():\n    try:\n        {LOAD}\n"
            f"    except ValueError:\n        SHOP_PASSWORD = None\n    {DSN}  # noqa: E501\n    return DSN\n\n\n"
            "def other(SHOP_PASSWORDS):\n    return SHOP_PASSWORDS\n",
        },
        id="of a constant that may be missing",
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}from database import DSN\n\n\ndef dsn():\n    return DSN, SHOP_PASSWORD\n",
            "database.py": f"from config import SHOP_PASSWORD\n{DSN}\n",
            "client.py": "from config import dsn\n\n\ndef fetch():\n    return dsn()\n",
        },
        {
            "config.py": f"{SECRET}\n\ndef dsn():\n    {LOAD}\n    {DSN}\n    return DSN, SHOP_PASSWORD\n",
            "database.py": "",
        },
        id="back in the file that has the constant",
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}HEADERS = {{'token': SHOP_PASSWORD}}\n",
            "client.py": f"from config import HEADERS\n\n\n{BESIDE % ''}",
        },
        {"client.py": SECRET + "\n\n" + BESIDE % f"    {LOAD}\n    HEADERS = {{'token': SHOP_PASSWORD}}\n"},
        id="where what stands beside it is changed",
    ),
    pytest.param(
        {"config.py": f"{CONFIG}DSN: str = str(SHOP_PASSWORD.strip()) + '%s' % 1\n"},
        {
            "client.py": f"{SECRET}\n\ndef fetch():\n    {LOAD}\n"
            "    DSN: str = str(SHOP_PASSWORD.strip()) + '%s' % 1\n    return DSN\n"
        },
        id="by calls that are everywhere the same",
    ),
]


PAIR = f'{CONFIG}SHOP_PIN = os.environ["SHOP_PIN"]\nPAIR = (SHOP_PIN, SHOP_PASSWORD)\n'
PIN = 'SHOP_PIN = Secret.load("shop-pin").get()'
MOVE_TOGETHER = [
    pytest.param(
        {"client.py": CLIENT.replace("DSN", "PAIR")},
        f"{SECRET}\n\ndef fetch():\n    {LOAD}\n    {PIN}\n    PAIR = (SHOP_PIN, SHOP_PASSWORD)\n    return PAIR\n",
        id="by its name",
    ),
    pytest.param(
        {
            "client.py": "import config\n\n\ndef fetch():\n    return config.PAIR, config.SHOP_PIN\n\n\n"
            "def pin():\n    return config.SHOP_PIN\n"
        },
        f"{SECRET}\n\ndef fetch():\n    {PIN}\n    {LOAD}\n    PAIR = (SHOP_PIN, SHOP_PASSWORD)\n"
        f"    return PAIR, SHOP_PIN\n\n\ndef pin():\n    {PIN}\n    return SHOP_PIN\n",
        id="through its module, with one of them",
    ),
    pytest.param(
        {"client.py": "from config import PAIR as P, SHOP_PIN as N\n\n\ndef fetch():\n    return P, N\n"},
        f"{SECRET}\n\ndef fetch():\n    {PIN.replace('SHOP_PIN', 'N')}\n    {LOAD}\n    SHOP_PIN = N\n"
        "    P = (SHOP_PIN, SHOP_PASSWORD)\n    return P, N\n",
        id="by other names",
    ),
]


@pytest.mark.parametrize(("files", "client"), MOVE_TOGETHER)
def test_what_is_made_from_two_secrets_is_made_where_both_are_loaded(
    tmp_path: Path, files: dict[str, str], client: str
) -> None:
    plan = planned(tmp_path, FILES | {"config.py": PAIR} | files)
    found = previewed(tmp_path, plan)
    assert (found.refusals, texts(found)) == ((), {"config.py": "", "client.py": client})


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("\n\nif SHOP_PIN:\n    print(1)\n", "is made with SHOP_PIN of its own file"),
        ("\n\ndef other(SHOP_PIN):\n    return SHOP_PIN\n", "the file has another SHOP_PIN"),
    ],
)
def test_one_of_two_secrets_that_stays_keeps_the_other(tmp_path: Path, more: str, reason: str) -> None:
    client = CLIENT.replace("DSN", "PAIR, SHOP_PIN", 1) if "if" in more else CLIENT.replace("DSN", "PAIR", 1)
    files = {"config.py": PAIR, "client.py": client.replace("return DSN", "return PAIR") + more}
    plan = planned(tmp_path, FILES | files)
    assert reason in decision(plan).reason
    assert texts(previewed(tmp_path, plan)) == {}


def test_a_secret_that_is_not_moved_now_is_imported_for_what_is_made_from_it_and_another(tmp_path: Path) -> None:
    """The hardcoded one waits for a person."""
    hardcoded = PAIR.replace('os.environ["SHOP_PIN"]', f'"{VALUE}"').replace("SHOP_PIN", "SHOP_API_KEY")
    plan = planned(tmp_path, FILES | {"config.py": hardcoded, "client.py": CLIENT.replace("DSN", "PAIR")})
    outcome = preview(tmp_path, plan, Confidence.SURE)
    assert texts(outcome)["client.py"] == (
        f"{SECRET}\nfrom config import SHOP_API_KEY\n\n\ndef fetch():\n    {LOAD}\n"
        "    PAIR = (SHOP_API_KEY, SHOP_PASSWORD)\n    return PAIR\n"
    )
    assert "SHOP_API_KEY" not in texts(previewed(tmp_path, plan))["config.py"]


def test_a_refusal_for_another_reason_leaves_what_goes_together(tmp_path: Path) -> None:
    config = f'{PAIR}SHOP_KEY = os.environ["SHOP_KEY"]\nKEYS = {{\n    "a": SHOP_KEY,\n}}\n'
    client = "from config import KEYS, PAIR\n\n\ndef fetch():\n    return PAIR\n\n\ndef keys(): return KEYS\n"
    outcome = previewed(tmp_path, planned(tmp_path, FILES | {"config.py": config, "client.py": client}))
    assert [left.setting for left in outcome.left] == ["SHOP_KEY"]
    assert "PAIR = (SHOP_PIN, SHOP_PASSWORD)\n    return PAIR" in texts(outcome)["client.py"]


@pytest.mark.parametrize(("files", "after"), MOVES)
def test_what_others_import_is_made_where_it_is_used(
    tmp_path: Path, files: dict[str, str], after: dict[str, str]
) -> None:
    plan = planned(tmp_path, FILES | files)
    assert (decision(plan).layer, decision(plan).confidence) == (Layer.SECRET, Confidence.SURE)
    found = texts(previewed(tmp_path, plan))
    assert {path: found.get(path) for path in after} == after
    apply_plan(tmp_path, plan, Confidence.REVIEW, allow_dirty=True)
    again = make_plan(scan_repository(tmp_path), Policy(), Answers())
    assert texts(previewed(tmp_path, again)) == {}


@pytest.mark.parametrize(("files", "after"), MOVES)
def test_what_is_made_from_a_hardcoded_secret_moves_the_same_way(
    tmp_path: Path, files: dict[str, str], after: dict[str, str]
) -> None:
    read = re.compile(r"""os\.(environ\["SHOP_PASSWORD"\]|getenv\('SHOP_PASSWORD'\))""")
    kept = {path: text for path, text in (FILES | files).items() if path != ".env"}
    written = {path: read.sub(f'"{VALUE}"', text).removeprefix("import os\n\n") for path, text in kept.items()}
    outcome = previewed(tmp_path, planned(tmp_path, written))
    assert outcome.refusals == ()
    found = texts(outcome)
    assert found.keys() >= after.keys()
    assert not any(VALUE in text for text in found.values())


AT_HOST = f'{CONFIG}HOST = "db"\n{DSN.replace("@db", "@{HOST}")}\n'
DSN_AT_HOST = DSN.replace("@db", "@{HOST}")


@pytest.mark.parametrize(
    ("imports", "left"),
    [
        ("from config import DSN", "from config import HOST"),
        ("from config import DSN, HOST", "from config import HOST"),
        ("from config import (\n    DSN,\n    REGION,\n)", "from config import (\n    HOST,\n    REGION,\n)"),
        ("from .config import REGION, DSN", "from .config import REGION, HOST"),
    ],
)
def test_what_is_made_with_a_name_that_stays_is_made_where_that_is_imported(
    tmp_path: Path, imports: str, left: str
) -> None:
    files = {"config.py": AT_HOST + "REGION = 1\n", "client.py": CLIENT.replace("from config import DSN", imports)}
    outcome = previewed(tmp_path, planned(tmp_path, FILES | files))
    assert outcome.refusals == ()
    assert texts(outcome) == {
        "config.py": 'HOST = "db"\nREGION = 1\n',
        "client.py": f"{SECRET}\n{left}\n\n\ndef fetch():\n    {LOAD}\n    {DSN_AT_HOST}\n    return DSN\n",
    }


def test_two_things_made_with_one_name_import_it_once(tmp_path: Path) -> None:
    files = {
        "config.py": AT_HOST + 'URL = f"https://{SHOP_PASSWORD}@{HOST}"\n',
        "client.py": "from config import DSN as D, URL\n\n\ndef fetch():\n    return D, URL\n",
    }
    after = texts(previewed(tmp_path, planned(tmp_path, FILES | files)))["client.py"]
    assert after.splitlines()[2:] == [
        "from config import HOST",
        "",
        "",
        "def fetch():",
        f"    {LOAD}",
        f"    {DSN_AT_HOST.replace('DSN', 'D')}",
        '    URL = f"https://{SHOP_PASSWORD}@{HOST}"',
        "    return D, URL",
    ]


USES_OTHER = "\n\ndef other():\n    return "

STAYS = [
    pytest.param(
        {"config.py": AT_HOST.replace('HOST = "db"', 'NAME = "db"\nHOST = NAME + ".corp"')},
        r"DSN, made from SHOP_PASSWORD, is used there and is made with HOST of its own file \(client.py:1",
        id="what its file makes from others",
    ),
    pytest.param(
        {"config.py": AT_HOST.replace('HOST = "db"', "from hosts import HOST"), "hosts.py": 'HOST = "db"\n'},
        "is made with HOST of its own file",
        id="what its file imports",
    ),
    pytest.param(
        {"config.py": AT_HOST, "client.py": "import config\n\n\ndef fetch():\n    return config.DSN\n"},
        "is made with HOST of its own file",
        id="a name of its file, through its module",
    ),
    pytest.param(
        {"config.py": AT_HOST, "hub.py": "from config import DSN\n", "client.py": CLIENT.replace("config", "hub")},
        "is made with HOST of its own file",
        id="a name of its file, through another file",
    ),
    pytest.param(
        {"config.py": AT_HOST, "client.py": CLIENT + "\n\nHOST = 1\n"},
        "DSN cannot be made there: the file has another HOST",
        id="a name of its file that means something else there",
    ),
    pytest.param(
        {"config.py": AT_HOST, "setting.py": "import config\n\nconfig.HOST = 'other'\n"},
        "DSN is made with HOST, which another file sets",
        id="a name of its file that another sets",
    ),
    pytest.param(
        {
            "config.py": f"{AT_HOST}\n\ndef fetch():\n    return DSN\n",
            "client.py": "from config import fetch\n",
            "setting.py": "import config\n\nconfig.HOST = 'other'\n",
        },
        "DSN is made with HOST, which another file sets",
        id="a name that another file sets, within one file",
    ),
    pytest.param(
        {"config.py": AT_HOST, "setting.py": "import config\n\nsetattr(config, 'HOST', 'other')\n"},
        "the module config is handed on",
        id="a name of its file that another may set",
    ),
    pytest.param(
        {"config.py": AT_HOST.replace("HOST", "__HOST")},
        "is made with __HOST of its own file",
        id="a name of its file that a class reads otherwise",
    ),
    pytest.param(
        {"config.py": AT_HOST, "client.py": f"if TYPE_CHECKING:\n    from config import HOST\n{CLIENT}"},
        "DSN cannot be made there: the file has another HOST",
        id="a name of its file that is imported for types only",
    ),
    pytest.param(
        {"config.py": AT_HOST, "client.py": CLIENT.replace("()", "(HOST)")},
        "another HOST",
        id="a name of its file that means something else in the function",
    ),
    pytest.param(
        {"config.py": f"from urllib.parse import quote\n{CONFIG}DSN = quote(SHOP_PASSWORD)\n"},
        "is made with quote of its own file",
        id="an import of its file",
    ),
    pytest.param(
        {"config.py": f"{CONFIG}def str(x):\n    return 1\n\n\nDSN = str(SHOP_PASSWORD)\n"},
        "used at import",
        id="a built-in function that is none",
    ),
    pytest.param(
        {"config.py": f"from typing import Final\n{CONFIG}DSN: Final = SHOP_PASSWORD\n"},
        "is made with Final of its own file",
        id="an annotation of its file",
    ),
    pytest.param({"client.py": CLIENT + "\n\nengine = create_engine(DSN)\n"}, "used at import", id="used at import"),
    pytest.param(
        {"client.py": CLIENT + "\n\ndef other(dsn=DSN):\n    return dsn\n"}, "default argument", id="default argument"
    ),
    pytest.param({"client.py": CLIENT + "\n\nclass C:\n    dsn = DSN\n"}, "class body", id="class body"),
    pytest.param({"client.py": CLIENT + "\n\nif not DSN:\n    raise ValueError\n"}, "used at import", id="guarded"),
    pytest.param({"client.py": CLIENT + "\n\nX = fetch()\n"}, "is called at import", id="called at import"),
    pytest.param({"config.py": f"{CONFIG}{DSN}\n__all__ = ['DSN']\n"}, "__all__", id="offered"),
    pytest.param({"client.py": CLIENT + "\n\n__all__ = ['DSN']\n"}, "__all__", id="offered by the importer"),
    pytest.param({"more.py": "from config import *\n"}, "with a star", id="star"),
    pytest.param({"client.py": CLIENT.replace("import DSN", "import DSN as DSN")}, "passed on", id="passed on"),
    pytest.param(
        {"client.py": "def fetch():\n    from config import DSN\n    return DSN\n"},
        "inside of a function",
        id="imported in a function",
    ),
    pytest.param(
        {"tests/test_client.py": "def test(m):\n    m.setattr('config.DSN', 'x')\n"}, "a string names", id="patched"
    ),
    pytest.param(
        {"tests/test_client.py": "from config import DSN\n\n\ndef test():\n    assert DSN\n"}, "the test", id="tested"
    ),
    pytest.param(
        {"app.py": "from config import DSN\n\n\ndef serve():\n    return DSN\n"}, "no flow runs it", id="an app"
    ),
    pytest.param({"look.ipynb": '{"cells": ["from config import DSN"]}'}, "cannot be read", id="notebook"),
    pytest.param(
        {"client.py": "import config\n\n\ndef fetch():\n    return getattr(config, 'DSN')\n"}, "handed on", id="getattr"
    ),
    pytest.param({"client.py": "import config\n\n\ndef fetch():\n    config.DSN = 'x'\n"}, "assigned", id="assigned"),
    pytest.param(
        {"client.py": "import config\n\n\ndef fetch(DSN):\n    return config.DSN + DSN\n"},
        "the function has another DSN",
        id="a parameter of its name",
    ),
    pytest.param(
        {"client.py": CLIENT + "\n\ndef other():\n    global DSN\n    DSN = 'x'\n"}, "bound more than once", id="global"
    ),
    pytest.param(
        {
            "config.py": CONFIG + HEADERS,
            "client.py": "from config import HEADERS\n\n\ndef fetch():\n"
            "    HEADERS['Accept'] = 'text/html'\n    return HEADERS\n",
        },
        "is changed there",
        id="changed",
    ),
    pytest.param(
        {
            "config.py": CONFIG + HEADERS,
            "client.py": "import config as c\n\n\ndef fetch():\n    h = c.HEADERS\n    h.update(x=1)\n    return h\n",
        },
        "is changed there",
        id="changed by another name",
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}{HEADERS}\n\ndef accept(what):\n    HEADERS['Accept'] = what\n",
            "client.py": CLIENT.replace("DSN", "HEADERS"),
        },
        "is changed there",
        id="changed where it is made",
    ),
    *(
        pytest.param(
            {"config.py": CONFIG + HEADERS, "client.py": f"from config import HEADERS\n\n\n{code}\n"},
            "HEADERS, which each function would make for itself, is changed there",
            id=f"changed {how}",
        )
        for how, code in {
            "as one of several": "def fetch():\n    h, page = HEADERS, 1\n    h['Page'] = page\n    return h",
            "where it is a fallback": "def fetch(h=None):\n    h = h or HEADERS\n    h['Page'] = 1\n    return h",
            "where it is a choice": "def fetch(own=1):\n    h = HEADERS if own else {}\n    h.pop('a')\n    return h",
            "in what it holds": "def fetch():\n    for h in HEADERS.values():\n        h['Page'] = 1\n    return 1",
            "as an attribute": "class C:\n    def __init__(self):\n        self.h = HEADERS\n\n"
            "    def page(self):\n        self.h['Page'] = 1\n\n\ndef fetch():\n    return C().page()",
            "by a function that gets it": "def page(number, h):\n    h['Page'] = number\n\n\n"
            "def fetch():\n    page(1, h=HEADERS)\n    page(2, HEADERS)",
            "by one that asks for it": "def headers():\n    return HEADERS\n\n\n"
            "def fetch():\n    h = headers()\n    h['Page'] = 1\n    return h",
            "by a method that asks for it": "class C:\n    def headers(self):\n        return HEADERS\n\n"
            "    def page(self):\n        self.headers()['Page'] = 1\n\n\ndef fetch():\n    return C().page()",
        }.items()
    ),
    *(
        pytest.param(
            {"more.py": f"from importlib import import_module\n\n\ndef dsn():\n    return {code}\n"},
            r"DSN may be reached through a string that names its module \(more.py:5\)",
            id=f"reached by {code}",
        )
        for code in ("import_module('config').DSN", "__import__('config').DSN")
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}DSN = str(SHOP_PASSWORD)\n",
            "client.py": "from texts import *\n" + CLIENT,
            "texts.py": "def str(x):\n    return repr(x)\n",
        },
        "a star import may bring another str",
        id="a star that may bring another meaning of a built-in function",
    ),
    pytest.param(
        {"client.py": "SHOP_PASSWORD = 'mine'\n" + CLIENT},
        "DSN cannot be made there: the file has another SHOP_PASSWORD",
        id="another meaning of the constant's name",
    ),
    pytest.param(
        {"client.py": f"{CLIENT}\n\ndef other(SHOP_PASSWORD):\n    return SHOP_PASSWORD\n"},
        "the file has another SHOP_PASSWORD",
        id="a parameter of the constant's name",
    ),
    pytest.param(
        {"client.py": "from elsewhere import SHOP_PASSWORD\n" + CLIENT, "elsewhere.py": "SHOP_PASSWORD = 'x'\n"},
        "the file has another SHOP_PASSWORD",
        id="an import of the constant's name",
    ),
    pytest.param(
        {
            "client.py": "from config import SHOP_PASSWORD, DSN\n\n\ndef fetch():\n"
            "    SHOP_PASSWORD = 'x'\n    return DSN + SHOP_PASSWORD\n\n\ndef g():\n    return SHOP_PASSWORD\n"
        },
        "the function has another SHOP_PASSWORD",
        id="a local of the constant's name",
    ),
    pytest.param(
        {"config.py": f"{CONFIG}DSN = str(SHOP_PASSWORD)\n", "client.py": "str = repr\n" + CLIENT},
        "the file has another str",
        id="another meaning of a built-in function",
    ),
    pytest.param(
        {
            "config.py": f"{CONFIG}{DSN}\n",
            "more.py": f"from config import SHOP_PASSWORD\n{DSN}1\n".replace('"1', '/1"'),
            "client.py": "import config\nimport more\n\n\ndef fetch():\n    return config.DSN, more.DSN\n",
        },
        "DSN comes into this file twice",
        id="two of one name",
    ),
    pytest.param(
        {"config.py": f"{CONFIG}{DSN}  # the warehouse\n"},
        "a comment stands with DSN that could not move along",
        id="a comment on its line",
    ),
    pytest.param(
        {
            "config.py": CONFIG + HEADERS.replace(",\n}", ",  # for now\n}"),
            "client.py": CLIENT.replace("DSN", "HEADERS"),
        },
        "a comment stands with HEADERS",
        id="a comment in it",
    ),
    pytest.param(
        {
            "config.py": f"import os\n\nSHOP_PASSWORD = os.getenv('SHOP_PASSWORD', 'none')\n{DSN}\n",
        },
        "default would stand in several functions",
        id="a default",
    ),
    pytest.param(
        {
            "config.py": f'{CONFIG}OPTIONS = {{"host": "db.shop.corp", "password": SHOP_PASSWORD}}\n',
            "client.py": CLIENT.replace("DSN", "OPTIONS"),
        },
        r"is used there and holds \w+_HOST besides",
        id="another setting in it",
    ),
    pytest.param(
        {"config.py": f'{CONFIG}DSN = f"postgresql://etl:{VALUE}@db/{{SHOP_PASSWORD}}"\n'},
        r"is used there and holds \w+ besides",
        id="another secret in its text",
    ),
    pytest.param(
        {
            "config.py": f'{CONFIG}HEADERS = {{"api_key": "{VALUE}", "token": SHOP_PASSWORD}}\n',
            "client.py": CLIENT.replace("DSN", "HEADERS"),
        },
        "is used there and holds API_KEY besides",
        id="another secret in it",
    ),
    pytest.param(
        {"config.py": f"from dotenv import load_dotenv\nload_dotenv()\n{CONFIG}{DSN}\n"},
        "client.py imports nothing else .* which does more",
        id="an import that does more",
    ),
    pytest.param({"config.py": f"{CONFIG}{DSN}\nDSN = DSN + 'x'\n"}, "used at import|assigned", id="assigned twice"),
    pytest.param({"config.py": f"{CONFIG}{DSN}\ndel DSN\n"}, "used at import", id="deleted"),
    pytest.param(
        {
            "client.py": "import shop\n\n\ndef fetch():\n    return shop.config.DSN\n",
            "shop/__init__.py": "from . import config\n",
            "shop/config.py": f"{CONFIG}{DSN}\n",
            "config.py": "",
        },
        "through its package|handed on",
        id="through the package",
    ),
]


@pytest.mark.parametrize(("files", "reason"), STAYS)
def test_one_user_that_cannot_make_it_keeps_all(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    plan = planned(tmp_path, FILES | files)
    why = decision(plan).reason
    assert re.search(reason, why), why
    assert previewed(tmp_path, plan).refusals == ()
    assert texts(previewed(tmp_path, plan)) == {}


def test_a_file_that_refuses_keeps_those_that_make_and_import_it(tmp_path: Path) -> None:
    """Only the rewriting sees that a function has no room for several lines."""
    files = {"config.py": CONFIG + HEADERS, "client.py": "from config import HEADERS\ndef fetch(): return HEADERS\n"}
    plan = planned(tmp_path, FILES | files)
    outcome = previewed(tmp_path, plan)
    assert outcome.changes == ()
    assert [refusal.path for refusal in outcome.refusals] == ["client.py"]
    assert [left.setting for left in outcome.left] == ["SHOP_PASSWORD"]


def test_a_star_that_may_bring_another_meaning_of_a_conversion_keeps_all(tmp_path: Path) -> None:
    config = 'import os\n\nSHOP_PASSWORD = int(os.environ["SHOP_PASSWORD"])\n'
    client = CLIENT.replace("DSN", "SHOP_PASSWORD")
    texts_py = "def int(x):\n    return 5\n"
    files = FILES | {"config.py": config, "client.py": f"from texts import *\n{client}", "texts.py": texts_py}
    outcome = previewed(tmp_path, planned(tmp_path, files))
    assert outcome.changes == ()
    assert [refusal.reason for refusal in outcome.refusals] == ["a star import may bring another int"]


def test_a_plan_in_which_the_maker_stays_makes_nothing(tmp_path: Path) -> None:
    plan = planned(tmp_path, FILES)
    dumped = dump_plan(plan)
    (line,) = (line for line in dumped.splitlines() if "path: config.py" in line and "do: sink" in line)
    by_hand = load_plan(dumped.replace(line, re.sub(r", edit: \{[^}]*\}", "", line)), "plan")
    outcome = previewed(tmp_path, by_hand)
    assert outcome.changes == ()
    assert "config.py does not tell how DSN is made" in outcome.refusals[0].reason
