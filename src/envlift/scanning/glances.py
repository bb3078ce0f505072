"""The first look at every Python file: what it imports, and what it shows even where no flow reaches it.

A glance holds no value, so that it may travel between processes and be kept: of a value it tells that there is one.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass, replace
from enum import Enum
from typing import Any, NamedTuple

from envlift.concealed import Concealed
from envlift.inventory import Trouble
from envlift.scanning.interest import WORDS, is_interesting, may_hold_secret
from envlift.scanning.python import PythonFile, scan_excerpt
from envlift.scanning.reach.import_text import ImportText, import_text

_OURS = ("envlift.inventory", "envlift.scanning.", "envlift_codemods.")


class Glance(NamedTuple):
    """One file at first sight; a tuple, which travels between processes many times faster than a dataclass.

    Args:
        imports: What it imports, as its text tells.
        packed: Its facts as bytes, as ``facts`` unpacks them; empty for a file without anything of interest.
    """

    imports: ImportText
    packed: bytes

    def facts(self) -> PythonFile | Trouble | None:
        """What the file shows by itself; None where it holds nothing of interest.

        Raises:
            pickle.UnpicklingError: the bytes hold something else than facts.
        """
        return unpack(self.packed) if self.packed else None


def glance(path: str, content: bytes, *, secrets: bool = True, is_prefect: bool = False) -> Glance:
    """Look at one file.

    Args:
        path: POSIX path relative to the repository.
        content: The file as it is on disk.
        secrets: Whether a secret in it is interesting, too.
        is_prefect: Whether it belongs to a copy of Prefect, so that flows and deployments in it are none.
    """
    imports = import_text(content)
    interesting = is_interesting(content, imports, is_prefect=is_prefect) or (secrets and may_hold_secret(content))
    facts = scan_excerpt(path, content, WORDS) if interesting else None
    if isinstance(facts, PythonFile):
        facts = replace(facts, imports=())
    return Glance(imports, b"" if facts is None else pack(facts))


def pack(facts: PythonFile | Trouble) -> bytes:
    """Facts as bytes that hold no value."""
    buffer = io.BytesIO()
    _WithoutValues(buffer, pickle.HIGHEST_PROTOCOL).dump(facts)
    return buffer.getvalue()


def unpack(packed: bytes) -> PythonFile | Trouble:
    """The facts that ``pack`` packed.

    Raises:
        pickle.UnpicklingError: the bytes hold something else.
    """
    found = _Unpickler(io.BytesIO(packed)).load()
    if isinstance(found, (PythonFile, Trouble)):
        return found
    raise pickle.UnpicklingError("no facts of a file")


class _WithoutValues(pickle.Pickler):
    """Writes None for each value, here and in no other place: a concealed value refuses to be pickled."""

    def reducer_override(self, obj: object) -> Any:
        return (_nothing, ()) if isinstance(obj, Concealed) else NotImplemented


def _nothing() -> None:
    """What stands for a value."""


class _Unpickler(pickle.Unpickler):
    """Makes facts and nothing else, whoever wrote the bytes."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(_OURS):
            found = super().find_class(module, name)
            if found is _nothing or is_dataclass(found) or (isinstance(found, type) and issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no fact")
