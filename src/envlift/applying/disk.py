"""Bytes to disk and back, durable, without following symbolic links; the smallest steps of an apply."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from envlift.errors import EnvliftError

if sys.platform != "win32":
    import fcntl

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_PRIVATE = 0o600


def inside(root: Path, path: str) -> Path:
    """Where a file of the repository is on disk.

    Raises:
        EnvliftError: the path leads out of ``root``, by its words or through a symbolic link.
    """
    words = PurePosixPath(path)
    if words.is_absolute() or ".." in words.parts or not words.parts or Path(*words.parts).is_absolute():
        raise EnvliftError(f"{path} is not a path inside the repository", "give it relative to the repository")
    place = root
    for part in words.parts:
        place = place / part
        if place.is_symlink():
            shown = place.relative_to(root).as_posix()
            raise EnvliftError(
                f"{path}: {shown} is a symbolic link, and envlift writes through none",
                "point the plan at the real file",
            )
    return place


def regular_file(root: Path, path: str) -> tuple[Path, os.stat_result]:
    """A file's place and state.

    Raises:
        EnvliftError: it is missing, no regular file, or not to be written to.
    """
    place = inside(root, path)
    try:
        state = place.lstat()
    except OSError as error:
        raise EnvliftError(
            f"{path} cannot be read: {error.strerror}", "make the plan anew with `envlift plan`"
        ) from None
    if not stat.S_ISREG(state.st_mode):
        raise EnvliftError(f"{path} is not a regular file", "make the plan anew with `envlift plan`")
    if not state.st_mode & 0o222 or not os.access(place, os.W_OK):
        raise EnvliftError(f"{path} is read-only", f"allow writing to it: chmod u+w {path}")
    return place, state


def free_place(root: Path, path: str) -> Path:
    """Where a new file of the repository is going to be.

    Raises:
        EnvliftError: something is there already, or its folder is not.
    """
    place = inside(root, path)
    if place.exists():
        raise EnvliftError(f"{path} is there already", "make the plan anew with `envlift plan`")
    if not place.parent.is_dir():
        raise EnvliftError(f"{path}: its folder is not there", "make the plan anew with `envlift plan`")
    return place


def claim(temporary: Path, place: Path) -> None:
    """Give a new file its name, of two processes to one only.

    Raises:
        FileExistsError: something has that name by now.
    """
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise
    except OSError:
        temporary.replace(place)  # a file system without hard links
        return
    temporary.unlink()


def umask() -> int:
    """The bits that new files of this process do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_new(place: Path, content: bytes, like: os.stat_result | None = None) -> None:
    """Create a file that did not exist, with its bytes on disk; only the owner may read it until it is ``like``."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, _PRIVATE)
    with open(handle, "wb") as file:  # noqa: PTH123 - the file is open already
        file.write(content)
        file.flush()
        os.fsync(handle)
    if like is not None:
        _own(place, like)
        place.chmod(stat.S_IMODE(like.st_mode))


def _own(place: Path, like: os.stat_result) -> None:
    """Keep owner and group where that is allowed: root may work on somebody else's checkout."""
    state = place.lstat()
    if sys.platform != "win32" and (state.st_uid, state.st_gid) != (like.st_uid, like.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(place, like.st_uid, like.st_gid, follow_symlinks=False)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep a second envlift out of a folder; leaves no lock file, ends with the process.

    Raises:
        EnvliftError: another process is inside.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvliftError(f"another envlift is writing to {folder}", "wait until it has ended") from None
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(handle)
