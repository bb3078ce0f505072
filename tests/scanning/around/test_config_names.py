"""Names of variables that stand in a program's configuration files, and reads that are told their names by these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.plan import Layer
from envlift.planning.planner import make_plan
from envlift.policy import Answers, Policy
from envlift.scanning.around.config_names import names_in
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("conf/app.yaml", "db:\n  host: ${SHOP_HOST}\n  port: ${SHOP_PORT:-5432}\n", ["SHOP_HOST", "SHOP_PORT"]),
        ("app.toml", 'token_env = "SHOP_TOKEN"  # kept elsewhere\n', ["SHOP_TOKEN"]),
        ("app.json", '{\n  "user_env_var": "SHOPPER",\n  "x": 1\n}\n', ["SHOPPER"]),
        ("app.yaml", "- name: a\n  uri_env: SHOP_URI\n- region_env: SHOP_REGION\n", ["SHOP_URI", "SHOP_REGION"]),
        ("app.yaml", "target_env: PROD\n", []),
        ("app.yaml", "# write ${SHOP_HOST} for the host\nhost: x\n", []),
        ("app.yaml", "path: $HOME/x\npattern: ${lower}\n", []),
        ("app.yaml", "an_environment: SHOP_TOKEN\n", []),
        ("compose.yaml", "services: {a: {image: '${SHOP_IMAGE}'}}\n", []),
        ("prefect.yaml", "deployments: [{name: '{{ $SHOP_NAME }}', tags: ['${SHOP_TAG}']}]\n", []),
        ("data.json", '"${SHOP_HOST}"' + " " * 300_000, []),
    ],
)
def test_names(path: str, text: str, names: list[str]) -> None:
    assert [named.name for named in names_in(path, text.encode())] == names


FLOW = """
    import os
    from pathlib import Path
    from prefect import flow
    from shop.text import filled
    CONFIG = Path(__file__).parent / "conf" / "app.yaml"
    @flow
    def etl():
        return filled(CONFIG.read_text())
    def value(match):
        return {read}
"""
CONF = "token: ${SHOP_TOKEN}\nregion: ${SHOP_REGION}\n"
ENTRIES = "SHOP_TOKEN=k9Xw2Lq7Zt\nSHOP_REGION=north\nSHOP_OTHER=x\n"


def layers(
    make_repository: MakeRepository,
    read: str = "os.environ[match[1]]",
    conf: str = "conf/app.yaml",
    text: str = CONF,
) -> object:
    root = make_repository({"etl.py": FLOW.replace("{read}", read), conf: text, ".env": ENTRIES})
    plan = make_plan(scan_repository(root), Policy(), Answers({}))
    assert all(site.edit is None for d in plan.decisions for site in d.sites)
    return {d.setting: d.layer for d in plan.decisions if d.layer is not Layer.LEAVE}


def test_a_read_that_configuration_tells_the_names(make_repository: MakeRepository) -> None:
    assert layers(make_repository) == {"SHOP_TOKEN": Layer.SECRET, "SHOP_REGION": Layer.POOL_DEFAULT}


def test_a_text_that_the_code_expands_is_configuration_too(make_repository: MakeRepository) -> None:
    found = layers(make_repository, read="os.path.expandvars(CONFIG.read_text())")
    assert found == {"SHOP_TOKEN": Layer.SECRET, "SHOP_REGION": Layer.POOL_DEFAULT}


@pytest.mark.parametrize(
    ("read", "names"),
    [
        ("os.environ[match.token_env]", {"SHOP_TOKEN": Layer.SECRET}),
        ("os.getenv(match['region_env'])", {"SHOP_REGION": Layer.POOL_DEFAULT}),
        ("os.environ.get(match.get('region_env'))", {"SHOP_REGION": Layer.POOL_DEFAULT}),
        ("os.environ[match.other]", {}),
    ],
)
def test_a_read_by_the_name_of_an_entry_is_told_what_such_entries_hold(
    make_repository: MakeRepository, read: str, names: object
) -> None:
    conf = "sink: {x: '${SHOP_OTHER}'}\ntoken_env: SHOP_TOKEN\nregion_env: SHOP_REGION\n"
    assert layers(make_repository, read, text=conf) == names


def test_a_file_that_no_code_of_a_flow_names_tells_nothing(make_repository: MakeRepository) -> None:
    assert layers(make_repository, conf="conf/other.yaml") == {}


def test_where_no_name_is_computed_configuration_tells_nothing(make_repository: MakeRepository) -> None:
    assert layers(make_repository, read="os.environ['SHOP_OTHER']") == {"SHOP_OTHER": Layer.POOL_DEFAULT}
