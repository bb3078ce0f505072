"""What the recorder noted in the flow-run processes, and how to ask for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from envlift.concealed import Concealed

PAYLOAD = Path(__file__).parent / "recorder"


class Boundary(Enum):
    """Where a value was seen; the values are those of the recorder's lines."""

    ENVIRONMENT = "environment"
    MEMBERSHIP = "membership"
    LIBRARY = "library"
    COPY = "copy"
    CHILD = "child"
    SECRET = "secret"  # noqa: S105 - a kind of read


@dataclass(frozen=True, slots=True)
class Seen:
    """One read, as one flow run saw it.

    Args:
        deployment: ``flow/deployment``.
        boundary: What was read: the environment (also by a library on the code's behalf, with all others in a copy of
            it, or by a child, which is given what its command or script names), or a Secret block.
        name: The variable's name, or the block's.
        found: Whether it was there. When it was not, the rest describes the default that the code gave.
        type: Name of the value's Python type; ``NoneType`` for nothing.
        digest: Of the value, keyed with this proof's own key; empty for nothing.
        plain: The value itself, for names that the caller called harmless; else None.
        path: Of the file that read it, POSIX, relative to the repository.
        line: In that file, from 1.
        function: That read it; ``<module>`` for import time.
    """

    deployment: str
    boundary: Boundary
    name: str
    found: bool
    type: str
    digest: str
    plain: str | None
    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What the recorder needs to know; two sides that are compared share one.

    Args:
        harmless: Names whose values may be shown.
        watched: Variables that are also noted when a library reads them for the repository's code.
        key: Of the digests, hex; new for each proof and never stored, so that digests are worthless afterwards.
    """

    harmless: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    def digest(self, value: Concealed) -> str:
        """The digest that the recorder gives a string."""
        data = value.reveal().encode("utf-8", "surrogatepass")
        return hmac.new(bytes.fromhex(self.key), data, hashlib.sha256).hexdigest()

    def environment(self, folder: Path, repository: Path, base: Mapping[str, str]) -> dict[str, str]:
        """``base`` with what makes its Python processes record reads made by ``repository`` into ``folder``."""
        path = base.get("PYTHONPATH")
        return {
            **base,
            "PYTHONPATH": f"{PAYLOAD}{os.pathsep}{path}" if path else str(PAYLOAD),
            "ENVLIFT_RECORD": str(folder),
            "ENVLIFT_RECORD_KEY": self.key,
            "ENVLIFT_RECORD_REPOSITORY": str(repository),
            "ENVLIFT_RECORD_HARMLESS": ",".join(sorted(self.harmless)),
            "ENVLIFT_RECORD_WATCHED": ",".join(sorted(self.watched)),
        }


@dataclass(frozen=True, slots=True)
class Records:
    """All that a folder of records holds: the reads, and the process ids of the flow runs, by flow run id."""

    seen: tuple[Seen, ...]
    processes: tuple[tuple[str, int], ...]


def read_records(folder: Path, deployments: Mapping[str, str]) -> Records:
    """The records in a folder.

    Args:
        folder: That the recorder wrote into.
        deployments: Flow run id to ``flow/deployment``; other runs are left out of ``seen``.
    """
    lines = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return Records(
        seen=tuple(
            _seen(line, deployments[line["run"]])
            for line in lines
            if line["kind"] != "process" and line["run"] in deployments
        ),
        processes=tuple(sorted({(line["run"], line["pid"]) for line in lines if line["kind"] == "process"})),
    )


def _seen(line: Mapping[str, Any], deployment: str) -> Seen:
    return Seen(
        deployment=deployment,
        boundary=Boundary(line["kind"]),
        name=line["name"],
        found=line["found"],
        type=line["type"],
        digest=line["digest"],
        plain=line.get("plain"),
        path=line["path"],
        line=line["line"],
        function=line["function"],
    )
