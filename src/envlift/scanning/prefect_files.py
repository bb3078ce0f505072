"""The files that ``prefect deploy`` reads: prefect.yaml, and others that commands name with ``--prefect-file``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

_OPTION = re.compile(rb"""--prefect-file(?:[ \t]+|=|["'][ \t]*,[ \t]*)["']?([\w${}./\\-]+\.ya?ml)""")
_MANY = re.compile(rb"^deployments[ \t]*:", re.MULTILINE)
_ONE = re.compile(rb"^[ \t-]*entrypoint[ \t]*:", re.MULTILINE)
# Where commands stand: scripts, recipes, pipelines, images, code, and what tells people what to type.
_COMMANDS = re.compile(
    r"""(?:^|/)(?:[^/]+\.(?:ya?ml|sh|bash|zsh|ps1|bat|cmd|py|toml|mk|md|rst|txt|json|ini|cfg)
        |(?:[^/]*\.)?(?:docker|container|make|just|proc)file[^/]*)\Z""",
    re.VERBOSE | re.IGNORECASE,
)


def prefect_files(paths: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[str, ...]:
    """The prefect.yaml files of a repository under all their names, sorted.

    Args:
        paths: POSIX paths of all files.
        read: A file's content; None where it cannot be read.
    """
    listed = sorted(paths)
    found = {path for path in listed if posixpath.basename(path) == "prefect.yaml"}
    possible = [path for path in listed if path.endswith((".yaml", ".yml")) and path not in found]
    described = {path for path in possible if (content := read(path)) is not None and _declares(content)}
    if described:
        found |= {path for path in described if "prefect" in posixpath.basename(path).lower()}
        found |= set(_named(listed, read, described - found))
    return tuple(sorted(found))


def _declares(content: bytes) -> bool:
    return _MANY.search(content) is not None and _ONE.search(content) is not None


def _named(paths: Iterable[str], read: Callable[[str], bytes | None], described: set[str]) -> Iterator[str]:
    """Those of the described files that a command names, from whatever folder it runs in."""
    if not described:
        return
    for path in paths:
        content = read(path) if _COMMANDS.search(path) else None
        for option in _OPTION.finditer(content) if content is not None else ():
            name = posixpath.normpath(option[1].decode("ascii", "replace").replace("\\", "/")).lstrip("./")
            yield from (file for file in described if f"/{file}".endswith(f"/{name}"))
