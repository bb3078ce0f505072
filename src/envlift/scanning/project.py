"""What a repository calls itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def project_name(root: Path) -> str:
    """The name in pyproject.toml (``[project]`` or Poetry's), else the folder's name."""
    try:
        content = tomllib.loads((root / "pyproject.toml").read_bytes().decode("utf-8"))
    except (OSError, ValueError):
        content = {}
    poetry = _table(_table(content, "tool"), "poetry")
    for name in (_table(content, "project").get("name"), poetry.get("name")):
        if isinstance(name, str) and name:
            return name
    return root.resolve().name


def _table(content: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
