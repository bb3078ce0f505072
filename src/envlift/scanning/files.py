"""Walk a repository and read its files with care: regular files only, bounded sizes, no symlink followed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from envlift.inventory import Trouble

MAX_BYTES = 8 * 1024 * 1024
"""Files above this are listed as trouble, not read: no hand-written source or ``.env`` is as large."""

_SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
        ".eggs", ".ipynb_checkpoints", "__pycache__", "__pypackages__", "node_modules", "site-packages",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: its POSIX path relative to the root, and its place on disk."""

    path: str
    location: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Walked:
    """The files of a repository sorted by path, and what could not be listed."""

    files: tuple[FoundFile, ...]
    troubles: tuple[Trouble, ...]


def walk(root: Path) -> Walked:
    """List the regular files below ``root``; virtual environments, caches and version control are left out."""
    files: list[FoundFile] = []
    troubles: list[Trouble] = []
    links: list[FoundFile] = []
    stack = [("", os.fspath(root))]
    while stack:
        folder, location = stack.pop()
        try:
            with os.scandir(location) as entries:
                listed = list(entries)
        except OSError as error:
            troubles.append(Trouble(folder or ".", 0, f"folder cannot be listed: {error.strerror}"))
            continue
        if folder and any(entry.name == "pyvenv.cfg" for entry in listed):
            continue
        for entry in listed:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                if _is_wanted(entry.name):
                    links.append(FoundFile(path, entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    stack.append((path, entry.path))
            elif entry.is_file(follow_symlinks=False):
                files.append(FoundFile(path, entry.path))
            elif _is_wanted(entry.name):
                troubles.append(Trouble(path, 0, "not a regular file: not read"))
    troubles += _links_that_lead_out(links, files)
    return Walked(tuple(sorted(files, key=lambda file: file.path)), tuple(sorted(troubles)))


def _links_that_lead_out(links: list[FoundFile], files: list[FoundFile]) -> Iterator[Trouble]:
    """A trouble for each symbolic link whose target the walk did not list under a name that is read the same way."""
    if not links:
        return
    listed = {os.path.realpath(file.location): file.name for file in files if _is_wanted(file.name)}
    for link in links:
        name = listed.get(os.path.realpath(link.location))
        if name is None or looks_like_dotenv(name) is not looks_like_dotenv(link.name):
            yield Trouble(link.path, 0, "a symbolic link: not followed")


def _is_wanted(name: str) -> bool:
    """Whether a user would miss a file of this name: one of the ``.env`` family, or ``prefect.yaml``."""
    return name == "prefect.yaml" or looks_like_dotenv(name)


_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(file: FoundFile) -> bytes | Trouble:
    """A file's content; too large, gone or unreadable is a Trouble. Never blocks on a FIFO or device."""
    try:
        descriptor = os.open(file.location, _READING)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Trouble(file.path, 0, "not a regular file: not read")
            if status.st_size > MAX_BYTES:
                return Trouble(file.path, 0, f"larger than {MAX_BYTES // 1024 // 1024} MB: not read")
            content = os.read(descriptor, status.st_size)
            while len(content) < status.st_size and (more := os.read(descriptor, status.st_size - len(content))):
                content += more
            return content
        finally:
            os.close(descriptor)
    except OSError as error:
        return Trouble(file.path, 0, f"cannot be read: {error.strerror}")


# A word before stands apart by a dot, in a hidden file by anything: `prod.env`, `.docker-env`, not `conda-env.txt`.
_DOTENV = re.compile(r"(?:\.|.+\.|\..+[-_])env(?:[.\-_].+)?|env\..+")
_OTHERS = (".py", ".sh", ".json", ".yaml", ".yml", ".ts", ".js", ".d.ts", ".md", ".html", ".toml", ".sql", ".tf")


def looks_like_dotenv(name: str) -> bool:
    """Whether a file name is one of the ``.env`` family: ``.env.prod``, ``prod.env``, ``prod.env.example``."""
    lowered = name.lower()
    return _DOTENV.fullmatch(lowered) is not None and not lowered.endswith(_OTHERS)


def path_parts(path: str) -> Iterator[str]:
    """The folders of a relative path, from the root inward, without the file name."""
    yield from path.split("/")[:-1]
