"""Imports lead to the files that Python would find from the folder of a script, a package or a source root."""

from __future__ import annotations

import ast

import pytest

from envlift.scanning.reach.imports import ImportResolver, imports_of

FILES = {
    "flows/etl.py",
    "flows/local.py",
    "shop/__init__.py",
    "shop/config.py",
    "shop/db/__init__.py",
    "shop/db/engine.py",
    "src/core/tools.py",
    "spaces/jobs/one.py",
}


def found(importer: str, statement: str) -> set[str]:
    resolver = ImportResolver(FILES)
    return {f for i in imports_of(ast.parse(statement)) for f in resolver.files_of(importer, i)}


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
    ],
)
def test_an_import_leads_to_files(importer: str, statement: str, expected: set[str]) -> None:
    assert found(importer, statement) == expected


@pytest.mark.parametrize(
    "statement", ["import pandas", "from prefect import flow", "import os.path", "from . import gone"]
)
def test_an_import_from_elsewhere_leads_nowhere(statement: str) -> None:
    assert found("flows/etl.py", statement) == set()


def test_the_nearest_folder_wins() -> None:
    resolver = ImportResolver({"a/config.py", "config.py", "a/flow.py"})
    assert resolver.module_file("a/flow.py", "config") == "a/config.py"
    assert resolver.module_file("flow.py", "config") == "config.py"
