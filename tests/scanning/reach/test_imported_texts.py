"""Names of variables that one file takes from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
NAMES = 'TOKEN_VAR = "SHOP_TOKEN"\nHOST = "SHOP_" + "HOST"\nclass Keys:\n    USER = "SHOP_USER"\n'


def names_in_flow(make_repository: MakeRepository, code: str, more: Mapping[str, str] | None = None) -> list[str]:
    files = {"names.py": NAMES, "flows.py": f"import os\nfrom prefect import flow\n{code}\n", **(more or {})}
    sites = scan_repository(make_repository(files), keep=False).sites
    return [site.name for site in sites if site.path == "flows.py"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from names import TOKEN_VAR\n@flow\ndef f():\n    return os.environ[TOKEN_VAR]", "SHOP_TOKEN"),
        ("from names import TOKEN_VAR as t\n@flow\ndef f():\n    return os.getenv(t)", "SHOP_TOKEN"),
        ("import names\n@flow\ndef f():\n    return os.getenv(names.TOKEN_VAR, 'x')", "SHOP_TOKEN"),
        ("import names\n@flow\ndef f():\n    return os.environ[names.Keys.USER]", "SHOP_USER"),
        ("from names import Keys\n@flow\ndef f():\n    return os.environ.get(Keys.USER)", "SHOP_USER"),
        (
            "from names import TOKEN_VAR\ndef need(name):\n    return os.environ[name]\n"
            "@flow\ndef f():\n    return need(TOKEN_VAR)",
            "SHOP_TOKEN",
        ),
    ],
)
def test_a_constant_of_another_file_names_the_variable(
    make_repository: MakeRepository, code: str, expected: str
) -> None:
    assert expected in names_in_flow(make_repository, code)


def test_a_constant_is_followed_through_a_package(make_repository: MakeRepository) -> None:
    code = "from shop import TOKEN_VAR\n@flow\ndef f():\n    return os.environ[TOKEN_VAR]"
    package = {"shop/__init__.py": "from .names import TOKEN_VAR\n", "shop/names.py": NAMES}
    assert names_in_flow(make_repository, code, package) == ["SHOP_TOKEN"]


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("from unknown import KEY\n@flow\ndef f():\n    return os.environ[KEY]", ""),
        ("from other import KEY\n@flow\ndef f():\n    return os.environ[KEY]", "KEY = compute()\n"),
        ("from other import KEY\n@flow\ndef f():\n    return os.environ[KEY]", "KEY = 'A'\nKEY = 'B'\n"),
        ("from other import KEY\n@flow\ndef f():\n    return os.environ[KEY]", "from flows import KEY\n"),
        (
            "from names import TOKEN_VAR\ndef need(name):\n    return os.environ['X_' + name.upper()]\n"
            "@flow\ndef f():\n    return need(TOKEN_VAR)",
            "",
        ),
    ],
)
def test_what_cannot_be_told_has_no_name(make_repository: MakeRepository, code: str, other: str) -> None:
    assert set(names_in_flow(make_repository, code, {"other.py": other})) <= {""}


def test_such_a_read_is_never_rewritten(make_repository: MakeRepository) -> None:
    code = (
        "import os\nfrom prefect import flow\nfrom names import TOKEN_VAR\n@flow\ndef f():\n    os.environ[TOKEN_VAR]\n"
    )
    (site,) = scan_repository(make_repository({"names.py": NAMES, "flows.py": code}), keep=False).sites
    assert (site.name, site.load, site.load_or_raise) == ("SHOP_TOKEN", None, None)
    assert site.obstacle == "the name of the variable is a constant of another file"
