"""What stands around a literal: who takes it, in which form it is written, and the text of a composed one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_LOGINS = frozenset({"login", "HTTPBasicAuth", "HTTPDigestAuth", "BasicAuth"})
_SERVERS = frozenset({"SMTP", "SMTP_SSL", "LMTP", "IMAP4", "IMAP4_SSL", "POP3", "POP3_SSL", "FTP", "FTP_TLS"})
_PLATFORM = re.compile(
    r"(?:sys\.platform|os\.name|platform\.(?:system|platform)|(?:is|on)_(?:windows|linux|mac\w*|darwin))", re.IGNORECASE
)


def direct_receiver(node: ast.AST, above: ast.AST | None) -> str:
    """The variable, keyword, parameter or dict key that takes a constant without anything between."""
    match above:
        case ast.keyword(arg=str(name)):
            return name
        case ast.Assign(targets=[target, *_], value=value) if value is node:
            return _target_name(target)
        case ast.AnnAssign(target=target, value=value) if value is node:
            return _target_name(target)
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name
        case ast.Dict():
            key = _keys(above).get(node)
            return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        case ast.arguments():
            return _parameter(above, node)
        case _:
            return ""


@lru_cache(maxsize=4)
def _keys(table: ast.Dict) -> dict[ast.AST, ast.expr | None]:
    """The key of each value; one after the other is asked for, and tables of sample data are long."""
    return dict(zip(table.values, table.keys, strict=True))


def credential_role(module: ParsedModule, node: ast.expr) -> str:
    """What a literal is by its place among two, as in ``login(user, password)`` and ``auth=(user, password)``."""
    above = module.parent(node)
    match above:
        case ast.Call(func=function, args=[user, password, *_]) if dotted_name(function).rpartition(".")[2] in _LOGINS:
            pass
        case ast.Tuple(elts=[user, password]):
            taker = module.parent(above)
            if not (isinstance(taker, ast.keyword) and taker.arg == "auth"):
                return ""
        case _:
            return ""
    return "password" if password is node else "user" if user is node else ""


def server_role(module: ParsedModule, node: ast.expr) -> str:
    """What a literal is by its place in a call that connects to a server, as in ``SMTP(host, port)``."""
    above = module.parent(node)
    if not (isinstance(above, ast.Call) and dotted_name(above.func).rpartition(".")[2] in _SERVERS):
        return ""
    place = next((number for number, argument in enumerate(above.args) if argument is node), None)
    # Behind the host, these of FTP take a user and not a port.
    names = ("host", "user", "password") if "FTP" in dotted_name(above.func) else ("host", "port")
    return names[place] if place is not None and place < len(names) else ""


def _target_name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        return (
            target.slice.value if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str) else ""
        )
    return dotted_name(target).rpartition(".")[2]


def _parameter(arguments: ast.arguments, default: ast.AST) -> str:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return next((argument.arg for argument, value in pairs if value is default), "")


def template_of(node: ast.expr) -> Iterator[str]:
    """The text of an f-string or sum with ``{}`` in the place of what is computed."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from template_of(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from template_of(left)
            yield from template_of(right)
        case _:
            yield "{}"


def form_of(module: ParsedModule, node: ast.expr, *, computed: bool) -> str:
    if computed:
        return "f-string" if isinstance(node, ast.JoinedStr) else "concatenation"
    if _is_chosen_by_platform(module, node):
        return "platform choice"
    for above in module.ancestors(node):
        match above:
            case ast.keyword():
                return "keyword"
            case ast.Dict():
                return "dict value"
            case ast.arguments():
                return "default"
            case ast.Call():
                return "argument"
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
                return "class attribute" if isinstance(module.parent(above), ast.ClassDef) else "assignment"
            case ast.stmt():
                return "expression"
    return "expression"


def is_member(module: ParsedModule, node: ast.expr) -> bool:
    """Whether a literal is one of several in a list, tuple or set."""
    return isinstance(module.parent(node), (ast.List, ast.Tuple, ast.Set))


def compared_texts(module: ParsedModule) -> Mapping[str, int]:
    """The texts that the code compares something with, each with the line of the first comparison."""
    texts: dict[str, int] = {}
    for node in module.of(ast.Compare, ast.MatchValue):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.value]
        for side in sides:
            members = side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]
            for member in members:
                if isinstance(member, ast.Constant) and isinstance(member.value, str):
                    texts.setdefault(member.value, member.lineno)
    return texts


def _is_chosen_by_platform(module: ParsedModule, node: ast.expr) -> bool:
    """Whether the code around takes a literal on one operating system and something else on another."""
    for above in module.ancestors(node):
        if isinstance(above, (ast.If, ast.IfExp)) and any(_PLATFORM.fullmatch(name) for name in _names(above.test)):
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return False
    return False


def _names(test: ast.expr) -> Iterator[str]:
    return (dotted_name(node) for node in ast.walk(test) if isinstance(node, (ast.Attribute, ast.Name)))
