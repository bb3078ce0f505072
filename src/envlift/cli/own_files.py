"""Single files that envlift writes for people, such as the plan: whole or not at all, over no one else's."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from envlift.applying.disk import claim, umask, write_new
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
        EnvliftError: the file cannot be written, is no regular file, or has changed since.
    """
    if file_bytes(path) != expected:
        raise _changed(path)
    temporary = path.with_name(f".envlift-{secrets.token_hex(4)}-{path.name[-40:]}")
    try:
        if content is None:
            path.unlink()
            return
        if expected is not None and not os.access(path, os.W_OK):
            raise EnvliftError(f"{path} cannot be written: it is read-only.", "Check its permissions.")
        write_new(temporary, content, like=path.lstat() if expected is not None else None)
        if expected is None:
            temporary.chmod(0o666 & ~umask())
            claim(temporary, path)
        else:
            temporary.replace(path)
    except FileExistsError:
        raise _changed(path) from None
    except OSError as error:
        raise EnvliftError(f"{path} cannot be written: {error.strerror}.", "Check its permissions.") from None
    finally:
        temporary.unlink(missing_ok=True)


def _changed(path: Path) -> EnvliftError:
    return EnvliftError(f"{path} changed while envlift was at work.", "Another envlift may be running: run it again.")
