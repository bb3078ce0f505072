"""What an environment read or a literal is replaced by, and every reason why it cannot be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

import libcst as cst

from envlift_codemods.document import Document
from envlift_codemods.edits import Form, Loading, LoadSecret, ReadEnvironment, Refused
from envlift_codemods.kept_loads import KeptLoad, ahead_splices, around_splices, kept_load
from envlift_codemods.parsed import Place, Span
from envlift_codemods.reads import Read
from envlift_codemods.source_text import Splice

BLOCK_NAME = re.compile(r"[a-z0-9-]+")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"\w")


def secret_splices(
    document: Document, edits: Sequence[LoadSecret], secret: str, loading: Loading
) -> tuple[tuple[Splice, ...], tuple[Splice, ...]]:
    """Load the blocks in the place of reads and literals; where a missing value has a stand-in, with a handler.

    Args:
        secret: How the file names Prefect's Secret class.
        loading: What all loads of the project have in common.

    Returns:
        All pieces, and those of them that are handlers ahead of statements.

    Raises:
        Refused: the code would mean something else, or nothing.
    """
    splices: list[Splice] = []
    apart: list[KeptLoad] = []
    loads = {edit: _load_of(document, edit, secret, loading) for edit in edits}
    for edit in edits:
        kept = kept_load(document, edit)
        if kept is not None and not kept.stand_in.target:
            apart.append(kept)
            continue
        splices += _replaced(document, edit.span, loads[edit])
        splices += around_splices(document, kept) if kept is not None else ()
    ahead, places = ahead_splices(document, apart, loads.__getitem__)
    return (*splices, *ahead, *places), ahead


def _load_of(document: Document, edit: LoadSecret, secret: str, loading: Loading) -> str:
    line = edit.span.line
    if not BLOCK_NAME.fullmatch(edit.block):
        raise Refused("the block name is not made of lower-case letters, digits and dashes", line)
    node = document.meaning(edit.span)
    read = document.reads.get(edit.span)
    conversion = "" if read else _conversion(document, node, line)
    _refuse_a_wrong_place(document, node, edit.form, line)
    if read and read.name is None:
        raise Refused("the variable's name is computed", line)
    quote = _quote(document, edit.span, _key_of(node, read))
    name = f"{quote}{edit.block}{quote}"
    loaded = load_code(secret, name, edit.form, loading)
    return f"{conversion}({loaded})" if conversion else loaded


def load_code(secret: str, name: str, form: Form, loading: Loading) -> str:
    """The expression that loads a block; ``name`` is the block's name as a literal."""
    value = ".value.get_secret_value()" if loading.exact else ".get()"
    match form:
        case Form.LOAD:
            return f"{secret}.load({name}){value}"
        case Form.LOAD_SYNC:
            return f"{secret}.load({name}, _sync=True){value}"
        case Form.ALOAD:
            return f"(await {secret}.{'aload' if loading.has_aload else 'load'}({name})){value}"


def environment_splices(document: Document, edit: ReadEnvironment, environ: str) -> tuple[Splice, ...]:
    """Read the variable in the place of a literal; ``environ`` is how the file names ``os.environ``.

    Raises:
        Refused: the code would mean something else, or nothing.
    """
    line = edit.span.line
    if not _VARIABLE_NAME.fullmatch(edit.name):
        raise Refused("the variable's name is not a name", line)
    node = document.meaning(edit.span)
    conversion = _conversion(document, node, line)
    quote = _quote(document, edit.span, node)
    read = f"{environ}[{quote}{edit.name}{quote}]"
    if edit.keeps_literal:
        read = f"{environ}.get({quote}{edit.name}{quote}, {document.text.at(edit.span)})"
    return _replaced(document, edit.span, f"{conversion}({read})" if conversion else read)


def _replaced(document: Document, span: Span, code: str) -> tuple[Splice, ...]:
    """Put the code in the place of the expression, a space before it where it would grow onto a keyword."""
    start, end = document.text.offsets(span)
    before = document.text.text[start - 1 : start]
    glued = bool(_WORD.match(before)) and bool(_WORD.match(code))
    return (*((Splice(start, start, " "),) if glued else ()), Splice(start, end, code))


def _conversion(document: Document, node: ast.expr, line: int) -> str:
    """What turns a string back into the literal's type: nothing for a string, else the name of a builtin."""
    value = _literal(node, line)
    if isinstance(value, str):
        _refuse_text_that_is_no_value(document, node, line)
        return ""
    conversion = type(value).__name__
    if document.syntax.scope(node).lookup(conversion) is not None:
        raise Refused(f"the name {conversion} means something else in this file", line)
    _refuse_text_that_is_no_value(document, node, line)
    return conversion


def _literal(node: ast.expr, line: int) -> str | int | float:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(
            number, bool
        ):
            return number
        case ast.Constant(value=bool()):
            raise Refused("a bool does not come back from text", line)
        case ast.Constant(value=str() | int() | float() as value):
            return value
        case ast.Constant(value=bytes()):
            raise Refused("a bytes literal: blocks and variables hold text", line)
        case ast.JoinedStr():
            raise Refused("an f-string is not one value", line)
    raise Refused("neither an environment read nor a string or number stands here", line)


def _refuse_text_that_is_no_value(document: Document, node: ast.expr, line: int) -> None:
    """Refuse a literal that the program does not evaluate as a value: docstring, annotation, pattern, f-string text."""
    below: ast.AST = node
    for above in document.syntax.ancestors(node):
        match above:
            case ast.Expr():
                if below is node:
                    raise Refused("a docstring or a string that nothing uses", line)
            case ast.JoinedStr() if below is node:
                raise Refused("the text of an f-string is not a value of its own", line)
            case ast.MatchValue() | ast.MatchMapping():
                raise Refused("a pattern of a match statement is not a value", line)
            case ast.AnnAssign(annotation=annotation) if below is annotation:
                raise Refused("an annotation is not a value", line)
            case ast.arg():
                raise Refused("an annotation is not a value", line)
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns) if below is returns:
                raise Refused("an annotation is not a value", line)
        below = above


def _refuse_a_wrong_place(document: Document, node: ast.expr, form: Form, line: int) -> None:
    place = document.syntax.place(node)
    if place.at_import:
        raise Refused(f"it is evaluated at import ({place.value}), where no block can be loaded", line)
    if place is Place.NESTED:
        raise Refused("it stands in a lambda, comprehension or the signature of an inner function", line)
    if form is Form.ALOAD and place is not Place.ASYNC_FUNCTION:
        raise Refused("`await` is not allowed in a plain function", line)
    if form is Form.LOAD and place is Place.ASYNC_FUNCTION:
        raise Refused("in a coroutine, load() gives a coroutine", line)


def _key_of(node: ast.expr, read: Read | None) -> ast.expr | None:
    """The expression whose quotes the new code keeps: the key of a read, or the literal itself."""
    match node:
        case _ if read is None:
            return node
        case ast.Subscript(slice=key):
            return key
        case ast.Call(args=[key, *_]):
            return key
        case ast.Call(keywords=keywords):
            return next((k.value for k in keywords if k.arg == "key"), None)
    return None


def _quote(document: Document, span: Span, key: ast.expr | None) -> str:
    """A quote character that is legal there on every Python: the key's own, else one that no f-string around uses.

    Raises:
        Refused: the expression holds a comment, is shown by ``=`` in an f-string, or no quote is left.
    """
    written = document.writing(span)
    if _holds_a_comment(written):
        raise Refused("a comment stands inside the expression", span.line)
    around = tuple(_enclosing(document, span))
    if is_shown_as_text(document, span):
        raise Refused("an f-string shows the text of this expression", span.line)
    own = _own_quote(document, key)
    if own:
        return own
    taken = {node.quote[0] for node in around if isinstance(node, cst.FormattedString)}
    usual = habitual_quote(document)
    free = [quote for quote in (usual, "'" if usual == '"' else '"') if quote not in taken]
    if not free:
        raise Refused("the f-strings around use both quotes", span.line)
    return free[0]


def is_shown_as_text(document: Document, span: Span) -> bool:
    """Whether an f-string gives back the expression as it is written, ``f"{here=}"``."""
    around = _enclosing(document, span)
    return any(isinstance(node, cst.FormattedStringExpression) and node.equal is not None for node in around)


def _holds_a_comment(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Comment) or any(map(_holds_a_comment, node.children))


def habitual_quote(document: Document) -> str:
    """The quotes that most of a file's strings on one line have; double ones where it has none."""
    single = double = 0
    for node in document.syntax.of(ast.Constant):
        if isinstance(node.value, str) and node.lineno == node.end_lineno:
            text = document.text.at(document.syntax.span(node)).lstrip("rRuU")
            single += text.startswith("'") and not text.startswith("'''")
            double += text.startswith('"') and not text.startswith('"""')
    return "'" if single > double else '"'


def _own_quote(document: Document, key: ast.expr | None) -> str:
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return ""
    node = document.writing(document.syntax.span(key))
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    return node.quote[0] if isinstance(node, cst.SimpleString) else ""


def _enclosing(document: Document, span: Span) -> Iterator[cst.FormattedString | cst.FormattedStringExpression]:
    for node in document.layout(span).formatted:
        outer = document.span(node)
        if span.within(outer):
            yield node
