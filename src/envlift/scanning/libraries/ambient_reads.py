"""Calls of libraries that read the environment by themselves: sites only where the repository names the variable."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from envlift.inventory import Site
from envlift.scanning.definitions.definitions import Sight
from envlift.scanning.libraries.self_reading import SELF_READING, SelfReading
from envlift.scanning.read_sites import silent_site
from envlift_codemods.parsed import ParsedModule

_READS_IT = " reads it"
_TELLING = re.compile(r"[A-Za-z]{3}")  # what must be known of a name before others are taken to fit it
_ROWS: dict[str, list[tuple[re.Pattern[str], SelfReading]]] = defaultdict(list)
_ANY_PACKAGE: list[tuple[re.Pattern[str], SelfReading]] = []


def _pattern(origin: str) -> re.Pattern[str]:
    return re.compile(re.escape(origin).replace(r"\.\*\.", r"(?:\..+)?\.").replace(r"\*", ".*"))


for _row in SELF_READING:
    for _call in _row.calls:
        _package = _call.partition(".")[0]
        (_ANY_PACKAGE if "*" in _package else _ROWS[_package]).append((_pattern(_call), _row))


def find_ambient_reads(module: ParsedModule, path: str) -> tuple[Site, ...]:
    """What libraries read at the calls of a file; the name of a site may end or begin with ``*`` for any rest.

    Only the first call of a file counts for each variable of a library.
    """
    packages = _imported(module)
    if not any(p in _ROWS or any(r.match(p) for r, _ in _ANY_PACKAGE) for p in packages):
        return ()
    called = {module.origin(call.func) for call in module.calls}
    found: dict[tuple[str, str], Site] = {}
    for call in sorted(module.calls, key=lambda c: (c.lineno, c.col_offset)):
        for row in _rows(module.origin(call.func) or ""):
            given = next(iter(row.variables)) if called & set(row.settled_by) else ""
            for variable, replacing in row.variables.items():
                if variable != given and (row.library, variable) not in found and not _replaced(call, replacing):
                    found[row.library, variable] = silent_site(
                        module,
                        path,
                        call,
                        name=variable,
                        form=f"{row.library}{_READS_IT}",
                        obstacle=f"{row.library} reads it from the environment by itself",
                    )
    return tuple(found.values())


def is_ambient(site: Site) -> bool:
    """Whether a library reads the variable by itself, and no code of the repository does there."""
    return site.form.endswith(_READS_IT)


def named_only(sites: Iterable[Site], names: Iterable[str]) -> Iterator[Site]:
    """The sites whose variable is among the names that the repository uses; ``*`` is replaced by each that fits."""
    known = sorted(set(names))
    for site in sites:
        if "*" in site.name:
            fits = re.compile(re.escape(site.name).replace(r"\*", ".+"))
            yield from (replace(site, name=name) for name in known if fits.fullmatch(name))
        elif site.name in known:
            yield site


def with_candidates(sites: Iterable[Site], names: Set[str]) -> Iterator[Site]:
    """The sites, each with a partly known name once for every name that fits; nameless where none can be told."""
    for site in sites:
        if "*" not in site.name:
            yield site
            continue
        telling = _TELLING.search(site.name) is not None
        fitting = list(named_only([site], names)) if telling else []
        yield from fitting or [replace(site, name="")]


def _rows(origin: str) -> Iterator[SelfReading]:
    package = origin.partition(".")[0]
    if package:
        rows = {id(row): row for pattern, row in (*_ROWS.get(package, ()), *_ANY_PACKAGE) if pattern.fullmatch(origin)}
        yield from rows.values()


def _replaced(call: ast.Call, arguments: tuple[str, ...]) -> bool:
    """Whether an argument takes the variable's place; stars hide what is passed and do not count."""
    given = {k.arg for k in call.keywords if k.arg and not _is_none(k.value)}
    positions = {str(i) for i, a in enumerate(call.args) if not isinstance(a, ast.Starred)}
    return bool(given & set(arguments)) or bool(positions & set(arguments))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _imported(module: ParsedModule) -> set[str]:
    scopes = module.scopes.by_node.values()
    bound = (origin for scope in scopes for found in scope.bindings.values() for origin in found)
    return {origin.partition(".")[0] for origin in bound if isinstance(origin, str)}


def find_dynaconf_reads(module: ParsedModule, path: str, sight: Sight) -> Iterator[Site]:
    """The keys taken from a dynaconf object, which looks for ``PREFIX_KEY`` in the environment before its files."""
    holders = {name for name in module.scopes.module.bindings if _is_dynaconf(sight, name)}
    for node in module.nodes if holders else ():
        key = _dynaconf_key(module, node)
        root = node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else None
        if key and isinstance(root, ast.Name) and root.id in holders and isinstance(node, ast.expr):
            prefix = _dynaconf_prefix(module, root)
            name = f"{prefix}_{key.upper()}" if prefix else key.upper()
            obstacle = "dynaconf reads it from the environment by itself"
            yield silent_site(module, path, node, name=name, form="dynaconf", obstacle=obstacle)


def _is_dynaconf(sight: Sight, name: str) -> bool:
    target = sight.own.names.get(name, "")
    found = sight.follow(target) if target else ""
    return found in {"dynaconf.Dynaconf()", "dynaconf.LazySettings()", "dynaconf.settings"}


def _dynaconf_key(module: ParsedModule, node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr="get", ctx=ast.Load()):
            call = module.parent(node)
            return (module.constant(call.args[0]) or "") if isinstance(call, ast.Call) and call.args else ""
        case ast.Attribute(attr=attribute, ctx=ast.Load()):
            return attribute
        case ast.Subscript(slice=key, ctx=ast.Load()):
            return module.constant(key) or ""
    return ""


def _dynaconf_prefix(module: ParsedModule, root: ast.Name) -> str:
    found = module.scopes.module.bindings.get(root.id, [])
    made = found[0] if found else None
    if isinstance(made, ast.Call):
        given = next((k.value for k in made.keywords if k.arg == "envvar_prefix"), None)
        if isinstance(given, ast.Constant) and given.value is False:
            return ""
        return (module.constant(given) if given is not None else None) or "DYNACONF"
    return "DYNACONF"
