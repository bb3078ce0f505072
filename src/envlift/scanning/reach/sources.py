"""The Python files and notebooks of a repository by the words in them, each parsed at most once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from envlift_codemods.parsed import ParsedModule

_WORD = re.compile(rb"\w+")
_STAR = re.compile(rb"\bimport\s+\*")


class Sources:
    """Files on demand.

    Args:
        paths: Their POSIX paths relative to the repository; only those that end in ``.py`` are parsed.
        read: The content of one; None where it cannot be read.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self._paths = tuple(paths)
        self._read = read
        self._modules: dict[str, ParsedModule | None] = {}
        self._words: dict[bytes, set[str]] | None = None
        self._starred: set[str] = set()

    def module(self, path: str) -> ParsedModule | None:
        """A parsed file; None where it cannot be read or parsed."""
        if path not in self._modules:
            content = self._read(path) if path.endswith(".py") else None
            try:
                self._modules[path] = None if content is None else ParsedModule(content)
            except (SyntaxError, ValueError, RecursionError):
                self._modules[path] = None
        return self._modules[path]

    def mentioning(self, word: str) -> set[str]:
        """The files that hold a word."""
        return set(self._index().get(word.encode(), ()))

    def starred(self) -> set[str]:
        """The files that import everything of some module."""
        self._index()
        return set(self._starred)

    def _index(self) -> dict[bytes, set[str]]:
        if self._words is None:
            self._words = defaultdict(set)
            for path in self._paths:
                content = self._read(path) or b""
                for word in set(_WORD.findall(content)):
                    self._words[word].add(path)
                if _STAR.search(content):
                    self._starred.add(path)
        return self._words
