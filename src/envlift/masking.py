"""Where a text holds what nobody may read: values judged by their names, and credentials wherever they stand."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from io import StringIO

from envlift.concealed import Concealed
from envlift.prefect_yaml import value_places
from envlift.scanning.literals.token_formats import TOKEN_FORMATS, token_format
from envlift.sensitivity import value_looks as look
from envlift.sensitivity.judgement import judge
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.source_text import SourceText

Stretch = tuple[int, int]
"""Where something starts and ends, in characters."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_PYTHON = (".py", ".pyi")
_YAML = (".yaml", ".yml")
_TEMPLATE = re.compile(r"\s*(?:\{[^{}]*\}|\{\{[^{}]*\}\}|%\(\w+\)s|%s|\$\w+|\$\{[^{}]*\}|<[^<>]*>)?\s*")
_ONLY_TEMPLATES = re.compile(r"(?:\{[^{}]*\}|\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|%s|:)*")
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<info>[^\s\"'`<>]*)@")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----(?P<key>.*?)(?=-----END|\Z)", re.DOTALL)
_SCHEME_WORD = re.compile(r"\b(?:Bearer|Basic|Token|ApiKey)\s+(?P<value>[A-Za-z0-9._~+/=-]{6,})", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?P<key>[A-Za-z_][\w.-]*)[\"'\]]*[ \t]*(?::=|=>|==|=|:)[ \t]*"
    r"(?:[bBrRuUfF]{0,2}(?P<quote>\"\"\"|'''|\"|')(?P<quoted>(?:\\.|(?!(?P=quote)).)*)|(?P<bare>[^\s\"'][^\r\n]*))",
    re.DOTALL,
)
_FIRST_WORD = re.compile(r"[^\s,;&)}\]\"']+")
# Calls that only change the form of what they are given, so that it is still called what their result is called.
_CONVERSIONS = frozenset(
    "str bytes bytearray Secret SecretStr SecretBytes Field field b64decode b64encode quote quote_plus dedent".split()
)
_LOOKS_UP = re.compile(r"(?:get|load|aload|read|fetch|find|lookup|has|is|env|log|info|warn|debug|print|error)", re.I)
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
# A number below is a secret only if it is called one itself: nobody guesses a status or a count among secrets.
_SMALL = 1000
_SCHEME_ALONE = re.compile(r"\W*(?:Bearer|Basic|Token)?\W*", re.IGNORECASE)


def unreadable(path: str, text: str) -> Iterator[Stretch]:
    """The stretches that no person may be shown, whether or not a plan knows of their values."""
    yield from _credentials(text)
    if path.endswith(_PYTHON):
        yield from _in_python(text)
    else:
        yield from _in_yaml(text) if path.endswith(_YAML) else _assigned(text, 0, len(text))


def text_zones(path: str, text: str) -> Iterable[Stretch]:
    """Where a value can stand: literals, values and comments. Code words are none; an unreadable file is one."""
    if path.endswith(_PYTHON):
        return _python_zones(text)[0]
    places = value_places(text) if path.endswith(_YAML) else None
    if places is None:
        return [(0, len(text))]
    values = [(place.start, place.end) for place in places]
    return [*values, *_yaml_comments(text, values)]


def without_cookie(text: str) -> str:
    """The text with a coding cookie made harmless, offsets kept: encoded anew, it would be obeyed again."""
    head = re.compile(r"\A(?:[^\r\n]*(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=]")
    found = head.match(text)
    return text if found is None else text[: found.end() - 1] + "_" + text[found.end() :]


@lru_cache(maxsize=4096)
def _is_secret(keys: tuple[str, ...], value: str) -> bool:
    if _TEMPLATE.fullmatch(value):
        return False
    concealed = [Concealed(value)]
    judged = [judge(key, values=concealed) for key in dict.fromkeys(("", *keys))]
    return any(one.sensitive and not one.reference for one in judged)


def _partly(text: str, keys: tuple[str, ...], start: int, end: int) -> Stretch | None:
    """The stretch, or None where only the credential inside of an address is secret, which is found by itself."""
    value = text[start:end]
    named = any(judge(key).sensitive and judge(key).rule == "name/password" for key in keys)
    if not named and judge("", values=[Concealed(value)]).rule == "value/password-in-address":
        inside = list(_userinfo(value))
        if len(inside) == 1 and value.count("://") == 1:
            return None
    return start, end


# ---- wherever it stands ---------------------------------------------------------------------------------------------


def _credentials(text: str) -> Iterator[Stretch]:
    yield from _userinfo(text)
    for match in _KEY_BLOCK.finditer(text):
        yield match.span("key")
    for match in _SCHEME_WORD.finditer(text):
        if not look.is_wordy(match["value"]):
            yield match.span("value")
    if token_format(text) is not None:
        for known in TOKEN_FORMATS:
            yield from (match.span() for match in known.pattern.finditer(text))
    for match in re.finditer(r"https?://[^\s\"'`<>]+", text):
        if look.is_webhook(match[0]) or look.is_signed_url(match[0]):
            yield match.start() + match[0].index("://") + 3, match.end()


def _userinfo(text: str) -> Iterator[Stretch]:
    """What an address holds before its ``@``: the password; the user too where it may be the credential."""
    for match in _USERINFO.finditer(text):
        info = match["info"]
        if not info or _ONLY_TEMPLATES.fullmatch(info) or ("/" in info and ":" not in info.partition("/")[0]):
            continue
        user, colon, password = info.partition(":")
        telling = not colon or not password or password == "x-oauth-basic" or look.looks_random(user)  # noqa: S105
        yield match.start("info") + (0 if telling else len(user) + 1), match.end("info")


def _assigned(text: str, start: int, end: int, *, quoted_only: bool = False) -> Iterator[Stretch]:
    """Values behind ``KEY=`` or ``KEY:``, as in comments, connection strings, lists of variables and text files."""
    at = start
    while (match := _ASSIGNED.search(text, at, end)) is not None:
        at = match.end("key") + 1
        key = (match["key"].lstrip("-"),)
        if match["bare"] is None:
            if _is_secret(key, match["quoted"]):
                yield match.span("quoted")
        elif not quoted_only:
            first = _FIRST_WORD.match(match["bare"])
            if first is not None and _is_secret(key, first[0]):
                yield match.start("bare"), match.start("bare") + first.end()
            if _is_secret(key, match["bare"].strip()) and "&" not in match["bare"] and ";" not in match["bare"]:
                yield match.span("bare")


# ---- YAML -----------------------------------------------------------------------------------------------------------


def _in_yaml(text: str) -> Iterator[Stretch]:
    places = value_places(text)
    if places is None:
        yield from _assigned(text, 0, len(text))
        return
    for place in places:
        start, end = place.start, place.start + len(text[place.start : place.end].rstrip())
        if text[start : start + 1] in ("'", '"') and end - start > 1:
            start, end = start + 1, end - 1
        if _is_secret(place.keys, place.value):
            if (found := _partly(text, place.keys, start, end)) is not None:
                yield found
        else:
            yield from _assigned(text, start, end)
    for start, end in _yaml_comments(text, [(place.start, place.end) for place in places]):
        yield from _assigned(text, start, end)


def _yaml_comments(text: str, values: Sequence[Stretch]) -> Iterator[Stretch]:
    taken = bytearray(len(text))
    for start, end in values:
        taken[start:end] = b"\1" * (end - start)
    for match in re.finditer(r"(?:(?<=\s)|^)#[^\r\n]*", text, re.MULTILINE):
        if not taken[match.start()]:
            yield match.span()


# ---- Python ---------------------------------------------------------------------------------------------------------


def _python_zones(text: str) -> tuple[list[Stretch], bool]:
    """Strings, numbers and comments, and whether all could be told apart; what could not counts as one zone."""
    starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def offset(position: tuple[int, int]) -> int:
        row, column = position
        return min(starts[min(row, len(starts)) - 1] + column, len(text))

    zones: list[Stretch] = []
    opened: list[int] = []
    at, whole = 0, True
    try:
        for token in tokenize.generate_tokens(StringIO(text, newline="").readline):
            name = tokenize.tok_name[token.type]
            start, end = offset(token.start), offset(token.end)
            if name == "FSTRING_START":
                opened.append(start)
            elif name == "FSTRING_END" and opened:
                zones.append((opened.pop(), end))
            elif name in ("STRING", "NUMBER", "COMMENT"):
                zones.append((start, end))
            elif name == "ERRORTOKEN" and text[start:end].strip():
                zones.append((start, offset((token.start[0] + 1, 0))))
                whole = False
            at = max(at, end)
    except (tokenize.TokenError, SyntaxError, ValueError):
        zones.append((opened[0] if opened else at, len(text)))
        whole = False
    return zones, whole


def _in_python(text: str) -> Iterator[Stretch]:
    harmless = without_cookie(text).encode("utf-8", "surrogatepass")
    try:
        module = ParsedModule(harmless)
        source = SourceText.decoded(harmless)
    except (SyntaxError, ValueError, RecursionError, UnicodeError):
        yield from _assigned(text, 0, len(text), quoted_only=True)
        for start, end in _python_zones(text)[0]:
            yield from _assigned(text, start, end)
        return
    for start, end in _python_zones(text)[0]:
        yield from _assigned(text, start, end)
    for node in module.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes | int | float):
            continue
        if isinstance(node.value, bool):
            continue
        keys = tuple(_called(module, node))
        if isinstance(node.value, int | float) and abs(node.value) < _SMALL:
            keys = keys[:1]
        value = _text_of(node)
        if isinstance(module.parent(node), ast.JoinedStr) and _SCHEME_ALONE.fullmatch(value):
            continue
        if value and _is_secret(keys, value):
            start, end = _interior(text, *source.offsets(module.span(node)))
            if (found := _partly(text, keys, start, end)) is not None:
                yield found


def _text_of(node: ast.Constant) -> str:
    if isinstance(node.value, bytes):
        return node.value.decode("utf-8", "replace")
    return str(node.value)


def _interior(text: str, start: int, end: int) -> Stretch:
    """A literal without its prefix and quotes; all of it where it has none, as a number or a part of an f-string."""
    opening = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|\"|')").match(text, start, end)
    if (
        opening is None
        or not text.startswith(opening[1], end - len(opening[1]))
        or end - len(opening[1]) < opening.end()
    ):
        return start, end
    return opening.end(), end - len(opening[1])


def _called(module: ParsedModule, node: ast.AST) -> Iterator[str]:  # noqa: PLR0912 - one case a kind of parent
    """All that a literal is called, nearest first: dict keys, keyword, variable, attribute, function."""
    below: ast.AST = node
    for above in module.ancestors(node):
        match above:
            case ast.Dict():
                number = next((n for n, value in enumerate(above.values) if value is below), None)
                if number is None:
                    return
                yield from _names(above.keys[number])
            case ast.keyword():
                yield above.arg or ""
                return
            case ast.Call():
                if below is not above.func:
                    name = _last_name(above.func)
                    first = above.args[0] if above.args else None
                    if first is not below and isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value
                    elif name not in _CONVERSIONS:
                        if not _LOOKS_UP.match(name):
                            yield name
                        return
            case ast.Subscript():
                return
            case ast.Compare():
                for side in (above.left, *above.comparators):
                    if side is not below:
                        yield from _names(side)
                return
            case ast.Tuple() | ast.List() | ast.Set():
                first = above.elts[0]
                paired = len(above.elts) == 2 and first is not below and isinstance(first, ast.Constant)
                if paired and isinstance(first, ast.Constant) and _NAME.fullmatch(str(first.value)):
                    yield str(first.value)
                yield from _unpacked(module, above, below)
            case ast.Assign():
                for target in above.targets:
                    yield from _names(target)
                return
            case ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
                yield from _names(above.target)
                return
            case ast.arguments():
                yield from _parameter(above, below)
                return
            case ast.Return():
                function = next(
                    (a for a in module.ancestors(above) if isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef)), None
                )
                if function is not None and not _LOOKS_UP.match(function.name):
                    yield function.name
                return
            case ast.stmt():
                return
        below = above


def _unpacked(module: ParsedModule, sequence: ast.Tuple | ast.List | ast.Set, item: ast.AST) -> Iterator[str]:
    """The name that an item of ``a, b = "x", "y"`` is bound to."""
    parent = module.parent(sequence)
    if not isinstance(parent, ast.Assign):
        return
    number = next(n for n, one in enumerate(sequence.elts) if one is item)
    for target in parent.targets:
        if isinstance(target, ast.Tuple | ast.List) and number < len(target.elts):
            yield from _names(target.elts[number])


def _parameter(arguments: ast.arguments, default: ast.AST) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    yield from (parameter.arg for parameter, value in pairs if value is default)


def _names(node: ast.AST | None) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str() as text) if _NAME.fullmatch(text):
            yield text
        case ast.Subscript(slice=inner):
            yield from _names(inner)
        case ast.Starred(value=inner):
            yield from _names(inner)


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
