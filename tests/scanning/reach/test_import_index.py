"""Who imports whom, asked in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from envlift.scanning.reach.import_index import ImportIndex
from envlift.scanning.reach.import_text import import_text
from envlift.scanning.reach.imports import Import, ImportResolver


def index(files: Mapping[str, str]) -> ImportIndex:
    texts = {path: import_text(text.encode()) for path, text in files.items()}
    return ImportIndex(ImportResolver(files.keys()), texts)


FILES = {
    "shop/__init__.py": "from .config import KEY\n",
    "shop/config.py": "import os\n",
    "shop/client.py": "from shop import config\n",
    "shop/beside.py": "from . import client\n",
    "web.py": "import shop.client\n",
    "flow.py": "from shop.client import fetch\n",
    "deploy.py": "import flow\n",
    "other.py": "import config\n",
}


def test_importers_are_those_whose_import_means_the_file() -> None:
    found = index(FILES)
    assert found.importers_of("shop/config.py") == ("shop/__init__.py", "shop/client.py")
    assert found.importers_of("shop/__init__.py") == ("flow.py", "shop/beside.py", "shop/client.py", "web.py")
    assert found.importers_of("other.py") == ()


def test_users_go_through_importers_until_told_to_stop() -> None:
    found = index(FILES)
    assert found.users_of("shop/client.py") == {"shop/beside.py", "web.py", "flow.py", "deploy.py"}
    assert found.users_of("shop/client.py", stop={"flow.py"}) == {"shop/beside.py", "web.py", "flow.py"}


def test_the_syntax_tree_has_the_last_word() -> None:
    found = index({"a.py": '"""\nimport b\n"""\n', "b.py": ""})
    assert found.imported_by("a.py") == ("b.py",)
    found.parsed("a.py", ())
    assert found.imported_by("a.py") == ()


def test_a_package_hands_a_name_on_by_name_or_by_a_star() -> None:
    files = {"a/__init__.py": "from b import x as y\n", "c/__init__.py": "from b import *\n"}
    others = {"d/__init__.py": "import b\n", "e.py": "from b import x\n", "b.py": ""}
    assert sorted(index({**files, **others}).packages_with("b.py", "x")) == ["a/__init__.py", "c/__init__.py"]


def test_a_copy_of_prefect_in_the_tree_is_not_imported() -> None:
    copy = {f"env/prefect/{name}.py": "" for name in ("__init__", "engine", "flows", "tasks")}
    resolver = ImportResolver({*copy, "env/etl.py", "prefect/__init__.py", "prefect/flows.py", "job.py"})
    assert resolver.files_of("env/etl.py", Import("prefect.flows", 0, ("flow",))) == (
        "prefect/__init__.py",
        "prefect/flows.py",
    )
    assert ImportResolver({*copy, "env/etl.py"}).files_of("env/etl.py", Import("prefect", 0, ("flow",))) == ()
