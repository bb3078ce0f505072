"""Calls of ``load_dotenv`` whose file beats variables that are set, and leaving that out. Standard library only."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from envlift_codemods.edits import DropOverride, Refused
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.source_text import SourceText, Splice

_LOADS = frozenset({"dotenv.load_dotenv", "dotenv.main.load_dotenv"})
_NAME = "override"
# Its place among the arguments of `load_dotenv`.
_PLACE = 3
_REST_OF_LINE = re.compile(r"[ \t\f]*,?[ \t\f]*(?:\r\n|\r|\n)")
_INDENT = re.compile(r"[ \t\f]*")


def overriding_calls(syntax: ParsedModule) -> tuple[ast.Call, ...]:
    """The calls of ``load_dotenv`` that write out ``override=True``, in the order of the source."""
    found = (call for call in syntax.calls if syntax.origin(call.func) in _LOADS and _override_of(call) is not None)
    return tuple(sorted(found, key=syntax.span))


def override_splices(text: SourceText, syntax: ParsedModule, edit: DropOverride) -> tuple[Splice, ...]:
    """What takes the argument out of the call; nothing where the call has none.

    Raises:
        Refused: no call of ``load_dotenv`` stands there, or arguments behind it count on its place.
    """
    line = edit.span.line
    call = next((call for call in syntax.calls if syntax.span(call) == edit.span), None)
    if call is None or syntax.origin(call.func) not in _LOADS:
        raise Refused("no call of load_dotenv stands here", line)
    override = _override_of(call)
    if override is None:
        return ()
    if isinstance(override, ast.expr) and len(call.args) > _PLACE + 1:
        raise Refused("arguments stand behind override by their place", line)
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    items = sorted(text.offsets(syntax.span(argument)) for argument in arguments)
    return (_removal(text, items, text.offsets(syntax.span(override)), text.offsets(edit.span)[1] - 1),)


def _override_of(call: ast.Call) -> ast.keyword | ast.expr | None:
    """The argument, where it is written out as true."""
    named = next((k for k in call.keywords if k.arg == _NAME), None)
    if named is not None:
        return named if _is_true(named.value) else None
    by_place = call.args[_PLACE] if len(call.args) > _PLACE else None
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return by_place if by_place is not None and not starred and _is_true(by_place) else None


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _removal(text: SourceText, items: Sequence[tuple[int, int]], gone: tuple[int, int], closing: int) -> Splice:
    """With the line that it has to itself; else with the comma that parts it from the argument beside it."""
    start, end = gone
    number = items.index(gone)
    if len(items) == 1:
        return Splice(start, closing, "")
    line_start = text.line_starts[text.position(start)[0] - 1]
    rest = _REST_OF_LINE.match(text.text, end)
    if rest is not None and _INDENT.fullmatch(text.text, line_start, start):
        return Splice(line_start, rest.end(), "")
    if number + 1 < len(items):
        return Splice(start, items[number + 1][0], "")
    return Splice(items[number - 1][1], end, "")
