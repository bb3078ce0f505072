"""The Python files of a repository: a glance at each, and a closer look at those that matter to flows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from types import MappingProxyType

from envlift.inventory import Flow, Trouble
from envlift.scanning.definitions.definitions import NOTHING_ELSE, Definitions, Exports, exports_of_imports
from envlift.scanning.definitions.mentions import DefinitionMention, mentions_of
from envlift.scanning.files import FoundFile, read_bytes
from envlift.scanning.glances import Glance, pack, unpack
from envlift.scanning.interest import WORDS
from envlift.scanning.python import PythonFile, scan_excerpt, scan_python
from envlift.scanning.reach.import_index import ImportIndex
from envlift.scanning.reach.imports import ImportResolver, name_of
from envlift.scanning.reach.reachability import imported_from, reach_of
from envlift.scanning.roles import is_test

_ROUNDS = 4  # a wrapper of a wrapper of a wrapper, each in a file of its own
_NO_WORDS: frozenset[bytes] = frozenset()


class Code:
    """What the Python files of a repository show; it grows while flows and definitions lead from file to file.

    Args:
        files: By path.
        glances: The first look at each.
        kept: Packed looks of another time, by a digest of all that they hang on; ``looks`` are those of this time.
    """

    def __init__(
        self,
        files: Mapping[str, FoundFile],
        glances: Mapping[str, Glance | Trouble],
        kept: Mapping[bytes, bytes] = MappingProxyType({}),
    ) -> None:
        self.files = files
        self.troubles: list[Trouble] = []
        self.facts: dict[str, PythonFile] = {}
        self.resolver = ImportResolver(files.keys())
        self.index = ImportIndex(self.resolver, {p: g.imports for p, g in glances.items() if isinstance(g, Glance)})
        self.looks: dict[bytes, bytes] = {}
        self._kept = kept
        self._known = hashlib.sha256()  # all that a look hangs on beside its own file
        self._whole: set[str] = set()
        self._failed: set[str] = set()
        self._definitions = NOTHING_ELSE
        for path, glance in glances.items():
            if isinstance(glance, Glance):
                imports = glance.imports
                told = f"{path}\0{imports.dynamic}\0{imports.lines}\0".encode("utf-8", "surrogatepass")
                self._known.update(told + glance.packed)
            facts = glance if isinstance(glance, Trouble) else glance.facts()
            if facts is not None:
                self._take(path, facts)

    @property
    def flows(self) -> list[Flow]:
        """All flows found so far, sorted."""
        ours = (facts for path, facts in self.facts.items() if self.resolver.is_ours(path))
        return sorted(flow for facts in ours for flow in facts.flows)

    def follow(self) -> Mapping[str, frozenset[str]]:
        """Look closer at all that flows reach and that deploys them, and link what one file takes from others.

        Returns:
            For each file that a flow reaches: the entrypoints of those flows.
        """
        deploying = [path for path, facts in self.facts.items() if facts.deploy_calls and self.resolver.is_ours(path)]
        self.look_closer(deploying)
        imported_from(self.programs(reach_of(self.flows, self.imported_by)), self.imported_by)
        self._link()
        return reach_of(self.flows, self.imported_by)

    def programs(self, reach: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
        """For each file that flows start as a program of its own: the entrypoints of those flows.

        Args:
            reach: For each file that a flow reaches: the entrypoints of those flows.
        """
        found: dict[str, frozenset[str]] = defaultdict(frozenset)
        for path, entrypoints in reach.items():
            for program in self.facts[path].programs if path in self.facts else ():
                file = self.resolver.program(path, program)
                if file is not None and file not in reach and not is_test(file):
                    found[file] |= entrypoints
        return found

    def settings_modules(self) -> set[str]:
        """The files of which a framework takes any name, whatever the code shows."""
        imports = ((path, i) for path, facts in self.facts.items() for i in facts.imports if i.as_settings)
        return {file for path, wanted in imports for file in self.resolver.files_of(path, wanted)}

    def look_closer(self, paths: Iterable[str]) -> None:
        """Look at whole files: with their literals, and with the values of defaults."""
        for path in paths:
            if path not in self._whole:
                self._whole.add(path)
                self.look(path)

    def imported_by(self, path: str) -> tuple[str, ...]:
        """The repository's files that a file imports; a file that a flow reaches so is looked at closer."""
        self.look_closer([path])
        return self.index.imported_by(path)

    def look(self, path: str, words: Set[bytes] = _NO_WORDS) -> PythonFile | None:
        """Look at a file once more, or for the first time, with all that is known of the others.

        Args:
            path: The file.
            words: What makes code of it interesting beside its own words.
        """
        content = None if path in self._failed else self.read(path)
        if content is None:
            return None
        if path not in self._whole:
            return self._take(path, self._part(path, content, words))
        self._known.update(content)
        return self._take(path, scan_python(path, content, self._definitions))

    def _part(self, path: str, content: bytes, words: Set[bytes]) -> PythonFile | Trouble:
        """A look at what stands near some words, which an earlier scan may have taken in the very same state."""
        state = self._known.copy()
        state.update(b"\0".join((path.encode("utf-8", "surrogatepass"), *sorted(words), content)))
        key = state.digest()
        if key not in self.looks:
            fresh = key not in self._kept
            facts = scan_excerpt(path, content, WORDS | words, self._definitions) if fresh else None
            self.looks[key] = self._kept[key] if facts is None else pack(facts)
        return unpack(self.looks[key])

    def read(self, path: str) -> bytes | None:
        """A file's content; trouble is noted."""
        content = read_bytes(self.files[path])
        if isinstance(content, Trouble):
            self.troubles.append(content)
            return None
        return content

    def _take(self, path: str, facts: PythonFile | Trouble) -> PythonFile | None:
        if isinstance(facts, Trouble):
            self.troubles.append(facts)
            self._failed.add(path)
            return None
        self.facts[path] = facts
        self.resolver.learn(facts.search_paths)
        if facts.whole:
            self.index.parsed(path, facts.imports)
        return facts

    def _link(self) -> None:
        """Look again at the files that use what other files define: wrappers, settings classes, decorators."""
        linked: set[str] = set()
        for _ in range(_ROUNDS):
            ours = {path: facts.exports for path, facts in self.facts.items() if self.resolver.is_ours(path)}
            offered = mentions_of(ours)
            mentions = [mention for pattern, mention in offered.items() if pattern not in linked]
            if not mentions:
                return
            linked |= offered.keys()
            mentioning = self._mentioning(mentions)
            for path, words in mentioning.items():
                if path not in self.facts:
                    self.look(path, words)
            exports = {path: facts.exports for path, facts in self.facts.items()}
            self._definitions = Definitions(self.resolver, exports, self.exports)
            self._known.update(b"\0linked")
            for path, words in mentioning.items():
                self.look(path, words)

    def _mentioning(self, mentions: Iterable[DefinitionMention]) -> Mapping[str, frozenset[bytes]]:
        """The files, tests left out, that may mean what is mentioned, with the words that stand for it."""
        wanted: dict[str, list[DefinitionMention]] = defaultdict(list)
        for mention in mentions:
            for path in self._possible(mention):
                if self.resolver.is_ours(path) and not is_test(path) and path not in self._failed:
                    wanted[path].append(mention)
        found = {}
        for path, possible in sorted(wanted.items()):
            content = self.read(path)
            words = {m.word for m in possible if m.stands_in(path, content)} if content is not None else set()
            if words:
                found[path] = frozenset(words)
        return found

    def _possible(self, mention: DefinitionMention) -> set[str]:
        """The files whose imports hold the word, or that have a module at hand which defines it and they can mean."""
        word = mention.word.decode()
        found = self.index.mentioning({word})
        for file in mention.files:
            folder = file.rpartition("/")[0]
            top = f"{folder.partition('/')[0]}/" if folder else ""
            from_afar = self.index.mentioning({folder.rpartition("/")[2]})
            names = self._names(file, word)
            near = {path for path in self.index.mentioning(names) if path.startswith(top) or path in from_afar}
            found |= {path for path in near if self.index.has_at_hand(path, names)}
        return found

    def _names(self, path: str, word: str) -> set[str]:
        """What an import may call the file of a definition by: its own name, or those of packages that hand it on."""
        names: set[str] = set()
        seen, stack = {path}, [path]
        while stack:
            file = stack.pop()
            names.add(name_of(file))
            fresh = [hub for hub in self.index.packages_with(file, word) if hub not in seen]
            seen.update(fresh)
            stack += fresh
        return names

    def exports(self, path: str) -> Exports | None:
        """What a file hands on; of one that shows nothing else, what its imports say is enough."""
        facts, text = self.facts.get(path), self.index.text_of(path)
        if facts is not None:
            return facts.exports
        return None if text is None else exports_of_imports(text.bound())
