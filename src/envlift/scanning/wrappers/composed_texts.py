"""Texts that code puts together: the parts of an f-string, a sum, a format or a join, and what string methods do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from envlift_codemods.parsed import ParsedModule

_FIELD = re.compile(r"(\{\{|\}\}|\{[^{}]*\})")
_PERCENT = re.compile(r"(%%|%[sd])")


def parts_of(module: ParsedModule, node: ast.expr) -> Sequence[ast.expr]:
    """The expressions that a text is put together from, in order; none where it is not."""
    match node:
        case ast.JoinedStr(values=values):
            return values
        case ast.BinOp(op=ast.Add()):
            return _summed(node)
        case ast.BinOp(op=ast.Mod(), left=left, right=right) if (text := module.constant(left)) is not None:
            given = right.elts if isinstance(right, ast.Tuple) else [right]
            return _filled(_PERCENT.split(text), given)
        case ast.Call(func=ast.Attribute(value=pattern, attr="format"), args=args, keywords=[]) if (
            text := module.constant(pattern)
        ) is not None:
            plain = all(piece in ("{}", "{{", "}}") for piece in _FIELD.findall(text))
            return _filled(_FIELD.split(text), args) if plain else ()
        case ast.Call(
            func=ast.Attribute(value=between, attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            if module.constant(between) is None or any(isinstance(part, ast.Starred) for part in parts):
                return ()
            return [piece for part in parts for piece in (between, part)][1:]
    return ()


def _summed(node: ast.BinOp) -> list[ast.expr]:
    """The terms of a sum, however many: its tree is as deep as they are."""
    terms: list[ast.expr] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        terms.append(left.right)
        left = left.left
    return [left, *reversed(terms)]


def _filled(pieces: Iterable[str], given: Iterable[ast.expr]) -> Sequence[ast.expr]:
    """A pattern cut at its fields, with what is given in their places; none where the numbers differ."""
    waiting = list(given)
    parts: list[ast.expr] = []
    for piece in pieces:
        if piece in ("{}", "%s", "%d"):
            if not waiting:
                return ()
            parts.append(waiting.pop(0))
        elif piece:
            parts.append(ast.Constant(piece[0] if piece in ("{{", "}}", "%%") else piece))
    return () if waiting else parts


def changed_text(text: str, methods: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """A text after string methods with constant arguments."""
    for method, arguments in methods:
        match method, arguments:
            case "upper", ():
                text = text.upper()
            case "lower", ():
                text = text.lower()
            case "strip", ():
                text = text.strip()
            case "replace", (old, new):
                text = text.replace(old, new)
    return text
