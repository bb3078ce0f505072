"""What envlift asks of git, through its command; everything works without git too."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from envlift.errors import EnvliftError, ExitCode

_SECONDS = 60
_NOT_A_REPOSITORY = 128
_SHA1_DIGITS = 40
# A hook's surroundings must not lead elsewhere, and a question must not wait for an answer.
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone must not be completed by looking at it; not every git knows the first of these.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}
# Settings of the user that do not say where the repository is.
_HARMLESS = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES"})
_ABSENT = (
    "not a git repository",
    "must be run in a work tree",
    "does not exist in",
    "is outside repository",
    "exists on disk, but not in",
    "invalid object name",
    "Not a valid object name",
    "bad file",
    "lazy fetching disabled",
    "transport '",
)
_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.quotepath=false")


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository around a folder.

    Args:
        top: Its working tree.
        private: The git directory of this working tree, absolute.
    """

    top: Path
    private: Path


def repository(root: Path) -> Repository | None:
    """The repository whose working tree holds ``root``; None outside of one and where git is not installed.

    Raises:
        EnvliftError: git refuses to look, for instance at a folder that belongs to somebody else.
    """
    answer = _try(root, "rev-parse", "--show-toplevel", "--absolute-git-dir")
    if answer is None:
        return None
    top, private = answer.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    return Repository(Path(top), Path(private))


def head_commit(root: Path) -> str:
    """The commit that is checked out, as 40 or 64 hex digits; empty without git or before the first commit."""
    answer = _try(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return "" if answer is None else answer.decode("ascii").strip()


def changed_files(root: Path, overwritten: Sequence[str] = (), ignoring: Collection[str] = ()) -> tuple[str, ...]:
    """The files under ``root`` that differ from the last commit, as sorted POSIX paths relative to it.

    Tracked files count when they differ, staged or not. A file that git does not know counts only when it is one of
    ``overwritten``: no commit could bring it back. Other untracked and ignored files, submodules and what stands in
    ``ignoring`` (the plan file) do not count, nor do changes elsewhere in a repository that holds more than ``root``.

    Raises:
        EnvliftError: there is no repository, or git fails.
    """
    answer = _run(root, "status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--", ".")
    prefix = _run(root, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip("\n")
    changed = set()
    fields = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
    for field in fields:
        if field:
            changed.add(field[3:])
            if field[0] in "RC":
                changed.add(next(fields))  # where it came from
    inside = {path.removeprefix(prefix) for path in changed if path.startswith(prefix)}
    return tuple(sorted((inside | _unknown(root, overwritten)) - set(ignoring)))


def is_dirty(root: Path, overwritten: Sequence[str] = (), ignoring: Collection[str] = ()) -> bool:
    """Whether ``changed_files`` finds any."""
    return bool(changed_files(root, overwritten, ignoring))


def _unknown(root: Path, paths: Sequence[str]) -> set[str]:
    """Those of some existing files that git does not track."""
    there = [path for path in paths if (root / path).exists()]
    if not there:
        return set()
    answer = _run(root, "--literal-pathspecs", "ls-files", "-z", "--", *there)
    return set(there) - set(answer.decode("utf-8", "surrogateescape").split("\0"))


def tracked(root: Path, paths: Sequence[str]) -> frozenset[str]:
    """Those of some existing files below ``root`` that git holds; none outside of a repository."""
    if not paths or repository(root) is None:
        return frozenset()
    return frozenset(paths) - _unknown(root, paths)


def show(root: Path, commit: str, path: str) -> bytes | None:
    """The bytes that a file below ``root`` had in a commit; None where either does not exist."""
    if not commit or commit.startswith("-"):
        return None
    return _try(root, "cat-file", "blob", f"{commit}:./{PurePosixPath(path)}")


def held(root: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """The ids of the blobs that the last commit holds for files below ``root``, of those whose bytes are the same."""
    if not contents:
        return {}
    answer = _try(root, "ls-tree", "-z", "HEAD", "--", *contents)
    listed = (line.partition("\t") for line in (answer or b"").decode("utf-8", "surrogateescape").split("\0") if line)
    ids = {path: kind.split()[2] for kind, _, path in listed}
    return {path: blob for path, blob in ids.items() if path in contents and blob == _blob_id(contents[path], blob)}


def _blob_id(content: bytes, like: str) -> str:
    """Git's name for some bytes, made as the ids of this repository are; git keeps nothing for that."""
    algorithm = "sha1" if len(like) == _SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def blob(root: Path, identity: str) -> bytes | None:
    """The bytes that git holds under an id; None where it does not hold them any more."""
    if not re.fullmatch("[0-9a-f]+", identity):
        return None
    return _try(root, "cat-file", "blob", identity)


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file that git held once: its path and the last commit that wrote it, shortened."""

    path: str
    commit: str


def past_files(root: Path, patterns: Sequence[str]) -> tuple[PastFile, ...]:
    """The files below ``root`` that fit a glob, that some commit held and that the last one does not; sorted.

    Raises:
        EnvliftError: git fails or takes too long.
    """
    only = ("--all", "--no-renames", "--diff-filter=AM", "--name-only", "--relative", "--format=%x00%h")
    answer = _try(root, "log", *only, "--", *(f":(glob){pattern}" for pattern in patterns))
    newest: dict[str, str] = {}
    for entry in (answer or b"").decode("utf-8", "surrogateescape").split("\0"):
        commit, *names = entry.split("\n")
        for name in names:
            if name and not name.startswith('"'):  # git quotes names with control characters
                newest.setdefault(name, commit)
    if not newest:
        return ()
    there = (_try(root, "ls-tree", "-z", "--name-only", "HEAD", "--", *newest) or b"").decode(
        "utf-8", "surrogateescape"
    )
    return tuple(PastFile(path, newest[path]) for path in sorted(newest.keys() - set(there.split("\0"))))


def _run(root: Path, *arguments: str) -> bytes:
    answer = _try(root, *arguments)
    if answer is None:
        raise EnvliftError(
            f"{root} is not in a git repository", "run it in one, or pass --allow-dirty", ExitCode.REFUSED
        )
    return answer


def _try(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it says that there is no such thing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _HARMLESS}
    try:
        done = subprocess.run(
            ["git", *_SETTINGS, *arguments],
            cwd=root,
            env={**kept, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return None
    except subprocess.TimeoutExpired:
        raise EnvliftError(
            f"git {arguments[0]} gave no answer within {_SECONDS} seconds in {root}",
            "see whether another git command hangs there",
        ) from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace").strip()
    if _means_absent(done.returncode, said):
        return None
    raise EnvliftError(f"git {arguments[0]} failed in {root}: {said.splitlines()[0] if said else done.returncode}")


def _means_absent(code: int, said: str) -> bool:
    return not said or (code == _NOT_A_REPOSITORY and any(words in said for words in _ABSENT))
