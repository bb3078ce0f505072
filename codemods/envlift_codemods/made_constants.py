"""Module-level constants that are made from others or from a part, so that they can sink. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from envlift_codemods.parsed import ParsedModule

CONVERSIONS = frozenset({"int", "str", "float"})
_BUILTIN = CONVERSIONS | {"bool", "bytes", "dict", "list", "object", "tuple"}
# Methods whose result cannot be changed, so that it does not matter how many functions have one of their own.
METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "encode", "decode", "removeprefix", "removesuffix"}
)
# What these functions give hangs on their arguments alone.
_PURE = frozenset({"urllib.parse.quote", "urllib.parse.quote_plus", "base64.b64encode", "base64.b64decode"})
_PLAIN = (ast.Add, ast.Mod, ast.Load, ast.FormattedValue, ast.Dict, ast.Tuple, ast.List, ast.keyword)


@dataclass(frozen=True, slots=True)
class Made:
    """A constant that the module makes from another one, or from a part of its statement, by putting texts together.

    ``uses`` holds the names that it is made from: the other constant, and what is made from that. ``names`` holds all
    names that must mean the same where it is made again.
    """

    name: str
    statement: ast.Assign | ast.AnnAssign
    uses: frozenset[str]
    names: frozenset[str]


SLOT = "\0"
"""In the lines of a recipe the variable that holds the constant, where the file that needs it may choose one."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a file makes something from a constant, for another file that imports what is made.

    Args:
        name: What the importing file calls it.
        names: All names that must mean the same where it is made again.
        variables: Those of them that functions assign on the way to it.
        local: The variable that holds the constant; a proposal where that is open.
        is_open: Whether any variable may hold it, as the lines have a ``SLOT``.
        beside: The variables that hold other constants, which have to be loaded, too.
        imported: What stays in the file that tells, and has to be imported from it.
        lines: The statements; the last one makes ``name``.
    """

    name: str
    names: frozenset[str]
    variables: frozenset[str]
    local: str
    is_open: bool
    beside: frozenset[str]
    imported: frozenset[str]
    lines: tuple[str, ...]

    def named(self, name: str) -> Recipe:
        """The recipe for a file that gives another name to what is made."""
        *before, last = self.lines
        return replace(self, name=name, lines=(*before, name + last.removeprefix(self.name)))


def made_from(module: ParsedModule, reference: str) -> tuple[Made, ...]:
    """The constants of the module itself that are made from one, directly or by way of others, in source order.

    Args:
        reference: How the code writes the constant; there are none of one that is reached through its module.
    """
    if "." in reference:
        return ()
    found: dict[str, Made] = {}
    for statement in module.tree.body:
        made = _made_by(module, statement)
        used = frozenset() if made is None else made.names & {reference, *found}
        if made is not None and used and made.name not in {reference, *found}:
            all_names = made.names.union(*(found[name].names for name in used & found.keys()))
            found[made.name] = Made(made.name, made.statement, used, all_names)
    return tuple(found.values())


def needed_for(made: Sequence[Made], names: Set[str]) -> tuple[Made, ...]:
    """Those that must be made in order to have some names, in the order of the source."""
    wanted, found = set(names), []
    for one in reversed(made):
        if one.name in wanted:
            wanted |= one.uses
            found.append(one)
    return tuple(found[::-1])


def names_of_its_file(module: ParsedModule, made: Sequence[Made], own: Set[str]) -> frozenset[str]:
    """The names by which statements mean something of their own file alone; none where any file can have them.

    Args:
        made: All that is needed to make something, in the order of the source.
        own: The variables that functions have by then, beside what is made.
    """
    known = own | {one.name for one in made}
    names = {name for one in made for name in one.names - known}
    return frozenset(n for n in names if n not in CONVERSIONS or n in module.scopes.module.bindings)


def can_be_imported(module: ParsedModule, name: str) -> bool:
    """Whether other files can import a name for good: a statement of the module assigns it, from nothing that moves.

    What a file imports may go with its last use there, and what is made from a constant goes with that. A class reads
    ``__HOST`` as another name.
    """
    if name.startswith("__"):
        return False
    own = module.scopes.module.bindings
    for statement in module.tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=value)
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value)
            ) if found == name:
                names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
                return len(own[name]) == 1 and all(isinstance(b, str) for used in names for b in own.get(used, ()))
    return False


def imports_from(statement: ast.AST | None, path: str) -> bool:
    """Whether an import names the very file, by the last part of its module."""
    name = path.removesuffix(".py").rpartition("/")[2]
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").rpartition(".")[2] == name


def imported_names(module: ParsedModule) -> frozenset[str]:
    """What the module imports in any case, unlike what stands under ``if TYPE_CHECKING:``."""
    imports = (s for s in module.tree.body if isinstance(s, (ast.Import, ast.ImportFrom)))
    return frozenset(alias.asname or alias.name for statement in imports for alias in statement.names)


def annotation_of_its_file(module: ParsedModule, made: Sequence[Made]) -> str:
    """The first annotation that another file may not understand."""
    annotations = (one.statement.annotation for one in made if isinstance(one.statement, ast.AnnAssign))
    odd = (a for a in annotations if not all(_says_the_same_anywhere(module, node) for node in ast.walk(a)))
    return next(map(ast.unparse, odd), "")


def _says_the_same_anywhere(module: ParsedModule, node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name):
            return name in _BUILTIN and name not in module.scopes.module.bindings
        case ast.Constant(value=value):
            return value is None
    return isinstance(node, (ast.Subscript, ast.Tuple, ast.BinOp, ast.BitOr, ast.Load))


def made_around(module: ParsedModule, part: ast.expr) -> Made | None:
    """The constant of the module that is made from a part of its statement and from what stays the same."""
    statement = next((above for above in module.ancestors(part) if isinstance(above, ast.stmt)), None)
    return (
        None if statement is None or module.parent(statement) is not module.tree else _made_by(module, statement, part)
    )


def _made_by(module: ParsedModule, statement: ast.stmt, part: ast.expr | None = None) -> Made | None:
    """What a statement makes, if it gives the same at any later time, in text that can be indented; save for a part."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            pass
        case _:
            return None
    nodes = list(_without(value, part))
    once = len(module.scopes.module.bindings.get(name, ())) == 1 and not name.startswith("__")
    if not once or not all(_gives_the_same(module, node) for node in nodes):
        return None
    return Made(name, statement, frozenset(), frozenset(n.id for n in nodes if isinstance(n, ast.Name)))


def _without(node: ast.AST, part: ast.expr | None) -> Iterator[ast.AST]:
    if node is not part:
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _without(child, part)


def _gives_the_same(module: ParsedModule, node: ast.AST) -> bool:
    match node:
        case ast.Constant() | ast.JoinedStr():
            return node.lineno == node.end_lineno
        case ast.Name(id=used):
            times = len(module.scopes.module.bindings.get(used, ()))
            return times == 1 or (times == 0 and used in CONVERSIONS)
        case ast.Call(func=ast.Name(id=called)):
            known = called in CONVERSIONS and called not in module.scopes.module.bindings
            return known or module.origin(node.func) in _PURE
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in METHODS or method == "format" or module.origin(node.func) in _PURE
        case ast.Attribute():
            above = module.parent(node)
            return isinstance(above, ast.Call) and above.func is node
        case ast.BinOp(op=operator):
            return isinstance(operator, (ast.Add, ast.Mod))
    return isinstance(node, _PLAIN)
