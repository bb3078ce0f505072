"""Constant texts that one file takes from another, such as the names of variables that a module of constants holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from envlift.inventory import Site
from envlift.scanning.reach.imports import ImportResolver
from envlift.scanning.reach.sources import Sources
from envlift.scanning.wrappers.known_texts import known_texts
from envlift_codemods.parsed import Span

_DEEPEST = 4  # files that hand a constant on


class ImportedTexts:
    """What dotted names mean that files import from others of the repository.

    Args:
        sources: The files.
        resolver: Which files an import means.
    """

    def __init__(self, sources: Sources, resolver: ImportResolver) -> None:
        self._sources = sources
        self._resolver = resolver

    def of(self, path: str, origin: str, depth: int = 0) -> list[str]:
        """Every text that a dotted name may be, as a file sees it; none unless all of them are known."""
        located = self._resolver.locate(path, origin) if depth < _DEEPEST else None
        module = self._sources.module(located[0]) if located is not None and located[1] else None
        if located is None or module is None:
            return []
        file, name = located
        first, dot, rest = name.partition(".")
        bound = module.scopes.module.bindings.get(first, [])
        if len(bound) == 1 and isinstance(bound[0], str):
            return self.of(file, f"{bound[0]}{dot}{rest}", depth + 1)
        return known_texts(module, ast.parse(name, mode="eval").body)

    def named(self, path: str, sites: Iterable[Site], keys: Mapping[Span, str]) -> Iterator[Site]:
        """The sites of a file, those with their names whose names are constants of other files.

        Args:
            path: The file.
            sites: Its sites.
            keys: The constant's dotted name, by the place of the read.
        """
        for site in sites:
            names = self.of(path, keys[site.span]) if not site.name and site.span in keys else []
            obstacle = "the name of the variable is a constant of another file"
            yield from (replace(site, name=name, obstacle=obstacle) for name in names) if names else (site,)
