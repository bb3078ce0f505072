"""Which files of the repository an import means, tried the way scripts and packages really find each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as written: dots for the level, names for ``from`` imports."""

    module: str
    level: int
    names: tuple[str, ...]


def imports_of(tree: ast.Module) -> tuple[Import, ...]:
    """All imports of a module, those inside of functions included: a run may reach them."""
    found: list[Import] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, 0, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append(Import(node.module or "", node.level, tuple(alias.name for alias in node.names)))
        elif not isinstance(node, ast.expr):
            stack.extend(ast.iter_child_nodes(node))
    return tuple(found)


class ImportResolver:
    """Finds imports among the Python files of a repository.

    An absolute import is tried from the importing file's folder outward (a script's folder is on ``sys.path``, and so
    is usually the root), and from each ``src``-like source root. Namespace packages need no ``__init__.py``.
    """

    def __init__(self, python_files: Set[str]) -> None:
        self._files = frozenset(python_files) - _copies_of_prefect(python_files)
        self._at_once: dict[tuple[str, Import], tuple[str, ...]] = {}
        self._folders = {folder for path in python_files for folder in _ancestors(path)}
        self._roots = sorted(f for f in self._folders if f.rpartition("/")[2] in {"src", "lib", "python"})

    def files_of(self, importer: str, wanted: Import) -> tuple[str, ...]:
        """The repository's files that an import executes: packages on the way, the module, submodules named."""
        asked = importer.rpartition("/")[0], wanted
        if asked not in self._at_once:
            bases = [_up(importer, wanted.level)] if wanted.level else self._bases(importer)
            found = (tuple(self._at(base, wanted)) for base in bases)
            self._at_once[asked] = next((files for files in found if files), ())
        return self._at_once[asked]

    def module_file(self, importer: str, dotted: str) -> str | None:
        """The file of an absolute dotted module name, seen from a file; None when it is not in the repository."""
        for base in self._bases(importer):
            if (path := self._file(_join(base, dotted.replace(".", "/")))) is not None:
                return path
        return None

    def locate(self, importer: str, origin: str) -> tuple[str, str] | None:
        """The file that holds a dotted object, dots in front for a relative one, and the object's name in that file."""
        level = len(origin) - len(origin.lstrip("."))
        parts = origin[level:].split(".")
        for base in [_up(importer, level)] if level else self._bases(importer):
            for depth in range(len(parts) - 1, -1 if level else 0, -1):
                if (file := self._file(_join(base, "/".join(parts[:depth])))) is not None:
                    return file, ".".join(parts[depth:])
        return None

    def _bases(self, importer: str) -> list[str]:
        return [*reversed(list(_ancestors(importer))), *self._roots]

    def _at(self, base: str, wanted: Import) -> Iterator[str]:
        parts = wanted.module.split(".") if wanted.module else []
        target = _join(base, "/".join(parts))
        module = self._file(target)
        submodules = [f for name in wanted.names if (f := self._file(_join(target, name)))]
        if module is None and not submodules:
            return
        for depth in range(1, len(parts)):
            package = _join(base, "/".join(parts[:depth])) + "/__init__.py"
            if package in self._files:
                yield package
        if module is not None:
            yield module
        yield from submodules

    def _file(self, target: str) -> str | None:
        for candidate in (f"{target}.py", f"{target}/__init__.py" if target else "__init__.py"):
            if candidate in self._files:
                return candidate
        return None


def name_of(path: str) -> str:
    """The last part of a module's dotted name; of a package, the name of its folder."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name == "__init__.py" else name.removesuffix(".py")


def _copies_of_prefect(python_files: Set[str]) -> frozenset[str]:
    """The files of Prefect itself where a tree holds it, as an environment does: no code of the repository."""
    folders = {path.removesuffix("flows.py") for path in python_files if f"/{path}".endswith("/prefect/flows.py")}
    copies = tuple(f for f in folders if {f"{f}__init__.py", f"{f}tasks.py", f"{f}engine.py"} <= python_files)
    return frozenset(path for path in python_files if path.startswith(copies)) if copies else frozenset()


def _ancestors(path: str) -> Iterator[str]:
    """The folders above a file, the root (an empty string) first."""
    yield ""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        yield "/".join(parts[:depth])


def _up(path: str, level: int) -> str:
    parts = path.split("/")[:-1]
    return "/".join(parts[: len(parts) - (level - 1)])


def _join(base: str, rest: str) -> str:
    return f"{base}/{rest}".strip("/")
