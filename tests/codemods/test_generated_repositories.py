"""Whole repositories, generated: what their functions see of constants that go through several files stays the same."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import tempfile
import types
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from envlift.applying.apply import preview
from envlift.plan import Confidence
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.repository import scan_repository

from .stub_world import world

FLOW = """\
from prefect import flow

import client
import config
import middle


@flow
def nightly():
    return client.fetch(1), config.PAGES, middle.PAGES
"""
# ``{0}`` is a name that the file has by then, ``{1}`` another one.
DEFINITIONS = (
    "SHOP_PASSWORD = os.environ['SHOP_PASSWORD']",
    "SHOP_PASSWORD: str = os.environ['SHOP_PASSWORD'].strip()",
    "SHOP_PASSWORD = os.getenv('SHOP_PASSWORD')",
    "SHOP_PASSWORD = os.getenv('SHOP_PASSWORD', '')",
    "SHOP_PASSWORD = os.getenv('SHOP_PASSWORD', 'none')",
    "SHOP_PASSWORD = {{'a': [os.getenv('SHOP_PASSWORD'), 1]}}",
    "SHOP_PASSWORD = '<' + f\"{{os.environ['SHOP_PASSWORD']}}>\"",
    "SHOP_PASSWORD = os.environ['SHOP_PASSWORD']\nassert SHOP_PASSWORD, 'none'",
)
MADE = (
    "MADE = f'<{{{0}}}>'",
    "MADE = {0}",
    "MADE: str = str({0})",
    "MADE = ('x', {0}, {1})",
    "MADE = {{\n    'a': {0},\n    'b': ['%s!' % ({0},), {1}],\n}}",
    "MADE = {{**{{'a': {0}}}, 'c': 1}}",
    "MADE = '{{}}'.format({0})",
    "MADE = str({0}).encode().decode()  # noqa: E501",
    "HOST = 'h'\nMADE = f'{{{0}}}@{{HOST}}'",
    "REGION = os.getenv('REGION', 'eu')\nMADE = ({0}, REGION)",
    "MADE = f'{{{0}}}'  # the shop's",
)
IMPORTS = (
    ("from {0} import {1}", "{1}"),
    ("from {0} import {1} as X{1}", "X{1}"),
    ("import {0}", "{0}.{1}"),
    ("import {0} as m{0}", "m{0}.{1}"),
    ("from {0} import {1}, PAGES as P{0}", "{1}"),
)
USES = (
    "{0}",
    "(lambda: {0})()",
    "[{0} for _ in range(2)]",
    "f'{{{0}}}'",
    "({0}, {1})",
    "{0} is None",
    "sorted(str({0}))",
    "{{**{{'x': {0}}}}}",
)
# What stands in the client besides, to be in the way.
BESIDES = (
    *[""] * 20,
    "def other(SHOP_PASSWORD):\n    return SHOP_PASSWORD\n",
    "MADE_1_middle = 'mine'\n",
    "def other():\n    MADE_0_config = 'mine'\n    return MADE_0_config\n",
    "def other(shop_password, str=repr):\n    return shop_password\n",
    "class Held:\n    MADE_0_middle = 1\n",
    "str = repr\n",
    "X = {0}\n",
    "def other(value={0}):\n    return value\n",
    "if not {0}:\n    raise ValueError('none')\n",
)


@st.composite
def made_lines(draw: st.DrawFn, path: str, names: list[str]) -> list[str]:
    """Lines that make something from names that the file has, which has what they make, too."""
    lines = []
    for number in range(draw(st.integers(0, 2)) if names else 0):
        made = f"MADE_{number}_{path}"
        template = draw(st.sampled_from(MADE)).replace("MADE", made)
        lines.append(template.format(draw(st.sampled_from(names)), draw(st.sampled_from(names))))
        names.append(made)
    return lines


@st.composite
def functions(draw: st.DrawFn, path: str, names: list[str]) -> str:
    """A function that tells all that the file has."""
    told = ", ".join(draw(st.sampled_from(USES)).format(name, draw(st.sampled_from(names))) for name in names)
    head = draw(st.sampled_from(["def", "async def"])) if path == "client" else "def"
    return f"{head} fetch(given=0):\n    for page in range(2):\n        page += 1\n    return [{told}]"


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    """Files of which ``client`` at least has a function ``fetch``."""
    files = {"flow.py": FLOW}
    offered: list[tuple[str, str]] = []
    for path in ("config", "middle", "client"):
        head, names, body = ["import os"], [], ["PAGES = 3"]
        if path == "config":
            body.append(draw(st.sampled_from(DEFINITIONS)).format())
            names.append("SHOP_PASSWORD")
            if draw(st.booleans()):
                body.append("SHOP_PIN = os.environ['SHOP_PIN']")
                names.append("SHOP_PIN")
        else:
            for module, name in draw(st.lists(st.sampled_from(offered), min_size=1, max_size=3, unique=True)):
                line, written = draw(st.sampled_from(IMPORTS))
                head.append(line.format(module, name))
                names.append(written.format(module, name))
        own = [name for name in names if "." not in name]
        body += draw(made_lines(path, own))
        names = list(dict.fromkeys([*names, *own]))
        offered += [(path, name) for name in own]
        if path == "client":
            body.append(draw(st.sampled_from(BESIDES)).format(draw(st.sampled_from(names))))
        if path == "client" or (names and draw(st.booleans())):
            body.append(draw(functions(path, names)))
        files[f"{path}.py"] = "\n".join([*head, "", *body, ""])
    return files


def told(files: Mapping[str, str], value: str | None, *, blocks: bool) -> object:
    """What the client's function tells, or that the repository fails."""
    values = {"SHOP_PIN": "4711"} if value is None else {"SHOP_PASSWORD": value, "SHOP_PIN": "4711"}
    names = ("config", "middle", "client")
    modules = {name: types.ModuleType(name) for name in names}
    with world(values, blocks=blocks), mock.patch.dict(sys.modules, modules):
        for variable in values if blocks else ():
            if f"'{variable}'" not in files["config.py"]:
                del os.environ[variable]
        try:
            for name in names:
                exec(compile(files[f"{name}.py"], name, "exec"), modules[name].__dict__)  # noqa: S102 - of this test
            seen = [m.fetch(1) for m in modules.values() if hasattr(m, "fetch")]
            return [repr(asyncio.run(s) if inspect.iscoroutine(s) else s) for s in seen]
        except (KeyError, ValueError, AssertionError, AttributeError, TypeError):
            return "failed"


@given(repository=repositories(), value=st.sampled_from([None, "12345", "plain", "", ' {"a": 1} ']))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_repository_tells_as_before(repository: dict[str, str], value: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        after = migrated(root, repository)
        event("moves" if after != repository else "stays")
        assert migrated(root, after) == after
    before = told(repository, value, blocks=False)
    # A missing value ends the run of a function that uses it, not the import.
    assert before == "failed" or told(after, value, blocks=after != repository) == before


def migrated(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    for path, text in files.items():
        (root / path).write_text(text)
    plan = make_plan(scan_repository(root), Policy(), Answers())
    outcome = preview(root, plan, Confidence.REVIEW)
    assert outcome.refusals == ()
    return {**files, **{change.path: change.after.decode() for change in outcome.changes}}
