"""What one file does with a module-level constant that it defines or imports. Standard library only.

One file tells only its own part; who knows the repository puts the parts together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import Protocol

from envlift_codemods.constants import guards_of
from envlift_codemods.free_names import all_names
from envlift_codemods.made_constants import made_from
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.receivers import dotted_name
from envlift_codemods.scopes import Scope
from envlift_codemods.shared_state import is_changed, is_told_apart
from envlift_codemods.source_text import LINTER

_SEES_ALL_NAMES = frozenset({"globals", "locals", "vars", "eval", "exec"})


@dataclass(frozen=True, slots=True)
class ConstantUse:
    """One use of a constant in one file.

    Args:
        span: Where it stands.
        function: Qualified name of the outermost function that evaluates it; empty at import.
        obstacle: Why the constant cannot sink because of it; empty where it can.
    """

    span: Span
    function: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """A name that an import of a file brings; ``reference`` is how the code there writes the constant.

    ``span`` is the imported name's in the import. ``own_name`` says that the constant itself is imported, not its
    module.
    """

    reference: str
    span: Span
    own_name: bool


class Making(Protocol):
    """What functions would have to make again, from names that must mean the same there."""

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> frozenset[str]: ...


def uses_of_constant(
    module: ParsedModule, reference: str, around: Making | None = None, elsewhere: Set[str] = frozenset()
) -> tuple[ConstantUse, ...]:
    """What a file does with a constant that it defines or imports, and with what it makes from it, in source order.

    Args:
        reference: How its code writes the constant: ``TOKEN``, or ``config.TOKEN`` where the module is imported.
        around: What makes the constant, which functions would have to make again: from a part, or in another file.
        elsewhere: What the file makes that other files take from it, so that no function here has to use it.
    """
    made = made_from(module, reference)
    is_imported = any(isinstance(bound, str) for bound in module.scopes.module.bindings.get(reference, ()))
    guards = guards_of(module, reference) if around is None and not is_imported else ()
    passed_over = [*guards, *(m.statement for m in made)]
    skipped = {id(n) for statement in passed_over for n in ast.walk(statement)}
    found = list(_uses(module, reference, skipped))
    if around is not None:
        found = [_of_made(module, use, around) for use in found]
    for derived in made:
        uses = [_of_made(module, use, derived) for use in _uses(module, derived.name, skipped)]
        if not uses and derived.name not in elsewhere and not any(derived.name in other.uses for other in made):
            reason = f"{derived.name} is made from it at import, and no function uses that"
            uses = [ConstantUse(module.span(derived.statement), "", reason)]
        found += uses
    return tuple(sorted(found, key=lambda use: use.span))


def _uses(module: ParsedModule, reference: str, skipped: Set[int]) -> Iterator[ConstantUse]:
    yield from _mentions(module, reference)
    root, _, _ = reference.partition(".")
    for node in module.of(ast.Name):
        if node.id == root and id(node) not in skipped:
            use = _use(module, node, reference) if _is_module_level(module, node) else None
            if use is not None:
                yield use


def brought_by(module: ParsedModule, alias: ast.alias, constant: str) -> Brought | str:
    """How a file writes a constant that one of its imports brings, or why that import cannot be changed.

    Args:
        alias: The part of the import that names the constant or its module.
    """
    statement = module.parent(alias)
    if not isinstance(statement, (ast.Import, ast.ImportFrom)) or module.parent(statement) is not module.tree:
        return "it is imported inside of a function or branch"
    own_name = isinstance(statement, ast.ImportFrom) and alias.name == constant
    if own_name and alias.asname == alias.name:
        return "it is imported in order to be passed on"
    if own_name and len(statement.names) == 1 and not all(map(LINTER.fullmatch, module.comments_of(statement))):
        return "a comment stands with its import that could not move along"
    bound = alias.asname or alias.name
    bindings = module.scopes.module.bindings.get(bound.partition(".")[0], [])
    if len(set(map(str, bindings))) != 1 or (own_name and len(bindings) != 1):
        return f"{bound} is bound more than once"
    return Brought(bound if own_name else f"{bound}.{constant}", module.span(alias), own_name)


def why_no_room(module: ParsedModule, made: Making, variables: Set[str], brought: Set[str]) -> str:
    """Why the functions of a file that imports what is made from a constant cannot make it; empty where they can.

    Args:
        variables: Those that they need on the way to it.
        brought: Those of them that an import brings with that very meaning.
    """
    taken = (variables & all_names(module.tree)) - brought
    everywhere = made.names - variables
    taken |= everywhere & module.scopes.module.bindings.keys()
    if taken:
        return f"the file has another {min(taken)}"
    return why_a_star(module, everywhere)


def why_a_star(module: ParsedModule, builtins: Set[str]) -> str:
    """Why built-in functions may mean something else in a file although it binds none of them; empty where not."""
    starred = builtins and any(alias.name == "*" for alias in module.of(ast.alias))
    return f"a star import may bring another {min(builtins)}" if starred else ""


def reference_nodes(module: ParsedModule, reference: str) -> Iterator[ast.Name | ast.Attribute]:
    """The expressions that are the constant, as ``uses_of_constant`` finds them."""
    root = reference.partition(".")[0]
    for node in module.of(ast.Name):
        if node.id == root and _is_module_level(module, node):
            whole = _chain(module, node, reference)
            if whole is not None:
                yield whole


def _is_module_level(module: ParsedModule, node: ast.Name) -> bool:
    """Whether a name means what the module binds, and is not that binding itself."""
    found = module.scope(node).lookup(node.id)
    if found is None or found[0] is not module.scopes.module:
        return False
    return not (isinstance(node.ctx, ast.Store) and module.scope(node) is module.scopes.module)


def _use(module: ParsedModule, node: ast.Name, reference: str) -> ConstantUse | None:
    whole = _chain(module, node, reference)
    outer = module.outermost(node)
    function = "" if outer is None or isinstance(outer, ast.Lambda) else module.qualified_name(outer)
    if whole is None:
        handed_on = not isinstance(module.parent(node), ast.Attribute)
        return ConstantUse(module.span(node), function, f"the module {node.id} is handed on") if handed_on else None
    return ConstantUse(module.span(whole), function, _obstacle(module, whole, outer, reference))


def _chain(module: ParsedModule, node: ast.Name, reference: str) -> ast.Name | ast.Attribute | None:
    """The expression ``a.b.NAME`` that starts with a name; None where the code goes another way."""
    whole: ast.Name | ast.Attribute = node
    for attribute in reference.split(".")[1:]:
        above = module.parent(whole)
        if not isinstance(above, ast.Attribute) or above.attr != attribute:
            return None
        whole = above
    return whole


def _obstacle(module: ParsedModule, node: ast.Name | ast.Attribute, outer: ast.AST | None, reference: str) -> str:
    name = reference.rpartition(".")[2]
    if not isinstance(node.ctx, ast.Load):
        return f"{name} is assigned or deleted there"
    if outer is None:
        return f"{name} is used at import ({module.place(node).value})"
    if isinstance(outer, ast.Lambda):
        return f"{name} is used in a lambda outside of functions"
    if "." in reference and _is_bound_below(module, outer, name):
        return f"the function has another {name}"
    if "." in reference and _is_shown(module, node, reference):
        return f"an f-string shows how {name} is written"
    return ""


def _is_shown(module: ParsedModule, node: ast.expr, reference: str) -> bool:
    """Whether an f-string shows the text of an expression, too, or of one around it: ``{config.TOKEN=}``."""
    for above in module.ancestors(node):
        whole = module.parent(above)
        if isinstance(above, ast.FormattedValue) and isinstance(whole, ast.JoinedStr):
            ahead = whole.values[: whole.values.index(above)][-1:]
            texts = ("".join(str(v.value).split()) for v in ahead if isinstance(v, ast.Constant))
            if any(text.endswith("=") and reference in text for text in texts):
                return True
    return False


def _is_made_from_itself(module: ParsedModule, node: ast.Name) -> bool:
    """Whether the code binds the name anew where it reads it: in ``TOKEN = TOKEN`` a class reads the module's."""
    found = module.scope(node).lookup(node.id)
    if found is None or found[0] is module.scopes.module:
        return False
    if isinstance(found[0].node, ast.ClassDef):
        return True
    for above in module.ancestors(node):
        if isinstance(above, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            if any(isinstance(t, ast.Name) and t.id == node.id for t in targets):
                return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
    return False


def _is_bound_below(module: ParsedModule, outer: ast.AST, name: str) -> bool:
    inside = {id(n) for n in ast.walk(outer)}
    scopes: list[Scope] = [s for n, s in module.scopes.by_node.items() if id(n) in inside]
    bound = any(name in scope.bindings or name in scope.globals for scope in scopes)
    return bound or any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(outer))


def _mentions(module: ParsedModule, reference: str) -> Iterator[ConstantUse]:
    """What can reach a name in other ways than by writing it as an expression."""
    root, _, rest = reference.partition(".")
    name = rest.rpartition(".")[2] or root
    for node in module.nodes:
        match node:
            case ast.Global(names=names) | ast.Nonlocal(names=names) if root in names:
                yield ConstantUse(module.span(node), "", f"a function says `global {root}`")
            case ast.Name(id=other, ctx=ast.Load()) if other == root and _is_made_from_itself(module, node):
                yield ConstantUse(module.span(node), "", f"another {root} is made from it there")
            case ast.Name(id=other) if other in _SEES_ALL_NAMES and module.scope(node).lookup(other) is None:
                yield ConstantUse(module.span(node), "", f"{other}() may look for {root}")
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AugAssign(target=ast.Name(id="__all__")):
                if any(isinstance(n, ast.Constant) and n.value == root for n in ast.walk(node)):
                    yield ConstantUse(module.span(node), "", f"__all__ offers {root} to others")
            case ast.Call(func=ast.Attribute(attr="extend" | "append"), args=[listed]) if any(
                isinstance(n, ast.Constant) and n.value == name for n in ast.walk(listed)
            ):
                if dotted_name(node.func).startswith("__all__"):
                    yield ConstantUse(module.span(node), "", f"__all__ offers {root} to others")


def _of_made(module: ParsedModule, use: ConstantUse, made: Making) -> ConstantUse:
    """A use of what each function would make for itself: shared state keeps it, and so does another meaning there."""
    if use.obstacle:
        return use
    written = module.of(ast.Name, ast.Attribute)
    node = next(n for n in written if n.lineno == use.span.line and module.span(n) == use.span)
    if is_changed(module, node):
        return replace(use, obstacle=f"{made.name}, which each function would make for itself, is changed there")
    if is_told_apart(module, node):
        return replace(use, obstacle=f"{made.name}, which each function would make for itself, is looked for there")
    outer = module.outermost(node)
    bound = module.scopes.by_node[outer].bindings if outer is not None else {}
    other = min(made.names & bound.keys(), default="")
    return replace(use, obstacle=f"the function has another {other}") if other else use
