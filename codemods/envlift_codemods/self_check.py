"""Prove a rewritten file: what was not to change did not, and what was replaced is gone."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence

from envlift_codemods.document import Document, open_document
from envlift_codemods.edits import Edit, LoadSecret, ReadEnvironment, Refused, SinkConstant
from envlift_codemods.import_lines import ENVIRON, SECRET
from envlift_codemods.parsed import Span
from envlift_codemods.sinking_text import inserted_statements
from envlift_codemods.source_text import LINTER, Splice, moved_span
from envlift_codemods.unused_names import undefined_names, unused_names


def checked(
    before: Document,
    source: bytes,
    result: bytes,
    edits: Sequence[Edit],
    splices: Sequence[Splice],
    loads: Sequence[Splice] = (),
    *,
    keep_imports: bool = False,
) -> Document:
    """The parsed result, when nothing but the planned edits tells it from the source.

    Args:
        loads: Those of the splices that are the loads of sunk constants.
        keep_imports: Whether imports may be left that nothing uses.

    Raises:
        Refused: with what else differs.
    """
    line = min((edit.span.line for edit in edits), default=1)
    after = _opened_again(result, line)
    if _compiles(source) and not _compiles(result):
        raise Refused("the rewritten file would not compile", line)
    if _untouched(before, splices, made=False) != _untouched(after, splices, made=True):
        raise Refused("the rewritten file would differ outside of the edits", line)
    if _loses_a_comment(before, splices):
        raise Refused("a comment would be lost", line)
    if undefined_names(after.syntax) - undefined_names(before.syntax):
        raise Refused("the rewritten file would use a name that nothing defines", line)
    if _expected_reads(before, after, edits, splices) != _reads(after):
        raise Refused("other environment reads would change", line)
    _check_meanings(before, after, edits, splices)
    _check_loads(before, after, splices, loads)
    if unused := sorted(unused_names(after, keep_imports=keep_imports) - unused_names(before)):
        raise Refused(f"the rewritten file would no longer use {', '.join(unused)}", line)
    return after


def _opened_again(result: bytes, line: int) -> Document:
    try:
        return open_document(result)
    except Refused as refused:
        raise Refused(f"the rewritten file would not be sound: {refused.reason}", line) from None


def _compiles(source: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<source>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


def _untouched(document: Document, splices: Sequence[Splice], *, made: bool) -> list[str]:
    """The text between the splices, in a file in which they are made or not yet made."""
    pieces, at, shift = [], 0, 0
    for splice in sorted(splices):
        start = splice.start + shift
        pieces.append(document.text.text[at:start])
        at = start + (len(splice.text) if made else splice.end - splice.start)
        shift += len(splice.text) - (splice.end - splice.start) if made else 0
    return [*pieces, document.text.text[at:]]


def _loses_a_comment(before: Document, splices: Sequence[Splice]) -> bool:
    """Whether a piece that goes holds a comment that no new piece has; all other text is known to be the same by now.

    What a linter was told about a line goes with the line.
    """
    going = [splice for splice in splices if "#" in before.text.text[splice.start : splice.end]]
    if not going:
        return False
    added = [splice.text for splice in splices if "#" in splice.text]
    for start, end in before.text.comments():
        comment = before.text.text[start:end]
        kept = LINTER.fullmatch(comment) or any(comment in text for text in added)
        if not kept and any(splice.start < end and start < splice.end for splice in going):
            return True
    return False


def _reads(document: Document) -> Counter[tuple[Span, str | None, str]]:
    return Counter((read.span, read.name, read.idiom.name) for read in document.reads.values())


def _expected_reads(
    before: Document, after: Document, edits: Sequence[Edit], splices: Sequence[Splice]
) -> Counter[tuple[Span, str | None, str]]:
    replaced = {edit.span for edit in edits if isinstance(edit, (LoadSecret, SinkConstant))}
    expected = Counter(
        (moved_span(span, before.text, after.text, splices), name, idiom)
        for (span, name, idiom), _ in _reads(before).items()
        if span not in replaced
    )
    for edit in edits:
        if isinstance(edit, ReadEnvironment):
            span = moved_span(edit.span, before.text, after.text, splices)
            at = {read.span for read in after.reads.values() if read.span.within(span)}
            idiom = "environ.get" if edit.keeps_literal else "environ[]"
            expected.update((inner, edit.name, idiom) for inner in at)
    return expected


def _check_meanings(before: Document, after: Document, edits: Sequence[Edit], splices: Sequence[Splice]) -> None:
    """Each new expression names Prefect's Secret or ``os.environ``, as scopes resolve it where it stands."""
    wanted: Mapping[type, str] = {LoadSecret: SECRET, ReadEnvironment: ENVIRON}
    for edit in edits:
        if not isinstance(edit, (LoadSecret, ReadEnvironment)):
            continue
        span = moved_span(edit.span, before.text, after.text, splices)
        if not _names(after, after.meaning(span), wanted[type(edit)]):
            raise Refused("the new code would not name what it must", edit.span.line)


def _names(after: Document, node: ast.expr, origin: str) -> bool:
    """Whether an expression names an object, or is a variable whose assignment does."""
    if isinstance(node, ast.Name) and (found := after.syntax.scope(node).lookup(node.id)) is not None:
        given = [bound for bound in found[1] if isinstance(bound, ast.expr)]
        return any(_names(after, bound, origin) for bound in given if not isinstance(bound, ast.Name))
    inside = (n for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Attribute)))
    return any(after.syntax.origin(n) == origin for n in inside)


def _check_loads(before: Document, after: Document, splices: Sequence[Splice], loads: Sequence[Splice]) -> None:
    """Each load of a sunk constant is an assignment in a function, of a name that this function alone binds."""
    for load in loads:
        line, _ = before.text.position(load.start)
        made = inserted_statements(after, load, splices)
        if not made:
            raise Refused("the new code would not stand where it must", line)
        if not any(_names(after, statement.value, SECRET) for statement in made):
            raise Refused("the new code would not name what it must", line)
        bound = Counter(t.id for s in made for t in s.targets if isinstance(t, ast.Name))
        scope = after.syntax.scope(made[0])
        if scope.parent is None or any(len(scope.bindings.get(name, ())) != count for name, count in bound.items()):
            raise Refused("the new code would bind a name that the function has already", line)
