"""What a repository does with module-level constants that hold reads or secrets: who imports and uses them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from envlift.inventory import Companion, ConstantFacts, ConstantHolder, Site, SiteKind, Standing
from envlift.scanning.literals.kinds import may_be_secret
from envlift.scanning.reach.calls import FunctionId
from envlift.scanning.reach.constant_imports import ConstantImports, Name, Stopped, uses_of_module
from envlift.scanning.reach.import_effects import ImportEffects
from envlift_codemods.constant_uses import Brought, reference_nodes, uses_of_constant, why_no_room
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import WhenMissing
from envlift_codemods.made_constants import (
    Made,
    annotation_of_its_file,
    can_be_imported,
    imported_names,
    imports_from,
    made_from,
    names_of_its_file,
    needed_for,
)
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.read_idioms import READ_IDIOMS
from envlift_codemods.reads import find_reads
from envlift_codemods.source_text import LINTER

_PLAIN = frozenset(idiom.name for idiom in READ_IDIOMS)


@dataclass(frozen=True, slots=True)
class _Thing:
    """A constant or what is made from it, by a name that others may import.

    Args:
        at: The name.
        meaning: The name by which it came to be.
        made: Whether it is made from the constant, so that functions have to make it again.
        names: All names that must mean the same where they do.
        variables: Those of them that the functions assign on the way to it, with their meanings.
        companions: Those of the variables that hold other constants.
    """

    at: Name
    meaning: Name
    made: bool = False
    names: frozenset[str] = frozenset()
    variables: frozenset[tuple[str, Name]] = frozenset()
    companions: tuple[Companion, ...] = ()

    @property
    def name(self) -> str:
        return self.at.name


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A file that imports a thing."""

    path: str
    module: ParsedModule
    thing: _Thing
    brought: Brought

    @property
    def variable(self) -> tuple[str, Name]:
        """What functions of the file call the thing, with what that means."""
        return self.brought.reference.rpartition(".")[2], self.thing.meaning


class ConstantScan:
    """Looks for the users of constants.

    Args:
        imports: Who imports what.
        effects: What is lost with an import.
        sites: All that stands in the files that flows reach.
    """

    def __init__(self, imports: ConstantImports, effects: ImportEffects, sites: Mapping[str, tuple[Site, ...]]) -> None:
        self.imports = imports
        self.effects = effects
        self.sites = sites

    def of_file(self, path: str) -> Mapping[Span, ConstantFacts]:
        """The constants of a file by the reads and literals that they hold."""
        sites = self.sites[path]
        asked = {s.span: s for s in sites if s.place is Place.MODULE and s.name and _is_open(s) and _may_move(s)}
        module = self.imports.sources.module(path) if asked else None
        if module is None:
            return {}
        reads = {read.span: read for read in find_reads(module) if read.span in asked}
        literals = [span for span, site in asked.items() if site.kind is SiteKind.LITERAL]
        held = ((span, constant_of(module, reads.get(span, span))) for span in (*reads, *literals))
        return {span: self._facts(module, path, found) for span, found in held if isinstance(found, Constant)}

    def _facts(self, module: ParsedModule, path: str, constant: Constant) -> ConstantFacts:
        holders: list[ConstantHolder] = []
        companions: list[Companion] = []
        stopped: Stopped | None = None
        for found in self._holders(module, path, constant):
            match found:
                case Stopped():
                    stopped = found
                    break
                case Companion():
                    companions.append(found)
                case ConstantHolder():
                    holders.append(found)
        if stopped is None and constant.remark and not holders[0].functions:
            stopped = Stopped(path, constant.statement.line, "a comment stands on its line that could not move along")
        if stopped is None and not any(holder.functions for holder in holders):
            stopped = Stopped(path, constant.statement.line, f"no function uses {constant.name}")
        missing = constant.when_missing()
        if stopped is None and isinstance(missing, str):
            stopped = Stopped(path, constant.statement.line, missing)
        functions = [function for holder in holders for function in holder.functions]
        if stopped is None and missing is WhenMissing.DEFAULT and (len(functions) > 1 or not holders[0].functions):
            stopped = Stopped(path, constant.statement.line, "its default would stand in several functions")
        return ConstantFacts(
            constant.name,
            constant.wrapped,
            bool(constant.guards),
            tuple(holders),
            str(stopped) if stopped else "",
            WhenMissing.RAISES if isinstance(missing, str) else missing,
            tuple(dict.fromkeys(companions)),
        )

    def _holders(
        self, module: ParsedModule, path: str, constant: Constant
    ) -> Iterator[ConstantHolder | Companion | Stopped]:
        at = Name(path, constant.name)
        here = _Arrival(path, module, _Thing(at, at), Brought(constant.name, constant.given, own_name=True))
        arrived, seen, companions = [here], set(), list[Companion]()
        for arrival in arrived:  # which grows
            found = self._held(arrival, constant.around if arrival is here else None)
            if isinstance(found, Stopped):
                yield found
                return
            holder, things = found
            yield holder if arrival is here else self._with_effect(arrival, holder)
            for thing in things:
                companions += thing.companions
                users = self.imports.of(thing.at) if thing.at not in seen else ()
                seen.add(thing.at)
                for file, brought in users:
                    importer = self.imports.sources.module(file)
                    if isinstance(brought, Stopped):
                        yield brought
                        return
                    if importer is not None:
                        arrived.append(_Arrival(file, importer, thing, brought))
        for one in companions:
            importing = (a for a in arrived if (one.name, Name(one.path, one.name)) in a.thing.variables)
            ready = one.can_be_imported and all(_imports_all(a, one) for a in importing)
            yield replace(one, can_be_imported=ready and not self._is_changed(Name(one.path, one.name)))
        yield from self._clashes(arrived)

    def _held(self, arrival: _Arrival, part_of: Made | None) -> tuple[ConstantHolder, list[_Thing]] | Stopped:
        """What a file does with a thing, and all that others may import from it."""
        module, path, reference = arrival.module, arrival.path, arrival.brought.reference
        made = (*([part_of] if part_of is not None else ()), *made_from(module, reference))
        users = {one.name: next(self.imports.of(Name(path, one.name)), None) for one in made}
        taken = {name: user for name, user in users.items() if user is not None}
        around = arrival.thing if arrival.thing.made else part_of
        uses = uses_of_constant(module, reference, around, taken.keys())
        stopped = next((use for use in uses if use.obstacle), None)
        if stopped is not None:
            return Stopped(path, stopped.span.line, stopped.obstacle)
        if taken and (lost := _comment_lost(module, made)) is not None:
            return Stopped(path, lost.statement.lineno, f"a comment stands with {lost.name} that could not move along")
        plain = sorted(names_of_its_file(module, made, {reference})) if made else []
        if name := next((n for n in plain if self._is_set(Name(path, n))), ""):
            return Stopped(
                path, made[0].statement.lineno, f"{made[0].name} is made with {name}, which another file sets"
            )
        passed_on = arrival.brought.own_name and part_of is None
        things = [replace(arrival.thing, at=Name(path, reference))] if passed_on else []
        for name, (file, found) in taken.items():
            line = found.line if isinstance(found, Stopped) else found.span.line
            what = f"{name}, made from {reference}," if part_of is None else f"it is a part of {name}, which"
            used = Stopped(file, line, f"{what} is used there and")
            thing = self._made_thing(arrival, needed_for(made, {name}), used, is_part=part_of is not None)
            if isinstance(thing, Stopped):
                return thing
            things.append(thing)
        holder = ConstantHolder(
            path,
            arrival.brought.span,
            arrival.thing.name,
            reference if part_of is None else "",
            tuple(dict.fromkeys(use.function for use in uses)),
            arrival.thing.at.path if arrival.thing.made else "",
            tuple(module.span(one.statement) for one in made),
        )
        return holder, things

    def _made_thing(
        self, arrival: _Arrival, chain: Sequence[Made], used: Stopped, *, is_part: bool
    ) -> _Thing | Stopped:
        """What a file makes from a thing, for those that import it; ``used`` is where one does, and how to say so."""
        thing, path, module = arrival.thing, arrival.path, arrival.module
        if odd := annotation_of_its_file(module, chain):
            return replace(used, reason=f"{used.reason} is made with {odd} of its own file")
        spans = [module.span(one.statement) for one in chain]
        for site in self.sites.get(path, ()):
            is_value = site.kind is not SiteKind.LITERAL or site.value is not None or site.fixed is not None
            if is_value and site.span != arrival.brought.span and any(site.span.within(span) for span in spans):
                return replace(used, reason=f"{used.reason} holds {site.name or 'another setting'} besides")
        own = frozenset() if is_part else frozenset({arrival.brought.reference})
        others = sorted(names_of_its_file(module, chain, own))
        variables = {(name, Name(path, name)) for name in (*others, *(one.name for one in chain[:-1]))}
        variables |= {(name, thing.meaning) for name in own}
        names = thing.names.union(*(one.names for one in chain), (name for name, _ in variables))
        reasons = (replace(used, reason=f"{used.reason} is made with {name} of its own file") for name in others)
        ready = (not thing.made and can_be_imported(module, name) for name in others)
        companions = tuple(Companion(path, n, str(why), r) for n, why, r in zip(others, reasons, ready, strict=True))
        at = Name(path, chain[-1].name)
        return _Thing(at, at, made=True, names=names, variables=thing.variables | variables, companions=companions)

    def _clashes(self, arrived: Sequence[_Arrival]) -> Iterator[Stopped]:
        """Where the variables that functions would need on the way to a thing mean something else in their file."""
        meanings: dict[tuple[str, str], Name] = {}
        for path, name, meaning in ((a.path, *v) for a in arrived for v in (*a.thing.variables, a.variable)):
            if meanings.setdefault((path, name), meaning) != meaning:
                line = next(a.brought.span.line for a in arrived if a.path == path)
                yield Stopped(path, line, f"{name} comes into this file twice")
        for arrival in (a for a in arrived if a.thing.made):
            thing, module = arrival.thing, arrival.module
            brought = {a.variable for a in arrived if a.path == arrival.path and a.brought.own_name}
            known = {v for v in thing.variables if v in brought or self._imports(arrival, *v)}
            inner, own = {name for name, _ in thing.variables}, {name for name, _ in known}
            if reason := why_no_room(module, thing, inner, own):
                yield Stopped(arrival.path, arrival.brought.span.line, f"{thing.name} cannot be made there: {reason}")

    def _imports(self, arrival: _Arrival, name: str, meaning: Name) -> bool:
        """Whether a file imports a name by which it means the same."""
        match arrival.module.scopes.module.bindings.get(name) if name in imported_names(arrival.module) else None:
            case [str(origin)]:
                return self.imports.resolver.locate(arrival.path, origin) == (meaning.path, meaning.name)
        return False

    def _is_set(self, wanted: Name) -> bool:
        """Whether another file sets a name of a file for certain."""
        for file, brought in self.imports.of(wanted):
            module = self.imports.sources.module(file)
            if isinstance(brought, Stopped) or module is None or brought.own_name:
                continue
            if any(not isinstance(node.ctx, ast.Load) for node in reference_nodes(module, brought.reference)):
                return True
        return False

    def _is_changed(self, wanted: Name) -> bool:
        """Whether another file may set a name of a file, so that a later import brings something else."""
        for file, brought in self.imports.of(wanted):
            module = self.imports.sources.module(file)
            if isinstance(brought, Stopped) or module is None:
                return True
            nodes = list(reference_nodes(module, brought.reference))
            read = {module.span(node) for node in nodes if isinstance(node.ctx, ast.Load)}
            uses = uses_of_constant(module, brought.reference)
            if len(read) < len(nodes) or any(use.span not in read for use in uses):
                return True
        return False

    def _with_effect(self, arrival: _Arrival, holder: ConstantHolder) -> ConstantHolder:
        """What the file would lose with the import, and what else needs the import."""
        module, brought = arrival.module, arrival.brought
        imported = {module.span(alias): file for alias, file in self.effects.imported(module, holder.path)}
        source = imported.get(holder.span)
        effect = self.effects.of(source) if source is not None else ""
        if not effect:
            return holder
        beside = [span for span, file in imported.items() if file == source and span != holder.span]
        written = [module.span(node) for node in reference_nodes(module, brought.reference)]
        if not brought.own_name:
            spans = (module.span(node) for node in uses_of_module(module, brought.reference))
            beside += (span for span in spans if span not in written)
        return replace(holder, effect=effect, beside=tuple(beside), written=tuple(written))


def _imports_all(arrival: _Arrival, companion: Companion) -> bool:
    """Whether a file imports what is made from the file of a companion itself, so that it can import that, too."""
    module, brought = arrival.module, arrival.brought
    alias = next(a for a in module.of(ast.alias) if module.span(a) == brought.span)
    return (
        brought.own_name
        and arrival.thing.at.path == companion.path
        and imports_from(module.parent(alias), companion.path)
    )


def _comment_lost(module: ParsedModule, made: Sequence[Made]) -> Made | None:
    """What is made with a comment that no function of the file could take."""
    used = {one.name for one in made if any(map(module.outermost, reference_nodes(module, one.name)))}
    staying = needed_for(made, used)
    return next((one for one in made if one not in staying and _has_comment(module, one.statement)), None)


def _has_comment(module: ParsedModule, statement: ast.stmt) -> bool:
    return not all(map(LINTER.fullmatch, module.comments_of(statement)))


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
