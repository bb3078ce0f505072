"""The parts of a module that run only when it is started as a script."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from envlift.inventory import Site, Standing
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.read_idioms import Missing


def script_parts(module: ParsedModule) -> tuple[Span, ...]:
    """The bodies under ``if __name__ == "__main__"``, and the functions that nothing but these bodies names.

    A function that is decorated, or whose name ``__all__`` holds, may be called from elsewhere and does not count.
    """
    return tuple(sorted(module.span(statement) for statement in (*_bodies(module), *_mains(module))))


def script_names(module: ParsedModule) -> frozenset[str]:
    """The names that nothing but the script parts of a module uses."""
    return _named_only_in(module, [*_bodies(module), *_mains(module)])


def _bodies(module: ParsedModule) -> list[ast.stmt]:
    guards = [s for s in module.tree.body if isinstance(s, ast.If) and _is_guard(s.test)]
    return [statement for guard in guards for statement in guard.body]


def _mains(module: ParsedModule) -> list[ast.stmt]:
    only_there = _named_only_in(module, _bodies(module))
    functions = [s for s in module.tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [f for f in functions if f.name in only_there and not f.decorator_list]


def _named_only_in(module: ParsedModule, bodies: list[ast.stmt]) -> frozenset[str]:
    inside = {id(node) for statement in bodies for node in ast.walk(statement)}
    named = [n for n in module.of(ast.Name) if isinstance(n.ctx, ast.Load)]
    elsewhere = {n.id for n in named if id(n) not in inside}
    return frozenset({n.id for n in named if id(n) in inside} - elsewhere - set(_exported(module.tree)))


def _is_guard(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
    return False


def _exported(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names) | ast.Tuple(elts=names)):
                yield from (
                    name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)
                )


def called_elsewhere(path: str, sites: Iterable[Site], may_take: Callable[[str, str], bool]) -> Iterator[Site]:
    """The sites of a file; a function for scripts that another file may import is open after all.

    ``may_take`` tells whether another file may use a name of a file.
    """
    for site in sites:
        function = site.function.partition(".")[0]
        if site.standing is Standing.SCRIPT_ONLY and function and may_take(path, function):
            yield replace(site, standing=Standing.OPEN, obstacle="it stands in the main function of a script")
        else:
            yield site


def run_as_script(sites: Iterable[Site]) -> Iterator[Site]:
    """The sites of a file that a flow starts as a script: those of its script parts are evaluated then."""
    return (replace(s, standing=Standing.OPEN) if s.standing is Standing.SCRIPT_ONLY else s for s in sites)


def used_by_script(
    path: str, names: frozenset[str], sites: Iterable[Site], is_imported: Callable[[str], bool]
) -> Iterator[Site]:
    """The sites of a file that no other imports; those marked that fill a variable which only its script parts use.

    A read that an import fails without is none of them. ``is_imported`` tells whether any import holds a word. Whoever
    imports anything may take a function for scripts, and the variable with it.
    """
    stem = path.rpartition("/")[2].removesuffix(".py")
    for site in sites:
        filled = site.place is Place.MODULE and site.standing is Standing.OPEN and site.receiver in names
        if filled and site.missing is not Missing.RAISES and not (is_imported(stem) or is_imported(site.receiver)):
            why = f"only the part of the file that runs as a script uses {site.receiver}"
            yield replace(site, standing=Standing.SCRIPT_ONLY, load=None, load_or_raise=None, obstacle=why)
        else:
            yield site


def as_imported(sites: Iterable[Site], script: tuple[Span, ...]) -> Iterator[Site]:
    """The sites, those marked that no flow run evaluates because the file is imported then."""
    for site in sites:
        if site.standing is Standing.OPEN and any(site.span.within(part) for part in script):
            why = 'runs only where the file is started as a script (if __name__ == "__main__")'
            yield replace(site, standing=Standing.SCRIPT_ONLY, load=None, load_or_raise=None, obstacle=why)
        else:
            yield site
