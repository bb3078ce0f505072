"""Who imports whom over a whole repository, asked in both directions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from envlift.scanning.reach.import_text import ImportText
from envlift.scanning.reach.imports import Import, ImportResolver, name_of


class ImportIndex:
    """The imports of all Python files; what one of them means is found out when somebody asks.

    Args:
        resolver: Which files an import means.
        texts: What each file imports, by path, as its text tells.
    """

    def __init__(self, resolver: ImportResolver, texts: Mapping[str, ImportText]) -> None:
        self._resolver = resolver
        self._texts = texts
        self._imported: dict[str, tuple[str, ...]] = {}
        self._importers: dict[str, tuple[str, ...]] = {}
        self._at_hand: dict[str, frozenset[str]] = {}
        self._starred = {path for path, text in texts.items() if "*" in text.lines}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._packages_by_word: dict[str, list[str]] = defaultdict(list)
        for path, text in texts.items():
            words = text.words()
            for word in words:
                self._by_word[word].append(path)
            for word in words if path.endswith("__init__.py") else ():
                self._packages_by_word[word].append(path)

    def text_of(self, path: str) -> ImportText | None:
        """What a file imports, as its text tells; None where it could not be read."""
        return self._texts.get(path)

    def parsed(self, path: str, imports: Iterable[Import]) -> None:
        """Take the imports that the syntax tree of a file shows, which are exact."""
        self._imported[path] = tuple(dict.fromkeys(self._files_of(path, imports)))

    def imported_by(self, path: str) -> tuple[str, ...]:
        """The files of the repository that importing one of them executes directly."""
        if path not in self._imported:
            text = self._texts.get(path)
            self.parsed(path, text.imports() if text is not None else ())
        return self._imported[path]

    def importers_of(self, path: str) -> tuple[str, ...]:
        """The files that import a file, sorted."""
        if path not in self._importers:
            self._importers[path] = tuple(sorted(o for o in _naming(path, self._by_word) if self._imports(o, path)))
        return self._importers[path]

    def packages_with(self, path: str, word: str) -> Iterator[str]:
        """The ``__init__.py`` files that hand on a name of a file: import it from there, or import everything."""
        for other in _naming(path, self._packages_by_word):
            handing_on = other in self._starred or word in self._texts[other].lines
            if handing_on and path in self.imported_by(other):
                yield other

    def _imports(self, importer: str, path: str) -> bool:
        """Whether a file imports another one, told by those of its imports that hold the other one's name."""
        if importer in self._imported:
            return path in self._imported[importer]
        text = self._texts.get(importer)
        naming = text.naming(name_of(path), package=path.endswith("__init__.py")) if text is not None else ()
        return path in self._files_of(importer, naming)

    def mentioning(self, words: Iterable[str]) -> set[str]:
        """The files in whose imports one of the words stands, as a part of a module or as a name."""
        return {path for word in words for path in self._by_word.get(word, ())}

    def has_at_hand(self, path: str, modules: Set[str]) -> bool:
        """Whether a file has a module or package of one of these names at hand, or all that it holds."""
        if path not in self._at_hand:
            self._at_hand[path] = self._texts[path].at_hand()
        return not modules.isdisjoint(self._at_hand[path])

    def is_word(self, word: str) -> bool:
        """Whether any import holds a word, as a part of a module or as a name."""
        return word in self._by_word

    def may_take(self, path: str, name: str) -> bool:
        """Whether another file may use a name of a file: an import holds it, or takes the module or a package whole."""
        modules = (*path.split("/")[:-1], name_of(path))
        return self.is_word(name) or any(self.has_at_hand(p, {m}) for m in modules for p in self.mentioning({m}))

    def dynamic(self) -> set[str]:
        """The files that may import what they compute."""
        return {path for path, text in self._texts.items() if text.dynamic}

    def users_of(self, path: str, stop: Set[str] = frozenset()) -> set[str]:
        """The files that import a file, directly or through others that are not among ``stop``."""
        found: set[str] = set()
        stack = [path]
        while stack:
            for importer in self.importers_of(stack.pop()):
                if importer not in found:
                    found.add(importer)
                    if importer not in stop:
                        stack.append(importer)
        return found

    def _files_of(self, path: str, imports: Iterable[Import]) -> Iterator[str]:
        for wanted in imports:
            yield from self._resolver.files_of(path, wanted)


def _naming(path: str, by_word: Mapping[str, Sequence[str]]) -> set[str]:
    """The other files in whose imports the name of a file stands."""
    words = {name_of(path), "."} if path.endswith("__init__.py") else {name_of(path)}
    return {other for word in words for other in by_word.get(word, ()) if other != path}
