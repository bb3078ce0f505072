"""The parts of a module that run only when it is started as a script."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from envlift.inventory import Site, Standing
from envlift_codemods.parsed import ParsedModule, Span


def script_parts(module: ParsedModule) -> tuple[Span, ...]:
    """The bodies under ``if __name__ == "__main__"``, and the functions that nothing but these bodies names.

    A function that is decorated, or whose name ``__all__`` holds, may be called from elsewhere and does not count.
    """
    guards = [s for s in module.tree.body if isinstance(s, ast.If) and _is_guard(s.test)]
    if not guards:
        return ()
    bodies = [statement for guard in guards for statement in guard.body]
    inside = {id(node) for statement in bodies for node in ast.walk(statement)}
    named = [n for n in module.of(ast.Name) if isinstance(n.ctx, ast.Load)]
    only_there = {n.id for n in named if id(n) in inside} - {n.id for n in named if id(n) not in inside}
    only_there -= set(_exported(module.tree))
    functions = [s for s in module.tree.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))]
    mains = [f for f in functions if f.name in only_there and not f.decorator_list]
    return tuple(sorted(module.span(statement) for statement in (*bodies, *mains)))


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


def called_elsewhere(path: str, sites: Iterable[Site], is_imported: Callable[[str], bool]) -> Iterator[Site]:
    """The sites of a file; a function for scripts that another file may import is open after all.

    ``is_imported`` tells whether any import of the repository holds a word.
    """
    stem = path.rpartition("/")[2].removesuffix(".py")
    for site in sites:
        function = site.function.partition(".")[0]
        if site.standing is Standing.SCRIPT_ONLY and function and (is_imported(stem) or is_imported(function)):
            yield replace(site, standing=Standing.OPEN, obstacle="it stands in the main function of a script")
        else:
            yield site


def run_as_script(sites: Iterable[Site]) -> Iterator[Site]:
    """The sites of a file that a flow starts as a script: those of its script parts are evaluated then."""
    return (replace(s, standing=Standing.OPEN) if s.standing is Standing.SCRIPT_ONLY else s for s in sites)
