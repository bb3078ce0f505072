"""What one file around Python gives: mentions, the ``.env`` files that it hands on, pools that it keeps, troubles."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from envlift.concealed import Concealed
from envlift.inventory import EnvFileUse, Mention, MentionKind, MentionRole, PoolOwner, PoolTool, Trouble

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_NAME = re.compile(NAME, re.ASCII)
# Every machine has these by itself: whoever names them asks nothing of the repository.
_OF_THE_MACHINE = frozenset(
    "PATH HOME USER PWD OLDPWD SHELL TERM LANG LC_ALL HOSTNAME LOGNAME TMPDIR UID GID PYTHONPATH".split()
)
_PROGRAM = re.compile(
    r"\bprefect\s+(?P<prefect>worker|agent)\s+start\b"
    r"|\b(?:python[\d.]*|uv\s+run)(?:\s+-[uBOI]+)*\s+(?:-m\s+(?P<module>[A-Za-z_][\w.]*)|(?P<file>[\w./-]+\.py)\b)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """The facts of one file, sorted by line."""

    mentions: tuple[Mention, ...] = ()
    files: tuple[EnvFileUse, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    owners: tuple[PoolOwner, ...] = ()


class Notes:
    """Collects what one file says; what is said twice on a line counts once."""

    def __init__(self, path: str, kind: MentionKind) -> None:
        self._path = path
        self._kind = kind
        self._mentions: dict[tuple[int, str, MentionRole, str], Mention] = {}
        self._files: dict[tuple[int, str, str], EnvFileUse] = {}
        self._troubles: list[Trouble] = []
        self._owners: list[PoolOwner] = []

    def sets(self, name: str, line: int, value: str | None = None, *, owner: str = "", runs: str = "") -> None:
        self._note(name, line, MentionRole.SETS, owner, runs, None if value is None else Concealed(value))

    def reads(self, name: str, line: int, *, owner: str = "", runs: str = "") -> None:
        self._note(name, line, MentionRole.READS, owner, runs)

    def refers(self, name: str, line: int, *, owner: str = "", runs: str = "") -> None:
        self._note(name, line, MentionRole.SECRET_REFERENCE, owner, runs)

    def hands_on(self, file: str, line: int, *, owner: str = "", runs: str = "") -> None:
        """A whole file, as it is named there; one whose name is computed cannot be told."""
        if file and not re.search(r"[$`*?\0{}]", file):
            self._files.setdefault((line, file, owner), EnvFileUse(self._path, line, file, self._kind, owner, runs))

    def trouble(self, line: int, message: str) -> None:
        self._troubles.append(Trouble(self._path, line, message))

    def owns(self, pool: str, line: int, tool: PoolTool) -> None:
        """The template of a work pool; the name of one that is computed is empty."""
        self._owners.append(PoolOwner(self._path, line, pool, tool))

    def found(self) -> Found:
        owned = {(m.line, m.name, m.role) for m in self._mentions.values() if m.owner}
        # An anchor's text stands once, and is said again with the service that uses it.
        kept = [m for m in self._mentions.values() if m.owner or (m.line, m.name, m.role) not in owned]
        return Found(
            tuple(sorted(kept, key=lambda m: (m.line, m.name, m.role.value, m.owner))),
            tuple(sorted(self._files.values(), key=lambda use: (use.line, use.file, use.owner))),
            tuple(self._troubles),
            tuple(sorted(self._owners)),
        )

    def _note(
        self, name: str, line: int, role: MentionRole, owner: str, runs: str, value: Concealed | None = None
    ) -> None:
        if _NAME.fullmatch(name) and name not in _OF_THE_MACHINE:
            mention = Mention(self._path, line, name, self._kind, role, owner, value, runs)
            self._mentions.setdefault((line, name, role, owner), mention)


class Lines:
    """Where the lines of a text begin, so that many places in it can be told quickly."""

    def __init__(self, text: str) -> None:
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def at(self, position: int) -> int:
        """The 1-based line of a character."""
        return bisect_left(self._ends, position) + 1


def text_of(content: bytes) -> str | None:
    """The text with line ends made ``\\n``; None for what is binary. Names are ASCII, so other bytes may be lost."""
    if b"\0" in content:
        return None
    text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def program_of(command: str) -> str:
    """What a command starts: ``prefect worker``, a Python file or a dotted module; empty where it is none of them."""
    found = _PROGRAM.search(command)
    if found is None:
        return ""
    return "prefect worker" if found["prefect"] else found["module"] or found["file"].removeprefix("./")
