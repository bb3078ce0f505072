"""Glances kept from one scan to the next, in the user's own cache folder: names and places, never a value."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

import envlift
import envlift_codemods
from envlift.scanning.files import FoundFile
from envlift.scanning.glances import Glance
from envlift.scanning.reach.import_text import ImportText

Stamp = tuple[int, int, int, int]
"""Size, time of the last change of content and of the file's entry in nanoseconds, and number on its disk."""

_SETTLED = 2_000_000_000  # ns: a younger file may change again within the resolution of its disk's clock


@dataclass(slots=True)
class GlanceStore:
    """The glances of one repository's last scan, taken for files whose stamps are the same.

    Args:
        file: Where they are kept; None keeps nothing.
        kept: By path.
    """

    file: Path | None
    kept: Mapping[str, tuple[Stamp, str, bool, bytes]] = field(default_factory=dict)
    opened: int = field(default_factory=time.time_ns)

    def get(self, path: str, stamp: Stamp) -> Glance | None:
        """The glance of a file that has not changed."""
        found = self.kept.get(path)
        return Glance(ImportText(found[1], found[2]), found[3]) if found is not None and found[0] == stamp else None

    def save(self, glances: Iterable[tuple[str, Stamp, Glance]]) -> None:
        """Keep these and forget all others; a folder that cannot be written is no trouble."""
        if self.file is None:
            return
        settled = {
            path: (stamp, glance.imports.lines, glance.imports.dynamic, glance.packed)
            for path, stamp, glance in glances
            if max(stamp[1], stamp[2]) < self.opened - _SETTLED
        }
        if settled == self.kept:
            return
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=self.file.parent)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    pickle.dump(settled, stream, pickle.HIGHEST_PROTOCOL)
                Path(temporary).replace(self.file)
            except OSError:
                Path(temporary).unlink()
                raise


def open_store(root: Path) -> GlanceStore:
    """What is kept of a repository by this very envlift on this Python; an unreadable store is an empty one."""
    name = hashlib.sha256(f"{_maker()}\0{root.resolve()}".encode("utf-8", "surrogatepass")).hexdigest()
    file = platformdirs.user_cache_path("envlift", appauthor=False) / f"{name[:32]}.glances"
    try:
        with file.open("rb") as stream:
            kept = _PlainUnpickler(stream).load()
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        kept = {}
    return GlanceStore(file, kept if isinstance(kept, dict) else {})


def stamp_of(file: FoundFile) -> Stamp | None:
    """What tells that a file has changed; None where it is gone."""
    try:
        status = os.lstat(file.location)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _maker() -> str:
    """Changes with every change of envlift's code, installed or a checkout, and with the Python that parses."""
    digest = hashlib.sha256(sys.version.encode())
    for package in (envlift, envlift_codemods):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                status = path.stat()
                digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class _PlainUnpickler(pickle.Unpickler):
    """Reads texts, numbers and bytes; the classes of glances are made later, and only those."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"{module}.{name} does not belong there")
