"""The oldest Prefect that a repository allows, told by its lock files, else by what it requires, else by its images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

Version = tuple[int, ...]

_NUMBER = r"(?P<version>\d+(?:\.\d+)*)"
_LOCKED = re.compile(rf"name = \"prefect\"\r?\nversion = \"{_NUMBER}")
_REQUIRED = re.compile(
    rf"^[\s\"'-]*prefect(?:\[[^\]]*\])?[\"']?\s*(?:===?|~=|>=|=\s*[\"']?[\^~>=]*)\s*v?{_NUMBER}",
    re.MULTILINE | re.IGNORECASE,
)
_LISTED = re.compile(rf"[\"']prefect(?:\[[^\]]*\])?\s*(?:===?|~=|>=)\s*{_NUMBER}", re.IGNORECASE)
_IMAGE = re.compile(rf"(?:prefecthq/prefect:|^prefect-version:\s*[\"']?){_NUMBER}", re.MULTILINE)
# From the surest on; a lock file says what runs, the others what may.
_TELLING: tuple[tuple[tuple[str, ...], tuple[re.Pattern[str], ...]], ...] = (
    (("uv.lock", "poetry.lock", "pdm.lock"), (_LOCKED,)),
    (
        ("requirements*.txt", "requirements/*.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "env*.y*ml"),
        (_REQUIRED, _LISTED),
    ),
    (("Dockerfile*", "prefect.yaml"), (_IMAGE,)),
)
_LONGEST = 4_000_000
_FIRST_WITH_BLOCKS = (2,)


def oldest_prefect(root: Path) -> Version | None:
    """The oldest version of Prefect that the files at the root, or else one folder below, allow; None if none tells."""
    for prefix in ("", "*/"):
        for names, patterns in _TELLING:
            files = sorted({file for name in names for file in root.glob(prefix + name)})
            found = [version for file in files for version in _versions(file, patterns)]
            if found:
                return min(found)
    return None


def _versions(file: Path, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Version]:
    try:
        if not file.is_file() or file.stat().st_size > _LONGEST:
            return
        text = file.read_bytes().decode("utf-8", "replace")
    except OSError:
        return
    for pattern in patterns:
        for match in pattern.finditer(text):
            version = tuple(map(int, match["version"].split(".")))
            if version >= _FIRST_WITH_BLOCKS:
                yield version
