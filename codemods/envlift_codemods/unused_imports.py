"""Remove the imports that only the replaced expressions used, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from envlift_codemods.document import Document
from envlift_codemods.edits import Refused
from envlift_codemods.import_lines import imported_names
from envlift_codemods.parsed import Span
from envlift_codemods.scopes import Scope
from envlift_codemods.source_text import LINTER, SourceText, Splice

_LOOKS_AT_ALL_NAMES = frozenset({"globals", "locals", "vars", "eval", "exec", "dir"})
_Import = ast.Import | ast.ImportFrom


def unused_import_splices(
    document: Document,
    replaced: Sequence[ast.AST],
    still_used: frozenset[str],
    added: Sequence[Splice],
    moved: Sequence[Span] = (),
    *,
    keep: bool = False,
) -> tuple[Splice, ...]:
    """Remove what the file imports for the replaced expressions alone.

    Args:
        document: The file before the edits.
        replaced: The expressions and statements that go.
        still_used: Names that the new code uses.
        added: The import lines that are added; where one takes a removed line's place, the blank lines stay.
        moved: Imported names that go in any case, as what they name moves.
        keep: Leave imports that become unused.

    Raises:
        Refused: an imported name cannot go without a comment.
    """
    gone = {id(node) for expression in replaced for node in ast.walk(expression)}
    unused = {
        (scope.node, name)
        for scope, name in (() if keep else _imported_by(document, replaced))
        if name not in still_used and not _is_used(document, scope, name, gone)
    }
    splices: list[Splice] = []
    for owner, statement in _plain_imports(document):
        names = [alias for bound, alias in imported_names(statement) if (owner, bound) in unused]
        if names and _is_kept_on_purpose(document, statement, names):
            names = []
        going = [a for a in statement.names if document.syntax.span(a) in moved]
        names += [a for a in going if a not in names]
        if names:
            heads = owner is not document.syntax.tree and document.syntax.block(statement)[0] is statement
            removed = _removed(document, statement, names, added, heads=heads)
            if going and not removed:
                raise Refused("a comment stands with the import of what moves", statement.lineno)
            splices += removed
    return tuple(splices)


def idle_imports(document: Document) -> Iterator[str]:
    """The names that imports bring and nothing uses, those left out that are there for another reason."""
    read = {n.id for n in document.syntax.nodes if isinstance(n, ast.Name)}
    for _, statement in _plain_imports(document):
        scope = document.syntax.scope(statement)
        for bound, alias in imported_names(statement):
            once = bound != "*" and len(scope.bindings.get(bound, ())) == 1
            unused = once and bound not in read and not _is_used(document, scope, bound, set())
            if unused and not _is_kept_on_purpose(document, statement, [alias]):
                yield bound


def _imported_by(document: Document, replaced: Sequence[ast.AST]) -> Iterator[tuple[Scope, str]]:
    """The names in the expressions that one import binds, with the scope that it binds them in."""
    for expression in replaced:
        for node in ast.walk(expression):
            if isinstance(node, ast.Name) and (found := document.syntax.scope(node).lookup(node.id)):
                scope, bindings = found
                if len(bindings) == 1 and isinstance(bindings[0], str):
                    yield scope, node.id


def _is_used(document: Document, scope: Scope, name: str, gone: set[int]) -> bool:
    """Whether anything but the replaced expressions uses the name as the scope binds it."""
    # Attributes, so `os.path` in an annotation that is a string; words, so the entries of `__all__`.
    mention = re.compile(rf"{name}|.*\b{name}\.\w.*", re.DOTALL)
    for node in document.syntax.nodes:
        if id(node) in gone:
            continue
        match node:
            case ast.Name(id=other) if other in _LOOKS_AT_ALL_NAMES:
                return True
            case ast.Name(id=other) if other == name:
                found = document.syntax.scope(node).lookup(name)
                if found is None or found[0] is scope:
                    return True
            case ast.Constant(value=str() as text) if mention.fullmatch(text):
                # Prose mentions modules; a doctest uses them.
                if not isinstance(document.syntax.parent(node), ast.Expr) or ">>>" in text:
                    return True
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                return True
    return any(name in _words(annotation) for annotation in _string_annotations(document))


def _string_annotations(document: Document) -> Iterator[str]:
    for node in document.syntax.nodes:
        match node:
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
                pass
            case (
                ast.FunctionDef(returns=ast.expr() as annotation)
                | ast.AsyncFunctionDef(returns=ast.expr() as annotation)
            ):
                pass
            case _:
                continue
        yield from (n.value for n in ast.walk(annotation) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _plain_imports(document: Document) -> Iterator[tuple[ast.AST, _Import]]:
    """The imports that can go, each with the module or function that it binds names in.

    An import at module level in a `try` or `if` is there for a reason; inside a function, so is one whose block holds
    imports only.
    """
    module = document.syntax.tree
    for statement in document.syntax.nodes:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        owner = document.syntax.function(statement) or module
        inside = owner is not module and not isinstance(document.syntax.parent(statement), ast.ClassDef)
        others = (s for s in document.syntax.block(statement) if not isinstance(s, (ast.Import, ast.ImportFrom)))
        if document.syntax.parent(statement) is module or (inside and any(others)):
            yield owner, statement


def _is_kept_on_purpose(document: Document, statement: _Import, aliases: list[ast.alias]) -> bool:
    """Whether a comment stands on the import, such as ``# noqa``, or it says ``import x as x`` to re-export."""
    text = document.text
    start, _ = text.line_range(statement.lineno)
    _, end = text.line_range(statement.end_lineno or statement.lineno)
    return "#" in text.text[start:end] or any(alias.asname == alias.name for alias in aliases)


def _removed(
    document: Document, statement: _Import, aliases: list[ast.alias], added: Sequence[Splice], *, heads: bool
) -> list[Splice]:
    """What goes with some names of an import; ``heads`` says that it is the first statement of a function."""
    if len(aliases) == len(statement.names):
        return _without_statement(document, statement, added, heads=heads)
    text = document.text
    spans = [text.offsets(document.syntax.span(alias)) for alias in statement.names]
    stays = [alias not in aliases for alias in statement.names]
    last_kept = max(i for i, kept in enumerate(stays) if kept)
    splices = [Splice(spans[i][0], spans[i + 1][0], "") for i in range(last_kept) if not stays[i]]
    if last_kept < len(spans) - 1:
        splices.append(Splice(spans[last_kept][1], spans[-1][1], ""))
    return splices


def _without_statement(document: Document, statement: _Import, added: Sequence[Splice], *, heads: bool) -> list[Splice]:
    text = document.text
    start, end = text.offsets(document.syntax.span(statement))
    first, _ = text.line_range(statement.lineno)
    _, last = text.line_range(statement.end_lineno or statement.lineno)
    rest = text.text[end:last].strip()
    # What a linter was told about this line is of no use without it.
    alone = not text.text[first:start].strip() and (not rest or bool(LINTER.fullmatch(rest)))
    if alone:
        return [without_lines(text, statement.lineno, statement.end_lineno or statement.lineno, added, heads=heads)]
    # Beside other statements on its line: it goes with the semicolon that follows or precedes it.
    behind = re.compile(r"[ \t]*;[ \t]*(?=\S)").match(text.text, end)
    if behind:
        return [Splice(start, behind.end(), "")]
    before = re.compile(r"[ \t]*;[ \t]*\Z").search(text.text[first:start])
    return [Splice(first + before.start(), end, "")] if before else []


def without_lines(text: SourceText, first: int, last: int, added: Sequence[Splice], *, heads: bool = False) -> Splice:
    """Remove whole lines, and the shorter of the two runs of blank lines that then meet."""
    start = text.line_starts[first - 1]
    end = text.line_starts[last] if last < len(text.line_starts) else len(text.text)
    if any(start <= splice.start <= end for splice in added):
        return Splice(start, end, "")
    above, below = _blank_lines(text, first - 1, -1), _blank_lines(text, last + 1, 1)
    if heads and above == 0:
        return Splice(start, _start_of(text, last + 1 + below), "")
    if first - above == 1:
        return Splice(start, _start_of(text, last + 1 + below), "") if above == 0 else Splice(0, end, "")
    if above and below:
        if below <= above:
            return Splice(start, _start_of(text, last + 1 + below), "")
        return Splice(_start_of(text, first - above), end, "")
    return Splice(start, end, "")


def _blank_lines(text: SourceText, line: int, step: int) -> int:
    """How many blank lines follow each other from a line on, downwards or upwards."""
    count = 0
    while 1 <= line <= len(text.line_starts) and text.line_starts[line - 1] < len(text.text):
        start, end = text.line_range(line)
        if text.text[start:end].strip():
            break
        count, line = count + 1, line + step
    return count


def _start_of(text: SourceText, line: int) -> int:
    return text.line_starts[line - 1] if line <= len(text.line_starts) else len(text.text)
