"""Taking the last apply back, byte for byte and for all of its files, or not at all."""

from __future__ import annotations

from pathlib import Path

from envlift.applying.disk import alone_in, inside
from envlift.applying.files import Change, Removal, refuse_interrupted, take_back
from envlift.applying.git import blob
from envlift.applying.journal import home_of
from envlift.applying.last_apply import ChangedFile, LastApply, digest_of, last_apply
from envlift.errors import EnvliftError, ExitCode
from envlift.rewriting import FileChange


def undo(root: Path) -> tuple[str, ...]:
    """Bring the files of the last apply back as they were, remove those that it made, and return their paths, sorted.

    Raises:
        EnvliftError: nothing was touched. There is no apply to undo, or it was one of another folder; a file has
            changed since, cannot be written, or is not held by git as it was; or an apply was interrupted.
    """
    home = home_of(root)
    if home.last is None:
        raise _refused(f"{root} is in no git repository, and only git keeps files as they were before an apply")
    with alone_in(home.locked):
        refuse_interrupted(home)
        last = last_apply(home)
        if last is None:
            raise _refused("there is no apply to undo", "git has older states: git log, git restore")
        if last.root != root.resolve():
            raise _refused(f"the last apply was one of {last.root}", f"envlift undo {last.root}")
        take_back(home, root, _way_back(root, last))
    return tuple(sorted(file.path for file in last.files))


def _way_back(root: Path, last: LastApply) -> list[Change]:
    contents = {file.path: _content(inside(root, file.path)) for file in last.files}
    if changed := [file.path for file in last.files if not _is_as_left(contents[file.path], file)]:
        raise _refused(
            f"changed since the last apply: {', '.join(changed)}; nothing was undone",
            "put back what the apply made of it, or bring the old files back with git",
        )
    old = {file.path: blob(root, file.blob) for file in last.files if not file.is_new}
    if lost := [path for path, content in old.items() if content is None]:
        raise _refused(
            f"git does not hold what stood before the last apply in {', '.join(lost)}; nothing was undone",
            "it was not committed as it was, and envlift keeps no copy of files that may hold secrets",
        )
    changes: list[Change] = []
    for file in last.files:
        now, before = contents[file.path] or b"", old.get(file.path)
        changes.append(Removal(file.path, now) if before is None else FileChange(file.path, now, before))
    return changes


def _is_as_left(content: bytes | None, file: ChangedFile) -> bool:
    return content is not None and digest_of(content) == file.digest


def _content(place: Path) -> bytes | None:
    return place.read_bytes() if place.is_file() else None


def _refused(message: str, hint: str = "") -> EnvliftError:
    return EnvliftError(message, hint, ExitCode.REFUSED)
