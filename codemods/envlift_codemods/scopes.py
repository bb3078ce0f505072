"""Which object a name means at a place of a module: imports and aliases resolved by Python's scope rules.

Careful by construction: a name bound more than once, or by anything but an import or a plain alias, means nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ScopeNode = ast.Module | ast.ClassDef | FunctionNode | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Scope:
    """The names that one module, class, function or comprehension binds.

    ``bindings`` maps a name to all that it is bound to here: a dotted origin for an import, the assigned expression
    for a plain ``name = expression``, None for anything else (parameters, loops, functions, augmented assignments).
    """

    node: ScopeNode
    parent: Scope | None
    bindings: dict[str, list[str | ast.expr | None]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)

    def bind(self, name: str, to: str | ast.expr | None) -> None:
        scope = self.module() if name in self.globals else self
        scope.bindings.setdefault(name, []).append(to)

    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> tuple[Scope, list[str | ast.expr | None]] | None:
        """The scope that binds ``name`` as seen from here, with the bindings; None for builtins and unknown names."""
        scope: Scope | None = self.module() if name in self.globals else self
        first = True
        while scope is not None:
            # Class bodies are seen from themselves only, not from the functions in them.
            if (first or not isinstance(scope.node, ast.ClassDef)) and name in scope.bindings:
                return scope, scope.bindings[name]
            first = False
            scope = scope.parent
        return None

    def origin(self, node: ast.expr, depth: int = 0) -> str | None:
        """The dotted name of the object that an expression means, e.g. ``os.environ.get``; None when unknown."""
        if depth > 8:
            return None
        if isinstance(node, ast.Attribute):
            inner = self.origin(node.value, depth + 1)
            return f"{inner}.{node.attr}" if inner else None
        if not isinstance(node, ast.Name):
            return None
        found = self.lookup(node.id)
        if found is None:
            return None
        scope, bound = found
        origins = {b if isinstance(b, str) or b is None else scope.origin(b, depth + 1) for b in bound}
        # `try: from a import x / except ImportError: from b import x` means neither for certain.
        return origins.pop() if len(origins) == 1 else None

    def constant(self, node: ast.expr, depth: int = 0) -> str | None:
        """The string that an expression always is: a literal, or a name bound once to one; None when not provable."""
        if depth > 8:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name) and (found := self.lookup(node.id)):
            scope, bound = found
            if len(bound) == 1 and isinstance(bound[0], ast.expr):
                return scope.constant(bound[0], depth + 1)
        return None


@dataclass(frozen=True, slots=True)
class Scopes:
    """All scopes of one module, by the node that opens them."""

    module: Scope
    by_node: dict[ScopeNode, Scope]


# Fields that hold text, numbers or marks such as Load and Add: nothing that binds a name, reads or calls.
_MARKS = frozenset("id ctx attr arg module level kind type_comment conversion simple is_async op ops rest".split())
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Global: (), ast.Nonlocal: ()}


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes below a node in the order of ``ast.iter_child_nodes``, without operators and contexts."""
    fields = _FIELDS.get(type(node))
    if fields is None:
        fields = _FIELDS[type(node)] = tuple(f for f in node._fields if f not in _MARKS)
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def build_scopes(tree: ast.Module, *, declares: bool = True) -> Scopes:
    """Bind every name of a module, in one pass over its statements.

    ``declares`` is false where the source holds no ``global`` and no ``nonlocal``, which need a pass of their own.
    """
    builder = _Builder(tree, declares=declares)
    builder.fill(builder.scopes.module, tree.body)
    return builder.scopes


_PLAIN = frozenset(
    {
        ast.Constant, ast.Attribute, ast.Call, ast.keyword, ast.Expr, ast.Return, ast.If, ast.Compare, ast.Subscript,
        ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Tuple, ast.List, ast.Dict, ast.JoinedStr, ast.FormattedValue,
        ast.Raise, ast.Assert, ast.Try, ast.IfExp, ast.Starred, ast.Slice, ast.For, ast.With, ast.withitem, ast.While,
    }
)  # fmt: skip
"""Nodes that bind nothing by themselves, only by what stands in them."""


class _Builder:
    def __init__(self, tree: ast.Module, *, declares: bool) -> None:
        self.declares = declares
        root = Scope(tree, None)
        self.scopes = Scopes(root, {tree: root})

    def fill(self, scope: Scope, nodes: list[ast.stmt] | list[ast.expr]) -> None:
        for node in nodes:
            self.visit(scope, node)

    def open(self, scope: Scope, node: ScopeNode) -> Scope:
        inner = Scope(node, scope)
        self.scopes.by_node[node] = inner
        return inner

    def visit(self, scope: Scope, node: ast.AST) -> None:  # noqa: PLR0912 - one arm for each way to bind a name
        if type(node) in _PLAIN:
            for child in children(node):
                self.visit(scope, child)
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            self.function(scope, node)
            return
        if isinstance(node, ast.ClassDef):
            scope.bind(node.name, None)
            for outside in (*node.decorator_list, *node.bases, *node.keywords):
                self.visit(scope, outside)
            self.fill(self.open(scope, node), node.body)
            return
        if isinstance(node, _COMPREHENSIONS):
            inner = self.open(scope, node)
            for child in children(node):
                self.visit(inner, child)
            return
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            # A nonlocal name belongs to an outer function: treating it as the module's loses it, which is careful.
            scope.globals.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imports(scope, node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self.assign(scope, node)
        elif isinstance(node, ast.NamedExpr):
            holder = scope
            while isinstance(holder.node, _COMPREHENSIONS) and holder.parent is not None:
                holder = holder.parent
            holder.bind(node.target.id, node.value)
            self.visit(scope, node.value)
            return
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            scope.bind(node.id, None)
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        ):
            scope.bind(node.name, None)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bind(node.rest, None)
        for child in _children_after_binding(node):
            self.visit(scope, child)

    def function(self, scope: Scope, node: FunctionNode) -> None:
        if not isinstance(node, ast.Lambda):
            scope.bind(node.name, None)
            for outside in (*node.decorator_list, *([node.returns] if node.returns else [])):
                self.visit(scope, outside)
        inner = self.open(scope, node)
        arguments = node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d)):
            self.visit(scope, default)
        for argument in _parameters(arguments):
            inner.bind(argument.arg, None)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        for child in body if self.declares else ():
            self.declare_globals(inner, child)
        for child in body:
            self.visit(inner, child)

    def declare_globals(self, scope: Scope, node: ast.AST) -> None:
        for inner in _same_scope(node):
            if isinstance(inner, (ast.Global, ast.Nonlocal)):
                scope.globals.update(inner.names)

    def imports(self, scope: Scope, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                first = alias.name.split(".")[0]
                scope.bind(alias.asname or first, alias.name if alias.asname else first)
            else:
                module = "." * node.level + (node.module or "")
                dot = "" if module.endswith(".") else "."
                scope.bind(alias.asname or alias.name, f"{module}{dot}{alias.name}")

    def assign(self, scope: Scope, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:
                scope.bind(target.id, node.value)


def _children_after_binding(node: ast.AST) -> Iterator[ast.AST]:
    """The children still to visit: assignment targets that ``assign`` has bound are left out."""
    if isinstance(node, ast.Assign):
        yield from (t for t in node.targets if not isinstance(t, ast.Name))
        yield node.value
    elif isinstance(node, ast.AnnAssign):
        if not isinstance(node.target, ast.Name):
            yield node.target
        if node.value is not None:
            yield node.value
    else:
        yield from children(node)


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (a for a in (arguments.vararg, arguments.kwarg) if a)


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        for child in children(node):
            yield from _same_scope(child)
