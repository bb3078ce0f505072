"""All edits of one Python file in one go: the file with the edits made, or the reason why none is."""

from __future__ import annotations

import ast
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from envlift_codemods.call_time import NOTEBOOK, is_notebook
from envlift_codemods.deployment_calls import job_variable_splices
from envlift_codemods.document import Document, open_document
from envlift_codemods.dotenv_calls import override_splices
from envlift_codemods.edits import (
    AS_USUAL,
    AddJobVariables,
    DropOverride,
    Edit,
    Loading,
    LoadSecret,
    ReadEnvironment,
    Refused,
    SinkConstant,
)
from envlift_codemods.import_lines import name_environ, name_secret
from envlift_codemods.parsed import Span
from envlift_codemods.self_check import checked
from envlift_codemods.sinking import ALONE, Others, Sinking, refuse_edits_in_what_moves, sinking_of
from envlift_codemods.sinking_text import inserted_statements, load_splices, removal_splices
from envlift_codemods.source_text import Splice, joined_removals, moved_span, without_double_gaps
from envlift_codemods.unused_imports import unused_import_splices
from envlift_codemods.value_edits import environment_splices, secret_splices


def rewrite(
    source: bytes,
    edits: Sequence[Edit],
    *,
    keep_imports: bool = False,
    own: Set[str] = frozenset(),
    loading: Loading = AS_USUAL,
    others: Others = ALONE,
) -> bytes:
    """Make all edits of one file.

    Pieces of text are replaced rather than the tree printed anew, so what no edit names stays byte for byte.

    Args:
        source: The file as it is on disk.
        edits: What to do, with spans as ``ParsedModule`` gives them; their order does not matter.
        keep_imports: Leave imports that become unused, as ``__init__.py`` may pass them on.
        own: Top-level names of the repository's own modules; a new import of Prefect stands ahead of theirs.
        loading: How the project's code loads blocks.
        others: What the edits of other files mean for this one.

    Raises:
        Refused: an edit is not possible, or the result fails the self-check; nothing is rewritten then.
    """
    if not edits:
        return source
    before = open_document(source)
    if is_notebook(before.syntax):
        raise Refused(NOTEBOOK, edits[0].span.line)
    ordered: list[Edit] = sorted(set(edits), key=_order)
    _refuse_overlaps(ordered)
    sinkings = [sinking_of(before, edit, others) for edit in ordered if isinstance(edit, SinkConstant)]
    planned = _plan(before, ordered, sinkings, loading, keep_imports=keep_imports, own=own)
    if not planned.splices:
        return source
    try:
        result = before.text.spliced(planned.splices)
    except UnicodeEncodeError:
        raise Refused("the new code has no form in the file's encoding", ordered[0].span.line) from None
    after = checked(before, source, result, ordered, planned.splices, planned.loads, keep_imports=keep_imports)
    _refuse_what_would_change_again(before, after, ordered, planned)
    return result


def _order(edit: Edit) -> tuple[Span, str, str]:
    return (edit.span, edit.constant, edit.block) if isinstance(edit, SinkConstant) else (edit.span, "", "")


@dataclass(frozen=True, slots=True)
class _Planned:
    """The pieces of text to replace, and those of them that are loads at the top of functions."""

    splices: tuple[Splice, ...]
    loads: tuple[Splice, ...]


def _plan(
    document: Document,
    edits: Sequence[Edit],
    sinkings: Sequence[Sinking],
    loading: Loading,
    *,
    keep_imports: bool,
    own: Set[str],
) -> _Planned:
    secrets = [edit for edit in edits if isinstance(edit, LoadSecret)]
    variables = [edit for edit in edits if isinstance(edit, ReadEnvironment)]
    replaced: list[ast.AST] = [document.meaning(e.span) for e in edits if isinstance(e, (LoadSecret, ReadEnvironment))]
    replaced += [node for sinking in sinkings for node in sinking.gone]
    splices: list[Splice] = []
    imports: list[Splice] = []
    loads: tuple[Splice, ...] = ()
    used: set[str] = set()
    sites: list[ast.expr | ast.stmt] = [*(document.meaning(edit.span) for edit in secrets), *_tops(sinkings)]
    if sites:
        secret = name_secret(document, sites, own)
        loaded, ahead = secret_splices(document, secrets, secret.code, loading)
        splices += (s for s in loaded if s not in ahead)
        loads = (*load_splices(document, sinkings, secret.code, loading), *ahead)
        imports += secret.splices
        used.add(_root(secret.code))
    if variables:
        environ = name_environ(document, [document.meaning(edit.span) for edit in variables])
        splices += (s for edit in variables for s in environment_splices(document, edit, environ.code))
        imports += environ.splices
        used.add(_root(environ.code))
    for edit in edits:
        if isinstance(edit, AddJobVariables):
            splices += job_variable_splices(document, edit)
        elif isinstance(edit, DropOverride):
            splices += override_splices(document.text, document.syntax, edit)
    refuse_edits_in_what_moves(document, edits, sinkings)
    splices += removal_splices(document, sinkings, imports)
    brought = _brought_instead(sinkings)
    imports += (Splice(*document.text.offsets(span), names) for span, names in brought.items())
    moved = [s.imported for s in sinkings if s.imported is not None and s.imported not in brought]
    imports += unused_import_splices(document, replaced, frozenset(used), imports, moved, keep=keep_imports)
    joined = joined_removals([*splices, *loads, *imports])
    return _Planned(without_double_gaps(document.text, joined), loads)


def _brought_instead(sinkings: Sequence[Sinking]) -> dict[Span, str]:
    """What imports bring in the place of what functions make, each name once."""
    brought: dict[Span, str] = {}
    taken: set[str] = set()
    for sinking in sinkings:
        fresh = [name for name in sinking.brings if name not in taken]
        if sinking.imported is not None and fresh:
            brought[sinking.imported] = ", ".join(fresh)
            taken.update(fresh)
    return brought


def _tops(sinkings: Sequence[Sinking]) -> list[ast.stmt]:
    return [function.body[0] for sinking in sinkings for function in sinking.functions]


def _root(code: str) -> str:
    return code.partition(".")[0]


def _refuse_overlaps(edits: Sequence[Edit]) -> None:
    """A value is replaced once; a call may hold values that are replaced too."""
    values = [edit for edit in edits if not isinstance(edit, (AddJobVariables, DropOverride))]
    for one, other in pairwise(values):
        if isinstance(one, SinkConstant) and isinstance(other, SinkConstant) and one.span == other.span:
            continue  # one import of a module brings several constants
        if (other.span.line, other.span.column) < (one.span.end_line, one.span.end_column):
            raise Refused("two edits name the same expression", other.span.line)
    calls = [edit.span for edit in edits if isinstance(edit, AddJobVariables)]
    if len(set(calls)) < len(calls):
        raise Refused("two edits name the same call", calls[0].line)


def _refuse_what_would_change_again(
    before: Document, after: Document, edits: Sequence[Edit], planned: _Planned
) -> None:
    """A second run must find nothing to do: no import to add, no job variable missing."""
    again: list[Splice] = []
    for load in planned.loads:
        made = inserted_statements(after, load, planned.splices)
        again += name_secret(after, made).splices
    for edit in edits:
        if isinstance(edit, SinkConstant):
            continue
        span = moved_span(edit.span, before.text, after.text, planned.splices)
        match edit:
            case AddJobVariables():
                again += job_variable_splices(after, AddJobVariables(span, edit.env))
            case DropOverride():
                again += override_splices(after.text, after.syntax, DropOverride(span))
            case LoadSecret():
                again += name_secret(after, [after.meaning(span)]).splices
            case ReadEnvironment():
                again += name_environ(after, [after.meaning(span)]).splices
    if again:
        raise Refused("a second run would change the file again", edits[0].span.line)
