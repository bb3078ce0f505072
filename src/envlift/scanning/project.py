"""What a repository calls itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from envlift.errors import EnvliftError
from envlift.toml_files import parse_toml


def project_name(root: Path) -> str:
    """The name in pyproject.toml (``[project]`` or Poetry's), else the folder's name."""
    file = root / "pyproject.toml"
    try:
        # A FIFO of that name would never come to an end.
        content = parse_toml(file.read_bytes(), file.name) if file.is_file() else {}
    except (OSError, EnvliftError):
        content = {}
    poetry = _table(_table(content, "tool"), "poetry")
    for name in (_table(content, "project").get("name"), poetry.get("name")):
        if isinstance(name, str) and name:
            return name
    return root.resolve().name


def _table(content: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
