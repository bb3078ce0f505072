"""What is remembered of the last apply so that it can be undone: names and digests, never the old bytes.

Those may hold secrets, and git has them already wherever an apply began with what was committed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envlift.applying.journal import Home
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange

_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of the last apply.

    Args:
        path: POSIX, relative to the root of that apply.
        digest: Of what the apply made of it.
        blob: Git's id of what it held before; empty for a file that was made, and where git did not hold it.
        is_new: Whether it was made.
    """

    path: str
    digest: str
    blob: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class LastApply:
    """The files of the last apply, in its order, and what their paths are relative to."""

    root: Path
    files: tuple[ChangedFile, ...]


def memory_of(home: Home, root: Path, changes: Sequence[FileChange], blobs: Mapping[str, str]) -> bytes:
    """What to remember of an apply; ``blobs`` are git's ids, by path, of what it replaces."""
    files = [
        {
            "path": change.path,
            "digest": digest_of(change.after),
            "blob": blobs.get(change.path, ""),
            "new": change.before is None,
        }
        for change in changes
    ]
    record = {"version": _VERSION, "root": os.path.relpath(root.resolve(), home.top.resolve()), "files": files}
    return json.dumps(record, indent=1).encode("ascii")


def last_apply(home: Home) -> LastApply | None:
    """What is remembered; None where nothing is.

    Raises:
        EnvliftError: something stands there that is no memory of this version.
    """
    if home.last is None:
        return None
    try:
        record = json.loads(home.last.read_bytes())
        if record["version"] != _VERSION:
            raise _unreadable(home.last)
        files = tuple(
            ChangedFile(str(f["path"]), str(f["digest"]), str(f["blob"]), bool(f["new"])) for f in record["files"]
        )
        return LastApply((home.top / record["root"]).resolve(), files)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError):
        raise _unreadable(home.last) from None


def digest_of(content: bytes) -> str:
    """By which it is known whether a file is as an apply left it."""
    return hashlib.sha256(content).hexdigest()


def _unreadable(place: Path) -> EnvliftError:
    return EnvliftError(
        f"{place} tells of an apply in a way that this envlift cannot read",
        "bring the old files back with git, then remove it",
        ExitCode.REFUSED,
    )
