"""The Python files and notebooks of a repository by the words in them; those asked for last stay parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from envlift_codemods.parsed import ParsedModule

_STAR = re.compile(rb"\bimport\s+\*")
_PARSED_AT_ONCE = 200  # some 5 MB each


class Sources:
    """Files on demand.

    Args:
        read: The content of a file by its POSIX path; None where it cannot be read.
    """

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self.module = lru_cache(maxsize=_PARSED_AT_ONCE)(self._module)
        """A parsed file; None where it cannot be read or parsed, as a notebook."""

    def _module(self, path: str) -> ParsedModule | None:
        content = self._read(path) if path.endswith(".py") else None
        try:
            return None if content is None else ParsedModule(content)
        except (SyntaxError, ValueError, RecursionError):
            return None

    def holding(self, words: Iterable[str], paths: Iterable[str]) -> set[str]:
        """Those of some files that hold one of the words."""
        bare = [word.encode() for word in words]
        whole = re.compile(rb"\b(?:%s)\b" % b"|".join(map(re.escape, bare)))
        contents = ((path, self._read(path) or b"") for path in paths)
        return {path for path, content in contents if any(w in content for w in bare) and whole.search(content)}

    def starred(self, paths: Iterable[str]) -> set[str]:
        """Those of some files that import everything of some module."""
        return {path for path in paths if _STAR.search(self._read(path) or b"")}
