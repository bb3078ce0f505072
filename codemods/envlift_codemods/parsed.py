"""One parsed module and what can be asked about a place in it: scope, surroundings, positions."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar, overload

from envlift_codemods.parsing import tree_of, utf8_lines
from envlift_codemods.scopes import FunctionNode, Scope, ScopeNode, Scopes, build_scopes, evaluated_outside

_ALIAS = "="  # what an expression stands for: no dotted name
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
A = TypeVar("A", bound=ast.AST)
B = TypeVar("B", bound=ast.AST)
C = TypeVar("C", bound=ast.AST)
_NESTED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Place(Enum):
    """When and where an expression is evaluated."""

    MODULE = "module"
    CLASS_BODY = "class body"
    DECORATOR = "decorator"
    DEFAULT_ARGUMENT = "default argument"
    FUNCTION = "function"
    ASYNC_FUNCTION = "async function"
    NESTED = "lambda or comprehension"

    @property
    def at_import(self) -> bool:
        """Whether importing the module evaluates the expression."""
        return self in (Place.MODULE, Place.CLASS_BODY, Place.DECORATOR, Place.DEFAULT_ARGUMENT)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where an expression stands: 1-based lines, 0-based columns in characters, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def within(self, outer: Span) -> bool:
        """Whether it stands in another span, or is the same."""
        starts = (outer.line, outer.column) <= (self.line, self.column)
        return starts and (self.end_line, self.end_column) <= (outer.end_line, outer.end_column)


class ParsedModule:
    """A module's syntax tree with scopes, parents and character positions.

    ``nodes`` holds every node once; ``calls``, ``classes`` and ``functions`` those of one kind.

    Raises:
        SyntaxError, ValueError: the running Python cannot parse the source (broken, or newer than it).
        RecursionError: an expression is nested too deeply.
    """

    def __init__(self, source: bytes) -> None:
        self.tree: ast.Module = tree_of(source)
        self.scopes: Scopes = build_scopes(self.tree)
        self.nodes: list[ast.AST] = self.scopes.nodes
        self.calls: tuple[ast.Call, ...] = tuple(self.of(ast.Call))
        self.subscripts: tuple[ast.Subscript, ...] = tuple(self.of(ast.Subscript))
        self.classes: tuple[ast.ClassDef, ...] = tuple(self.of(ast.ClassDef))
        self.functions: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...] = (
            *self.of(ast.FunctionDef),
            *self.of(ast.AsyncFunctionDef),
        )
        self._parents = self.scopes.parents
        self._lines: list[bytes] = utf8_lines(source)
        self._origins: dict[ast.expr, str | None] = {}
        self._by_line: dict[int, list[ast.expr]] = {}
        self._named: dict[str, list[ast.Name | ast.Attribute]] | None = None
        self._kept: dict[tuple[ast.ClassDef, str], list[ast.expr]] | None = None
        self._meanings: dict[str, set[str]] = defaultdict(set)
        for scope in self.scopes.by_node.values():
            for name, bound in scope.bindings.items():
                if any(isinstance(b, (str, ast.Name, ast.Attribute)) for b in bound):
                    self._meanings[name].update(b if isinstance(b, str) else _ALIAS for b in bound)

    @overload
    def of(self, kind: type[A], /) -> Iterator[A]: ...

    @overload
    def of(self, first: type[A], second: type[B], /) -> Iterator[A | B]: ...

    @overload
    def of(self, first: type[A], second: type[B], third: type[C], /, *more: type[ast.AST]) -> Iterator[ast.AST]: ...

    def of(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """The nodes of some classes, each class by itself in the order of the source."""
        for kind in kinds:
            yield from self.scopes.kinds.get(kind, ())

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """From the parent up to the module."""
        while (above := self._parents.get(node)) is not None:
            yield above
            node = above

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that a statement stands among."""
        above = self.parent(statement)
        blocks = (getattr(above, name, None) for name in ("body", "orelse", "finalbody"))
        return next(block for block in blocks if isinstance(block, list) and statement in block)

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias) -> Span:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(
            node.lineno,
            self._characters(node.lineno, node.col_offset),
            end_line,
            self._characters(end_line, end_column),
        )

    def _characters(self, line: int, offset: int) -> int:
        """A column in characters from one in UTF-8 bytes, which is what ``ast`` counts in."""
        text = self._lines[line - 1] if line <= len(self._lines) else b""
        return offset if text.isascii() else len(text[:offset].decode("utf-8", "replace"))

    def scope(self, node: ast.AST) -> Scope:
        """The scope in which the names of an expression are looked up."""
        parents, opened = self._parents, self.scopes.by_node
        while (above := parents.get(node)) is not None:
            if (found := opened.get(above)) is not None and not evaluated_outside(above, node):
                return found
            node = above
        return self.scopes.module

    def origin(self, node: ast.expr) -> str | None:
        """The dotted name of the object that an expression means, aliases resolved; None when unknown."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id not in self._meanings:
            return None
        if node not in self._origins:
            self._origins[node] = self.scope(node).origin(node)
        return self._origins[node]

    def names_for(self, origins: Set[str]) -> frozenset[str]:
        """The names that imports anywhere bind to an object of these dotted names."""
        return frozenset(name for name, bound in self._meanings.items() if not origins.isdisjoint(bound))

    @property
    def aliases(self) -> frozenset[str]:
        """The names that are anywhere bound to another name or an attribute."""
        return self.names_for({_ALIAS})

    def named(self, *words: str) -> Iterator[ast.Name | ast.Attribute]:
        """The variables and attributes that end in one of some words, word by word in the order of the source."""
        if self._named is None:
            self._named = defaultdict(list)
            for name in self.of(ast.Name):
                self._named[name.id].append(name)
            for attribute in self.of(ast.Attribute):
                self._named[attribute.attr].append(attribute)
        for word in words:
            yield from self._named.get(word, ())

    def expression_at(self, span: Span) -> ast.expr | None:
        """The outermost expression that stands at a span."""
        if not self._by_line:
            for node in self.nodes:
                if isinstance(node, ast.expr):
                    self._by_line.setdefault(node.lineno, []).append(node)
        return next((node for node in self._by_line.get(span.line, ()) if self.span(node) == span), None)

    def defined(self, node: ast.Name) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
        """The function or class of this module that a name means; None where it is bound otherwise or twice."""
        found = self.scope(node).lookup(node.id)
        if found is None or found[1] != [None]:
            return None
        owner, _ = found
        named = (d for d in (*self.functions, *self.classes) if d.name == node.id)
        return next((d for d in named if self.scope(d) is owner), None)

    def kept(self, owner: ast.ClassDef, name: str) -> list[ast.expr]:
        """All that the body and the methods of a class assign to one of its attributes."""
        if self._kept is None:
            self._kept = {}
            for node in self.nodes:
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                        if (held := self._attribute(node, target)) is not None:
                            self._kept.setdefault(held, []).append(node.value)
        return self._kept.get((owner, name), [])

    def _attribute(self, statement: ast.stmt, target: ast.expr) -> tuple[ast.ClassDef, str] | None:
        match target:
            case ast.Name(id=name):
                owner = self.parent(statement)
                return (owner, name) if isinstance(owner, ast.ClassDef) else None
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                around = next((above for above in self.ancestors(statement) if isinstance(above, ast.ClassDef)), None)
                return None if around is None else (around, name)
        return None

    def constant(self, node: ast.expr) -> str | None:
        """The string that an expression always is; None when that cannot be proven."""
        return self.scope(node).constant(node)

    def function(self, node: ast.AST) -> FunctionNode | None:
        """The nearest function whose body evaluates the expression."""
        below = node
        for above in self.ancestors(node):
            if isinstance(above, (*_FUNCTIONS, ast.Lambda)) and not evaluated_outside(above, below):
                return above
            below = above
        return None

    def outermost(self, node: ast.AST) -> FunctionNode | None:
        """The function whose run evaluates the expression and that no other function's run defines."""
        found, above = None, self.function(node)
        while above is not None:
            found, above = above, self.function(above)
        return found

    def rest_of_line(self, node: ast.stmt | ast.expr) -> str:
        """What follows a node on the line that it ends on."""
        line = self._lines[(node.end_lineno or node.lineno) - 1]
        return line[node.end_col_offset or 0 :].decode("utf-8", "replace").strip()

    def comments_of(self, node: ast.stmt) -> Iterator[str]:
        """The comments on the lines of a statement; on those before its last, all that may be one."""
        lines = self._lines[node.lineno - 1 : (node.end_lineno or node.lineno) - 1]
        for rest in (*(line.decode("utf-8", "replace") for line in lines), self.rest_of_line(node)):
            if "#" in rest:
                yield rest[rest.index("#") :].strip()

    def start_of_line(self, node: ast.stmt) -> str:
        """What stands ahead of a statement on the line that it starts on."""
        return self._lines[node.lineno - 1][: node.col_offset].decode("utf-8", "replace")

    def qualified_name(self, node: ast.AST) -> str:
        """The dotted name of the functions and classes around a node, itself included; empty at module level."""
        chain = [node, *self.ancestors(node)]
        names = [n.name for n in chain if isinstance(n, (*_FUNCTIONS, ast.ClassDef))]
        return ".".join(reversed(names))

    def enclosing_name(self, node: ast.AST) -> str:
        """The qualified name of the function whose body evaluates the expression; empty outside of functions."""
        function = self.function(node)
        return "" if function is None else self.qualified_name(function)

    def place(self, node: ast.AST) -> Place:
        """Where the expression is evaluated, told by the first construct around it that decides."""
        below, outermost = node, Place.MODULE
        for above in self.ancestors(node):
            if isinstance(above, _NESTED):
                return Place.NESTED
            if isinstance(above, _FUNCTIONS):
                if not evaluated_outside(above, below):
                    is_async = isinstance(above, ast.AsyncFunctionDef)
                    inside = Place.ASYNC_FUNCTION if is_async else Place.FUNCTION
                    return inside if outermost is Place.MODULE else Place.NESTED
                outermost = Place.DECORATOR if below in above.decorator_list else Place.DEFAULT_ARGUMENT
            elif isinstance(above, ast.ClassDef) and outermost is Place.MODULE:
                outermost = Place.DECORATOR if below in above.decorator_list else Place.CLASS_BODY
            below = above
        return outermost

    def in_loop(self, node: ast.AST) -> bool:
        """Whether one call of the function evaluates the expression more than once."""
        below = node
        for above in self.ancestors(node):
            if isinstance(above, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
                return False
            if isinstance(above, (ast.For, ast.AsyncFor)) and below is not above.iter and below not in above.orelse:
                return True
            if isinstance(above, ast.While) and below not in above.orelse:
                return True
            below = above
        return False


__all__ = ["ParsedModule", "Place", "ScopeNode", "Span"]
