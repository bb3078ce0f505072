"""The repository's own functions around environment reads: what they read, and the calls that name a variable."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
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
from envlift.scanning.definitions.targets import name_of_made, target_of
from envlift.scanning.libraries.likely_environment import LikelyEnvironment
from envlift.scanning.prefect_code.blocks import block_of, stands_in_for
from envlift.scanning.read_sites import is_none, read_site, text_of
from envlift.scanning.wrappers.composed_texts import changed_text
from envlift.scanning.wrappers.name_templates import FunctionNode, parameters_of, template_of, templates_of
from envlift.scanning.wrappers.uses import Use, arguments_of, names_given, partial_of
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import accesses

_FALLBACKS = frozenset({"default", "fallback", "default_value", "fallback_value", "dflt"})
_ROUNDS = 4
_SPECIAL = frozenset({"__call__", "__getitem__", "__getattr__"})
WRAPPER_FORM = "wrapper "
"""How the forms of sites begin that are calls of the repository's own functions."""


@dataclass(frozen=True, slots=True)
class FoundWrappers:
    """The own reads of one file's wrappers, and the call sites.

    Args:
        bodies: The reads and calls inside of wrappers that the caller names: their span and the wrapper's name.
        patterns: For reads with a computed name that no caller gives: the names that it may be, ``*`` for any part.
        sites: The calls that name variables.
        imported: What a call names its variable by where another file binds that: its dotted name, by the call.
    """

    bodies: Mapping[Span, str]
    patterns: Mapping[Span, tuple[str, ...]]
    sites: tuple[Site, ...]
    imported: Mapping[Span, str]


def find_wrappers(
    module: ParsedModule,
    path: str,
    sight: Sight,
    definitions: dict[str, Definition],
    likely: LikelyEnvironment,
    flows: Collection[str] = (),
) -> FoundWrappers:
    """The functions of a file that read what they are told, and the calls of any wrapper in sight.

    The wrappers are added to ``definitions``, which ``sight`` looks into. What one of the ``flows``, by qualified name,
    is told stands in no code: the parameters of a run may be anything.
    """
    found = _Wrappers(module, sight, definitions)
    found.learn(likely)
    found.bodies = {span: name for span, name in found.bodies.items() if name not in flows}
    patterns = {span: tuple(sorted(names)) for span, names in found.patterns.items() if span not in found.bodies}
    return FoundWrappers(found.bodies, patterns, tuple(found.sites(path)), found.imported)


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
        self.followed: dict[str, Definition | str] = {}
        self.imported: dict[Span, str] = {}

    def learn(self, likely: LikelyEnvironment) -> None:
        for node, access in (*accesses(self.module).items(), *likely.accesses.items()):
            if self.module.constant(access.key) is None:
                self.note(node, access.key, access.default, access.idiom.missing)
        self.define()
        for _ in range(_ROUNDS):
            before = len(self.bodies)
            for use in self.uses():
                self.compose(use)
            self.define()
            if len(self.bodies) == before:
                return

    def note(self, node: ast.expr, key: ast.expr, default: ast.expr | None, missing: Missing) -> None:
        """Remember a read whose name is computed: from what the caller gives, or from parts that are known."""
        function = self.module.function(node)
        owner = function if function is not None and self.title(function) else None
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
        self.bodies[self.module.span(node)] = self.title(function)

    def title(self, function: FunctionNode) -> str:
        """A function's qualified name; that of a lambda is the name it is assigned to, empty where there is none."""
        if not isinstance(function, ast.Lambda):
            return self.module.qualified_name(function)
        match self.module.parent(function):
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name_of_made(self.module, function, name)
        return ""

    def compose(self, use: Use) -> None:
        """A function that hands its own parameter to a wrapper is a wrapper too."""
        call, wrapper, given = use.node, use.wrapper, use.given
        function = self.module.function(call)
        if function is None or self.title(function) in ("", wrapper.name):
            return
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
            inner = self.handed_on(arguments[0], function) if len(arguments) == 1 else None
            if inner is None:
                return None
            pieces += [_applied(p, piece) for p in inner]
        return tuple(pieces)

    def handed_on(self, argument: ast.expr, function: FunctionNode) -> Template | None:
        """What a function gives to a wrapper of its own parameters, be it ``*names`` as they came."""
        if not isinstance(argument, ast.Starred):
            return template_of(self.module, argument, function)
        own = function.args.vararg
        is_own = own is not None and isinstance(argument.value, ast.Name) and argument.value.id == own.arg
        return (FromParameter(own.arg),) if own is not None and is_own else None

    def define(self) -> None:
        for function, keys in self.keys.items():
            name = self.title(function)
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

    def uses(self) -> Iterator[Use]:
        """What reads through wrappers, those of this file and those in sight: calls, and keys of their objects."""
        for call in self.module.calls:
            if (made := partial_of(self.module, call)) is not None:
                self.definitions[made.name] = made
        if not self.sight.knows(Wrapper):
            return
        special = self.sight.names(_SPECIAL)
        for call in self.module.calls:
            found = self.sight.definition(self.module, call.func)
            found = self.special(call.func, "__call__") if found is None and special else found
            if isinstance(found, Wrapper):
                yield Use(call, found, arguments_of(call, found.parameters))
        for node in self.module.of(ast.Subscript, ast.Attribute) if special else ():
            key: ast.expr | None = None
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                found, key = self.special(node.value, "__getitem__"), node.slice
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not self.is_called(node):
                found, key = self.special(node.value, "__getattr__"), ast.Constant(node.attr)
            if key is not None and isinstance(found, Wrapper) and found.parameters:
                yield Use(node, found, {found.parameters[0].name: [key]})

    def special(self, node: ast.expr, method: str) -> Definition | None:
        """The wrapper that an object's own special method is."""
        target = target_of(self.module, node)
        if not target.endswith("()"):
            return None
        wanted = f"{target}.{method}"
        if wanted not in self.followed:
            self.followed[wanted] = self.sight.follow(wanted)
        found = self.followed[wanted]
        return None if isinstance(found, str) else found

    def is_called(self, node: ast.Attribute) -> bool:
        above = self.module.parent(node)
        return isinstance(above, ast.Call) and above.func is node

    def sites(self, path: str) -> Iterator[Site]:
        for use in self.uses():
            call, wrapper, given = use.node, use.wrapper, use.given
            names = {n for key in wrapper.keys for n in names_given(self.module, key, given, wrapper.parameters)}
            if not names and (self.module.span(call) in self.bodies or not given):
                continue
            if not names and (origin := self.only_key(wrapper, given)):
                self.imported[self.module.span(call)] = origin
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

    def only_key(self, wrapper: Wrapper, given: Mapping[str, list[ast.expr]]) -> str:
        """The dotted name of what a call gives to a wrapper as the name of the variable, as it is; or empty."""
        match wrapper.keys:
            case ((FromParameter(parameter=parameter, methods=(), each=False),),):
                passed = given.get(parameter, [])
                return (self.module.origin(passed[0]) or "") if len(passed) == 1 else ""
        return ""

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


def _applied(inner: str | FromParameter, outer: FromParameter) -> str | FromParameter:
    if isinstance(inner, str):
        return changed_text(inner, outer.methods)
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
