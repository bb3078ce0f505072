"""Looks at files kept from one scan to the next, in the user's own cache folder: names and places, never a value."""

from __future__ import annotations

import contextlib
import hashlib
import io
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
from envlift.inventory import Trouble
from envlift.scanning.files import FoundFile
from envlift.scanning.glances import Glance
from envlift.scanning.reach.import_text import ImportText

Stamp = tuple[int, int, int, int]
"""Size, time of the last change of content and of the file's entry in nanoseconds, and number on its disk."""

_SETTLED = 2_000_000_000  # ns: a younger file may change again within the resolution of its disk's clock


@dataclass(slots=True)
class GlanceStore:
    """The glances of one repository's last scan, taken for files whose stamps are the same, and its closer looks.

    Args:
        file: Where they are kept; None keeps nothing.
        kept: The glances, by path.
        looks: What closer looks showed, packed, by a digest of all that they hang on.
        stamps: Of the files asked for.
    """

    file: Path | None
    kept: Mapping[str, tuple[Stamp, str, bool, bytes]] = field(default_factory=dict)
    looks: Mapping[bytes, bytes] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    opened: int = field(default_factory=time.time_ns)

    def get(self, file: FoundFile) -> Glance | None:
        """The glance of a file that has not changed."""
        stamp, found = stamp_of(file), self.kept.get(file.path)
        if stamp is not None:
            self.stamps[file.path] = stamp
        return Glance(ImportText(found[1], found[2]), found[3]) if found is not None and found[0] == stamp else None

    def save(self, glances: Mapping[str, Glance | Trouble], looks: Mapping[bytes, bytes]) -> None:
        """Keep these and forget all others; a folder that cannot be written is no trouble.

        Args:
            glances: Of files that ``get`` has been asked for before they were looked at.
            looks: As ``looks`` gives them the next time.
        """
        if self.file is None:
            return
        settled = {
            path: (stamp, glance.imports.lines, glance.imports.dynamic, glance.packed)
            for path, stamp in self.stamps.items()
            if isinstance(glance := glances.get(path), Glance) and max(stamp[1:3]) < self.opened - _SETTLED
        }
        if (settled, looks) == (self.kept, self.looks):
            return
        content = pickle.dumps((settled, looks), pickle.HIGHEST_PROTOCOL)
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=self.file.parent)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(hashlib.sha256(content).digest() + content)
                Path(temporary).replace(self.file)
            except OSError:
                Path(temporary).unlink()
                raise


def open_store(root: Path, *, secrets: bool = True, copies: Iterable[str] = ()) -> GlanceStore:
    """What is kept of a repository by this very envlift on this Python; a damaged store is an empty one.

    Args:
        root: The repository's folder.
        secrets: Whether its files were looked at for secrets in them, too.
        copies: Those of the files that were looked at as parts of copies of Prefect.
    """
    told = "\0".join((_maker(), str(secrets), str(root.resolve()), *sorted(copies)))
    name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    file = platformdirs.user_cache_path("envlift", appauthor=False) / f"{name[:32]}.glances"
    try:
        content = file.read_bytes()
    except OSError:
        return GlanceStore(file)
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        return GlanceStore(file)
    try:
        kept, looks = _PlainUnpickler(io.BytesIO(memoryview(content)[32:])).load()
    except (pickle.UnpicklingError, ValueError, TypeError):
        return GlanceStore(file)  # not written by envlift, though its checksum is right
    return GlanceStore(file, kept, looks)


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
