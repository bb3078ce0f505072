"""Who calls whom, by name: enough to say which functions an import may run, and whose errors a handler may catch.

Careful by construction: a call of ``x.load()`` may mean every function called ``load`` in the repository, unless
imports show that it means something outside of it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from envlift.inventory import Site, SiteKind
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_KEY_ERRORS = frozenset({"KeyError", "LookupError", "ValueError"})
_PROPERTIES = frozenset({"property", "cached_property", "getter", "hybrid_property"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the qualified name of the function that makes it (empty at import), what is called, and the line.

    ``origin`` is the dotted name of what is called where imports tell it; empty otherwise. A ``mention`` is no call by
    itself: it runs a property only.
    """

    caller: str
    name: str
    origin: str
    line: int
    guarded: bool
    mention: bool = False


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The functions of one file by qualified name, the calls in it, and which functions run by their bare mention."""

    functions: tuple[str, ...]
    calls: tuple[Call, ...]
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class FunctionId:
    """A function of the repository: its file and its qualified name."""

    path: str
    name: str


def call_facts(module: ParsedModule) -> CallFacts:
    """What one file calls, or gives to others that may call it."""
    functions = tuple(sorted({module.qualified_name(node) for node in module.functions}))
    properties = {module.qualified_name(node) for node in module.functions if _is_property(node)}
    return CallFacts(functions, tuple(dict.fromkeys(_calls(module))), tuple(sorted(properties)))


def _calls(module: ParsedModule) -> Iterator[Call]:
    for call in module.calls:
        yield from _call(module, call.func, call)
        if not (module.origin(call.func) or "").startswith("prefect"):
            given = (*call.args, *(k.value for k in call.keywords))
            for called in given:
                if _is_function(module, called) or _makes(call, called):
                    yield from _call(module, called, call)
    for definition in (*module.functions, *module.classes):
        for decorator in definition.decorator_list:
            yield from _call(module, decorator, decorator) if not isinstance(decorator, ast.Call) else ()
    for node in module.of(ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            above = module.parent(node)
            if not (isinstance(above, ast.Call) and above.func is node) and not isinstance(above, ast.Attribute):
                yield from _call(module, node, node, mention=True)


def _call(module: ParsedModule, called: ast.expr, at: ast.expr, *, mention: bool = False) -> Iterator[Call]:
    name = dotted_name(called).rpartition(".")[2]
    if name:
        origin = module.origin(called) or ""
        yield Call(module.enclosing_name(at), name, origin, at.lineno, _guarded(module, at), mention)


def _makes(call: ast.Call, value: ast.expr) -> bool:
    """Whether a value is the factory of a field."""
    return any(k.value is value and k.arg in ("default_factory", "factory") for k in call.keywords)


def _is_function(module: ParsedModule, node: ast.expr) -> bool:
    """Whether what is passed on may be a function: one of this file, an imported name, a method."""
    match node:
        case ast.Name():
            return isinstance(module.defined(node), (ast.FunctionDef, ast.AsyncFunctionDef)) or bool(
                module.origin(node)
            )
        case ast.Attribute():
            return True
    return False


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        dotted_name(d).rpartition(".")[2] in _PROPERTIES
        for d in node.decorator_list
        if isinstance(d, (ast.Name, ast.Attribute))
    )


def _guarded(module: ParsedModule, node: ast.AST) -> bool:
    """Whether a handler in the same function tells a KeyError or ValueError of the call from other errors."""
    below = node
    for above in module.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        if isinstance(above, ast.Try) and below in above.body:
            types = (
                t
                for h in above.handlers
                if h.type
                for t in ast.walk(h.type)
                if isinstance(t, (ast.Name, ast.Attribute))
            )
            if any(dotted_name(t).rpartition(".")[2] in _KEY_ERRORS for t in types):
                return True
        if isinstance(above, (ast.With, ast.AsyncWith)):
            managers = (i.context_expr for i in above.items if isinstance(i.context_expr, ast.Call))
            if any(dotted_name(m.func).endswith("suppress") for m in managers):
                return True
        below = above
    return False


class CallGraph:
    """The calls of several files put together.

    Args:
        facts: By path.
        is_inside: Whether a dotted name may start with a module of the repository.
    """

    def __init__(self, facts: Mapping[str, CallFacts], is_inside: Callable[[str], bool]) -> None:
        self._facts = facts
        self._is_inside = is_inside
        self._by_name: dict[str, list[FunctionId]] = defaultdict(list)
        self._properties: set[FunctionId] = set()
        self._from: dict[FunctionId, list[Call]] = defaultdict(list)
        for path, found in facts.items():
            for function in found.functions:
                parts = function.split(".")
                self._by_name[parts[-1]].append(FunctionId(path, function))
                if len(parts) > 1 and parts[-1].startswith("__"):
                    # Whoever makes an object may run its special methods: by a key, a loop, a comparison.
                    self._by_name[parts[-2]].append(FunctionId(path, function))
            self._properties |= {FunctionId(path, function) for function in found.properties}
            for call in found.calls:
                if call.caller:
                    self._from[FunctionId(path, call.caller)].append(call)

    def run_by(self, starts: Iterable[tuple[str, Call]]) -> Mapping[FunctionId, str]:
        """The functions that may run below some calls, each with the place ``path:line`` of the first call."""
        found: dict[FunctionId, str] = {}
        stack = [(call, f"{path}:{call.line}") for path, call in starts]
        while stack:
            call, place = stack.pop()
            for function in self._called(call):
                if function not in found:
                    found[function] = place
                    stack += [(inner, place) for inner in self._from[function]]
        return found

    def at_import(self, skipped: Callable[[str, int], bool]) -> Mapping[FunctionId, str]:
        """The functions that importing a file may run; ``skipped`` tells lines that an import does not run."""
        return self.run_by(
            (path, call)
            for path, found in self._facts.items()
            for call in found.calls
            if not call.caller and not skipped(path, call.line)
        )

    def guarded(self) -> Mapping[FunctionId, str]:
        """The functions whose KeyError or ValueError some handler further up may tell from other errors."""
        return self.run_by((path, call) for path, found in self._facts.items() for call in found.calls if call.guarded)

    def marked(self, site: Site, at_import: Mapping[FunctionId, str], guarded: Mapping[FunctionId, str]) -> Site:
        """A site whose function an import may run, or whose missing value a handler further up may notice."""
        function = FunctionId(site.path, site.function)
        if not site.function or (site.load is None and site.load_or_raise is None):
            return site
        if function in at_import:
            why = f"its function is called at import ({at_import[function]})"
            return replace(site, load=None, load_or_raise=None, obstacle=why)
        if function in guarded and site.load is not None and site.kind is SiteKind.ENV_READ:
            why = f"a handler may wait for its KeyError ({guarded[function]})"
            return replace(site, load=None, load_or_raise=site.load, obstacle=why)
        return site

    def _called(self, call: Call) -> Iterable[FunctionId]:
        if call.origin and not call.origin.startswith(".") and not self._is_inside(call.origin):
            return ()
        found = self._by_name.get(call.name, ())
        return [function for function in found if function in self._properties] if call.mention else found
