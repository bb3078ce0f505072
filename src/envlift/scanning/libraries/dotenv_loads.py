"""Code that reads a ``.env`` file into the environment, by the functions that do it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from envlift.inventory import DotenvLoad
from envlift.scanning.definitions.targets import target_of
from envlift.scanning.read_sites import argument, file_named
from envlift_codemods.dotenv_calls import overriding_calls
from envlift_codemods.parsed import ParsedModule


@dataclass(frozen=True, slots=True)
class Loader:
    """A function that reads a ``.env`` file: what reports call it, its path, its override and the place of that."""

    by: str
    file: str
    override: str
    place: int = -1


LOADERS: dict[str, Loader] = {
    "dotenv.load_dotenv": Loader("load_dotenv", "dotenv_path", "override", 3),
    "dotenv.main.load_dotenv": Loader("load_dotenv", "dotenv_path", "override", 3),
    "dotenv.dotenv_values": Loader("dotenv_values", "dotenv_path", ""),
    "dotenv.main.dotenv_values": Loader("dotenv_values", "dotenv_path", ""),
    "dotenv.get_key": Loader("get_key", "dotenv_path", ""),
    "environs.Env().read_env": Loader("read_env", "path", "override", 3),
    "environs.Env.read_env": Loader("read_env", "path", "override", 3),
    "environs.env.read_env": Loader("read_env", "path", "override", 3),
    "environ.Env().read_env": Loader("read_env", "env_file", "overwrite", 1),
    "environ.Env.read_env": Loader("read_env", "env_file", "overwrite", 1),
    "starlette.config.Config": Loader("starlette", "env_file", ""),
    "decouple.RepositoryEnv": Loader("decouple", "source", ""),
}
_NAMES = frozenset(origin.rpartition(".")[2] for origin in LOADERS)
_SEARCH = frozenset({"dotenv.find_dotenv", "dotenv.main.find_dotenv"})


def find_dotenv_loads(module: ParsedModule, path: str) -> tuple[DotenvLoad, ...]:
    """The calls that read a ``.env`` file, in the order of the source."""
    found: list[DotenvLoad] = []
    droppable = {module.span(call) for call in overriding_calls(module)}
    for call in module.calls:
        if not isinstance(call.func, (ast.Name, ast.Attribute)):
            continue
        origin = module.origin(call.func)
        if origin is None and isinstance(call.func, ast.Attribute) and call.func.attr in _NAMES:
            origin = target_of(module, call.func)
        loader = LOADERS.get(origin or "")
        if loader is None or (loader.by == "starlette" and not call.args and not call.keywords):
            continue
        override = argument(call, loader.place, loader.override) if loader.override else None
        file = _named(module, argument(call, 0, loader.file))
        # A computed override may be true, which is the careful answer.
        overrides = override is not None and not (isinstance(override, ast.Constant) and not override.value)
        span = module.span(call)
        written = span if span in droppable else None
        found.append(DotenvLoad(path, call.lineno, override=overrides, file=file, by=loader.by, call=written))
    return tuple(sorted(found, key=lambda load: load.line))


def _named(module: ParsedModule, node: ast.expr | None) -> str:
    """The file as written; ``find_dotenv`` searches the one that it is told, upward."""
    if isinstance(node, ast.Call) and module.origin(node.func) in _SEARCH:
        node = argument(node, 0, "filename")
    elif isinstance(node, ast.Name) and (found := module.scope(node).lookup(node.id)):
        bound = found[1]
        if len(bound) == 1 and isinstance(bound[0], ast.Call):
            return _named(module, bound[0])
        if len(bound) == 1 and isinstance(bound[0], ast.expr):
            return file_named(module, bound[0])
    return file_named(module, node)
