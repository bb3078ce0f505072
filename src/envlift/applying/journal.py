"""The journal of an apply: what is being replaced, with the old and the new bytes, until all of it is done.

It stands in the repository's private git directory (``.git/envlift/apply``; without git in ``.envlift/apply``), which
only its owner may read, because the old bytes may hold secrets, as the working tree does. It goes when the apply ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from envlift.applying.disk import sync_folder, write_new
from envlift.applying.git import repository
from envlift.errors import EnvliftError, ExitCode

_RECORD = "journal.json"
_VERSION = 2


class Stage(Enum):
    """How far an apply came: nothing is replaced while it prepares."""

    PREPARING = "preparing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that is replaced or made: its path, the temporary file beside it and its mode bits."""

    path: str
    temporary: str
    mode: int
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """An apply that has begun: ``folder`` holds the record and the bytes, ``root`` is what paths are relative to."""

    folder: Path
    root: Path
    stage: Stage
    entries: tuple[Entry, ...]

    def old(self, number: int) -> Path:
        return self.folder / f"old-{number}"

    def new(self, number: int) -> Path:
        return self.folder / f"new-{number}"

    def temporary(self, number: int) -> Path:
        return self.root / self.entries[number].temporary


@dataclass(frozen=True, slots=True)
class Home:
    """Where the journals of a repository stand.

    Args:
        folder: The journal's own folder.
        top: What the root in its record is relative to.
        locked: The folder that is locked while somebody writes.
    """

    folder: Path
    top: Path
    locked: Path


def home_of(root: Path) -> Home:
    """The home of journals for a root: one for a whole git working tree, so that no apply of it is overlooked."""
    found = repository(root)
    if found is None:
        return Home(root / ".envlift" / "apply", root, root)
    return Home(found.private / "envlift" / "apply", found.top, found.private)


def begin(home: Home, root: Path, entries: Sequence[Entry]) -> Journal:
    """Open a journal; nothing may be written beside the targets before."""
    discard(home)
    home.folder.parent.mkdir(mode=0o700, exist_ok=True)
    home.folder.mkdir(mode=0o700)
    journal = Journal(home.folder, root, Stage.PREPARING, tuple(entries))
    _record(home, journal)
    return journal


def keep(journal: Journal, number: int, old: bytes | None, new: bytes) -> None:
    """Keep both sides of a file that is going to be replaced; a new one has no old side."""
    if old is not None:
        write_new(journal.old(number), old)
    write_new(journal.new(number), new)


def ready(home: Home, journal: Journal) -> Journal:
    """Note that all is prepared: from here on files may be replaced."""
    made_ready = Journal(journal.folder, journal.root, Stage.READY, journal.entries)
    _record(home, made_ready)
    return made_ready


def _record(home: Home, journal: Journal) -> None:
    record = {
        "version": _VERSION,
        "stage": journal.stage.value,
        "root": os.path.relpath(journal.root.resolve(), home.top.resolve()),
        "entries": [
            {"path": e.path, "temporary": e.temporary, "mode": e.mode, "new": e.is_new} for e in journal.entries
        ],
    }
    fresh = journal.folder / f"{_RECORD}.new"
    fresh.unlink(missing_ok=True)
    write_new(fresh, json.dumps(record, indent=1).encode("ascii"))
    fresh.replace(journal.folder / _RECORD)
    sync_folder(journal.folder)


def pending(home: Home) -> Journal | None:
    """The journal that an interrupted apply left; None where there is none, or one from before or after all writing.

    Raises:
        EnvliftError: something stands there that is no journal of this version.
    """
    try:
        record = json.loads((home.folder / _RECORD).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise _unreadable(home) from None
    try:
        if record["version"] != _VERSION:
            raise _unreadable(home)
        entries = tuple(
            Entry(str(e["path"]), str(e["temporary"]), int(e["mode"]), bool(e["new"])) for e in record["entries"]
        )
        root = (home.top / record["root"]).resolve()
        return Journal(home.folder, root, Stage(record["stage"]), entries)
    except (KeyError, TypeError, ValueError):
        raise _unreadable(home) from None


def _unreadable(home: Home) -> EnvliftError:
    return EnvliftError(
        f"{home.folder} holds an interrupted apply that this envlift cannot read",
        "compare old-0, old-1 … in it with your files, then remove it",
        ExitCode.REFUSED,
    )


def discard(home: Home) -> None:
    """Remove what is left of a journal without a record: it never came to be, or its apply had ended."""
    shutil.rmtree(home.folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        home.folder.parent.rmdir()


def close(journal: Journal) -> None:
    """Forget an apply that is done or undone; the record goes first, so that what is left means nothing."""
    for number in range(len(journal.entries)):
        journal.temporary(number).unlink(missing_ok=True)
    (journal.folder / _RECORD).unlink(missing_ok=True)
    sync_folder(journal.folder)
    shutil.rmtree(journal.folder)
    with contextlib.suppress(OSError):
        journal.folder.parent.rmdir()
