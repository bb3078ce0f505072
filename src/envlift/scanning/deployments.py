"""The deployments that a repository declares, in prefect.yaml files and in code, tied to its flows."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from envlift.concealed import Concealed
from envlift.inventory import Deployment, DeploymentKind, Flow, StoredText, Trouble
from envlift.prefect_yaml import Held, YamlDeployment, read_deployments
from envlift.scanning.definitions.definitions import Exports
from envlift.scanning.prefect_code.deploy_calls import DeployCall
from envlift.scanning.python import PythonFile
from envlift.scanning.reach.imports import ImportResolver

_ENV = "job_variables.env"


def from_prefect_yaml(
    path: str, content: bytes, resolver: ImportResolver, flows: Collection[str]
) -> tuple[tuple[Deployment, ...], tuple[Trouble, ...]]:
    """The deployments of one prefect.yaml; ``flows`` are the entrypoints of the repository."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return (), (Trouble(path, 0, "not UTF-8: not read"),)
    file = read_deployments(text)
    troubles = [Trouble(path, trouble.line, trouble.reason) for trouble in file.troubles]
    troubles += [Trouble(path, t.line, t.reason) for d in file.deployments for t in d.troubles]
    # Without pull steps Prefect goes to no other folder.
    found = (_from_yaml(path, d, resolver, flows if d.has_pull or file.has_pull else ()) for d in file.deployments)
    return tuple(found), tuple(sorted(troubles))


def _from_yaml(path: str, found: YamlDeployment, resolver: ImportResolver, flows: Collection[str]) -> Deployment:
    trouble = found.troubles[0].reason if found.troubles else ""
    entrypoint = _entrypoint(path, found.entrypoint or "", resolver)
    if entrypoint not in flows:
        entrypoint = _only_below(path, found.entrypoint or "", flows) or entrypoint
    root = _code_root(entrypoint, found.entrypoint or "")
    return Deployment(
        path=path,
        line=found.line,
        name=found.name or "",
        kind=DeploymentKind.PREFECT_YAML,
        entrypoint=entrypoint,
        pool=found.work_pool or "",
        env={e.name: e.value if e.value is not None else Concealed("") for e in found.env if e.held is not Held.UNSET},
        index=found.index,
        trouble=trouble or ("" if found.has_work_pool else "it names no work pool"),
        stored=tuple(_stored(found)),
        misplaced=found.misplaced.line if found.misplaced is not None else 0,
        branch=found.branch or "",
        code_root=root or "",
        step_trouble=found.step_trouble if root is not None else "its entrypoint is not a path of a file here",
    )


def _stored(found: YamlDeployment) -> Iterator[StoredText]:
    for entry in found.env:
        if entry.value is not None:
            yield StoredText(f"{_ENV}.{entry.name}", entry.line, entry.value)
    for text in found.stored:
        yield StoredText(".".join(text.keys), text.line, text.value)


def _entrypoint(declared_in: str, text: str, resolver: ImportResolver) -> str:
    """An entrypoint as ``path:function`` relative to the repository, from a path or a dotted module.

    Prefect takes a path from the folder that the command runs in: the file's own, or one above, or a source root
    that a pull step changes to.
    """
    file, colon, function = text.rpartition(":")
    if colon and (file.endswith(".py") or "/" in file or "\\" in file):
        file = file.replace("\\", "/")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(declared_in), file))
        return f"{resolver.script(declared_in, file) or beside}:{function}"
    dotted, _, name = (file, colon, function) if colon else text.rpartition(".")
    module = resolver.module_file(declared_in, dotted) if dotted else None
    return f"{module}:{name}" if module else text if colon else ""


def _only_below(declared_in: str, text: str, flows: Collection[str]) -> str:
    """The one flow of this path and name in a folder below the file, which a pull step may change to; else empty."""
    written = posixpath.normpath(text.replace("\\", "/"))
    folder = posixpath.dirname(declared_in)
    below = [flow for flow in flows if flow.endswith(f"/{written}") and flow.startswith(f"{folder}/" if folder else "")]
    return below[0] if len(below) == 1 else ""


def _code_root(entrypoint: str, written: str) -> str | None:
    """The folder of the repository from which an entrypoint is written; None where no file's path is."""
    file = posixpath.normpath(written.rpartition(":")[0].replace("\\", "/"))
    found = f"/{entrypoint.rpartition(':')[0]}"
    return found.removesuffix(f"/{file}").lstrip("/") if file.endswith(".py") and found.endswith(f"/{file}") else None


def from_calls(
    file: PythonFile,
    flows: Mapping[str, Flow],
    resolver: ImportResolver,
    exports: Callable[[str], Exports | None] = lambda _: None,
    texts: Callable[[str, str], Sequence[str]] = lambda *_: (),
) -> Iterator[Deployment]:
    """The deployments that a file's calls make.

    ``exports`` gives what a file hands on, ``texts`` what a dotted name may be that it takes from others.
    """
    for call in file.deploy_calls:
        entrypoint = _flow_of(file, call, flows, resolver, exports)
        pool = call.pool or _only(texts(file.path, call.pool_origin) if call.pool_origin else ())
        if not entrypoint and not pool:
            continue
        yield Deployment(
            path=file.path,
            line=call.span.line,
            name=call.name or _only(texts(file.path, call.name_origin) if call.name_origin else ()),
            kind=call.kind,
            entrypoint=entrypoint,
            pool=pool,
            env=call.env,
            span=call.span,
            stored=tuple(StoredText(f"{_ENV}.{name}", call.span.line, value) for name, value in call.env.items()),
            bundle=call.bundle,
            trouble=call.trouble,
            no_pool=call.no_pool,
        )


def _only(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else ""


def _flow_of(
    file: PythonFile,
    call: DeployCall,
    flows: Mapping[str, Flow],
    resolver: ImportResolver,
    exports: Callable[[str], Exports | None],
) -> str:
    named = [_entrypoint(path, call.entrypoint, resolver) for path in ("", file.path) if call.entrypoint]
    known = next((entrypoint for entrypoint in named if entrypoint in flows), "")
    # A path of the machine that runs it says less than the flow that is given with it.
    return known or _given(file, call.flow, flows, resolver, exports) or next(iter(named), "")


def _given(
    file: PythonFile,
    flow: str,
    flows: Mapping[str, Flow],
    resolver: ImportResolver,
    exports: Callable[[str], Exports | None],
) -> str:
    """The flow that an object is: of this file, of one that it imports, or of one that a package hands on."""
    seen: set[tuple[str, str]] = set()
    waiting = [(file.path, flow)]
    if "." in flow and (located := resolver.locate(file.path, flow)) is not None:
        waiting.append(located)
    while waiting:
        path, name = waiting.pop()
        if f"{path}:{name}" in flows:
            return f"{path}:{name}"
        offered = exports(path) if (path, name) not in seen else None
        seen.add((path, name))
        if offered is not None and name:
            targets = [offered.names[name]] if name in offered.names else [f"{star}{name}" for star in offered.stars]
            waiting += [at for target in targets if (at := resolver.locate(path, target)) is not None]
    return ""
