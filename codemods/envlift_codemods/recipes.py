"""What one file makes from a constant and others import: how each of those makes it, told by the file that does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envlift_codemods.document import open_document
from envlift_codemods.edits import Edit, Refused, SinkConstant
from envlift_codemods.made_constants import Recipe
from envlift_codemods.sinking import Others, refuse_edits_in_what_moves, sinking_of
from envlift_codemods.sinking_text import recipe_of


def others_of(
    path: str, edits: Mapping[str, Sequence[Edit]], sources: Mapping[str, bytes], on_the_way: Sequence[str] = ()
) -> Others:
    """What the edits of all files mean for one of them.

    Args:
        path: The file, by the name that the edits of others have for it.
        edits: Those of all files.
        sources: The bytes of at least those files.
        on_the_way: The files that wait for this one.

    Raises:
        Refused: the file that makes something that this one imports cannot say how.
    """
    asking = [e for e in edits.get(path, ()) if isinstance(e, SinkConstant) and e.made_in]
    taken = {e.constant for other in edits.values() for e in other if isinstance(e, SinkConstant) and e.made_in == path}
    waiting = (*on_the_way, path)
    return Others({edit: _recipe(edit, edits, sources, waiting) for edit in asking}, frozenset(taken))


def _recipe(
    edit: SinkConstant, edits: Mapping[str, Sequence[Edit]], sources: Mapping[str, bytes], waiting: Sequence[str]
) -> Recipe:
    path, line = edit.made_in, edit.span.line
    if path not in sources or path in waiting:
        raise Refused(f"{path} does not tell how {edit.constant} is made", line)
    try:
        document, others = open_document(sources[path]), others_of(path, edits, sources, waiting)
        asked = [e for e in edits.get(path, ()) if isinstance(e, SinkConstant)]
        sinkings = [sinking_of(document, other, others) for other in asked]
        alike = (s for s in sinkings if s.edit.loaded == edit.loaded and s.hands_on(edit.constant))
        if (found := next(alike, None)) is not None:
            refuse_edits_in_what_moves(document, edits[path], [found])
            also = {s.local for s in sinkings if s.recipe is None and not s.references}
            return recipe_of(document, found, edit.constant, also)
    except Refused as refused:
        raise Refused(f"{path}: {refused.reason}", line) from None
    raise Refused(f"{path} does not make {edit.constant} from it", line)
