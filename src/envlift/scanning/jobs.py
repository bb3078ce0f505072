"""What a scan does to many Python files at once: jobs that read files and look at them, each by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from envlift.inventory import Trouble
from envlift.scanning.definition_mentions import Mentions
from envlift.scanning.definitions import Definitions, Exports
from envlift.scanning.files import FoundFile, read_bytes
from envlift.scanning.imports import ImportResolver
from envlift.scanning.interest import WORDS, is_interesting
from envlift.scanning.python import PythonFile, scan_excerpt, scan_python
from envlift.scanning.roles import is_service, is_test

Looked = PythonFile | Trouble


class Tree:
    """The Python files of a repository by path, and who finds imports among them."""

    def __init__(self, files: Mapping[str, FoundFile]) -> None:
        self.files = files
        self.resolver = ImportResolver(files.keys())
        self._packages: dict[str, Exports | None] = {}

    def read(self, path: str) -> bytes | Trouble:
        return read_bytes(self.files[path])

    def package(self, path: str) -> Exports | None:
        """What an ``__init__.py`` without anything of interest hands on; read when it is asked for, and once."""
        if path not in self._packages:
            looked = look(self, path, WORDS)
            self._packages[path] = None if isinstance(looked, Trouble) else looked.exports
        return self._packages[path]

    def definitions(self, exports: Mapping[str, Exports]) -> Definitions:
        """All that the files define, as far as it is known."""
        return Definitions(self.resolver, exports, self.package)


def look(tree: Tree, path: str, words: frozenset[bytes]) -> Looked:
    """A file looked at alone, as one that no flow may reach."""
    content = tree.read(path)
    return content if isinstance(content, Trouble) else scan_excerpt(path, content, words)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Look at those files that can hold anything of interest; files that cannot be read are told."""

    paths: Sequence[str]

    def run(self, tree: Tree) -> list[Looked]:
        return [looked for path in self.paths if (looked := self.look(tree, path)) is not None]

    def look(self, tree: Tree, path: str) -> Looked | None:
        content = tree.read(path)
        if isinstance(content, Trouble):
            return content
        return scan_excerpt(path, content, WORDS) if is_interesting(content) else None


@dataclass(frozen=True, slots=True)
class Search:
    """Find the files, tests left out, that import anything and mention what others define: with the words, by path."""

    paths: Sequence[str]
    mentions: Mentions

    def run(self, tree: Tree) -> list[tuple[str, frozenset[bytes]]]:
        return [(path, words) for path in self.paths if (words := self.words(tree, path))]

    def words(self, tree: Tree, path: str) -> frozenset[bytes]:
        content = b"" if is_test(path) else tree.read(path)
        if isinstance(content, Trouble) or b"import" not in content:
            return frozenset()
        return self.mentions.words_in(path, content)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Look at files that hang on others, given what the others define and the words that stand for it.

    ``whole`` files are those that flows reach.
    """

    wanted: Sequence[tuple[str, frozenset[bytes]]]
    exports: Mapping[str, Exports] = field(repr=False)
    whole: bool = False

    def run(self, tree: Tree) -> list[Looked]:
        definitions = tree.definitions(self.exports)
        return [self.look(tree, path, words, definitions) for path, words in self.wanted]

    def look(self, tree: Tree, path: str, words: frozenset[bytes], definitions: Definitions) -> Looked:
        content = tree.read(path)
        if isinstance(content, Trouble):
            return content
        if self.whole:
            return scan_python(path, content, definitions)
        return scan_excerpt(path, content, WORDS | words, definitions)


@dataclass(frozen=True, slots=True)
class Users:
    """Look at the files that hold one of the words: with whether they are part of a service."""

    paths: Sequence[str]
    words: re.Pattern[bytes]

    def run(self, tree: Tree) -> list[tuple[Looked, bool]]:
        return [found for path in self.paths if (found := self.look(tree, path)) is not None]

    def look(self, tree: Tree, path: str) -> tuple[Looked, bool] | None:
        content = tree.read(path)
        if isinstance(content, Trouble):
            return content, False
        if self.words.search(content) is None:
            return None
        return scan_excerpt(path, content, WORDS), is_service(content)


Job = FirstLook | Search | SecondLook | Users
