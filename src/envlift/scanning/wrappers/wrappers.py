"""The repository's own functions around environment reads: what they read, and the calls that name a variable."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.inventory import Site, Standing
from envlift.scanning.definitions.definitions import (
    Definition,
    FromParameter,
    Sight,
    Template,
    Wrapper,
)
from envlift.scanning.prefect_code.blocks import block_of, stands_in_for
from envlift.scanning.read_sites import is_none, read_site, text_of
from envlift.scanning.wrappers.name_templates import FunctionNode, parameters_of, patterns_of, template_of, templates_of
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import access_of

_FALLBACKS = frozenset({"default", "fallback", "default_value", "fallback_value", "dflt"})
_ROUNDS = 4
WRAPPER_FORM = "wrapper "
"""How the forms of sites begin that are calls of the repository's own functions."""


@dataclass(frozen=True, slots=True)
class FoundWrappers:
    """The own reads of one file's wrappers, and the call sites.

    Args:
        bodies: The reads and calls inside of wrappers that the caller names: their span and the wrapper's name.
        patterns: For reads with a computed name that no caller gives: the names that it may be, ``*`` for any part.
        sites: The calls that name variables.
    """

    bodies: Mapping[Span, str]
    patterns: Mapping[Span, tuple[str, ...]]
    sites: tuple[Site, ...]


def find_wrappers(module: ParsedModule, path: str, sight: Sight, definitions: dict[str, Definition]) -> FoundWrappers:
    """The functions of a file that read what they are told, and the calls of any wrapper in sight.

    The wrappers are added to ``definitions``, which ``sight`` looks into.
    """
    found = _Wrappers(module, sight, definitions)
    found.learn()
    patterns = {span: tuple(sorted(names)) for span, names in found.patterns.items() if span not in found.bodies}
    return FoundWrappers(found.bodies, patterns, tuple(found.sites(path)))


class _Wrappers:
    def __init__(self, module: ParsedModule, sight: Sight, definitions: dict[str, Definition]) -> None:
        self.module = module
        self.sight = sight
        self.keys: dict[FunctionNode, list[Template]] = defaultdict(list)
        self.missing: dict[FunctionNode, Missing] = {}
        self.defaults: dict[FunctionNode, ast.expr | None] = {}
        self.blocks: set[FunctionNode] = set()
        self.loads = [call for call in module.calls if block_of(module, call)]
        self.patterns: dict[Span, set[str]] = defaultdict(set)
        self.bodies: dict[Span, str] = {}
        self.definitions = definitions

    def learn(self) -> None:
        for node in self.module.nodes:
            access = access_of(self.module, node) if isinstance(node, (ast.Subscript, ast.Call)) else None
            if access is not None and isinstance(node, ast.expr) and self.module.constant(access.key) is None:
                self.note(node, access.key, access.default, access.idiom.missing)
        self.define()
        for _ in range(_ROUNDS):
            before = len(self.bodies)
            for call, wrapper in self.calls():
                self.compose(call, wrapper)
            self.define()
            if len(self.bodies) == before:
                return

    def note(self, node: ast.expr, key: ast.expr, default: ast.expr | None, missing: Missing) -> None:
        """Remember a read whose name is computed: from what the caller gives, or from parts that are known."""
        function = self.module.function(node)
        owner = function if isinstance(function, FunctionNode) else None
        for template in templates_of(self.module, key, owner):
            if not _is_open(template):
                self.patterns[self.module.span(node)].add("".join(p for p in template if isinstance(p, str)))
            elif owner is not None:
                self.add(owner, node, template, missing)
                if not is_none(default):
                    self.defaults[owner] = default
                if stands_in_for(self.module, node, self.loads) is not None:
                    self.blocks.add(owner)

    def add(self, function: FunctionNode, node: ast.expr, template: Template, missing: Missing) -> None:
        if template not in self.keys[function]:
            self.keys[function].append(template)
        self.missing[function] = Missing.RAISES if _raises(self.module, function) else missing
        self.bodies[self.module.span(node)] = self.module.qualified_name(function)

    def compose(self, call: ast.Call, wrapper: Wrapper) -> None:
        """A function that hands its own parameter to a wrapper is a wrapper too."""
        function = self.module.function(call)
        if not isinstance(function, FunctionNode) or self.module.qualified_name(function) == wrapper.name:
            return
        given = _arguments(call, wrapper)
        for key in wrapper.keys:
            template = self.composed(key, given, function)
            if template is None or not _is_open(template):
                continue
            self.add(function, call, template, wrapper.missing)
            if wrapper.blocks:
                self.blocks.add(function)
            stands_in = given.get(wrapper.default, [])
            if stands_in and not is_none(stands_in[0]):
                self.defaults.setdefault(function, stands_in[0])

    def composed(self, key: Template, given: Mapping[str, list[ast.expr]], function: FunctionNode) -> Template | None:
        pieces: list[str | FromParameter] = []
        for piece in key:
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            arguments = given.get(piece.parameter, [])
            inner = template_of(self.module, arguments[0], function) if len(arguments) == 1 else None
            if inner is None:
                return None
            pieces += [_applied(p, piece) for p in inner]
        return tuple(pieces)

    def define(self) -> None:
        for function, keys in self.keys.items():
            name = self.module.qualified_name(function)
            parameters = parameters_of(self.module, function)
            default = self.defaults.get(function)
            by_name = default.id if isinstance(default, ast.Name) else ""
            known = {p.name for p in parameters}
            used = {p.parameter for key in keys for p in key if isinstance(p, FromParameter)}
            custom = next((p.name for p in parameters if p.name in _FALLBACKS and p.name not in used), "")
            text = text_of(self.module, default) if by_name not in known else None
            self.definitions[name] = Wrapper(
                name=name,
                parameters=parameters,
                keys=tuple(keys),
                default=by_name if by_name in known else custom,
                fallback=None if text is None else Concealed(text),
                missing=self.missing[function],
                blocks=function in self.blocks,
            )

    def calls(self) -> Iterator[tuple[ast.Call, Wrapper]]:
        """The calls of wrappers, those of this file and those in sight."""
        for call in self.module.calls:
            found = self.sight.definition(self.module, call.func)
            if isinstance(found, Wrapper):
                yield call, found

    def sites(self, path: str) -> Iterator[Site]:
        for call, wrapper in self.calls():
            given = _arguments(call, wrapper)
            names = {n for key in wrapper.keys for n in self.names(key, given, wrapper)}
            if not names and (self.module.span(call) in self.bodies or not given):
                continue
            missing, default = self.gives(given, wrapper)
            site = read_site(
                self.module,
                path,
                call,
                name="",
                form=f"{WRAPPER_FORM}{wrapper.name}()",
                obstacle=f"read through the wrapper {wrapper.name}()",
                missing=missing,
                default=default,
            )
            if wrapper.blocks:
                why = f"{wrapper.name}() loads it from Prefect and reads the environment only beside that"
                site = replace(site, standing=Standing.MIGRATED, obstacle=why)
            yield from (replace(site, name=name) for name in sorted(names or {""}))

    def names(self, key: Template, given: Mapping[str, list[ast.expr]], wrapper: Wrapper) -> Iterator[str]:
        """All names that a call reads by one template; none where an argument is computed."""
        choices: list[list[str]] = []
        for piece in key:
            if isinstance(piece, str):
                choices.append([piece])
                continue
            texts = [_texts(self.module, a, each=piece.each) for a in given.get(piece.parameter, ())]
            flat = [t for found in texts for t in found]
            if not flat and piece.parameter not in given:
                default = next((p.default for p in wrapper.parameters if p.name == piece.parameter), None)
                flat = [default.reveal()] if default is not None else []
            choices.append([apply(text, piece) for text in flat])
        yield from ("".join(parts) for parts in itertools.product(*choices))

    def gives(self, given: Mapping[str, list[ast.expr]], wrapper: Wrapper) -> tuple[Missing, Concealed | None]:
        """What a call gives where the variable is not set, and its constant default."""
        passed = given.get(wrapper.default)
        if passed is not None:
            if not is_none(passed[0]):
                text = text_of(self.module, passed[0])
                return Missing.DEFAULT, None if text is None else Concealed(text)
            return wrapper.missing, None
        own = next((p.default for p in wrapper.parameters if p.name == wrapper.default), wrapper.fallback)
        return (wrapper.missing, None) if own is None else (Missing.DEFAULT, own)


def apply(text: str, piece: FromParameter) -> str:
    """A caller's text as the wrapper turns it into a part of the name."""
    for method, arguments in piece.methods:
        match method, arguments:
            case "upper", ():
                text = text.upper()
            case "lower", ():
                text = text.lower()
            case "strip", ():
                text = text.strip()
            case "replace", (old, new):
                text = text.replace(old, new)
    return text


def _applied(inner: str | FromParameter, outer: FromParameter) -> str | FromParameter:
    if isinstance(inner, str):
        return apply(inner, outer)
    return replace(inner, methods=(*inner.methods, *outer.methods), each=inner.each or outer.each)


def _is_open(template: Template) -> bool:
    return any(isinstance(piece, FromParameter) for piece in template)


def _raises(module: ParsedModule, function: FunctionNode) -> bool:
    """Whether the function raises for a missing value, rather than for one that it cannot convert."""
    raises = (n for n in ast.walk(function) if isinstance(n, ast.Raise) and module.function(n) is function)
    return any(not _in_handler(module, node, function) for node in raises)


def _in_handler(module: ParsedModule, node: ast.AST, function: FunctionNode) -> bool:
    for above in module.ancestors(node):
        if isinstance(above, ast.ExceptHandler):
            return "KeyError" not in ast.dump(above.type) if above.type is not None else True
        if above is function:
            return False
    return False


def _arguments(call: ast.Call, wrapper: Wrapper) -> dict[str, list[ast.expr]]:
    """The arguments of a call by parameter; empty where stars hide them."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return {}
    given: dict[str, list[ast.expr]] = {}
    positional = [p for p in wrapper.parameters if p.positional or p.variadic]
    for index, value in enumerate(call.args):
        parameter = positional[min(index, len(positional) - 1)] if positional else None
        if parameter is not None and (index < len(positional) or parameter.variadic):
            given.setdefault(parameter.name, []).append(value)
    given.update({k.arg: [k.value] for k in call.keywords if k.arg})
    return given


def _texts(module: ParsedModule, node: ast.expr, *, each: bool) -> Iterable[str]:
    if each and isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [t for e in node.elts if (t := module.constant(e)) is not None]
    return patterns_of(module, node)
