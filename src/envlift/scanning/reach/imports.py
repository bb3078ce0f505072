"""Which files of the repository an import means, tried the way scripts and packages really find each other."""

from __future__ import annotations

import ast
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from envlift.scanning.read_sites import file_named
from envlift_codemods.parsed import ParsedModule

ANY = "*?"
"""Stands for any name of a package where the program computes it."""
_BY_NAME = frozenset({"importlib.import_module", "import_module"})
_ADDING = frozenset({"sys.path.insert", "sys.path.append", "sys.path.extend", "site.addsitedir"})


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as written: dots for the level, names for ``from`` imports.

    ``as_settings`` tells that a framework imports it, which takes any name from it.
    """

    module: str
    level: int
    names: tuple[str, ...]
    as_settings: bool = False


def imports_of(module: ParsedModule) -> tuple[Import, ...]:
    """All imports of a module, those inside of functions and those by name at run time included."""
    found: list[Import] = []
    for node in module.of(ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, 0, ()) for alias in node.names)
        else:
            found.append(Import(node.module or "", node.level, tuple(alias.name for alias in node.names)))
    for call in module.calls:
        if call.args and module.origin(call.func) in _BY_NAME:
            found.extend(_by_name(module, call.args[0]))
        elif len(call.args) == 2 and module.origin(call.func) == "os.environ.setdefault":
            found.extend(_settings_of_django(module, *call.args))
    for item in module.subscripts:
        assigned = module.parent(item)
        if isinstance(assigned, ast.Assign) and module.origin(item.value) == "os.environ":
            found.extend(_settings_of_django(module, item.slice, assigned.value))
    return tuple(found)


def _settings_of_django(module: ParsedModule, variable: ast.expr, value: ast.expr) -> Iterator[Import]:
    """The module that Django imports when it starts, where code sets the variable that names it."""
    if module.constant(variable) == "DJANGO_SETTINGS_MODULE" and (text := module.constant(value)):
        yield Import(text, 0, (), as_settings=True)


def _by_name(module: ParsedModule, node: ast.expr) -> Iterator[Import]:
    """The module that a text names; with a computed last part, every module of the package."""
    text = module.constant(node)
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
    if text is not None:
        yield Import(text.lstrip("."), len(text) - len(text.lstrip(".")), ())
    elif isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.endswith("."):
        yield Import(first.value.rstrip("."), 0, (ANY,))


def search_paths_of(module: ParsedModule) -> tuple[str, ...]:
    """The constant ends of the folders that a module puts on ``sys.path``, e.g. ``libs/common``."""
    arguments = (a for call in module.calls if module.origin(call.func) in _ADDING for a in call.args)
    ends = {posixpath.normpath(file_named(module, _plain(a)) or ".") for a in arguments}
    return tuple(sorted(end.lstrip("./") for end in ends if end.strip("./")))


def _plain(node: ast.expr) -> ast.expr:
    """A path without the calls around it that change its form only."""
    while True:
        match node:
            case (
                ast.Call(func=ast.Name(id="str" | "Path"), args=[inner])
                | ast.Call(func=ast.Attribute(attr="abspath" | "realpath" | "normpath" | "Path"), args=[inner])
            ):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="resolve" | "absolute" | "as_posix"), args=[]):
                node = inner
            case _:
                return node


class ImportResolver:
    """Finds imports among the Python files of a repository.

    An absolute import is tried from the importing file's folder outward (a script's folder is on ``sys.path``, and so
    is usually the root), and from each ``src``-like source root. Namespace packages need no ``__init__.py``.
    """

    def __init__(self, python_files: Set[str]) -> None:
        self._files = frozenset(python_files) - copies_of_prefect(python_files)
        self._at_once: dict[tuple[str, Import], tuple[str, ...]] = {}
        self._folders = {folder for path in python_files for folder in _ancestors(path)}
        self._roots = sorted(f for f in self._folders if f.rpartition("/")[2] in {"src", "lib", "python"})
        self._packages: dict[str, list[str]] = defaultdict(list)
        for folder in sorted(self._folders):
            self._packages[folder.rpartition("/")[2]].append(folder)
        self._names = self._packages.keys() | {name_of(path) for path in self._files}

    def is_ours(self, path: str) -> bool:
        """Whether a Python file is code of the repository, and none of a copy of Prefect that lies in it."""
        return path in self._files

    def learn(self, search_paths: Iterable[str]) -> None:
        """Take folders that a program puts on ``sys.path`` for source roots; ends of their names are enough."""
        for end in search_paths:
            named = (f for f in self._packages.get(end.rpartition("/")[2], ()) if f"/{f}".endswith(f"/{end}"))
            fresh = [folder for folder in named if folder not in self._roots]
            self._roots += fresh
            if fresh:
                self._at_once.clear()

    def files_of(self, importer: str, wanted: Import) -> tuple[str, ...]:
        """The repository's files that an import executes: packages on the way, the module, submodules named."""
        asked = importer.rpartition("/")[0], wanted
        if asked not in self._at_once:
            bases = [_up(importer, wanted.level)] if wanted.level else self._bases(importer)
            found = (tuple(self._at(base, wanted)) for base in bases)
            by_habit = () if wanted.level else tuple(self._anywhere(wanted))
            self._at_once[asked] = next((files for files in found if files), by_habit)
        return self._at_once[asked]

    def _anywhere(self, wanted: Import) -> Iterator[str]:
        """A module of a package that no root explains, where the repository has the only one: some habit finds it."""
        first, dot, _ = wanted.module.partition(".")
        if not dot and not wanted.names:
            return
        bases = [folder.rpartition("/")[0] for folder in self._packages.get(first, ())]
        found = [files for base in bases if (files := list(self._at(base, wanted)))]
        if len(found) == 1 and (dot or len(found[0]) > 1 or not found[0][0].endswith("__init__.py")):
            yield from found[0]

    def module_file(self, importer: str, dotted: str) -> str | None:
        """The file of an absolute dotted module name, seen from a file; None when it is not in the repository."""
        for base in self._bases(importer):
            if (path := self._file(_join(base, dotted.replace(".", "/")))) is not None:
                return path
        return None

    def script(self, beside: str, path: str) -> str | None:
        """The file that a path means from the folder of a file, from one above it, or from a source root."""
        candidates = (posixpath.normpath(posixpath.join(base, path)) for base in self._bases(beside))
        return next((candidate for candidate in candidates if candidate in self._files), None)

    def program(self, beside: str, written: str) -> str | None:
        """The file that Python runs for a path or for the module after ``-m``."""
        if written.endswith(".py"):
            return self.script(beside, written)
        main = self.script(beside, f"{written.replace('.', '/')}/__main__.py")
        return main or self.module_file(beside, written)

    def locate(self, importer: str, origin: str) -> tuple[str, str] | None:
        """The file that holds a dotted object, dots in front for a relative one, and the object's name in that file."""
        level = len(origin) - len(origin.lstrip("."))
        parts = origin[level:].split(".")
        if not level and parts[0] not in self._names:
            return None
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
        if ANY in wanted.names:
            submodules = sorted(f for f in self._files if f.rpartition("/")[0] == target)
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


def copies_of_prefect(python_files: Set[str]) -> frozenset[str]:
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
