"""What a read is named by, and what takes its value by way of a variable: the calls that are given the variable."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from envlift.inventory import Site, SiteKind
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import access_of
from envlift_codemods.receivers import dotted_name


def with_takers(module: ParsedModule, sites: Iterable[Site]) -> Iterator[Site]:
    """The sites of a module; a read that one variable holds alone with the calls that take the variable there."""
    found = list(_with_keys(module, list(sites)))
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


def _with_keys(module: ParsedModule, sites: list[Site]) -> Iterator[Site]:
    """The sites, those without a name with what it is called where an item or attribute holds it."""
    nameless = {site.span for site in sites if site.kind is SiteKind.ENV_READ and not site.name}
    nodes: list[ast.Subscript | ast.Call] = [*module.subscripts, *module.calls] if nameless else []
    accesses = ((module.span(node), access_of(module, node)) for node in nodes if module.span(node) in nameless)
    keys = {span: _last_part(module, access.key) for span, access in accesses if access is not None}
    return (replace(site, key=keys[site.span]) if keys.get(site.span) else site for site in sites)


def _last_part(module: ParsedModule, node: ast.expr) -> str:
    """What an attribute or item is called; empty for anything else."""
    match node:
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=item):
            return module.constant(item) or ""
        case ast.Call(func=ast.Attribute(attr="get"), args=[item, *_]):
            return module.constant(item) or ""
    return ""
