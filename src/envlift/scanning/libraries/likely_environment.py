"""Reads and writes of what may be the environment where scopes cannot prove it: parameters, attributes, fallbacks.

They are sites like the others and are never rewritten: the object may be another mapping.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envlift.inventory import Site, SiteKind
from envlift.scanning.definitions.definitions import Sight
from envlift.scanning.prefect_code.flows import origins
from envlift.scanning.read_sites import argument, concealed, read_site
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import READ_IDIOMS, WRITE_ORIGINS, ReadIdiom
from envlift_codemods.reads import Access, access_of, is_whole_environment
from envlift_codemods.receivers import last_word

_IDIOMS = {idiom.origin: idiom for idiom in READ_IDIOMS}
_ENVIRON = "os.environ"
_METHODS = {"get": _IDIOMS["os.environ.get"], "__getitem__": _IDIOMS[_ENVIRON]}
_CALLED = {origin: idiom for origin, idiom in _IDIOMS.items() if origin != _ENVIRON}
_WRITES = {origin.rpartition(".")[2]: form for origin, form in WRITE_ORIGINS.items() if origin.startswith(_ENVIRON)}
_CERTAIN = frozenset(_IDIOMS)
_ROUNDS = 3
_DEEPEST = 6
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_OBSTACLE = "what it reads from may be another mapping than the environment"


class LikelyEnvironment:
    """What a module may hold the environment in, beyond the names that certainly mean it.

    Args:
        module: The file.
        sight: Its view of what other files export.
    """

    def __init__(self, module: ParsedModule, sight: Sight) -> None:
        self.module = module
        self.sight = sight
        self.starred = "os." in sight.own.stars
        self.attributes: set[tuple[str, str]] = set()
        self.parameters: set[tuple[ast.AST, str]] = set()
        self.followed: dict[str, bool] = {}
        self.accesses: dict[ast.Subscript | ast.Call, Access] = {}
        self.active = sight.definitions.shares_environment or self.starred or _is_kept(module)
        if self.active:
            self.learn()
            found = ((node, self.access(node)) for node in module.of(ast.Subscript, ast.Call))
            self.accesses = {node: access for node, access in found if access is not None}

    def learn(self) -> None:
        for _ in range(_ROUNDS):
            before = len(self.attributes) + len(self.parameters)
            for function in self.module.functions:
                self.parameters |= {(function, name) for name, value in _defaults(function) if self.holds(value)}
            for call in self.module.calls:
                self.parameters |= set(self.passed(call))
            for node in self.module.of(ast.Assign, ast.AnnAssign):
                if node.value is not None:
                    self.attributes |= set(self.kept(node, node.value))
            if len(self.attributes) + len(self.parameters) == before:
                return

    def passed(self, call: ast.Call) -> Iterator[tuple[ast.AST, str]]:
        """The parameters of this file's functions to which a call gives the environment."""
        given = [(i, a) for i, a in enumerate(call.args) if self.holds(a)]
        named = [k.arg for k in call.keywords if k.arg and self.holds(k.value)]
        function = self.called(call.func) if given or named else None
        if function is None:
            return
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        bound = isinstance(self.module.parent(function), ast.ClassDef) and names[:1] in (["self"], ["cls"])
        names = names[1:] if bound else names
        yield from ((function, names[i]) for i, _ in given if i < len(names))
        yield from ((function, name) for name in named)

    def called(self, node: ast.expr) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        owner: ast.AST | None
        match node:
            case ast.Name():
                definition = self.module.defined(node)
                return _method(definition, "__init__") if isinstance(definition, ast.ClassDef) else definition
            case ast.Attribute(value=ast.Name() as value, attr=name):
                owner = self.owner(value)
                return _method(owner, name) if isinstance(owner, ast.ClassDef) else None
        return None

    def owner(self, node: ast.Name) -> ast.AST | None:
        """The class that ``self``, ``cls`` or its own name means."""
        if node.id in ("self", "cls"):
            return next((above for above in self.module.ancestors(node) if isinstance(above, ast.ClassDef)), None)
        return self.module.defined(node)

    def kept(self, statement: ast.Assign | ast.AnnAssign, value: ast.expr) -> Iterator[tuple[str, str]]:
        """The attributes in which a statement keeps the environment."""
        if not self.holds(value):
            return
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                owner = self.owner(target.value)
                if owner is not None:
                    yield self.module.qualified_name(owner), target.attr
            elif isinstance(target, ast.Name) and isinstance(self.module.parent(statement), ast.ClassDef):
                yield self.module.qualified_name(statement), target.id

    def holds(self, node: ast.expr, depth: int = 0) -> bool:
        """Whether an expression may be the environment."""
        if depth > _DEEPEST:
            return False
        match node:
            case ast.IfExp(body=body, orelse=orelse):
                return self.holds(body, depth + 1) or self.holds(orelse, depth + 1)
            case ast.BoolOp(values=values):
                return any(self.holds(value, depth + 1) for value in values)
            case ast.NamedExpr(value=value):
                return self.holds(value, depth + 1)
            case ast.Call(func=function, args=[*_, last]) if last_word(function) == "cast":
                return self.holds(last, depth + 1)
            case ast.Name() | ast.Attribute():
                origin = self.module.origin(node)
                if origin is not None and not origin.startswith("."):
                    return origin == _ENVIRON or self.elsewhere(node)
                if _ENVIRON in origins(self.module.scope(node), node):
                    return True
                if isinstance(node, ast.Attribute):
                    return self.attribute(node) or self.elsewhere(node)
                return self.name(node, depth) or self.elsewhere(node)
        return False

    def name(self, node: ast.Name, depth: int) -> bool:
        found = self.module.scope(node).lookup(node.id)
        if found is None:
            return self.starred and node.id == "environ"
        scope, bound = found
        if (scope.node, node.id) in self.parameters:
            return True
        if len(bound) == 1 and bound[0] is node:
            return False
        return any(b == _ENVIRON if isinstance(b, str) else b is not None and self.holds(b, depth + 1) for b in bound)

    def attribute(self, node: ast.Attribute) -> bool:
        owner = self.owner(node.value) if isinstance(node.value, ast.Name) and self.attributes else None
        return owner is not None and (self.module.qualified_name(owner), node.attr) in self.attributes

    def elsewhere(self, node: ast.expr) -> bool:
        """Whether another file of the repository exports the environment by this name."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        found = self.module.scope(root).lookup(root.id) if isinstance(root, ast.Name) else None
        if found is None or len(found[1]) != 1 or not isinstance(found[1][0], str):
            return False
        origin = self.module.origin(node) or ""
        if origin not in self.followed:
            self.followed[origin] = self.sight.origin(self.module, node) == _ENVIRON
        return self.followed[origin]

    def access(self, node: ast.Subscript | ast.Call) -> Access | None:
        """The read that an expression may be; None where it is certainly one, and where it is none."""
        if access_of(self.module, node) is not None:
            return None
        if isinstance(node, ast.Subscript):
            is_read = isinstance(node.ctx, ast.Load) and self.holds(node.value)
            return Access(_IDIOMS[_ENVIRON], node.slice, None) if is_read else None
        idiom: ReadIdiom | None = None
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and self.holds(node.func.value):
            idiom = _METHODS[node.func.attr]
        elif isinstance(node.func, (ast.Name, ast.Attribute)):
            idiom = self.function(node.func)
        key = argument(node, 0, "key") if idiom is not None else None
        return None if idiom is None or key is None else Access(idiom, key, argument(node, 1, "default"))

    def function(self, node: ast.Name | ast.Attribute) -> ReadIdiom | None:
        """The idiom of what may be ``os.getenv``: imported behind ``try``, by a star or from another file."""
        if isinstance(node, ast.Attribute) and node.attr not in ("getenv", "get"):
            return None
        meant = origins(self.module.scope(node), node)
        if self.starred and isinstance(node, ast.Name) and node.id == "getenv" and not meant:
            return _CALLED["os.getenv"]
        certain = next((_CALLED[origin] for origin in sorted(meant) if origin in _CALLED), None)
        return certain or (_CALLED.get(self.sight.origin(self.module, node)) if meant else None)

    def sites(self, path: str) -> Iterator[Site]:
        """The reads and writes of what may be the environment."""
        for node in self.module.of(ast.Subscript, ast.Call, ast.Compare) if self.active else ():
            access = self.accesses.get(node) if isinstance(node, (ast.Subscript, ast.Call)) else None
            if access is not None and isinstance(node, ast.expr):
                yield read_site(
                    self.module,
                    path,
                    node,
                    name=self.module.constant(access.key) or "",
                    form=access.idiom.name,
                    obstacle=_OBSTACLE,
                    missing=access.missing,
                    default=concealed(self.module, access.default),
                )
            elif (found := self.write(node)) is not None:
                at, key, form = found
                name = (self.module.constant(key) if key is not None else None) or ""
                span, place, function = self.module.span(at), self.module.place(at), self.module.enclosing_name(at)
                yield Site(path, span, SiteKind.ENV_WRITE, name, form, place, function)

    def write(self, node: ast.AST) -> tuple[ast.expr, ast.expr | None, str] | None:
        """The change or membership test that an expression may be: itself, the variable's name, and the form."""
        match node:
            case ast.Subscript(value=value, slice=key, ctx=ast.Store() | ast.Del()) if self.is_unsure(value):
                return node, key, "del environ[]" if isinstance(node.ctx, ast.Del) else "environ[]="
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _WRITES and self.is_unsure(value):
                return node, argument(node, 0, "key"), _WRITES[attr]
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]) if self.is_unsure(right):
                return node, left, "in environ"
        return None

    def is_unsure(self, node: ast.expr) -> bool:
        return self.module.origin(node) != _ENVIRON and self.holds(node)


def _is_kept(module: ParsedModule) -> bool:
    """Whether the environment may be named otherwise than where one variable is certainly read or changed."""
    brought = {a.asname or a.name for a in module.of(ast.alias) if a.name in ("environ", "getenv")}
    named = module.named("environ", *(brought - {"environ"}))
    return any(module.origin(n) not in _CERTAIN or is_whole_environment(module, n) for n in named)


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    yield from ((a.arg, default) for a, default in zip(given, arguments.defaults, strict=True))
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    yield from ((a.arg, default) for a, default in named if default is not None)


def _method(owner: ast.ClassDef, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    return next((s for s in owner.body if isinstance(s, _Function) and s.name == name), None)
