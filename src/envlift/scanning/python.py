"""The facts of one Python file: reads, writes, literals, flows, deployment calls and what other files need of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.inventory import (
    BlockLoad,
    BlockSave,
    ChildProcess,
    DotenvLoad,
    Flow,
    SentEnvironment,
    Site,
    SiteKind,
    Standing,
    Trouble,
)
from envlift.scanning import children
from envlift.scanning.definitions.definitions import NOTHING_ELSE, Definition, Definitions, Exports, exports_of
from envlift.scanning.event_loops import may_run_loop, runs_loop
from envlift.scanning.excerpts import excerpt
from envlift.scanning.handed_on import with_takers
from envlift.scanning.libraries import library_reads as libraries
from envlift.scanning.libraries import settings_classes
from envlift.scanning.libraries.ambient_reads import find_ambient_reads, find_dynaconf_reads
from envlift.scanning.libraries.dotenv_loads import find_dotenv_loads
from envlift.scanning.libraries.likely_environment import LikelyEnvironment
from envlift.scanning.literals.finding import find_literals
from envlift.scanning.literals.surroundings import compared_texts
from envlift.scanning.prefect_code.blocks import (
    block_of,
    find_block_loads,
    find_block_saves,
    find_block_wrappers,
    stands_in_for,
)
from envlift.scanning.prefect_code.decorators import find_decorators, made_by_own_decorator
from envlift.scanning.prefect_code.deploy_calls import DeployCall, find_deploy_calls
from envlift.scanning.prefect_code.flows import decorated_functions, find_flows, find_old_flows
from envlift.scanning.prefect_code.sent_environments import find_sent_environments
from envlift.scanning.reach.calls import CallFacts, call_facts
from envlift.scanning.reach.imports import Import, imports_of, search_paths_of
from envlift.scanning.reach.script_parts import as_imported, script_names, script_parts
from envlift.scanning.wrappers.wrappers import FoundWrappers, find_wrappers
from envlift.scanning.write_guards import write_guards, write_sites
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Form
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import Read, accesses, find_reads, find_writes


@dataclass(frozen=True, slots=True)
class PythonFile:
    """What one Python file holds.

    Args:
        path: POSIX path relative to the repository.
        sites: Its reads and writes; ``*`` in a name stands for a part that is computed.
        literals: Literals that could be configuration; they count only where flows reach the file.
        silent: Reads that libraries and shell commands do by themselves; they count only where flows reach the file
            and the repository names the variable.
        old_flows: The lines of flows of Prefect 1.
        flows, imports, deploy_calls, dotenv_loads, children, block_loads, block_saves, sent: As found.
        programs: Python files and modules that its commands start, as they are written.
        exports: What reads in other files may hang on.
        whole: Whether all of it was looked at; else only what a file shows that no flow reaches.
        keys: The dotted name of what other files may bind to the name of a variable, by the place of the read.
        search_paths: Ends of the folders that it puts on ``sys.path``.
        is_asynchronous: Whether it defines any coroutine, or works with an event loop otherwise.
    """

    path: str
    sites: tuple[Site, ...]
    literals: tuple[Site, ...]
    silent: tuple[Site, ...]
    flows: tuple[Flow, ...]
    imports: tuple[Import, ...]
    deploy_calls: tuple[DeployCall, ...]
    dotenv_loads: tuple[DotenvLoad, ...]
    children: tuple[ChildProcess, ...]
    programs: tuple[str, ...]
    block_loads: tuple[BlockLoad, ...]
    block_saves: tuple[BlockSave, ...]
    sent: tuple[SentEnvironment, ...]
    exports: Exports
    is_asynchronous: bool
    only_defines: bool
    for_flows: bool
    calls: CallFacts
    script: tuple[Span, ...]
    script_names: frozenset[str]
    search_paths: tuple[str, ...]
    keys: Mapping[Span, str]
    whole: bool = True
    old_flows: tuple[int, ...] = ()


def scan_python(path: str, content: bytes, others: Definitions = NOTHING_ELSE) -> PythonFile | Trouble:
    """The facts of a file; a file that the running Python cannot parse is a Trouble.

    Args:
        path: POSIX path relative to the repository.
        content: The file as it is on disk.
        others: What the other files define; without it the file is looked at alone.
    """
    return _or_trouble(path, content, others, whole=True)


def scan_excerpt(
    path: str, content: bytes, words: Set[bytes], others: Definitions = NOTHING_ELSE
) -> PythonFile | Trouble:
    """The facts of a file that no flow may reach: without literals, and without what stands far from ``words``."""
    part = excerpt(content, words)
    found = _or_trouble(path, part, others, whole=False)
    if isinstance(found, Trouble) and part != content:
        # Where leaving out went wrong, the whole file decides.
        found = _or_trouble(path, content, others, whole=False)
    if isinstance(found, PythonFile) and not found.is_asynchronous and may_run_loop(content):
        return replace(found, is_asynchronous=True)  # in what was left out
    return found


def _or_trouble(path: str, content: bytes, others: Definitions, *, whole: bool) -> PythonFile | Trouble:
    try:
        return _scan(path, content, others, whole=whole)
    except SyntaxError as error:
        return Trouble(path, error.lineno or 0, f"not valid Python here: {error.msg}")
    except (ValueError, RecursionError) as error:
        return Trouble(path, 0, f"cannot be parsed: {type(error).__name__}")


def _scan(path: str, content: bytes, others: Definitions, *, whole: bool) -> PythonFile:
    module = ParsedModule(content)
    definitions: dict[str, Definition] = {}
    exports = exports_of(module, definitions)
    sight = others.seen_from(path, exports)
    # A file looked at alone can hold only what its bytes tell of.
    alone, of_prefect = others is NOTHING_ELSE, b"prefect" in content
    if of_prefect:
        definitions.update(find_decorators(module))
        definitions.update(find_block_wrappers(module))
    decorable = () if alone and not of_prefect else module.functions
    made = [(node, by) for node in decorable if (by := made_by_own_decorator(module, node, sight)) is not None]
    decorated = decorated_functions(module, [node for node, by in made if by.direct])
    settings = settings_classes.find_settings(module, path, sight)
    definitions.update(settings.definitions)
    likely = LikelyEnvironment(module, sight)
    flows = find_flows(module, path, [node for node, by in made if by.makes_flow])
    wrappers = find_wrappers(module, path, sight, definitions, likely, [flow.function for flow in flows])
    reads = [*(_read_site(module, path, read, whole=whole) for read in find_reads(module)), *likely.sites(path)]
    sites = [
        *_marked(module, reads, wrappers),
        *write_sites(module, path),
        *settings.sites,
        *wrappers.sites,
        *libraries.find_library_reads(module, path, sight),
    ]
    silent = (*find_ambient_reads(module, path), *find_dynaconf_reads(module, path, sight)) if whole else ()
    script = script_parts(module) if b"__main__" in content else ()
    blocks = find_block_loads(module, path, sight) if of_prefect or not alone else ()
    only_defines = _only_defines(module.tree)
    found = find_literals(module, path) if whole else ()
    compared = compared_texts(module) if found else {}
    literals = [_literal_site(module, site, decorated, compared) for site in found]
    open_sites = with_takers(module, as_imported(_decorated(sites, decorated), script))
    return PythonFile(
        path=path,
        sites=tuple(sorted(open_sites, key=lambda site: (site.span, site.name))),
        literals=tuple(as_imported(literals, script)),
        silent=(*silent, *children.find_shell_reads(module, path)) if whole else (),
        flows=flows,
        imports=imports_of(module) if whole else (),
        search_paths=search_paths_of(module),
        keys={**wrappers.imported, **dict(_imported_keys(module, likely))},
        deploy_calls=find_deploy_calls(module),
        dotenv_loads=tuple(sorted((*find_dotenv_loads(module, path), *settings.loads), key=lambda load: load.line)),
        children=children.find_children(module, path) if whole else (),
        programs=children.find_programs(module) if whole else (),
        block_loads=blocks,
        block_saves=find_block_saves(module, path) if of_prefect else (),
        sent=find_sent_environments(module, path),
        exports=exports,
        is_asynchronous=runs_loop(module),
        only_defines=only_defines,
        # Tasks make sense in the run of a flow only, and so do loads of blocks in what is no program itself.
        for_flows=bool(decorated or (blocks and only_defines)),
        calls=call_facts(module) if whole else CallFacts((), ()),
        script=script,
        script_names=script_names(module) if script else frozenset(),
        whole=whole,
        old_flows=find_old_flows(module) if of_prefect else (),
    )


def _only_defines(tree: ast.Module) -> bool:
    """Whether a module does nothing when it runs but import, assign and define, so that it is no program itself."""
    quiet = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    set_up = {"load_dotenv", "basicConfig", "getLogger"}
    for statement in tree.body:
        if isinstance(statement, quiet):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        call = statement.value if isinstance(statement, ast.Expr) else None
        function = call.func if isinstance(call, ast.Call) else None
        if (isinstance(function, ast.Name) and function.id in set_up) or (
            isinstance(function, ast.Attribute) and function.attr in set_up
        ):
            continue
        return False
    return True


def _read_site(module: ParsedModule, path: str, read: Read, *, whole: bool) -> Site:
    # Nothing is rewritten in a file of which only a part was looked at.
    load = form_for(module, read, loop_above=False) if whole else None
    return Site(
        path=path,
        span=read.span,
        kind=SiteKind.ENV_READ,
        name=read.name or "",
        form=read.idiom.name,
        place=read.place,
        function=read.function,
        missing=read.missing,
        handling=read.handling,
        receiver=read.receiver,
        callee=read.callee,
        wrapper=read.wrapper,
        value=None if read.default is None else Concealed(read.default),
        load=None if isinstance(load, Stays) else load,
        obstacle=load.reason if isinstance(load, Stays) else "",
        load_or_raise=_load_or_raise(module, read) if isinstance(load, Stays) else None,
    )


def _load_or_raise(module: ParsedModule, read: Read) -> Form | None:
    """The form for a read that only stays for its default; a test of it or ``except KeyError`` would be passed by."""
    if read.missing is not Missing.DEFAULT or read.name is None:
        return None
    if any(write.name == read.name for write in find_writes(module)):
        return None
    load = form_for(module, read.span, loop_above=False)
    return None if isinstance(load, Stays) else load


def _marked(module: ParsedModule, sites: list[Site], wrappers: FoundWrappers) -> Iterator[Site]:
    """The reads with what is known of computed names, and those marked that ask for nothing by themselves."""
    loads = [call for call in module.calls if block_of(module, call)]
    guards = write_guards(module)
    places = {site.span for site in sites} if loads else set()
    readers = module.of(ast.Call, ast.Subscript) if loads else ()
    nodes = {span: node for node in readers if (span := module.span(node)) in places}
    for site in sites:
        if site.span in wrappers.bodies:
            why = f"the own read of the wrapper {wrappers.bodies[site.span]}(): its callers name the variable"
            yield replace(site, standing=Standing.WRAPPER_BODY, load=None, load_or_raise=None, obstacle=why)
        elif site.span in nodes and stands_in_for(module, nodes[site.span], loads) is not None:
            why = "the code loads a Prefect block for it and reads the environment only behind that"
            yield replace(site, standing=Standing.MIGRATED, load=None, load_or_raise=None, obstacle=why)
        elif site.span in guards:
            why = "the test before the code sets the same variable: both must stay"
            yield replace(site, standing=Standing.WRITE_GUARD, load=None, load_or_raise=None, obstacle=why)
        else:
            yield from (replace(site, name=name) for name in wrappers.patterns.get(site.span, (site.name,)))


def _imported_keys(module: ParsedModule, likely: LikelyEnvironment) -> Iterator[tuple[Span, str]]:
    """The reads whose variable is named by what the file imports."""
    for node, access in (*accesses(module).items(), *likely.accesses.items()):
        if (origin := module.origin(access.key)) and module.constant(access.key) is None:
            yield module.span(node), origin


def _literal_site(module: ParsedModule, site: Site, decorated: frozenset[str], compared: Mapping[str, int]) -> Site:
    load = form_for(module, site.span, loop_above=False)
    line = 0 if site.value is None else compared.get(site.value.reveal(), 0)
    if line:
        load = Stays(f"the file compares something with the same text in line {line}")
    return replace(
        site,
        load=None if isinstance(load, Stays) else load,
        obstacle=load.reason if isinstance(load, Stays) else "",
        decorated=site.function in decorated,
        compared=line,
    )


def _decorated(sites: Iterable[Site], decorated: frozenset[str]) -> Iterator[Site]:
    return (replace(site, decorated=True) if site.function in decorated else site for site in sites)
