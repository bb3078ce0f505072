"""The journal of an apply: what is being replaced, with the old and the new bytes, until all of it is done.

It stands in the repository's private git directory (``.git/envlift/apply``; without git in ``.envlift/apply``), which
only its owner may read, because the old bytes may hold secrets, as the working tree does. It goes when the apply ends;
what stays in git's directory, for an undo, is a record without them (``last_apply``).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from envlift.applying.disk import sync_folder, write_new
from envlift.applying.git import repository
from envlift.errors import EnvliftError, ExitCode

_RECORD = "journal.json"
_PREPARED = "last.json"
_VERSION = 3


class Stage(Enum):
    """How far an apply came: nothing is replaced while it prepares."""

    PREPARING = "preparing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that is replaced, made or removed: its path, the temporary file beside it and its mode bits."""

    path: str
    temporary: str
    mode: int
    is_new: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """An apply or an undo that has begun.

    Args:
        folder: Holds the record and the bytes.
        root: What paths are relative to.
        stage: How far it came.
        entries: Its files.
        undoes: Whether it takes the last apply back, of which nothing is remembered then.
    """

    folder: Path
    root: Path
    stage: Stage
    entries: tuple[Entry, ...]
    undoes: bool = False

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
        last: What is remembered of the last apply; None without git, which alone could bring the old files back.
    """

    folder: Path
    top: Path
    locked: Path
    last: Path | None = None


def home_of(root: Path) -> Home:
    """The home of journals for a root: one for a whole git working tree, so that no apply of it is overlooked."""
    found = repository(root)
    if found is None:
        return Home(root / ".envlift" / "apply", root, root)
    own = found.private / "envlift"
    return Home(own / "apply", found.top, found.private, own / "last.json")


def begin(home: Home, root: Path, entries: Sequence[Entry], *, undoes: bool = False) -> Journal:
    """Open a journal; nothing may be written beside the targets before."""
    discard(home)
    home.folder.parent.mkdir(mode=0o700, exist_ok=True)
    home.folder.mkdir(mode=0o700)
    journal = Journal(home.folder, root, Stage.PREPARING, tuple(entries), undoes)
    _record(home, journal)
    return journal


def keep(journal: Journal, number: int, old: bytes | None, new: bytes | None) -> None:
    """Keep both sides of a file that is going to be replaced; one that is made or removed has only one."""
    if old is not None:
        write_new(journal.old(number), old)
    if new is not None:
        write_new(journal.new(number), new)


def prepare_memory(journal: Journal, record: bytes) -> None:
    """Write down what ``finish`` makes the memory of the last apply, while there still is a way back."""
    write_new(journal.folder / _PREPARED, record)


def ready(home: Home, journal: Journal) -> Journal:
    """Note that all is prepared: from here on files may be replaced."""
    made_ready = replace(journal, stage=Stage.READY)
    _record(home, made_ready)
    return made_ready


def _record(home: Home, journal: Journal) -> None:
    record = {
        "version": _VERSION,
        "stage": journal.stage.value,
        "undoes": journal.undoes,
        "root": os.path.relpath(journal.root.resolve(), home.top.resolve()),
        "entries": [
            {"path": e.path, "temporary": e.temporary, "mode": e.mode, "new": e.is_new, "gone": e.is_gone}
            for e in journal.entries
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
            Entry(str(e["path"]), str(e["temporary"]), int(e["mode"]), bool(e["new"]), bool(e["gone"]))
            for e in record["entries"]
        )
        root = (home.top / record["root"]).resolve()
        return Journal(home.folder, root, Stage(record["stage"]), entries, bool(record["undoes"]))
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


def finish(home: Home, journal: Journal) -> None:
    """Close the journal of an apply that came to its end, and remember it; or of an undo, and forget what it undid."""
    if home.last is not None:
        prepared = journal.folder / _PREPARED
        if journal.undoes:
            home.last.unlink(missing_ok=True)
        elif prepared.exists():
            prepared.replace(home.last)
        sync_folder(home.last.parent)
    close(journal)


def close(journal: Journal) -> None:
    """Forget an apply that is done or undone; the record goes first, so that what is left means nothing."""
    for number in range(len(journal.entries)):
        journal.temporary(number).unlink(missing_ok=True)
    (journal.folder / _RECORD).unlink(missing_ok=True)
    sync_folder(journal.folder)
    shutil.rmtree(journal.folder)
    with contextlib.suppress(OSError):
        journal.folder.parent.rmdir()
