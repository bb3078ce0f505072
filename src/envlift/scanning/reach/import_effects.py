"""What importing a file does beside defining things, which is lost where nothing imports it any more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.scanning.reach.imports import ImportResolver
from envlift.scanning.reach.sources import Sources
from envlift_codemods.constants import only_complains
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)


class ImportEffects:
    """Looks into files and into those of the repository that they import.

    Args:
        sources: The repository's Python files.
        resolver: What an import means.
    """

    def __init__(self, sources: Sources, resolver: ImportResolver) -> None:
        self.sources = sources
        self.resolver = resolver

    def of(self, path: str) -> str:
        """The first place, ``path:line``, where importing a file does something; empty where it only defines."""
        seen, waiting = {path}, [path]
        while waiting:
            current = waiting.pop()
            module = self.sources.module(current)
            if module is None:
                return f"{current}:1"
            acting = next((s for s in module.tree.body if _acts(s)), None)
            if acting is not None:
                return f"{current}:{acting.lineno}"
            found = {file for _, file in self.imported(module, current)} - seen
            seen |= found
            waiting += sorted(found)
        return ""

    def imported(self, module: ParsedModule, path: str) -> Iterator[tuple[ast.alias, str]]:
        """Each name that a file imports from files of the repository, with that file."""
        for alias, origin, _ in imported_names(module):
            located = self.resolver.locate(path, f"{origin}{'' if origin.endswith('.') else '.'}_")
            if located is not None:
                yield alias, located[0]


def imported_names(module: ParsedModule) -> Iterator[tuple[ast.alias, str, int]]:
    """Each imported name with its dotted origin and its line; a star's origin ends in a dot."""
    for node in module.of(ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            yield from ((alias, alias.name, node.lineno) for alias in node.names)
        else:
            head = "." * node.level + (node.module or "")
            dot = "" if head.endswith(".") else "."
            for alias in node.names:
                yield alias, f"{head}{dot}{'' if alias.name == '*' else alias.name}", node.lineno


def _acts(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Assert():
            return False
        case ast.Assign(targets=targets) if all(isinstance(target, ast.Name) for target in targets):
            return _loads_file(statement)
        case ast.AnnAssign(target=ast.Name()):
            return _loads_file(statement)
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return False
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return False
        case ast.If(body=body, orelse=[]):
            return not all(map(only_complains, body))
    return not isinstance(statement, _DEFINES)


def _loads_file(statement: ast.stmt) -> bool:
    called = (dotted_name(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(name.rpartition(".")[2] in ("load_dotenv", "read_env") for name in called)
