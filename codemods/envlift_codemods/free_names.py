"""Names for new variables that mean nothing else yet. Standard library only."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Set

from envlift_codemods.edits import Refused


def free_name(plain: str, names: Set[str], line: int) -> str:
    """A variable for a value, called as ``plain`` where that is possible.

    Raises:
        Refused: all names that come to mind are among ``names``.
    """
    wanted = [plain, f"{plain}_value", *(f"{plain}_value_{number}" for number in range(2, 20))]
    free = next((n for n in wanted if n.isidentifier() and not keyword.iskeyword(n) and n not in names), None)
    if free is None:
        raise Refused("no free name is left for the value", line)
    return free


def all_names(tree: ast.AST) -> set[str]:
    """Every name that code binds or reads."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                found.add(name)
            case ast.alias(name=name):
                found.add(name.partition(".")[0])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.update(names)
    return found
