"""Write all files of a change or none, whatever happens in between, and mend what a crash left."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from envlift.applying.disk import alone_in, claim, free_place, inside, regular_file, sync_folder, umask, write_new
from envlift.applying.git import held
from envlift.applying.journal import (
    Entry,
    Home,
    Journal,
    Stage,
    begin,
    close,
    discard,
    finish,
    home_of,
    keep,
    pending,
    prepare_memory,
    ready,
)
from envlift.applying.last_apply import memory_of
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange


class Mending(Enum):
    """What became of an interrupted apply."""

    NOTHING = "nothing was interrupted"
    ROLLED_BACK = "all files are as they were before"
    ROLLED_FORWARD = "all files are changed: it had come to its end"


@dataclass(frozen=True, slots=True)
class RecoveryOutcome:
    """What was mended, and the files that the interrupted apply had named."""

    mending: Mending
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """A file that goes, with what it holds until then."""

    path: str
    before: bytes = field(repr=False)
    after: None = None


Change = FileChange | Removal


def write_all(root: Path, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """Change all of these files or none of them; modes stay, every file must still be as ``before`` says.

    Returns the paths whose old bytes git does not hold, so that no undo can bring them back.

    Raises:
        EnvliftError: nothing was changed. A file is missing, other than expected, read-only, no regular file or behind
            a symbolic link; a new file, or something else, is there; its folder is not; the disk is full; another
            envlift writes; or an earlier apply was interrupted.
    """
    changes = [change for change in changes if change.after != change.before]
    if not changes:
        return ()
    home = home_of(root)
    with alone_in(home.locked):
        refuse_interrupted(home)
        blobs = held(root, {change.path: change.before for change in changes if change.before is not None})
        _exchange(home, root, changes, memory_of(home, root, changes, blobs))
    return tuple(change.path for change in changes if change.before is not None and change.path not in blobs)


def take_back(home: Home, root: Path, changes: Sequence[Change]) -> None:
    """Make the changes of an undo, all or none, and forget what was remembered of the apply; for who is alone there.

    Raises:
        EnvliftError: as ``write_all``.
    """
    _exchange(home, root, changes, None)


def refuse_interrupted(home: Home) -> None:
    """Stop while a journal is open.

    Raises:
        EnvliftError: an earlier apply was interrupted.
    """
    if pending(home) is not None:
        raise EnvliftError(
            f"an earlier apply was interrupted: {home.folder}", "the next `envlift apply` mends that first"
        )


def _exchange(home: Home, root: Path, changes: Sequence[Change], memory: bytes | None) -> None:
    """All of these files or none; ``memory`` is what to remember of an apply, None for an undo."""
    states = [_checked(root, change) for change in changes]
    token = secrets.token_hex(4)
    entries = [_entry(change, state, token) for change, state in zip(changes, states, strict=True)]
    try:
        journal = begin(home, root, entries, undoes=memory is None)
    except OSError as error:
        discard(home)
        raise _failed(error, home.folder) from None
    try:
        for number, (change, state) in enumerate(zip(changes, states, strict=True)):
            keep(journal, number, change.before, change.after)
            if change.after is not None:
                write_new(journal.temporary(number), change.after, like=state)
                if state is None:
                    journal.temporary(number).chmod(entries[number].mode)
        if memory is not None:
            prepare_memory(journal, memory)
        journal = ready(home, journal)
        _replace(journal, changes)
    except BaseException as error:
        mended = _go_back(home, journal)
        if not isinstance(error, OSError):
            raise
        if mended is Mending.ROLLED_FORWARD:
            return  # what failed came after the last file
        raise _failed(error, root) from None
    try:
        finish(home, journal)
    except OSError as error:
        raise EnvliftError(
            f"all files are changed, but what the change needed is still there: {error.strerror} ({error.filename})",
            f"mend that, then run `envlift apply`: it removes {journal.folder}",
            ExitCode.PARTIAL,
        ) from None


def interrupted(root: Path) -> bool:
    """Whether an apply of this repository was interrupted and is not mended yet."""
    return pending(home_of(root)) is not None


def recover(root: Path) -> RecoveryOutcome:
    """Mend what an interrupted apply left in the repository of ``root``: the old files, or all the new ones.

    Raises:
        EnvliftError: a file was changed since the interruption, so that neither is possible; nothing is touched.
    """
    home = home_of(root)
    with alone_in(home.locked):
        journal = pending(home)
        if journal is None:
            discard(home)
            return RecoveryOutcome(Mending.NOTHING)
        paths = tuple(entry.path for entry in journal.entries)
        try:
            return RecoveryOutcome(_mended(home, journal), paths)
        except OSError as error:
            raise _failed(error, journal.root) from None


def _checked(root: Path, change: Change) -> os.stat_result | None:
    """The state of the file that is going to be replaced; None for a new one."""
    state = None
    if change.before is None:
        place = free_place(root, change.path)
    else:
        place, state = regular_file(root, change.path)
    if not os.access(place.parent, os.W_OK):
        raise EnvliftError(
            f"the folder of {change.path} is read-only", f"allow writing to it: chmod u+w {place.parent}"
        )
    if _content(place) != change.before:
        raise _changed(change.path)
    return state


def _entry(change: Change, state: os.stat_result | None, token: str) -> Entry:
    path = PurePosixPath(change.path)
    mode = 0o666 & ~umask() if state is None else state.st_mode
    temporary = path.with_name(f".envlift-{token}-{path.name[-40:]}").as_posix()
    return Entry(change.path, temporary, mode, is_new=state is None, is_gone=change.after is None)


def _content(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def _replace(journal: Journal, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        place = inside(journal.root, change.path)
        if _content(place) != change.before:
            raise _changed(change.path)
        if change.before is None:
            claim(journal.temporary(number), place)
        elif change.after is None:
            place.unlink()
        else:
            journal.temporary(number).replace(place)
    for folder in {inside(journal.root, change.path).parent for change in changes}:
        sync_folder(folder)


def _mended(home: Home, journal: Journal) -> Mending:
    if journal.stage is Stage.PREPARING:
        close(journal)
        return Mending.ROLLED_BACK
    states = [_state(journal, number) for number in range(len(journal.entries))]
    if all(state == "new" for state in states):
        finish(home, journal)
        return Mending.ROLLED_FORWARD
    for number, state in enumerate(states):
        if state == "new":
            _restore(journal, number)
    close(journal)
    return Mending.ROLLED_BACK


def _state(journal: Journal, number: int) -> str:
    """Whether a file was replaced; one that was not may hold anything, and then it stays so."""
    entry = journal.entries[number]
    content = _content(inside(journal.root, entry.path))
    if content == (None if entry.is_gone else journal.new(number).read_bytes()):
        return "new"
    old = None if entry.is_new else journal.old(number).read_bytes()
    if content == old or journal.temporary(number).exists():
        return "old"
    was = "there was none before" if entry.is_new else f"its old text is in {journal.old(number)}"
    raise EnvliftError(
        f"an apply was interrupted, and {entry.path} was changed after that",
        f"{was}: put the file right, then remove {journal.folder}",
        ExitCode.REFUSED,
    )


def _restore(journal: Journal, number: int) -> None:
    entry = journal.entries[number]
    place, temporary = inside(journal.root, entry.path), journal.temporary(number)
    temporary.unlink(missing_ok=True)
    if entry.is_new:
        place.unlink()
    elif entry.is_gone:
        write_new(temporary, journal.old(number).read_bytes())
        temporary.chmod(entry.mode)
        claim(temporary, place)
    else:
        write_new(temporary, journal.old(number).read_bytes(), like=place.lstat())
        temporary.replace(place)
    sync_folder(place.parent)


def _go_back(home: Home, journal: Journal) -> Mending:
    """Back to the old files at once, or to the end where all are new; where that fails, the journal says what to do."""
    try:
        return _mended(home, journal)
    except OSError as error:
        raise EnvliftError(
            f"the apply failed, and so did going back: {error.strerror} ({error.filename})",
            f"make room or mend the permissions, then run `envlift apply`: {journal.folder} knows what to restore",
        ) from None


def _changed(path: str) -> EnvliftError:
    return EnvliftError(
        f"{path} changed while envlift was at work; nothing was written", "make the plan anew with `envlift plan`"
    )


def _failed(error: OSError, near: Path) -> EnvliftError:
    where = error.filename or near
    return EnvliftError(
        f"writing failed, all files are as they were: {error.strerror} ({where})",
        "make room on the disk or allow writing there, then run it again",
        ExitCode.REFUSED,
    )
