"""May an expression be replaced by loading a Secret block, and in which form? Standard library only.

One rule for the codemods, which see one file, and for a planner that knows the whole repository: what the planner
knows more is the parameter ``loop_above``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from envlift_codemods.edits import Form
from envlift_codemods.kept_missing import is_needed, stand_in
from envlift_codemods.missing_values import Handling
from envlift_codemods.parsed import ParsedModule, Place, Span
from envlift_codemods.read_idioms import Missing
from envlift_codemods.reads import Read, find_writes

# Prefect runs the body of a sync flow or task in a thread of its own without an event loop, even below an async flow.
_RUNS_APART = frozenset(
    {
        "prefect.flow",
        "prefect.task",
        "prefect.flows.flow",
        "prefect.tasks.task",
        "prefect.assets.materialize",
    }
)
NOTEBOOK = "a marimo notebook: its cells see no import of the file"
_IN_FUNCTIONS = (Place.FUNCTION, Place.ASYNC_FUNCTION)


@dataclass(frozen=True, slots=True)
class Stays:
    """The expression is not rewritten; ``reason`` is one phrase for people, without a value."""

    reason: str


def form_for(module: ParsedModule, site: Read | Span, loop_above: bool | None = None) -> Form | Stays:  # noqa: FBT001 - three answers: yes, no, not known
    """The form in which a read or literal can load a Secret block where it stands, or why it stays.

    Args:
        module: The parsed file.
        site: A read of ``find_reads``, judged with what happens when it is missing; or the span of a literal.
        loop_above: Whether a coroutine may call the function that holds the site; None when only this file is known,
            then every plain function of a file that holds an ``async def`` may run under an event loop.
    """
    if isinstance(site, Read) and (reason := why_the_read_stays(module, site)):
        return Stays(reason)
    if is_notebook(module):
        return Stays(NOTEBOOK)
    span = site.span if isinstance(site, Read) else site
    node = module.expression_at(span)
    if node is None:
        return Stays("no expression stands there")
    place = module.place(node)
    if place.at_import:
        return Stays(f"it is evaluated at import ({place.value}), where no block can be loaded")
    if place is Place.NESTED:
        return Stays("it stands in a lambda, comprehension or the signature of an inner function")
    if module.in_loop(node):
        return Stays("it stands in a loop, which would load the block again and again")
    if place is Place.ASYNC_FUNCTION:
        return Form.ALOAD
    if runs_apart(module, node) or not (has_coroutines(module) if loop_above is None else loop_above):
        return Form.LOAD
    return Form.LOAD_SYNC


def is_notebook(module: ParsedModule) -> bool:
    """Whether a file is a marimo notebook: its functions are cells."""
    return any(module.origin(call.func) == "marimo.App" for call in module.calls)


def runs_apart(module: ParsedModule, node: ast.expr | ast.stmt) -> bool:
    """Whether the function that evaluates the expression is itself a flow or task, under any alias of Prefect."""
    function = module.function(node)
    if function is None or isinstance(function, ast.Lambda):
        return False
    decorators = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(module.origin(d) in _RUNS_APART for d in decorators)


def has_coroutines(module: ParsedModule) -> bool:
    """Whether the file defines any ``async def``, so that an event loop may run above its plain functions."""
    return any(isinstance(node, ast.AsyncFunctionDef) for node in module.functions)


def why_the_read_stays(module: ParsedModule, read: Read) -> str:
    """Why no load can take the place of a read, wherever it stands; empty when one can."""
    if reason := why_the_name_stays(module, read):
        return reason
    if read.place in _IN_FUNCTIONS and is_needed(read) and stand_in(module, read) is not None:
        return ""
    if read.missing is Missing.DEFAULT:
        return "it has a default, which loading a block would lose"
    if read.handling is Handling.BRANCH:
        return f"a missing value is handled by {Handling.BRANCH.value}"
    if read.place in _IN_FUNCTIONS and is_needed(read) and read.handling is not Handling.EXIT:
        return "the code goes on with None where it is missing"
    return ""


def why_the_name_stays(module: ParsedModule, read: Read) -> str:
    """Why nothing else can take the place of the variable that is read; empty when something can."""
    if read.name is None:
        return "the variable's name is computed"
    if is_notebook(module):
        return NOTEBOOK
    if read.name in _touched_names(module):
        return "the file also sets, deletes or tests this variable"
    return ""


@lru_cache(maxsize=8)
def _touched_names(module: ParsedModule) -> frozenset[str]:
    return frozenset(write.name for write in find_writes(module) if write.name is not None)


__all__ = ["Stays", "form_for", "has_coroutines", "is_notebook", "runs_apart", "why_the_read_stays"]
