"""Imports lead to the files that Python would find from the folder of a script, a package or a source root."""

from __future__ import annotations

import pytest

from envlift.scanning.reach.imports import ImportResolver, imports_of, search_paths_of
from envlift_codemods.parsed import ParsedModule

FILES = {
    "flows/etl.py",
    "flows/local.py",
    "shop/__init__.py",
    "shop/config.py",
    "shop/db/__init__.py",
    "shop/db/engine.py",
    "src/core/tools.py",
    "packages/billing/rates.py",
    "old/ledger/books.py",
    "new/ledger/books.py",
    "spaces/jobs/one.py",
}


def found(importer: str, statement: str) -> set[str]:
    resolver = ImportResolver(FILES)
    return {f for i in imports_of(ParsedModule(statement.encode())) for f in resolver.files_of(importer, i)}


@pytest.mark.parametrize(
    ("importer", "statement", "expected"),
    [
        ("flows/etl.py", "import local", {"flows/local.py"}),
        ("flows/etl.py", "import shop.config", {"shop/__init__.py", "shop/config.py"}),
        ("flows/etl.py", "from shop import config", {"shop/__init__.py", "shop/config.py"}),
        (
            "flows/etl.py",
            "from shop.db.engine import make",
            {"shop/__init__.py", "shop/db/__init__.py", "shop/db/engine.py"},
        ),
        ("shop/db/engine.py", "from . import engine", {"shop/db/__init__.py", "shop/db/engine.py"}),
        ("shop/db/engine.py", "from ..config import URL", {"shop/config.py"}),
        ("shop/db/engine.py", "from .. import config", {"shop/__init__.py", "shop/config.py"}),
        ("flows/etl.py", "from core.tools import x", {"src/core/tools.py"}),
        ("flows/etl.py", "from spaces.jobs import one", {"spaces/jobs/one.py"}),
        ("flows/etl.py", "def f():\n    from shop import config", {"shop/__init__.py", "shop/config.py"}),
        ("flows/etl.py", "if x:\n    import local", {"flows/local.py"}),
        ("flows/etl.py", "from billing.rates import vat", {"packages/billing/rates.py"}),
        ("flows/etl.py", "from billing import rates", {"packages/billing/rates.py"}),
        (
            "flows/etl.py",
            "import importlib\nimportlib.import_module('shop.config')",
            {"shop/__init__.py", "shop/config.py"},
        ),
        (
            "flows/etl.py",
            "from importlib import import_module as im\nim(f'spaces.jobs.{name}')",
            {"spaces/jobs/one.py"},
        ),
        (
            "flows/etl.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.config')",
            {"shop/__init__.py", "shop/config.py"},
        ),
        (
            "flows/etl.py",
            "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.config'",
            {"shop/__init__.py", "shop/config.py"},
        ),
        ("flows/etl.py", "import os\nos.environ['OTHER_MODULE'] = 'shop.config'", set()),
        ("flows/etl.py", "import os\nprint(os.environ['DJANGO_SETTINGS_MODULE'])", set()),
    ],
)
def test_an_import_leads_to_files(importer: str, statement: str, expected: set[str]) -> None:
    assert found(importer, statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "import pandas",
        "from prefect import flow",
        "import os.path",
        "from . import gone",
        "import rates",
        "import billing",
        "from ledger.books import total",
        "import importlib\nimportlib.import_module(name)",
        "import importlib\nimportlib.import_module(f'{package}.config')",
    ],
)
def test_an_import_from_elsewhere_leads_nowhere(statement: str) -> None:
    assert found("flows/etl.py", statement) == set()


def test_the_nearest_folder_wins() -> None:
    resolver = ImportResolver({"a/config.py", "config.py", "a/flow.py"})
    assert resolver.module_file("a/flow.py", "config") == "a/config.py"
    assert resolver.module_file("flow.py", "config") == "config.py"


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("sys.path.insert(0, '../shared')", ("shared",)),
        ("sys.path.append('libs/common')", ("libs/common",)),
        ("sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'backend'))", ("backend",)),
        ("sys.path.append(os.path.join(os.path.dirname(__file__), '..', 'libs'))", ("libs",)),
        ("sys.path.append(os.path.abspath(os.path.join(HERE, 'libs')))", ("libs",)),
        ("sys.path.append(os.path.dirname(os.path.abspath(__file__)))", ()),
        ("sys.path.append(str(Path(__file__).parent.parent))", ()),
        ("sys.path.append(name)", ()),
        ("other.path.append('libs')", ()),
    ],
)
def test_the_folders_that_a_program_puts_on_its_search_path(line: str, ends: tuple[str, ...]) -> None:
    module = ParsedModule(f"import os, sys\nfrom pathlib import Path\n{line}\n".encode())
    assert search_paths_of(module) == ends


def test_such_a_folder_is_a_root_for_the_whole_program() -> None:
    resolver = ImportResolver({"flows/etl.py", "app/libs/common/tools.py", "other/common/tools.py"})
    (wanted,) = imports_of(ParsedModule(b"import tools"))
    assert list(resolver.files_of("flows/etl.py", wanted)) == []
    resolver.learn(("libs/common",))
    assert list(resolver.files_of("flows/etl.py", wanted)) == ["app/libs/common/tools.py"]
