"""Single files that envlift writes for people, such as the plan: whole or not at all, over no one else's."""

from __future__ import annotations

import glob
import os
import secrets
import stat
from pathlib import Path

from envlift.applying.disk import alone_in, claim, umask, write_new
from envlift.errors import EnvliftError


def file_bytes(path: Path) -> bytes | None:
    """What a file holds; None where there is none.

    Raises:
        EnvliftError: something else than a regular file stands there, or it cannot be read.
    """
    try:
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(state.st_mode) else "no regular file"
            raise EnvliftError(f"{path} is {what}.", "Remove it, or name the real file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvliftError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None


def put_file(path: Path, content: bytes | None, expected: bytes | None) -> None:
    """Put bytes in the place of those expected there; None stands for no file.

    Raises:
        EnvliftError: the file cannot be written, is no regular file, or has changed since; or another envlift writes.
    """
    try:
        with alone_in(path.parent):
            _put(path, content, expected)
    except FileExistsError:
        raise _changed(path) from None
    except OSError as error:
        raise EnvliftError(f"{path} cannot be written: {error.strerror}.", "Check its permissions.") from None


def _put(path: Path, content: bytes | None, expected: bytes | None) -> None:
    if file_bytes(path) != expected:
        raise _changed(path)
    name = path.name[-40:]
    for left in path.parent.glob(f".envlift-*-{glob.escape(name)}"):
        left.unlink()  # of an envlift that was killed: no other is here
    if content is None:
        path.unlink()
        return
    if expected is not None and not os.access(path, os.W_OK):
        raise EnvliftError(f"{path} cannot be written: it is read-only.", "Check its permissions.")
    temporary = path.with_name(f".envlift-{secrets.token_hex(4)}-{name}")
    try:
        write_new(temporary, content, like=path.lstat() if expected is not None else None)
        if expected is None:
            temporary.chmod(0o666 & ~umask())
            claim(temporary, path)
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _changed(path: Path) -> EnvliftError:
    return EnvliftError(f"{path} changed while envlift was at work.", "Another envlift may be running: run it again.")
