"""Which Prefect a project runs on, as its locks, pins and images say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from envlift.errors import EnvliftError
from envlift.inventory import PrefectVersion
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
_IMAGE = re.compile(r"\bprefecthq/prefect:(?P<range>\d+(?:\.\d+)*)(?![.\d])", re.IGNORECASE)
_COMPARISON = re.compile(r"(?P<sign>===?|~=|>=|<=|!=|<|>|\^|~|=)?\s*v?(?P<version>\d+(?:\.(?:\d+|\*|x))*)")
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_FILES = re.compile(
    r"""(?:^|/)(?:(?P<lock>uv\.lock|poetry\.lock|pdm\.lock|pipfile\.lock)
        |(?P<pin>[^/]*requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|constraints[^/]*\.txt
            |pyproject\.toml|setup\.(?:py|cfg)|pipfile|(?:conda[^/]*|environment[^/]*)\.ya?ml
            |(?:[^/]*\.)?(?:dockerfile|containerfile)[^/]*|[^/]*compose[^/]*\.ya?ml))\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_NEWEST = 3


def prefect_versions(paths: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[PrefectVersion, ...]:
    """What the files of a project say, locks first, then by path; ``read`` gives a file's content or None."""
    found: list[PrefectVersion] = []
    for path in sorted(paths):
        kind = _FILES.search(path)
        content = read(path) if kind is not None else None
        if kind is not None and content is not None and b"prefect" in content.lower():
            found += versions_in(path, content, is_lock=kind["lock"] is not None)
    return tuple(sorted(set(found), key=lambda v: (not v.locked, v.path, v.written)))


def versions_in(path: str, content: bytes, *, is_lock: bool) -> Iterator[PrefectVersion]:
    """What one file says; nothing where it cannot be read."""
    text = content.decode("utf-8-sig", "replace")
    if is_lock:
        for version in _locked(path, content):
            yield PrefectVersion(path, version, major_of(version), locked=True)
        return
    if not path.endswith((".yaml", ".yml")) or "prefect" in text:
        text = _COMMENT.sub("", text)
    patterns = [_PIN, _IMAGE, _POETRY] if path.lower().endswith(("pyproject.toml", "pipfile")) else [_PIN, _IMAGE]
    for pattern in patterns:
        for match in pattern.finditer(text):
            written = re.sub(r"\s+", "", match["range"])
            yield PrefectVersion(path, written, major_of(written), locked=False)


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


def major_of(written: str) -> int | None:
    """The one major version that a version or range allows; None where it allows several."""
    lowest: int | None = None
    below: int | None = None
    for match in _COMPARISON.finditer(written):
        parts = match["version"].split(".")
        major, rest = int(parts[0]), [p for p in parts[1:] if p.isdigit() and int(p)]
        match match["sign"] or "=":
            case "=" | "==" | "===" | "~=" | "^" | "~":
                return major
            case ">=" | ">":
                lowest = major if lowest is None else max(lowest, major)
            case "<":
                below = major if rest else major - 1
            case "<=":
                below = major
    if below is None and lowest == _NEWEST:
        return lowest
    return lowest if lowest is not None and lowest == below else None
