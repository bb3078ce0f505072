"""What a repository does with module-level constants that hold reads or secrets: who imports and uses them."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from envlift.inventory import ConstantFacts, ConstantHolder, Site, SiteKind, Standing
from envlift.scanning.literals.kinds import may_be_secret
from envlift.scanning.reach.calls import FunctionId
from envlift.scanning.reach.import_effects import ImportEffects, imported_names
from envlift.scanning.reach.import_index import ImportIndex
from envlift.scanning.reach.imports import ImportResolver
from envlift.scanning.reach.sources import Sources
from envlift_codemods.constant_uses import Brought, brought_by, reference_nodes, uses_of_constant
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import WhenMissing
from envlift_codemods.made_constants import Made, made_from
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.read_idioms import READ_IDIOMS
from envlift_codemods.reads import find_reads

_PLAIN = frozenset(idiom.name for idiom in READ_IDIOMS)
_DYNAMIC = ("getattr", "setattr", "vars", "__dict__", "reload")


@dataclass(frozen=True, slots=True)
class _Name:
    """A module-level name of a file."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class _Stopped:
    """Why a constant cannot sink."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.path}:{self.line})"


class ConstantScan:
    """Looks for the users of constants; parses the files that mention them, each once.

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
        self.effects = ImportEffects(sources, resolver)
        self._users: dict[str, frozenset[str]] = {}
        self._late: dict[str, set[str]] = {}

    def of_file(self, path: str, sites: Iterable[Site]) -> Mapping[Span, ConstantFacts]:
        """The constants of a file by the reads and literals that they hold."""
        asked = {s.span: s for s in sites if s.place is Place.MODULE and s.name and _is_open(s) and _may_move(s)}
        module = self.sources.module(path) if asked else None
        if module is None:
            return {}
        reads = {read.span: read for read in find_reads(module) if read.span in asked}
        literals = [span for span, site in asked.items() if site.kind is SiteKind.LITERAL]
        held = ((span, constant_of(module, reads.get(span, span))) for span in (*reads, *literals))
        return {span: self._facts(path, constant) for span, constant in held if isinstance(constant, Constant)}

    def _facts(self, path: str, constant: Constant) -> ConstantFacts:
        holders: list[ConstantHolder] = []
        stopped: _Stopped | None = None
        for found in self._holders(path, constant):
            if isinstance(found, _Stopped):
                stopped = found
                break
            holders.append(found)
        if stopped is None and constant.remark and not holders[0].functions:
            stopped = _Stopped(path, constant.statement.line, "a comment stands on its line that could not move along")
        if stopped is None and constant.around is not None and len(holders) > 1:
            reason = f"it is a part of {constant.name}, which is used there"
            stopped = _Stopped(holders[1].path, holders[1].span.line, reason)
        if stopped is None and not any(holder.functions for holder in holders):
            stopped = _Stopped(path, constant.statement.line, f"no function uses {constant.name}")
        missing = constant.when_missing()
        if stopped is None and isinstance(missing, str):
            stopped = _Stopped(path, constant.statement.line, missing)
        functions = [function for holder in holders for function in holder.functions]
        if stopped is None and missing is WhenMissing.DEFAULT and (len(functions) > 1 or not holders[0].functions):
            stopped = _Stopped(path, constant.statement.line, "its default would stand in several functions")
        return ConstantFacts(
            constant.name,
            constant.wrapped,
            bool(constant.guards),
            tuple(holders),
            str(stopped) if stopped else "",
            WhenMissing.RAISES if isinstance(missing, str) else missing,
        )

    def _holders(self, path: str, constant: Constant) -> Iterator[ConstantHolder | _Stopped]:
        module = self.sources.module(path)
        if module is None:
            return
        yield from self._holder(module, path, constant.name, constant.given, constant.around)
        seen = {_Name(path, constant.name)}
        waiting = [_Name(path, constant.name)]
        while waiting:
            wanted = waiting.pop()
            for file in sorted(self._files_to_look_at(wanted)):
                if file == wanted.path:
                    continue
                importer = self.sources.module(file)
                if importer is None:
                    if (unreadable := self._unreadable(file, wanted)) is not None:
                        yield unreadable
                        return
                    continue
                for found in self._imports(importer, file, wanted):
                    if isinstance(found, _Stopped):
                        yield found
                        return
                    if found.own_name and (exported := _Name(file, found.reference)) not in seen:
                        seen.add(exported)
                        waiting.append(exported)
                    for holder in self._holder(importer, file, found.reference, found.span):
                        yield holder if isinstance(holder, _Stopped) else self._with_effect(importer, holder, found)

    def _holder(
        self, module: ParsedModule, path: str, reference: str, span: Span, around: Made | None = None
    ) -> Iterator[ConstantHolder | _Stopped]:
        uses = uses_of_constant(module, reference, around)
        stopped = next((use for use in uses if use.obstacle), None)
        if stopped is not None:
            yield _Stopped(path, stopped.span.line, stopped.obstacle)
        elif (elsewhere := self._made_for_others(module, path, reference)) is not None:
            yield elsewhere
        else:
            made = (*([around] if around is not None else ()), *made_from(module, reference))
            functions = tuple(dict.fromkeys(use.function for use in uses))
            yield ConstantHolder(path, span, functions, tuple(module.span(one.statement) for one in made))

    def _with_effect(self, module: ParsedModule, holder: ConstantHolder, brought: Brought) -> ConstantHolder:
        """What the file would lose with the import, and what else needs the import."""
        imported = {module.span(alias): file for alias, file in self.effects.imported(module, holder.path)}
        source = imported.get(holder.span)
        effect = self.effects.of(source) if source is not None else ""
        if not effect:
            return holder
        beside = [span for span, file in imported.items() if file == source and span != holder.span]
        written = [module.span(node) for node in reference_nodes(module, brought.reference)]
        if not brought.own_name:
            spans = (module.span(node) for node in _uses_of_module(module, brought.reference))
            beside += (span for span in spans if span not in written)
        return replace(holder, effect=effect, beside=tuple(beside), written=tuple(written))

    def _made_for_others(self, module: ParsedModule, path: str, reference: str) -> _Stopped | None:
        """Where another file takes what this one makes from a constant."""
        for made in made_from(module, reference):
            wanted = _Name(path, made.name)
            for file in sorted(self._files_to_look_at(wanted) - {path}):
                importer = self.sources.module(file)
                found = (
                    next(self._imports(importer, file, wanted), None)
                    if importer is not None
                    else self._unreadable(file, wanted)
                )
                if found is not None:
                    line = found.line if isinstance(found, _Stopped) else found.span.line
                    return _Stopped(file, line, f"{made.name}, made from {reference}, is used there")
        return None

    def _files_to_look_at(self, wanted: _Name) -> set[str]:
        """The files that may use a name: those that mention it, import everything, or ask for names at run time."""
        if wanted.path not in self._users:
            users = self._users[wanted.path] = frozenset(self.index.users_of(wanted.path))
            asking = self.sources.holding(_DYNAMIC, users)
            self._late[wanted.path] = self.sources.starred(users) | self.sources.holding([_stem(wanted.path)], asking)
        mentioning = self.sources.holding([wanted.name], self._users[wanted.path] | self.others)
        return mentioning | self._late[wanted.path]

    def _unreadable(self, file: str, wanted: _Name) -> _Stopped | None:
        """A notebook, or a file that this Python cannot parse, that names the constant and the module it is in."""
        if not all(self.sources.holding([word], [file]) for word in (wanted.name, _stem(wanted.path))):
            return None
        return _Stopped(file, 1, f"{wanted.name} may be used in what cannot be read as Python here")

    def _imports(self, module: ParsedModule, path: str, wanted: _Name) -> Iterator[Brought | _Stopped]:
        """How a file comes to a name of another file."""
        covered: set[int] = set()
        references: set[str] = set()
        for alias, origin, line in imported_names(module):
            if alias.name == "*":
                if self._is(path, f"{origin}{wanted.name}", wanted):
                    yield _Stopped(path, line, f"everything of {_stem(wanted.path)} is imported with a star")
                continue
            is_name = self._is(path, origin, wanted) and isinstance(module.parent(alias), ast.ImportFrom)
            if not is_name and not self._is(path, f"{origin}.{wanted.name}", wanted):
                continue
            brought = brought_by(module, alias, wanted.name)
            if isinstance(brought, str):
                if is_name or self._mentions(module, wanted):
                    yield _Stopped(path, line, brought)
                continue
            nodes = list(reference_nodes(module, brought.reference))
            covered |= {id(node) for node in nodes}
            uses = uses_of_constant(module, brought.reference)
            if brought.own_name or nodes or any(use.obstacle for use in uses):
                if references:
                    yield _Stopped(path, line, f"{wanted.name} comes into this file twice")
                references.add(brought.reference)
                yield brought
        yield from self._other_ways(module, path, wanted, covered)

    def _other_ways(self, module: ParsedModule, path: str, wanted: _Name, covered: set[int]) -> Iterator[_Stopped]:
        """Uses that no import of the name or its module explains: through a package, or by a string."""
        patched = re.compile(rf"(.*\.)?{re.escape(_stem(wanted.path))}\.{re.escape(wanted.name)}")
        for node in module.of(ast.Attribute):
            if node.attr == wanted.name and id(node) not in covered:
                origin = module.origin(node)
                if origin is not None and self._is(path, origin, wanted):
                    yield _Stopped(path, node.lineno, f"{wanted.name} is reached through its package")
        for text in module.of(ast.Constant):
            if isinstance(text.value, str) and patched.fullmatch(text.value):
                yield _Stopped(path, text.lineno, f"a string names {wanted.name}, as for patching it")

    def _mentions(self, module: ParsedModule, wanted: _Name) -> bool:
        return any(n.attr == wanted.name for n in module.of(ast.Attribute))

    def _is(self, path: str, origin: str, wanted: _Name) -> bool:
        return self.resolver.locate(path, origin) == (wanted.path, wanted.name)


def with_constants(
    sites: Iterable[Site], constants: Mapping[Span, ConstantFacts], at_import: Mapping[FunctionId, str]
) -> Iterator[Site]:
    """The sites of a file, those with their constants that one holds.

    Args:
        constants: By read or literal.
        at_import: The functions that an import may run, where a load would come too early, too.
    """
    for site in sites:
        found = constants.get(site.span)
        yield site if found is None else replace(site, constant=_checked(found, at_import))


def _checked(constant: ConstantFacts, at_import: Mapping[FunctionId, str]) -> ConstantFacts:
    for holder in constant.holders if not constant.obstacle else ():
        for function in holder.functions:
            if (place := at_import.get(FunctionId(holder.path, function))) is not None:
                return replace(constant, obstacle=f"{function}() uses it and is called at import ({place})")
    return constant


def users_of_constants(constants: Iterable[Mapping[Span, ConstantFacts]]) -> frozenset[str]:
    """The files whose functions use constants."""
    holders = (holder for found in constants for facts in found.values() for holder in facts.holders)
    return frozenset(holder.path for holder in holders if holder.functions)


def _is_open(site: Site) -> bool:
    return site.standing is Standing.OPEN


def _may_move(site: Site) -> bool:
    """Whether functions could load the value: of a plain read any, of a literal what may be secret."""
    return site.form in _PLAIN if site.kind is SiteKind.ENV_READ else may_be_secret(site) and not site.compared


def _uses_of_module(module: ParsedModule, reference: str) -> Iterator[ast.expr]:
    """All that a file takes from a module as it takes a constant, ``config.OTHER`` for ``config.TOKEN``."""
    root, *attributes = reference.split(".")
    for node in module.named(root):
        whole: ast.AST | None = node
        for _ in attributes:
            above = module.parent(whole) if whole is not None else None
            whole = above if isinstance(above, ast.Attribute) else whole
        if isinstance(node, ast.Name) and isinstance(whole, ast.expr):
            yield whole


def _stem(path: str) -> str:
    name = posixpath.basename(path).removesuffix(".py")
    return posixpath.basename(posixpath.dirname(path)) if name == "__init__" else name
