"""Which object a name means at a place of a module: imports and aliases resolved by Python's scope rules.

Careful by construction: a name bound more than once, or by anything but an import or a plain alias, means nothing.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

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
    """All nodes of one module, each once and before those below it, and what one pass over them tells.

    Args:
        module: The scope of the module itself.
        by_node: All scopes, by the node that opens them.
        nodes: Every node.
        kinds: The same, by their class.
        parents: The node right above each but the module.
    """

    module: Scope
    by_node: dict[ast.AST, Scope]
    nodes: list[ast.AST]
    kinds: dict[type[ast.AST], list[ast.AST]]
    parents: dict[ast.AST, ast.AST]


# Fields that hold text, numbers or marks such as Load and Add: nothing that binds a name, reads or calls.
_MARKS = frozenset(
    "id ctx attr arg module level kind type_comment conversion simple is_async op ops rest kwd_attrs".split()
)
_LEAVES = (ast.Constant, ast.Name, ast.Global, ast.Nonlocal, ast.Pass, ast.alias)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = dict.fromkeys(_LEAVES, ())


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes below a node in the order of ``ast.iter_child_nodes``, without operators and contexts."""
    fields = _FIELDS.get(node.__class__)
    if fields is None:
        fields = _FIELDS[node.__class__] = tuple(f for f in node._fields if f not in _MARKS)
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += value if None not in value else [item for item in value if item is not None]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def build_scopes(tree: ast.Module) -> Scopes:
    """Bind every name of a module, in one pass over its nodes; a stack, so that deep trees end in no RecursionError.

    Python lets nothing bind a name above the ``global`` or ``nonlocal`` that declares it: one pass is enough.
    """
    root = Scope(tree, None)
    scopes = Scopes(root, {tree: root}, [], defaultdict(list), {})
    nodes, kinds, parents = scopes.nodes, scopes.kinds, scopes.parents
    stack: list[tuple[ast.AST, Scope]] = [(tree, root)]
    while stack:
        node, scope = stack.pop()
        kind = node.__class__
        nodes.append(node)
        kinds[kind].append(node)
        if isinstance(node, ast.Name):
            if node.ctx.__class__ is not ast.Load:
                _bind_name(scope, node, parents[node])
            continue
        if kind in _BINDING:
            _bind(scope, node)
        inner = None
        if kind in _OPENING:
            opener = cast("ScopeNode", node)
            inner = scopes.by_node[opener] = _opened(scope, opener)
        for child in reversed(children(node)):
            parents[child] = node
            stack.append((child, scope if inner is None or evaluated_outside(node, child) else inner))
    return scopes


_OPENING = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS})
_BINDING = frozenset(
    {
        ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler,
        ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.Global, ast.Nonlocal,
    }
)  # fmt: skip


def evaluated_outside(node: ast.AST, child: ast.AST) -> bool:
    """Whether a direct child of a node that opens a scope is evaluated in the scope around it."""
    # Of what stands in a definition only its body is made of statements.
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return not isinstance(child, ast.stmt)
    return isinstance(node, ast.Lambda) and child is not node.body


def _opened(scope: Scope, node: ScopeNode) -> Scope:
    """The scope that a node opens, with its parameters."""
    inner = Scope(node, scope)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for argument in _parameters(node.args):
            inner.bind(argument.arg, None)
    return inner


def _bind(scope: Scope, node: ast.AST) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            _bind_imports(scope, node)
        case ast.Global() | ast.Nonlocal():
            # A nonlocal name belongs to an outer function: treating it as the module's loses it, which is careful.
            scope.globals.update(node.names)
        case ast.MatchMapping(rest=str(name)):
            scope.bind(name, None)
        case (
            ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.ClassDef(name=name)
            | ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
        ):
            scope.bind(name, None)


def _bind_name(scope: Scope, node: ast.Name, above: ast.AST) -> None:
    """Bind what stands on the left of an assignment, in a loop, a ``with``, a ``del`` and the like."""
    match above:
        case ast.Assign(value=value):
            scope.bind(node.id, value)
        case ast.AnnAssign(value=None):
            pass
        case ast.AnnAssign(value=value):
            scope.bind(node.id, value)
        case ast.NamedExpr(value=value):
            while isinstance(scope.node, _COMPREHENSIONS) and scope.parent is not None:
                scope = scope.parent
            scope.bind(node.id, value)
        case _:
            scope.bind(node.id, None)


def _bind_imports(scope: Scope, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        if isinstance(node, ast.Import):
            first = alias.name.split(".")[0]
            scope.bind(alias.asname or first, alias.name if alias.asname else first)
        else:
            module = "." * node.level + (node.module or "")
            dot = "" if module.endswith(".") else "."
            scope.bind(alias.asname or alias.name, f"{module}{dot}{alias.name}")


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (a for a in (arguments.vararg, arguments.kwarg) if a)
