"""Whether an event loop may run above what a file calls: it defines coroutines, or works with a loop otherwise."""

from __future__ import annotations

import ast
import re

from envlift_codemods.parsed import ParsedModule

_LIBRARIES = ("anyio", "asyncio", "nest_asyncio", "trio", "uvloop")
# A search for plain letters runs many times faster than one for the start of a word: that is checked behind them.
_WORDS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"async(?<!\wasync)[ \t]+def\b",
        *(b"%b(?<!\\w%b)\\b" % (name, name) for name in map(str.encode, _LIBRARIES)),
    )
)


def runs_loop(module: ParsedModule) -> bool:
    """Told by the syntax tree of the file."""
    if next(module.of(ast.AsyncFunctionDef), None) is not None:
        return True
    scopes = module.scopes.by_node.values()
    bound = (b for scope in scopes for found in scope.bindings.values() for b in found if isinstance(b, str))
    return any(origin.partition(".")[0] in _LIBRARIES for origin in bound)


def may_run_loop(content: bytes) -> bool:
    """Told by the words of the file, where its tree shows only a part of it: true once too often, never too seldom."""
    return any(word.search(content) for word in _WORDS)
