"""What one file defines that reads in other files hang on, and finding it from there through imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from envlift.concealed import Concealed
from envlift.scanning.definitions.targets import HERE, target_of
from envlift.scanning.reach.imports import ImportResolver
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.read_idioms import Missing


@dataclass(frozen=True, slots=True)
class FromParameter:
    """The part of a variable's name that the caller of a wrapper gives.

    Args:
        parameter: Which parameter.
        methods: String methods applied to it in order, e.g. ``(("upper", ()),)``.
        each: Whether the parameter holds several names, of which each is read.
    """

    parameter: str
    methods: tuple[tuple[str, tuple[str, ...]], ...] = ()
    each: bool = False


Template = tuple[str | FromParameter, ...]
"""A variable's name in pieces: constant text and parameters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a wrapper; ``default`` is its constant as text, None where it has none or None itself."""

    name: str
    default: Concealed | None
    positional: bool
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A function of the repository that reads the variable whose name it is given.

    Args:
        name: Its qualified name.
        parameters: In order, without ``self``.
        keys: The names that it reads, each as a template.
        default: The parameter that stands in where the variable is not set; empty when there is none.
        fallback: The constant that stands in; None where there is none.
        missing: What it gives without any default.
        blocks: Whether it loads a Prefect block or variable first, so that its callers are migrated.
    """

    name: str
    parameters: tuple[Parameter, ...]
    keys: tuple[Template, ...]
    default: str
    fallback: Concealed | None
    missing: Missing
    blocks: bool


@dataclass(frozen=True, slots=True)
class SettingsField:
    """A field of a settings class.

    Args:
        name: As written.
        aliases: Names that take the place of prefix and name; empty when there are none.
        by_name: Whether prefix and name count beside the aliases.
        default: The constant default as text; None where there is none or it is computed.
        required: Whether the class cannot be made without a value.
        secret: Whether its type is SecretStr or SecretBytes.
        nested: Fields of its model class, dotted for deeper ones.
    """

    name: str
    aliases: tuple[str, ...]
    by_name: bool
    default: Concealed | None
    required: bool
    secret: bool
    nested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingsClass:
    """A class whose fields pydantic reads from the environment; what it does not say itself comes from its base."""

    name: str
    fields: tuple[SettingsField, ...]
    prefix: str
    case_sensitive: bool
    delimiter: str
    old: bool


@dataclass(frozen=True, slots=True)
class PrefectDecorator:
    """A decorator of the repository that makes a flow (or a task) of the function below it.

    ``direct`` tells that Prefect's own decorator is applied to that function itself, not to one around it.
    """

    name: str
    makes_flow: bool
    direct: bool


@dataclass(frozen=True, slots=True)
class BlockWrapper:
    """A function of the repository that loads the block whose name it is given; ``block`` is the block's type."""

    name: str
    parameters: tuple[Parameter, ...]
    key: Template
    block: str


Definition = Wrapper | BlockWrapper | SettingsClass | PrefectDecorator


@dataclass(frozen=True, slots=True)
class Exports:
    """What other files can find in one file.

    Args:
        names: Module-level names bound once to an import, an alias or a new object: their targets.
        stars: Modules of ``from x import *``, each with a dot at its end.
        bases: The targets of the base classes of each class.
        definitions: By qualified name.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)


def exports_of_imports(bound: Iterable[tuple[str, str]]) -> Exports:
    """What a module offers that only imports: each name with its dotted origin, ``*`` for all of a module."""
    pairs = list(bound)
    names = {name: origin for name, origin in pairs if name != "*"}
    return Exports(names, tuple(origin.removesuffix("*") for name, origin in pairs if name == "*"))


def exports_of(module: ParsedModule, definitions: Mapping[str, Definition]) -> Exports:
    """What a module offers to others; ``definitions`` may still grow while the module is looked at."""
    bindings = module.scopes.module.bindings
    names: dict[str, str] = {}
    for name, bound in bindings.items():
        first = bound[0]
        if name == "*" or len(bound) != 1 or first is None:
            continue
        target = first if isinstance(first, str) else target_of(module, first)
        if target and not target.startswith("*."):
            names[name] = target
    stars = tuple(b.removesuffix("*") for b in bindings.get("*", ()) if isinstance(b, str))
    bases = {module.qualified_name(c): tuple(t for b in c.bases if (t := target_of(module, b))) for c in module.classes}
    return Exports(names, stars, {name: found for name, found in bases.items() if found}, definitions)


ENVIRONMENTS = frozenset({"os.environ", "os.environ.get", "os.getenv"})
"""What one file may hand on under a name of its own."""


class Definitions:
    """The exports of a repository's files, and the way from a target in one file to what it means at last."""

    def __init__(
        self,
        resolver: ImportResolver | None,
        exports: Mapping[str, Exports],
        package: Callable[[str], Exports | None] = lambda _: None,
    ) -> None:
        """``package`` gives the exports of an ``__init__.py`` that is not among ``exports``."""
        self._resolver = resolver
        self._exports = exports
        self._package = package
        self.kinds = frozenset(type(d) for offered in exports.values() for d in offered.definitions.values())
        self.names = frozenset(n.rpartition(".")[2] for offered in exports.values() for n in offered.definitions)
        self.shares_environment = any(
            target in ENVIRONMENTS for offered in exports.values() for target in offered.names.values()
        )

    def seen_from(self, path: str, own: Exports) -> Sight:
        """The view of one file, whose own exports count in the place of stored ones."""
        return Sight(self, path, own)

    def follow(self, path: str, target: str, own: Mapping[str, Exports], depth: int = 0) -> Definition | str:
        """The definition that a target means, or the target itself where the way leaves the repository."""
        if depth > 8 or not target:
            return target
        here = self._of(path, own)
        if target.startswith("*."):
            starred = [star + target[2:] for star in (here.stars if here else ())]
            found = ((self.follow(path, name, own, depth + 1), name) for name in starred)
            return next((f for f, name in found if f != name), "")
        located = (path, target[1:]) if target.startswith(HERE) else self._locate(path, target)
        if located is None:
            return target
        file, name = located
        exports = self._of(file, own)
        if exports is None:
            return target
        plain = name.replace("()", "")
        if plain in exports.definitions:
            return exports.definitions[plain]
        first, dot, rest = name.partition(".")
        bare = first.removesuffix("()")
        if bare in exports.names:
            return self.follow(file, f"{exports.names[bare]}{first[len(bare) :]}{dot}{rest}", own, depth + 1)
        for base in exports.bases.get(bare, ()) if rest else ():
            inherited = self.follow(file, f"{base}.{rest}", own, depth + 1)
            if not isinstance(inherited, str):
                return inherited
        return target

    def _of(self, path: str, own: Mapping[str, Exports]) -> Exports | None:
        found = own.get(path) or self._exports.get(path)
        return self._package(path) if found is None and path.endswith("__init__.py") else found

    def _locate(self, path: str, target: str) -> tuple[str, str] | None:
        return None if self._resolver is None else self._resolver.locate(path, target)


@dataclass(frozen=True, slots=True)
class Sight:
    """One file's view of its own and the other files' definitions."""

    definitions: Definitions
    path: str
    own: Exports

    def knows(self, kind: type[Definition]) -> bool:
        """Whether any file in sight defines something of a kind: without it there is nothing to look up."""
        return kind in self.definitions.kinds or any(isinstance(d, kind) for d in self.own.definitions.values())

    def names(self, words: Set[str]) -> bool:
        """Whether any file in sight defines something whose name ends in one of some words."""
        own = (name.rpartition(".")[2] for name in self.own.definitions)
        return not words.isdisjoint(self.definitions.names) or not words.isdisjoint(own)

    def follow(self, target: str) -> Definition | str:
        return self.definitions.follow(self.path, target, {self.path: self.own})

    def definition(self, module: ParsedModule, node: ast.expr) -> Definition | None:
        """The definition of this repository that an expression means."""
        found = self.follow(target_of(module, node))
        return None if isinstance(found, str) else found

    def origin(self, module: ParsedModule, node: ast.expr) -> str:
        """The dotted origin outside of the repository that an expression means, ``()`` after what is called."""
        found = self.follow(target_of(module, node))
        return found if isinstance(found, str) and not found.startswith(("#", "*")) else ""


NOTHING_ELSE = Definitions(None, {})
"""For a file looked at alone."""
