"""A whole repository, scanned: no user code runs and no socket opens."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import ConstantFacts, Deployment, DotenvFile, Inventory, Site, SiteKind, Trouble
from envlift.scanning import deployments, dotenv
from envlift.scanning.around import mentions_around
from envlift.scanning.definitions.definitions import NOTHING_ELSE, Definitions, Exports
from envlift.scanning.definitions.mentions import DefinitionMention, mentions_of
from envlift.scanning.files import FoundFile, looks_like_dotenv, read_bytes, walk
from envlift.scanning.libraries.ambient_reads import named_only, with_candidates
from envlift.scanning.literals.finding import is_plain_secret
from envlift.scanning.project import project_name
from envlift.scanning.python import PythonFile, is_interesting, scan_python
from envlift.scanning.reach.calls import CallGraph
from envlift.scanning.reach.constants import ConstantScan, users_of_constants, with_constants
from envlift.scanning.reach.imports import ImportResolver
from envlift.scanning.reach.reachability import beside_of, reach_of, shared_by
from envlift.scanning.reach.script_parts import called_elsewhere, names_imported
from envlift.scanning.reach.sources import Sources
from envlift.scanning.roles import is_example, is_service, is_test
from envlift_codemods.parsed import Span

_ROUNDS = 4  # a wrapper of a wrapper of a wrapper, each in a file of its own


def scan_repository(root: Path) -> Inventory:
    """All that a repository shows about its configuration.

    Raises:
        EnvliftError: ``root`` is not a folder. Trouble in single files is part of the inventory.
    """
    if not root.is_dir():
        raise EnvliftError(f"{root} is not a folder", "name the repository's folder", ExitCode.USAGE)
    return _Scan(root).inventory()


class _Scan:
    """The working state of one scan: what has been read so far."""

    def __init__(self, root: Path) -> None:
        walked = walk(root)
        self.root = root
        self.troubles: list[Trouble] = list(walked.troubles)
        self.files = walked.files
        self.python = {file.path: file for file in walked.files if file.name.endswith(".py")}
        self.resolver = ImportResolver(self.python.keys())
        self.parsed: dict[str, PythonFile] = {}
        self.failed: set[str] = set()
        self.definitions = NOTHING_ELSE
        self.under_way: set[str] = set()
        self.services: set[str] = set()
        self.modules = {part for path in self.python for part in path.removesuffix(".py").split("/")}

    def inventory(self) -> Inventory:
        for file in self.python.values():
            content = self.read(file)
            if content is not None and is_interesting(content):
                self.parse(file.path, content)
        self.link()
        flows = sorted(flow for parsed in self.parsed.values() for flow in parsed.flows)
        reach = reach_of(flows, self.imported_by)
        entries, dotenv_files = self.dotenv_sites()
        around = mentions_around(self.files)
        self.troubles.extend(around.troubles)
        constants = self.constants(reach)
        shared = self.shared(reach, users_of_constants(constants.values()))
        beside = beside_of(self.unused_modules(reach), reach)
        return Inventory(
            sites=tuple(
                sorted(
                    (*entries, *self.python_sites(reach, beside, {e.name for e in entries}, constants)),
                    key=lambda s: (s.path, s.span, s.name),
                )
            ),
            flows=tuple(flows),
            deployments=tuple(sorted(self.deployments(), key=lambda d: (d.path, d.line, d.index))),
            dotenv_files=dotenv_files,
            dotenv_loads=tuple(load for path in sorted(self.parsed) for load in self.parsed[path].dotenv_loads),
            troubles=tuple(sorted(set(self.troubles))),
            reach=reach,
            asynchronous=frozenset(p for p in reach if p in self.parsed and self.parsed[p].is_asynchronous),
            shared=shared,
            services=frozenset(self.services),
            beside=beside,
            project=project_name(self.root),
            files=len(self.files),
            children=tuple(child for path in sorted(self.parsed) for child in self.parsed[path].children),
            block_loads=tuple(load for path in sorted(self.parsed) for load in self.parsed[path].block_loads),
            block_saves=tuple(save for path in sorted(self.parsed) for save in self.parsed[path].block_saves),
            mentions=around.mentions,
            env_file_uses=around.files,
        )

    def link(self) -> None:
        """Look again at the files that use what other files define: wrappers, settings classes, decorators."""
        linked: set[str] = set()
        for _ in range(_ROUNDS):
            known = {path: parsed.exports for path, parsed in self.parsed.items()}
            mentions = {pattern: mention for pattern, mention in mentions_of(known).items() if pattern not in linked}
            if not mentions:
                return
            linked |= mentions.keys()
            mentioning = [path for path, file in self.python.items() if self.mentions(file, mentions.values())]
            for path in mentioning:
                if path not in self.parsed:
                    self.parse_file(path)
            exports = {path: parsed.exports for path, parsed in self.parsed.items()}
            self.definitions = Definitions(self.resolver, exports, self.package)
            for path in mentioning:
                self.parse_file(path)

    def mentions(self, file: FoundFile, wanted: Iterable[DefinitionMention]) -> bool:
        """Whether a file, tests left out, imports anything and mentions what another file defines."""
        if is_test(file.path) or file.path in self.failed:
            return False
        content = self.read(file)
        if content is None or b"import" not in content:
            return False
        return any(mention.stands_in(file.path, content) for mention in wanted)

    def package(self, path: str) -> Exports | None:
        """The exports of a package's ``__init__.py``, which may hand on what other files define."""
        if path in self.under_way:
            return None
        parsed = self.parsed.get(path) or self.parse_file(path)
        return parsed.exports if parsed is not None else None

    def shared(self, reach: Mapping[str, frozenset[str]], also: Set[str]) -> Mapping[str, tuple[str, ...]]:
        """The other programs that use files whose reads might be rewritten; ``also`` are those that use constants."""
        wanted = {path for path in also if path in reach} | {
            path
            for path in reach
            if path in self.parsed
            for site in self.parsed[path].sites
            if site.load or site.load_or_raise
        }
        if not wanted:
            return {}
        words = {posixpath.basename(path).removesuffix(".py") for path in wanted}
        words |= {posixpath.basename(posixpath.dirname(path)) for path in wanted if path.endswith("/__init__.py")}
        mention = re.compile(rb"\b(?:%s)\b" % b"|".join(sorted(re.escape(word.encode()) for word in words)))
        others = [f for p, f in self.python.items() if p not in reach and not is_test(p)]
        flow_files = {path for path, parsed in self.parsed.items() if parsed.flows}
        programs = []
        for file in others:
            content = self.read(file) if file.path not in self.failed else None
            if content is None or not mention.search(content):
                continue
            if is_service(content):
                self.services.add(file.path)
            parsed = self.parsed.get(file.path) or self.parse_file(file.path)
            if parsed is not None and (file.path in self.services or not parsed.only_defines):
                programs.append(file.path)
        # A script that imports a flow runs or deploys it; a service may call anything of the same file.
        services = [path for path in programs if path in self.services]
        users = shared_by(programs, flow_files, self.imported_by), shared_by(services, set(), self.imported_by)
        found = {path: {*users[0].get(path, ()), *users[1].get(path, ())} for path in wanted}
        for path in wanted:
            content = self.read(self.python[path])
            if content is not None and is_service(content):
                self.services.add(path)
                found[path].add(path)
        return {path: tuple(sorted(programs)) for path, programs in sorted(found.items()) if programs}

    def unused_modules(self, reach: Mapping[str, frozenset[str]]) -> Iterator[str]:
        """The files that only define things with reads, or are made for flows, and that no file seen so far imports."""
        imported = {target for path in list(self.parsed) for target in self.imported_by(path)}
        for path, parsed in self.parsed.items():
            waits = parsed.for_flows or (parsed.only_defines and parsed.sites)
            if waits and path not in imported and path not in reach:
                content = self.read(self.python[path])
                if not (is_test(path) or is_example(path) or content is None or is_service(content)):
                    yield path

    def read(self, file: FoundFile) -> bytes | None:
        content = read_bytes(file)
        if isinstance(content, Trouble):
            self.troubles.append(content)
            return None
        return content

    def content(self, path: str) -> bytes | None:
        content = read_bytes(self.texts[path])
        return content if isinstance(content, bytes) else None

    def parse(self, path: str, content: bytes) -> PythonFile | None:
        self.under_way.add(path)
        parsed = scan_python(path, content, self.definitions)
        self.under_way.discard(path)
        if isinstance(parsed, Trouble):
            self.troubles.append(parsed)
            self.failed.add(path)
            return None
        self.parsed[path] = parsed
        return parsed

    def parse_file(self, path: str) -> PythonFile | None:
        """Read and parse a file once more, or for the first time; one that failed stays failed."""
        content = self.read(self.python[path]) if path not in self.failed else None
        return self.parse(path, content) if content is not None else None

    def imported_by(self, path: str) -> Iterator[str]:
        """The repository's files that a file imports; files without any marker are parsed only when reached."""
        parsed = self.parsed.get(path) or self.parse_file(path)
        if parsed is not None:
            for wanted in parsed.imports:
                yield from self.resolver.files_of(path, wanted)

    def constants(self, reach: Iterable[str]) -> Mapping[str, Mapping[Span, ConstantFacts]]:
        """The module-level constants that hold reads in files that flows reach, by file and read."""
        self.texts = {file.path: file for file in self.files if file.name.endswith((".py", ".ipynb"))}
        scan = ConstantScan(Sources(self.texts, self.content), self.resolver)
        reached = {path: self.parsed[path].sites for path in reach if path in self.parsed}
        return {path: found for path, sites in reached.items() if (found := scan.of_file(path, sites))}

    def python_sites(
        self,
        reach: Iterable[str],
        beside: Iterable[str],
        names: Set[str],
        constants: Mapping[str, Mapping[Span, ConstantFacts]],
    ) -> Iterator[Site]:
        """The sites of all Python files; ``names`` are the variables that ``.env`` files name."""
        reached, waiting = set(reach), set(beside)
        names = names | {
            site.name for parsed in self.parsed.values() for site in parsed.sites if site.name and "*" not in site.name
        }
        imported = names_imported(i for parsed in self.parsed.values() for i in parsed.imports)
        graph = CallGraph({p: f.calls for p, f in self.parsed.items() if p in reached}, self.is_inside)
        at_import, guarded = graph.at_import(self.in_script), graph.guarded()
        for path, parsed in self.parsed.items():
            sites = with_constants(parsed.sites, constants.get(path, {}), at_import)
            sites = called_elsewhere(path, with_candidates(sites, names), imported)
            yield from (graph.marked(site, at_import, guarded) for site in sites)
            of_flows = path in reached or (parsed.for_flows and path in waiting)
            literals = (site for site in parsed.literals if of_flows or is_plain_secret(site))
            yield from (graph.marked(site, at_import, guarded) for site in literals)
            if path in reached:
                yield from named_only(parsed.silent, names)

    def is_inside(self, dotted: str) -> bool:
        """Whether a dotted name may start with a module or package of the repository."""
        return dotted.partition(".")[0] in self.modules

    def in_script(self, path: str, line: int) -> bool:
        """Whether a line runs only where its file is started as a script."""
        return any(part.line <= line <= part.end_line for part in self.parsed[path].script)

    def dotenv_sites(self) -> tuple[list[Site], tuple[DotenvFile, ...]]:
        sites: list[Site] = []
        described: list[DotenvFile] = []
        for file in self.files:
            if not looks_like_dotenv(file.name):
                continue
            content = self.read(file)
            if content is None:
                continue
            entries, troubles = dotenv.entries_of(content, file.path)
            self.troubles.extend(troubles)
            described.append(dotenv.describe(file.path))
            sites += [Site(file.path, e.span, SiteKind.DOTENV_ENTRY, e.name, ".env", value=e.value) for e in entries]
        return sites, tuple(described)

    def deployments(self) -> Iterator[Deployment]:
        flows = {flow.entrypoint: flow for parsed in self.parsed.values() for flow in parsed.flows}
        for file in self.files:
            if posixpath.basename(file.path) == "prefect.yaml" and (content := self.read(file)) is not None:
                found, troubles = deployments.from_prefect_yaml(file.path, content, self.resolver)
                self.troubles.extend(troubles)
                yield from found
        for parsed in self.parsed.values():
            yield from deployments.from_calls(parsed, flows, self.resolver)
