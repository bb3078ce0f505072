"""Make the site of a read that is not one of the plain idioms: it stays an environment read, and says why."""

from __future__ import annotations

import ast

from envlift.concealed import Concealed
from envlift.inventory import Site, SiteKind, Standing
from envlift_codemods.missing_values import Handling, handling_of
from envlift_codemods.parsed import ParsedModule, Place
from envlift_codemods.read_idioms import Missing
from envlift_codemods.receivers import surroundings


def read_site(
    module: ParsedModule,
    path: str,
    node: ast.expr,
    *,
    name: str,
    form: str,
    obstacle: str,
    missing: Missing,
    default: Concealed | None = None,
    standing: Standing = Standing.OPEN,
) -> Site:
    """A read at an expression, with what surrounds it; ``name`` is empty where it is computed."""
    receiver, callee, wrapper = surroundings(module, node)
    return Site(
        path=path,
        span=module.span(node),
        kind=SiteKind.ENV_READ,
        name=name,
        form=form,
        place=module.place(node),
        function=module.enclosing_name(node),
        missing=missing,
        handling=handling_of(module, node, missing),
        receiver=receiver,
        callee=callee,
        wrapper=wrapper,
        value=default,
        obstacle=obstacle,
        standing=standing,
    )


def silent_site(module: ParsedModule, path: str, node: ast.expr, *, name: str, form: str, obstacle: str) -> Site:
    """A read that no expression shows: other code does it there, and goes on without the variable."""
    return Site(
        path=path,
        span=module.span(node),
        kind=SiteKind.ENV_READ,
        name=name,
        form=form,
        place=Place.FUNCTION if module.function(node) else Place.MODULE,
        function=module.enclosing_name(node),
        missing=Missing.NONE,
        handling=Handling.BRANCH,
        obstacle=obstacle,
    )


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a call's keyword argument."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """The argument at a position (none below 0) or of a name; star arguments before it hide it."""
    positional = call.args[: position + 1]
    if 0 <= position < len(positional) and not any(isinstance(a, ast.Starred) for a in positional):
        return positional[position]
    return keyword(call, name)


def text_of(module: ParsedModule, node: ast.expr | None) -> str | None:
    """A constant as the environment would hold it; None where it is computed or None itself."""
    if isinstance(node, ast.Constant) and node.value is not None and node.value is not ...:
        return node.value if isinstance(node.value, str) else str(node.value)
    return None if node is None else module.constant(node)


def concealed(module: ParsedModule, node: ast.expr | None) -> Concealed | None:
    """A constant default; None where there is none or it is computed."""
    text = text_of(module, node)
    return None if text is None else Concealed(text)


def is_none(node: ast.expr | None) -> bool:
    """Whether there is no expression, or the constant None."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def file_named(module: ParsedModule, node: ast.expr | None) -> str:
    """The constant end of a path, e.g. ``config/.env`` of ``Path(__file__).parent / "config" / ".env"``."""
    match node:
        case None:
            return ""
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            parts = [file_named(module, left), file_named(module, right)]
            return "/".join(part for part in parts if part) if parts[1] else ""
        case ast.Call(args=[_, *_] as parts_given):
            last = [module.constant(a) for a in parts_given]
            ends = last[max((i + 1 for i, text in enumerate(last) if text is None), default=0) :]
            return "/".join(text for text in ends if text)
    return module.constant(node) or ""
