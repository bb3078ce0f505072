"""How the files of a repository come to a module-level name of another file."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from envlift.scanning.reach.import_effects import imported_names
from envlift.scanning.reach.import_index import ImportIndex
from envlift.scanning.reach.imports import ImportResolver
from envlift.scanning.reach.sources import Sources
from envlift_codemods.constant_uses import Brought, brought_by, reference_nodes, uses_of_constant
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_BY_TEXT = frozenset({"import_module", "__import__"})
_DYNAMIC = ("getattr", "setattr", "vars", "__dict__", "reload")


@dataclass(frozen=True, slots=True)
class Name:
    """A module-level name of a file."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a constant cannot sink."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.path}:{self.line})"


class ConstantImports:
    """Looks for the imports of a name; parses the files that mention it, each once.

    Args:
        sources: The repository's Python files and notebooks.
        index: Who imports whom.
        resolver: What an import means.
        others: Files that may name a constant without an import that tells: tests, which patch, notebooks,
            and those that import what they compute.
    """

    def __init__(self, sources: Sources, index: ImportIndex, resolver: ImportResolver, others: Iterable[str]) -> None:
        self.sources = sources
        self.index = index
        self.resolver = resolver
        self.others = frozenset(others)
        self._users: dict[str, set[str]] = {}
        self._late: dict[str, set[str]] = {}

    def of(self, wanted: Name) -> Iterator[tuple[str, Brought | Stopped]]:
        """Each file that comes to the name with how it does, or with why it could not do without."""
        for file in sorted(self._files_to_look_at(wanted) - {wanted.path}):
            module = self.sources.module(file)
            if module is not None:
                yield from ((file, found) for found in self._imports(module, file, wanted))
            elif (unreadable := self._unreadable(file, wanted)) is not None:
                yield file, unreadable

    def _files_to_look_at(self, wanted: Name) -> set[str]:
        """The files that may use a name: those that mention it, import everything, or ask for names at run time."""
        if wanted.path not in self._users:
            users, stem = self.index.users_of(wanted.path), _stem(wanted.path)
            # Whatever names the constant without an import that tells names its module, too.
            self._users[wanted.path] = users | self.sources.holding([stem], self.others - users)
            asking = self.sources.holding(_DYNAMIC, users)
            self._late[wanted.path] = self.sources.starred(users) | self.sources.holding([stem], asking)
        return self.sources.holding([wanted.name], self._users[wanted.path]) | self._late[wanted.path]

    def _unreadable(self, file: str, wanted: Name) -> Stopped | None:
        """A notebook, or a file that this Python cannot parse, that names the constant and the module it is in."""
        if not all(self.sources.holding([word], [file]) for word in (wanted.name, _stem(wanted.path))):
            return None
        return Stopped(file, 1, f"{wanted.name} may be used in what cannot be read as Python here")

    def _imports(self, module: ParsedModule, path: str, wanted: Name) -> Iterator[Brought | Stopped]:
        """How a file comes to a name of another file."""
        covered: set[int] = set()
        references: set[str] = set()
        for alias, origin, line in imported_names(module):
            if alias.name == "*":
                if self._is(path, f"{origin}{wanted.name}", wanted):
                    yield Stopped(path, line, f"everything of {_stem(wanted.path)} is imported with a star")
                continue
            is_name = self._is(path, origin, wanted) and isinstance(module.parent(alias), ast.ImportFrom)
            if not is_name and not self._is(path, f"{origin}.{wanted.name}", wanted):
                continue
            brought = brought_by(module, alias, wanted.name)
            if isinstance(brought, str):
                if is_name or self._mentions(module, wanted):
                    yield Stopped(path, line, brought)
                continue
            nodes = list(reference_nodes(module, brought.reference))
            covered |= {id(node) for node in nodes}
            uses = uses_of_constant(module, brought.reference)
            if brought.own_name or nodes or any(use.obstacle for use in uses):
                if references:
                    yield Stopped(path, line, f"{wanted.name} comes into this file twice")
                references.add(brought.reference)
                yield brought
        yield from self._other_ways(module, path, wanted, covered)

    def _other_ways(self, module: ParsedModule, path: str, wanted: Name, covered: set[int]) -> Iterator[Stopped]:
        """Uses that no import of the name or its module explains: through a package, or by a string."""
        patched = re.compile(rf"(.*\.)?{re.escape(_stem(wanted.path))}\.{re.escape(wanted.name)}")
        for node in module.of(ast.Attribute):
            if node.attr == wanted.name and id(node) not in covered:
                origin = module.origin(node)
                if origin is not None and self._is(path, origin, wanted):
                    yield Stopped(path, node.lineno, f"{wanted.name} is reached through its package")
        for text in module.of(ast.Constant):
            if isinstance(text.value, str) and patched.fullmatch(text.value):
                yield Stopped(path, text.lineno, f"a string names {wanted.name}, as for patching it")
        if self._mentions(module, wanted):
            by_text = (call for call in module.calls if _imports_by_text(module, call, _stem(wanted.path)))
            yield from (
                Stopped(path, c.lineno, f"{wanted.name} may be reached through a string that names its module")
                for c in by_text
            )

    def _mentions(self, module: ParsedModule, wanted: Name) -> bool:
        return any(n.attr == wanted.name for n in module.of(ast.Attribute))

    def _is(self, path: str, origin: str, wanted: Name) -> bool:
        return self.resolver.locate(path, origin) == (wanted.path, wanted.name)


def uses_of_module(module: ParsedModule, reference: str) -> Iterator[ast.expr]:
    """All that a file takes from a module as it takes a constant, ``config.OTHER`` for ``config.TOKEN``."""
    root, *attributes = reference.split(".")
    for node in module.named(root):
        whole: ast.AST | None = node
        for _ in attributes:
            above = module.parent(whole) if whole is not None else None
            whole = above if isinstance(above, ast.Attribute) else whole
        if isinstance(node, ast.Name) and isinstance(whole, ast.expr):
            yield whole


def _imports_by_text(module: ParsedModule, call: ast.Call, stem: str) -> bool:
    """Whether a call imports a module of some name by a text: ``import_module("shop.config")``."""
    if not call.args or dotted_name(call.func).rpartition(".")[2] not in _BY_TEXT:
        return False
    text = module.constant(call.args[0])
    return text is not None and text.rpartition(".")[2] == stem


def _stem(path: str) -> str:
    name = posixpath.basename(path).removesuffix(".py")
    return posixpath.basename(posixpath.dirname(path)) if name == "__init__" else name
