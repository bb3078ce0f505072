"""Where a new import of Prefect goes among the imports of a file. Standard library only.

Two rules beat good looks: it never goes above a statement that sets up the environment, since Prefect reads its
settings when it is first imported; and it never goes above code that was to run before the imports around it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name
from envlift_codemods.source_text import SourceText

IMPORTS = (ast.Import, ast.ImportFrom)
_Import = ast.Import | ast.ImportFrom
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LATE = re.compile(r"#\s*noqa\s*:[^#]*\bE402\b")
_MODULE = "prefect.blocks.system"


@dataclass(frozen=True, slots=True)
class Spot:
    """Behind which 1-based line an import goes (0: ahead of all), and what it is given.

    Args:
        behind: The line.
        blank_above, blank_below: Whether a blank line parts it from what stands there.
        comment: What follows on its line, two blanks included.
    """

    behind: int
    blank_above: bool = False
    blank_below: bool = False
    comment: str = ""


def spot_for_prefect(
    text: SourceText, syntax: ParsedModule, sites: Sequence[ast.expr | ast.stmt], own: Set[str]
) -> Spot | None:
    """Where ``from prefect.blocks.system import …`` goes; None where the file holds nothing to stand beside.

    Args:
        sites: What needs the import.
        own: Top-level names of the repository's own modules, whose imports stand last.
    """
    body = syntax.tree.body
    head = leading(body)
    idle = _before_any_use(syntax, sites)
    prefect = [s for s in head if imports_prefect(s)] or [s for s in idle if imports_prefect(s)]
    if prefect:
        run = _run_around(body, prefect[-1])
        return _in_order(text, _group_around(text, run, prefect[-1]), prefect[-1], _comment(text, run))
    last = next((s for s in reversed(head) if isinstance(s, IMPORTS)), None)
    late = next((s for s in reversed(idle) if _sets_up_environment(s)), None)
    if late is not None and (last is None or last.lineno < late.lineno):
        return Spot(last_line(late), blank_above=True)
    if last is None:
        return None
    run = _run_around(body, last)
    return _among(text, run, own)


def leading(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The statements ahead of the first function or class: nothing that is edited can have run by then."""
    first = next((i for i, s in enumerate(body) if isinstance(s, _DEFINITIONS)), len(body))
    return body[:first]


def _before_any_use(syntax: ParsedModule, sites: Sequence[ast.expr | ast.stmt]) -> Sequence[ast.stmt]:
    """The statements of a module up to the first that may run one of the sites when the module is imported."""
    body = syntax.tree.body
    around = {above for site in sites for above in (site, *syntax.ancestors(site))}
    running = {s.name for s in body if isinstance(s, _DEFINITIONS) and s in around}
    while more := {s.name for s in body if isinstance(s, _DEFINITIONS) and _names([s]) & running} - running:
        running |= more
    first = next((i for i, s in enumerate(body) if _names(_run_at_import(s)) & running), len(body))
    return body[:first]


def _run_at_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement of a module that its import evaluates."""
    match statement:
        case (
            ast.FunctionDef(decorator_list=decorators, args=arguments)
            | ast.AsyncFunctionDef(decorator_list=decorators, args=arguments)
        ):
            yield from (*decorators, *arguments.defaults, *(d for d in arguments.kw_defaults if d is not None))
        case ast.ClassDef(decorator_list=decorators, bases=bases, keywords=keywords, body=body):
            yield from (*decorators, *bases, *keywords)
            for inner in body:
                yield from _run_at_import(inner)
        case _:
            yield statement


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def imports_prefect(statement: ast.AST) -> bool:
    """Whether a statement imports Prefect or a part of it."""
    if isinstance(statement, ast.ImportFrom):
        return statement.level == 0 and _top(statement) == "prefect"
    return isinstance(statement, ast.Import) and any(a.name.partition(".")[0] == "prefect" for a in statement.names)


def last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _among(text: SourceText, run: Sequence[_Import], own: Set[str]) -> Spot:
    """In a run without Prefect: behind the outside libraries, ahead of the repository's own modules."""
    comment = _comment(text, run)
    outside = list(run)
    while outside and _is_own(outside[-1], own):
        outside.pop()
    if not outside:
        above = run[0].lineno - 1
        if above and _line(text, above).lstrip().startswith("#"):
            return Spot(last_line(run[-1]), comment=comment)
        return Spot(above, blank_below=True, comment=comment)
    last = outside[-1]
    group = _group_around(text, outside, last)
    if all(_top(s) in sys.stdlib_module_names or _is_future(s) for s in group):
        # `import os` may go with the edit; a blank line below nothing would be left.
        stays = any(_top(s) not in {"os", "__future__"} for s in group)
        apart = len(outside) < len(run) and stays and _blank_between(text, last, run[len(outside)])
        return Spot(last_line(last), blank_above=apart or _is_future(last), comment=comment)
    return _in_order(text, group, last, comment)


def _in_order(text: SourceText, group: Sequence[_Import], fallback: ast.stmt, comment: str) -> Spot:
    """In front of the first later import of a sorted group; behind the fallback where it is not sorted."""
    own_lines = all(last_line(one) < other.lineno for one, other in pairwise(group)) and all(
        _stands_alone(text, statement) for statement in group
    )
    for by in (_by_style, _by_module):
        keys = [by(isinstance(s, ast.ImportFrom), _module(s)) for s in group]
        if not own_lines or keys != sorted(keys) or len(group) < 2:
            continue
        mine = by(True, _MODULE)  # noqa: FBT003 - it is a `from` import
        before = [s for s, key in zip(group, keys, strict=True) if key <= mine]
        return Spot(last_line(before[-1]) if before else group[0].lineno - 1, comment=comment)
    return Spot(last_line(fallback), blank_above=_is_future(fallback), comment=comment)


def _by_style(is_from: bool, module: str) -> tuple[bool | str, ...]:  # noqa: FBT001
    return (is_from, module)


def _by_module(is_from: bool, module: str) -> tuple[bool | str, ...]:  # noqa: FBT001
    return (module, is_from)


def _run_around(body: Sequence[ast.stmt], statement: ast.stmt) -> list[_Import]:
    """The imports around one, up to the next statement that is none; `from __future__` counts to none."""
    at = body.index(statement)
    first, last = at, at
    while first > 0 and isinstance(body[first - 1], IMPORTS) and not _is_future(body[first - 1]):
        first -= 1
    while last + 1 < len(body) and isinstance(body[last + 1], IMPORTS):
        last += 1
    return [s for s in body[first : last + 1] if isinstance(s, IMPORTS)]


def _group_around(text: SourceText, run: Sequence[_Import], statement: ast.stmt) -> list[_Import]:
    """The imports around one without a blank line between them."""
    at = next(i for i, s in enumerate(run) if s is statement)
    first, last = at, at
    while first > 0 and not _blank_between(text, run[first - 1], run[first]):
        first -= 1
    while last + 1 < len(run) and not _blank_between(text, run[last], run[last + 1]):
        last += 1
    return list(run[first : last + 1])


def _blank_between(text: SourceText, one: ast.stmt, other: ast.stmt) -> bool:
    return any(not _line(text, line).strip() for line in range(last_line(one) + 1, other.lineno))


def _line(text: SourceText, line: int) -> str:
    start, end = text.line_range(line)
    return text.text[start:end]


def _stands_alone(text: SourceText, statement: ast.stmt) -> bool:
    return not _line(text, last_line(statement))[statement.end_col_offset or 0 :].lstrip().startswith(";")


def _comment(text: SourceText, run: Sequence[_Import]) -> str:
    """A linter was told that the imports around come late: the new one comes as late."""
    late = any(_LATE.search(_line(text, s.lineno)) or _LATE.search(_line(text, last_line(s))) for s in run)
    return "  # noqa: E402" if late else ""


def _is_own(statement: _Import, own: Set[str]) -> bool:
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return True
    return _top(statement) in own and _top(statement) not in sys.stdlib_module_names


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _module(statement: _Import) -> str:
    if isinstance(statement, ast.ImportFrom):
        return "." * statement.level + (statement.module or "").lower()
    return statement.names[0].name.lower()


def _top(statement: _Import) -> str:
    if isinstance(statement, ast.ImportFrom):
        return "" if statement.level else (statement.module or "").partition(".")[0]
    return statement.names[0].name.partition(".")[0]


def _sets_up_environment(statement: ast.stmt) -> bool:
    """Whether a statement loads a ``.env`` file or sets variables, which Prefect's settings may be among."""
    if isinstance(statement, (*IMPORTS, *_DEFINITIONS)):
        return False
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=called) if dotted_name(called).endswith(
                ("load_dotenv", "environ.update", "environ.setdefault", "putenv", "read_env", "read_envfile")
            ):
                return True
            case ast.Subscript(value=value, ctx=ast.Store()) if dotted_name(value).endswith("environ"):
                return True
    return False
