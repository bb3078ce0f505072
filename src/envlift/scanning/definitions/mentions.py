"""Which files may hang on what other files define, told by their bytes before any of them is parsed again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from envlift.scanning.definitions.definitions import (
    ENVIRONMENTS,
    BlockWrapper,
    Exports,
    PrefectDecorator,
    SettingsClass,
    Wrapper,
)
from envlift.scanning.definitions.targets import HERE

SHARED_OBJECTS = frozenset(
    {
        "environs.Env()", "environ.Env()", "environ.FileAwareEnv()", "decouple.Config()", "decouple.AutoConfig()",
        "starlette.config.Config()", "dynaconf.Dynaconf()", "dynaconf.LazySettings()",
    }
)  # fmt: skip
"""Objects of configuration libraries that one file makes and others import."""


@dataclass(frozen=True, slots=True)
class DefinitionMention:
    """How a file mentions a definition of another file: by a word, in a place that a pattern knows.

    ``files`` are those that define the word, or the class that has the method.
    """

    word: bytes
    pattern: re.Pattern[bytes]
    files: frozenset[str]

    def stands_in(self, path: str, content: bytes) -> bool:
        """Whether a file other than the only one that defines it holds the word so."""
        return self.word in content and self.files != {path} and self.pattern.search(content) is not None


def mentions_of(exports: Mapping[str, Exports]) -> dict[str, DefinitionMention]:
    """What a file must hold one of to hang on what another file defines, by pattern."""
    found: dict[tuple[str, str], set[str]] = {}
    owners: dict[str, set[str]] = defaultdict(set)
    for path, offered in exports.items():
        for name, definition in offered.definitions.items():
            owner, _, last = name.rpartition(".")
            match definition:
                case _ if last.startswith("__") and not owner:
                    continue  # Python calls it, not another file
                case Wrapper() | BlockWrapper() if owner:
                    owners[owner.rpartition(".")[2]].add(path)
                case Wrapper() | BlockWrapper():
                    pattern = rf"\b{last}\s*\(|\bimport\b[^\n]*\b{last}\b|^\s+{last},?\s*$"
                    found.setdefault((last, pattern), set()).add(path)
                case SettingsClass():
                    found.setdefault((last, rf"\bclass\s+\w+\s*\([^)]*\b{last}\b"), set()).add(path)
                case PrefectDecorator():
                    found.setdefault((last, rf"@[\w.]*\b{last}\b"), set()).add(path)
    for path, offered in exports.items():
        for name, target in offered.names.items():
            if target in SHARED_OBJECTS or (target.endswith("()") and _last(target) in owners):
                found.setdefault((name, rf"\b{name}\b"), set()).add(path)
            elif target in ENVIRONMENTS:
                pattern = rf"\bimport\b[^\n]*\b{name}\b|^\s+{name},?\s*$"
                used = "" if target.endswith(f".{name}") else rf"|\w\.{name}\b"
                found.setdefault((name, pattern + used), set()).add(path)
    for name, paths in owners.items():
        found.setdefault((name, rf"\b{name}\b"), set()).update(paths)
    return {
        pattern: DefinitionMention(word.encode(), re.compile(pattern.encode(), re.MULTILINE), frozenset(paths))
        for (word, pattern), paths in sorted(found.items())
    }


def _last(target: str) -> str:
    return target.removesuffix("()").removeprefix(HERE).rpartition(".")[2]
