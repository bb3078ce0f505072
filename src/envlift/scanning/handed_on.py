"""What takes the value of a read by way of a variable: the calls that are given the variable as an argument."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from envlift.inventory import Site, SiteKind
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.receivers import dotted_name


def with_takers(module: ParsedModule, sites: Iterable[Site]) -> Iterator[Site]:
    """The sites of a module; a read that one variable holds alone with the calls that take the variable there."""
    found = list(sites)
    names = {site.receiver for site in found if site.kind is SiteKind.ENV_READ and site.receiver}
    takers = _takers(module, names) if names else {}
    return (replace(site, taken_by=tuple(sorted(takers[site.span]))) if site.span in takers else site for site in found)


def _takers(module: ParsedModule, names: set[str]) -> dict[Span, set[str]]:
    """For each expression that is all of a variable: the dotted names of what is called with it."""
    takers: dict[Span, set[str]] = defaultdict(set)
    for call in module.calls:
        called = dotted_name(call.func)
        for argument in (*call.args, *(k.value for k in call.keywords)) if called else ():
            for name in _plainly_given(argument):
                bound = module.scope(name).lookup(name.id) if name.id in names else None
                if bound is not None and len(bound[1]) == 1 and isinstance(held := bound[1][0], ast.expr):
                    takers[module.span(held)].add(called)
    return takers


def _plainly_given(argument: ast.expr) -> Iterator[ast.Name]:
    """The variables that an argument hands on as they are, as one of them or as the values of a mapping."""
    if isinstance(argument, ast.Name):
        yield argument
    elif isinstance(argument, ast.Dict):
        yield from (value for value in argument.values if isinstance(value, ast.Name))
