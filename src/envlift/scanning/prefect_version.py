"""Which Prefect a project runs on, as its locks, pins and images say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from envlift.errors import EnvliftError
from envlift.prefect_versions import PrefectVersion, VersionSource
from envlift.toml_files import parse_toml

_PIN = re.compile(
    r"""(?<![\w./-])prefect(?:\[[\w,\s.-]*\])?\s*   # the package itself, extras or not, none that starts like it
        (?P<range>(?:===?|~=|>=|<=|!=|<|>|=)\s*[\w.*]+(?:\s*,\s*(?:===?|~=|>=|<=|!=|<|>)\s*[\w.*]+)*)""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_POETRY = re.compile(
    r"""^\s*["']?prefect["']?\s*=\s*(?:\{[^}\n]*?version\s*=\s*)?["'](?P<range>[\^~<>=!]*\s*\d[^"'\n]*)["']""",
    re.MULTILINE | re.IGNORECASE,
)
# prefect.yaml names the Prefect that wrote it.
_IMAGE = re.compile(
    r"(?:\bprefecthq/prefect:|^prefect-version:\s*[\"']?)(?P<range>\d+(?:\.\d+)*)(?![.\d])",
    re.MULTILINE | re.IGNORECASE,
)
_COMPARISON = re.compile(r"(?P<sign>===?|~=|>=|<=|!=|<|>|\^|~|=)?\s*v?(?P<version>\d+(?:\.(?:\d+|\*|x))*)")
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_FILES = re.compile(
    r"""(?:^|/)(?:(?P<lock>uv\.lock|poetry\.lock|pdm\.lock|pipfile\.lock)
        |(?P<pin>[^/]*requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|constraints[^/]*\.txt
            |pyproject\.toml|setup\.(?:py|cfg)|pipfile|(?:conda[^/]*|env[^/]*)\.ya?ml)
        |(?P<image>(?:[^/]*\.)?(?:dockerfile|containerfile)[^/]*|[^/]*compose[^/]*\.ya?ml|prefect\.yaml))\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_FIRST_WITH_BLOCKS = (2,)


def prefect_versions(paths: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[PrefectVersion, ...]:
    """What the files of a project say, locks first, then by path; ``read`` gives a file's content or None."""
    found: list[PrefectVersion] = []
    for path in sorted(paths):
        kind = None if path.endswith(".py") and not path.endswith("setup.py") else _FILES.search(path)
        content = read(path) if kind is not None else None
        if kind is not None and content is not None and b"prefect" in content.lower():
            found += versions_in(path, content, next(source for source in VersionSource if kind[source.value]))
    ranks = list(VersionSource)
    return tuple(sorted(set(found), key=lambda v: (ranks.index(v.source), v.path, v.written)))


def versions_in(path: str, content: bytes, source: VersionSource) -> Iterator[PrefectVersion]:
    """What one file says; nothing where it cannot be read."""
    text = content.decode("utf-8-sig", "replace")
    if source is VersionSource.LOCK:
        yield from (PrefectVersion(path, v, oldest_of(v), source) for v in _locked(path, content))
        return
    if not path.endswith((".yaml", ".yml")) or "prefect" in text:
        text = _COMMENT.sub("", text)
    patterns = [_PIN, _IMAGE, _POETRY] if path.lower().endswith(("pyproject.toml", "pipfile")) else [_PIN, _IMAGE]
    for pattern in patterns:
        for match in pattern.finditer(text):
            written = re.sub(r"\s+", "", match["range"])
            image = pattern is _IMAGE and source is not VersionSource.PIN
            yield PrefectVersion(path, written, oldest_of(written), VersionSource.IMAGE if image else VersionSource.PIN)


def _locked(path: str, content: bytes) -> Iterator[str]:
    if path.lower().endswith("pipfile.lock"):
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            return
        sections = [document.get(key) for key in ("default", "develop")] if isinstance(document, dict) else []
        packages = [section.get("prefect") for section in sections if isinstance(section, dict)]
    else:
        try:
            document = parse_toml(content, path)
        except EnvliftError:
            return
        listed = document.get("package")
        entries = listed if isinstance(listed, list) else []
        packages = [entry for entry in entries if isinstance(entry, dict) and entry.get("name") == "prefect"]
    for package in packages:
        version = package.get("version") if isinstance(package, dict) else None
        if isinstance(version, str):
            yield version.lstrip("=")


def oldest_of(written: str) -> tuple[int, ...] | None:
    """The oldest version that a version or range allows; None where it has no lower end, or one before blocks."""
    lower = (m for m in _COMPARISON.finditer(written) if (m["sign"] or "=") not in {"<", "<=", "!="})
    ends = [tuple(int(part) for part in m["version"].split(".") if part.isdigit()) for m in lower]
    oldest = max(ends, default=())
    return oldest if oldest >= _FIRST_WITH_BLOCKS else None
