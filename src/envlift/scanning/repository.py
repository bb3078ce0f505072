"""A whole repository, scanned: no user code runs and no socket opens."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import ConstantFacts, Deployment, DotenvFile, Flow, Inventory, Site, SiteKind, Trouble
from envlift.scanning import deployments, dotenv
from envlift.scanning.around import mentions_around
from envlift.scanning.around.config_names import NamedVariable, is_computed, named_files, names_in, with_names
from envlift.scanning.code import Code
from envlift.scanning.files import FoundFile, looks_like_dotenv, read_bytes, walk
from envlift.scanning.glance_store import GlanceStore, open_store
from envlift.scanning.glancing import Progress, look_at_all, no_cycles
from envlift.scanning.libraries.ambient_reads import named_only, with_candidates
from envlift.scanning.literals.kinds import is_plain_secret
from envlift.scanning.prefect_files import prefect_files
from envlift.scanning.prefect_version import prefect_versions
from envlift.scanning.project import project_name
from envlift.scanning.reach.calls import CallGraph
from envlift.scanning.reach.constant_imports import ConstantImports
from envlift.scanning.reach.constants import ConstantScan, users_of_constants, with_constants
from envlift.scanning.reach.import_effects import ImportEffects
from envlift.scanning.reach.imported_texts import ImportedTexts
from envlift.scanning.reach.imports import copies_of_prefect
from envlift.scanning.reach.reachability import beside_of, imported_from
from envlift.scanning.reach.script_parts import called_elsewhere, run_as_script, used_by_script
from envlift.scanning.reach.sources import Sources
from envlift.scanning.roles import is_command, is_example, is_service, is_test
from envlift_codemods.parsed import Span

_SMALL = 2_000  # Python files
_PATCHING = ("mock", "pytest", "pytest_mock", "unittest")  # who imports these may set a name by a string


def _silent(_done: int, _all: int) -> None:
    """For callers who need not know how far a scan is."""


def scan_repository(
    root: Path, *, keep: bool = True, progress: Progress = _silent, processes: int | None = None
) -> Inventory:
    """All that a repository shows about its configuration.

    Args:
        root: Its folder.
        keep: Whether what single files show is kept for the next scan, in the user's cache folder; never a value.
        progress: Told how many Python files have been looked at.
        processes: How many look at files beside this one; by the number of files and processors unless told.

    Raises:
        EnvliftError: ``root`` is not a folder. Trouble in single files is part of the inventory.
    """
    if not root.is_dir():
        raise EnvliftError(f"{root} is not a folder", "name the repository's folder", ExitCode.USAGE)
    with no_cycles():
        scan = _Scan(root, keep=keep, progress=progress, processes=processes)
        inventory = scan.inventory()
        scan.store.save(scan.glances, scan.code.looks)
        return inventory


class _Scan:
    """The working state of one scan: what has been read so far."""

    def __init__(self, root: Path, *, keep: bool, progress: Progress, processes: int | None) -> None:
        walked = walk(root)
        self.root = root
        self.files = walked.files
        self.by_path = {file.path: file for file in walked.files}
        self.python = {file.path: file for file in walked.files if file.name.endswith(".py")}
        # Literals that are secrets are told wherever they stand, unless there is too much to look at all of it.
        self.is_small = len(self.python) <= _SMALL
        copies = copies_of_prefect(self.python.keys())
        self.store = open_store(root, secrets=self.is_small, copies=copies) if keep else GlanceStore(None)
        self.glances = look_at_all(
            tuple(self.python.values()),
            self.store,
            progress,
            secrets=self.is_small,
            copies=copies,
            processes=processes,
        )
        self.sources = Sources(self.content)
        self.code = Code(self.python, self.glances, self.store.looks)
        self.troubles = self.code.troubles
        self.troubles.extend(walked.troubles)
        self.judged: dict[str, bool] = {}
        self.programs: Mapping[str, frozenset[str]] = {}
        self.flows: tuple[Flow, ...] = ()
        self.started: Mapping[str, frozenset[str]] = {}
        self.modules = {part for path in self.python for part in path.removesuffix(".py").split("/")}

    def inventory(self) -> Inventory:
        reach = self.code.follow()
        flows = self.flows = tuple(self.code.flows)  # a closer look finds more of them in tests, which reach nothing
        facts = self.code.facts
        self.programs = self.code.programs(reach)
        run = imported_from(self.programs, self.code.imported_by)
        self.started = {path: flows for path, flows in run.items() if path not in reach}
        beside = beside_of(self.unused_modules(reach), reach)
        self.code.look_closer(list(facts) if self.is_small else beside)
        entries, dotenv_files = self.dotenv_sites()
        around = mentions_around(self.files)
        self.troubles.extend(around.troubles)
        constants = self.constants(reach)
        shared = self.shared(reach, users_of_constants(constants.values()))
        self.troubles.extend(self.old_flows())
        declared = tuple(sorted(self.deployments(), key=lambda d: (d.path, d.line, d.index)))
        asynchronous = frozenset(self.asynchronous(reach, {flow.path for flow in flows}))
        return Inventory(
            sites=tuple(
                sorted(
                    (*entries, *self.python_sites(reach, beside, {e.name for e in entries}, constants)),
                    key=lambda s: (s.path, s.span, s.name),
                )
            ),
            flows=flows,
            deployments=declared,
            dotenv_files=dotenv_files,
            dotenv_loads=tuple(load for path in sorted(facts) for load in facts[path].dotenv_loads),
            troubles=tuple(sorted(set(self.troubles))),
            reach=reach,
            asynchronous=asynchronous,
            shared=shared,
            services=frozenset(p for programs in shared.values() for p in programs if self.is_service(p)),
            commands=frozenset(self.commands(reach, {d.entrypoint for d in declared if d.entrypoint})),
            beside=beside,
            started=self.started,
            project=project_name(self.root),
            files=len(self.files),
            children=tuple(child for path in sorted(facts) for child in facts[path].children),
            block_loads=tuple(load for path in sorted(facts) for load in facts[path].block_loads),
            block_saves=tuple(save for path in sorted(facts) for save in facts[path].block_saves),
            sent=tuple(sent for path in sorted(facts) for sent in facts[path].sent),
            prefect_versions=prefect_versions((file.path for file in self.files), self.content),
            mentions=around.mentions,
            env_file_uses=around.files,
            pool_owners=around.owners,
        )

    def old_flows(self) -> Iterator[Trouble]:
        """One trouble a file that defines flows of Prefect 1: nothing in it is reached by a flow that is known."""
        why = "a flow of Prefect 1, which has neither these layers nor deployments: move the code to Prefect 3 first"
        found = ((path, facts.old_flows) for path, facts in self.code.facts.items() if facts.old_flows)
        return (Trouble(path, lines[0], why) for path, lines in found)

    def shared(self, reach: Mapping[str, frozenset[str]], also: Set[str]) -> Mapping[str, tuple[str, ...]]:
        """The other programs that use files that might be rewritten; ``also`` are those that use constants."""
        facts = self.code.facts
        wanted = {path for path in also if path in reach} | {
            path
            for path in reach
            if path in facts
            and (
                any(s.load or s.load_or_raise for s in (*facts[path].sites, *facts[path].literals))
                or any(load.call for load in facts[path].dotenv_loads)
            )
        }
        flow_files = {path for path, parsed in facts.items() if parsed.flows}
        found: dict[str, tuple[str, ...]] = {}
        for path in sorted(wanted):
            # A script that imports a flow runs or deploys it; a service may call anything of the same file.
            scripts = set() if path in flow_files else self.code.index.users_of(path, stop=flow_files)
            users = {user for user in self.code.index.users_of(path) if user not in reach and not is_test(user)}
            programs = {user for user in users if self.is_service(user) or (user in scripts and self.is_program(user))}
            if self.is_service(path):
                programs.add(path)
            if programs:
                found[path] = tuple(sorted(programs))
        return found

    def is_service(self, path: str) -> bool:
        if path not in self.judged:
            content = self.code.read(path)
            self.judged[path] = content is not None and is_service(content)
        return self.judged[path]

    def commands(self, reach: Mapping[str, frozenset[str]], deployed: Set[str]) -> Iterator[str]:
        """The files with flows that only people start, from a command line."""
        for path in {flow.path for flow in self.flows} if deployed else ():
            content = None if reach[path] & deployed else self.code.read(path)
            if content is not None and is_command(content):
                yield path

    def is_program(self, path: str) -> bool:
        """Whether a file does anything when it runs, beside defining things."""
        facts = self.code.facts.get(path) or self.code.look(path)
        return facts is not None and not facts.only_defines

    def unused_modules(self, reach: Mapping[str, frozenset[str]]) -> Iterator[str]:
        """The files that wait beside those of flows: made for flows, or to define things with reads; not imported."""
        folders = {posixpath.dirname(path) for path in reach}
        for path, parsed in self.code.facts.items():
            waits = parsed.for_flows or (parsed.only_defines and parsed.sites)
            if not waits or path in reach or posixpath.dirname(path) not in folders:
                continue
            if not (is_test(path) or is_example(path) or self.code.index.importers_of(path) or self.is_service(path)):
                yield path

    def content(self, path: str) -> bytes | None:
        """A file's content for those who report no trouble of it; None where it cannot be read."""
        content = read_bytes(self.by_path[path])
        return content if isinstance(content, bytes) else None

    def asynchronous(self, reach: Iterable[str], flow_files: Set[str]) -> Iterator[str]:
        """The files with coroutines that flows reach, and those of flows that coroutines elsewhere may call."""
        facts = self.code.facts
        yield from (path for path in reach if path in facts and facts[path].is_asynchronous)
        for path in flow_files:
            others = (user for user in self.code.index.users_of(path) if user not in reach and not is_test(user))
            if any(self.is_asynchronous(user) for user in others):
                yield path

    def is_asynchronous(self, path: str) -> bool:
        facts = self.code.facts.get(path) or self.code.look(path)
        return facts is None or facts.is_asynchronous  # what cannot be read may do anything

    def constants(self, reach: Iterable[str]) -> Mapping[str, Mapping[Span, ConstantFacts]]:
        """The module-level constants in files that flows reach, by file and the read or literal that they hold."""
        others = {p for p in self.by_path if p.endswith(".ipynb") or (p in self.python and is_test(p))}
        others |= self.code.index.mentioning(_PATCHING) | self.code.index.dynamic()
        imports = ConstantImports(self.sources, self.code.index, self.code.resolver, others)
        asked = set(reach) - self.code.settings_modules()
        facts = {path: self.code.facts[path] for path in reach if path in self.code.facts}
        sites = {path: (*found.sites, *found.literals) for path, found in facts.items()}
        scan = ConstantScan(imports, ImportEffects(self.sources, self.code.resolver), sites)
        held = {path: scan.of_file(path) for path in sites if path in asked}
        return {path: found for path, found in held.items() if found}

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
            site.name
            for parsed in self.code.facts.values()
            for site in parsed.sites
            if site.name and "*" not in site.name
        }
        graph = CallGraph({p: f.calls for p, f in self.code.facts.items() if p in reached}, self.is_inside)
        configured = self.configured(reached)
        at_import, guarded = graph.at_import(self.in_script), graph.guarded()
        texts = ImportedTexts(self.sources, self.code.resolver)
        for path, parsed in self.code.facts.items():
            index = self.code.index
            as_imported = used_by_script(path, parsed.script_names, parsed.sites, index.is_word)
            own = run_as_script(parsed.sites) if path in self.programs else tuple(as_imported)
            sites = with_constants(own, constants.get(path, {}), at_import)
            sites = texts.named(path, sites, parsed.keys) if path in reached or self.is_small else sites
            sites = with_names(sites, configured) if path in reached else sites
            sites = called_elsewhere(path, with_candidates(sites, names), index.may_take)
            yield from (graph.marked(site, at_import, guarded) for site in sites)
            of_flows = path in reached or (parsed.for_flows and path in waiting)
            literals = with_constants(parsed.literals, constants.get(path, {}), at_import)
            literals = (site for site in literals if of_flows or is_plain_secret(site))
            yield from (graph.marked(site, at_import, guarded) for site in literals)
            if path in reached or path in self.started:
                yield from named_only(parsed.silent, names)

    def configured(self, reached: Set[str]) -> tuple[NamedVariable, ...]:
        """The variables that configuration files name which code of flows names, where any of it computes names."""
        facts = [self.code.facts[path] for path in sorted(reached) if path in self.code.facts]
        if not any(is_computed(site) for parsed in facts for site in parsed.sites):
            return ()
        wanted = frozenset[str]().union(*(named_files(self.content(parsed.path) or b"") for parsed in facts))
        files = [f.path for f in self.files if f.name in wanted and not (is_test(f.path) or is_example(f.path))]
        return tuple(named for path in files for named in names_in(path, self.content(path) or b""))

    def is_inside(self, dotted: str) -> bool:
        """Whether a dotted name may start with a module or package of the repository."""
        return dotted.partition(".")[0] in self.modules

    def in_script(self, path: str, line: int) -> bool:
        """Whether a line runs only where its file is started as a script."""
        return any(part.line <= line <= part.end_line for part in self.code.facts[path].script)

    def dotenv_sites(self) -> tuple[list[Site], tuple[DotenvFile, ...]]:
        sites: list[Site] = []
        described: list[DotenvFile] = []
        for file in self.files:
            content = self.read(file) if looks_like_dotenv(file.name) else None
            if content is None:
                continue
            entries, troubles = dotenv.entries_of(content, file.path)
            self.troubles.extend(troubles)
            described.append(dotenv.describe(file.path))
            sites += [Site(file.path, e.span, SiteKind.DOTENV_ENTRY, e.name, ".env", value=e.value) for e in entries]
        return sites, tuple(described)

    def deployments(self) -> Iterator[Deployment]:
        flows = {flow.entrypoint: flow for flow in self.flows}
        for path in prefect_files(self.by_path, self.content):
            if (content := self.read(self.by_path[path])) is not None:
                found, troubles = deployments.from_prefect_yaml(path, content, self.code.resolver, flows)
                self.troubles.extend(troubles)
                yield from found
        texts = ImportedTexts(self.sources, self.code.resolver)
        for parsed in self.code.facts.values():
            yield from deployments.from_calls(parsed, flows, self.code.resolver, self.code.exports, texts.of)

    def read(self, file: FoundFile) -> bytes | None:
        content = read_bytes(file)
        if isinstance(content, Trouble):
            self.troubles.append(content)
            return None
        return content
