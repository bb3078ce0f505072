"""Reads through configuration libraries: the tables of ``config_readers`` and the options of command lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from envlift.inventory import Site, SiteKind
from envlift.scanning.definitions.definitions import Sight
from envlift.scanning.definitions.targets import target_of
from envlift.scanning.libraries.config_readers import CONFIG_READERS, HELPER, ConfigReader, Reads
from envlift.scanning.libraries.environment_copies import environment_copy, may_copy_environment
from envlift.scanning.read_sites import argument, concealed, is_none, keyword, read_site
from envlift.scanning.wrappers.name_templates import patterns_of
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import Missing
from envlift_codemods.receivers import dotted_name, last_word

_BY_ORIGIN = {origin: row for row in CONFIG_READERS for origin in row.origins}
_BY_LIBRARY = {row.library: row for row in CONFIG_READERS}
_LAST_PARTS = frozenset(origin.rpartition(".")[2] for origin in _BY_ORIGIN)
_COMMAND_LINES = {
    "click": "envvar",
    "rich_click": "envvar",
    "asyncclick": "envvar",
    "typer": "envvar",
    "cyclopts": "env_var",
    "configargparse": "env_var",
}
_WRITERS = {
    "dotenv.set_key": "set_key()",
    "dotenv.main.set_key": "set_key()",
    "dotenv.unset_key": "unset_key()",
    "dotenv.main.unset_key": "unset_key()",
}


_HELPERS = re.compile(r"getenv_\w+|\w+_getenv")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_IN_TEXT = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def find_library_reads(module: ParsedModule, path: str, sight: Sight) -> Iterator[Site]:
    """The reads of a file that name their variable to a library, and changes of ``.env`` files."""
    copies = may_copy_environment(module)
    for call in module.calls:
        if (row := _row(module, call, sight, copies=copies) or _helper(module, call, sight)) is not None:
            yield from _read(module, path, call, row, argument(call, *row.key), argument(call, *row.default))
        elif (origin := module.origin(call.func) or "") in _WRITERS:
            form = _WRITERS[origin]
            key = argument(call, 1, "key_to_set" if form == "set_key()" else "key_to_unset")
            name = module.constant(key) if key is not None else None
            span, place = module.span(call), module.place(call)
            yield Site(path, span, SiteKind.ENV_WRITE, name or "", form, place, module.enclosing_name(call))
        elif origin == "os.path.expandvars":
            yield from _expanded(module, path, call)
        else:
            yield from _option(module, path, call)
    for node in module.subscripts if copies else ():
        if isinstance(node.ctx, ast.Load):
            mapping = environment_copy(module, node.value)
            if mapping is not None and _BY_LIBRARY[mapping].subscripted:
                row = replace(_BY_LIBRARY[mapping], missing=Missing.RAISES)
                yield from _read(module, path, node, row, node.slice, None)


def _row(module: ParsedModule, call: ast.Call, sight: Sight, *, copies: bool) -> ConfigReader | None:
    """The row of the table that a call follows."""
    if isinstance(call.func, ast.Attribute):
        if copies and call.func.attr == "get" and (mapping := environment_copy(module, call.func.value)) is not None:
            return _BY_LIBRARY[mapping]
        if call.func.attr not in _LAST_PARTS:
            return None
    elif not isinstance(call.func, ast.Name):
        return None
    return _BY_ORIGIN.get(sight.origin(module, call.func)) or _of_several(module, call.func)


def _helper(module: ParsedModule, call: ast.Call, sight: Sight) -> ConfigReader | None:
    """The row of a function from elsewhere whose own name says that it reads a variable: ``getenv_or_raise``."""
    word = last_word(call.func)
    key = argument(call, *_BY_LIBRARY[HELPER].key) if _HELPERS.fullmatch(word) else None
    if key is None or not _VARIABLE.fullmatch(module.constant(key) or ""):
        return None
    origin = sight.origin(module, call.func)
    is_foreign = "." in origin and not origin.startswith((".", "os."))
    return _BY_LIBRARY[HELPER] if is_foreign else None


def _of_several(module: ParsedModule, called: ast.expr) -> ConfigReader | None:
    """The row of a name that one library gives twice: ``config``, and later an ``AutoConfig()``."""
    name = called.value if isinstance(called, ast.Attribute) else called
    found = module.scope(name).lookup(name.id) if isinstance(name, ast.Name) else None
    bound = found[1] if found is not None and len(found[1]) > 1 else []
    targets = [b if isinstance(b, str) else target_of(module, b) if b is not None else "" for b in bound]
    if len({target.partition(".")[0] for target in targets}) != 1:
        return None
    after = f".{called.attr}" if isinstance(called, ast.Attribute) else ""
    rows = (_BY_ORIGIN.get(f"{target}{after}") for target in targets)
    return next((row for row in rows if row is not None), None)


def _read(
    module: ParsedModule,
    path: str,
    node: ast.Call | ast.Subscript,
    row: ConfigReader,
    key: ast.expr | None,
    default: ast.expr | None,
) -> Iterator[Site]:
    if key is None or (isinstance(node, ast.Call) and any(isinstance(a, ast.Starred) for a in node.args)):
        return
    in_bytes = isinstance(key, ast.Constant) and isinstance(key.value, bytes)
    names = [ast.literal_eval(key).decode("utf-8", "replace")] if in_bytes else patterns_of(module, key)
    has_default = default is not None and not is_none(default)
    missing = Missing.DEFAULT if has_default else Missing.NONE if default is not None else row.missing
    form = f"{row.library}[]" if isinstance(node, ast.Subscript) else row.library
    reads_file = row.reads is Reads.FILE
    obstacle = f"{row.library} reads the file, not the environment" if reads_file else f"read through {row.library}"
    site = read_site(
        module,
        path,
        node,
        name="",
        form=form,
        obstacle=obstacle,
        missing=missing,
        default=concealed(module, default),
    )
    cast = keyword(node, "cast") if isinstance(node, ast.Call) else None
    if cast is not None and not site.wrapper:
        word = dotted_name(cast).rpartition(".")[2] if isinstance(cast, (ast.Name, ast.Attribute)) else ""
        site = replace(site, wrapper="SecretStr" if word == "Secret" else word)
    prefix = _prefix(module, node)
    yield from (replace(site, name=f"{prefix}{name}") for name in names) if names else (site,)


def _prefix(module: ParsedModule, node: ast.expr) -> str:
    """The prefixes of ``with env.prefixed("APP_"):`` around a read, from the outside in."""
    prefixes: list[str] = []
    for above in module.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
        for item in above.items if isinstance(above, ast.With) else ():
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="prefixed"), args=[prefix]):
                    prefixes.append(module.constant(prefix) or "")
    return "".join(reversed(prefixes))


def _expanded(module: ParsedModule, path: str, call: ast.Call) -> Iterator[Site]:
    """The variables that a text names which ``os.path.expandvars`` fills in."""
    text = module.constant(call.args[0]) if call.args else None
    site = read_site(
        module,
        path,
        call,
        name="",
        form="expandvars",
        obstacle="expandvars fills it into a text",
        missing=Missing.NONE,
    )
    if text is None:
        yield site
    else:
        yield from (replace(site, name=m[1] or m[2]) for m in _IN_TEXT.finditer(text))


def _option(module: ParsedModule, path: str, call: ast.Call) -> Iterator[Site]:
    """The variables that stand behind an option of a command line."""
    given = (keyword(call, "envvar") or keyword(call, "env_var")) if call.keywords else None
    if given is None:
        return
    library = (module.origin(call.func) or "").partition(".")[0]
    if library not in _COMMAND_LINES:
        library = next((n for n in sorted(_COMMAND_LINES) if n in _imported(module)), "")
    if not library or keyword(call, _COMMAND_LINES[library]) is not given:
        return
    default = keyword(call, "default")
    required = keyword(call, "required")
    if library == "typer" and default is None and call.args:
        default, required = (None, ast.Constant(value=True)) if _is_ellipsis(call.args[0]) else (call.args[0], None)
    needs = isinstance(required, ast.Constant) and required.value is True
    missing = Missing.DEFAULT if not is_none(default) else Missing.RAISES if needs else Missing.NONE
    names = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    for name in names:
        site = read_site(
            module,
            path,
            call,
            name=module.constant(name) or "",
            form=f"{library} {_COMMAND_LINES[library]}",
            obstacle=f"{library} reads it when the command starts",
            missing=missing,
            default=concealed(module, default),
        )
        option = next((t for a in call.args if (t := module.constant(a)) and t.startswith("--")), "")
        yield replace(site, receiver=site.receiver or option.lstrip("-").replace("-", "_"))


def _imported(module: ParsedModule) -> set[str]:
    bound = module.scopes.module.bindings.values()
    return {origin.partition(".")[0] for found in bound for origin in found if isinstance(origin, str)}


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
