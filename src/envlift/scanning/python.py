"""The facts of one Python file: reads, writes, literals, flows, imports and deployment calls."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.inventory import DotenvLoad, Flow, Site, SiteKind, Trouble
from envlift.scanning.flows import (
    DeployCall,
    decorated_functions,
    find_deploy_calls,
    find_dotenv_loads,
    find_flows,
)
from envlift.scanning.imports import Import, imports_of
from envlift.scanning.literals import find_literals
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import MARKERS
from envlift_codemods.reads import Read, Write, find_reads, find_writes

_INTERESTING = (*MARKERS, b"prefect", b"dotenv", b".deploy(", b".serve(", b".to_deployment(")


@dataclass(frozen=True, slots=True)
class PythonFile:
    """What one Python file holds; ``sites`` without its literals, which count only where flows reach the file."""

    path: str
    sites: tuple[Site, ...]
    literals: tuple[Site, ...]
    flows: tuple[Flow, ...]
    imports: tuple[Import, ...]
    deploy_calls: tuple[DeployCall, ...]
    dotenv_loads: tuple[DotenvLoad, ...]
    is_asynchronous: bool


def is_interesting(content: bytes) -> bool:
    """Whether a file can hold a read, a flow or a deployment at all: a byte search before any parsing."""
    return any(marker in content for marker in _INTERESTING)


def scan_python(path: str, content: bytes) -> PythonFile | Trouble:
    """The facts of a file; a file that the running Python cannot parse is a Trouble."""
    try:
        return _scan(path, content)
    except SyntaxError as error:
        return Trouble(path, error.lineno or 0, f"not valid Python here: {error.msg}")
    except (ValueError, RecursionError) as error:
        return Trouble(path, 0, f"cannot be parsed: {type(error).__name__}")


def _scan(path: str, content: bytes) -> PythonFile:
    module = ParsedModule(content)
    decorated = decorated_functions(module)
    reads = [_read_site(module, path, read, decorated) for read in find_reads(module)]
    writes = [_write_site(path, write) for write in find_writes(module)]
    return PythonFile(
        path=path,
        sites=tuple(sorted((*reads, *writes), key=lambda site: site.span)),
        literals=tuple(_literal_site(module, site, decorated) for site in find_literals(module, path)),
        flows=find_flows(module, path),
        imports=imports_of(module.tree),
        deploy_calls=find_deploy_calls(module),
        dotenv_loads=find_dotenv_loads(module, path),
        is_asynchronous=any(isinstance(node, ast.AsyncFunctionDef) for node in module.nodes),
    )


def _read_site(module: ParsedModule, path: str, read: Read, decorated: frozenset[str]) -> Site:
    load = form_for(module, read, loop_above=False)
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
        decorated=read.function in decorated,
    )


def _write_site(path: str, write: Write) -> Site:
    return Site(path, write.span, SiteKind.ENV_WRITE, write.name or "", write.form, write.place, write.function)


def _literal_site(module: ParsedModule, site: Site, decorated: frozenset[str]) -> Site:
    load = form_for(module, site.span, loop_above=False)
    return replace(
        site,
        load=None if isinstance(load, Stays) else load,
        obstacle=load.reason if isinstance(load, Stays) else "",
        decorated=site.function in decorated,
    )
