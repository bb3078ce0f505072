"""How the code of a project loads Secret blocks, by the oldest Prefect that it allows and by its policy."""

from __future__ import annotations

from envlift_codemods.edits import Loading

# Before 3.0 `get` gives the stored text, from then on it decodes JSON: only the exact text is the same on both.
_DECODES = (3,)
_HAS_ALOAD = (3, 1, 7)


def loading_for(prefect: tuple[int, ...] | None, *, exact: bool) -> Loading:
    """The way that is right on every Prefect from a version on; None where none is known, then on today's."""
    if prefect is None:
        return Loading(exact=exact)
    return Loading(exact=exact or prefect < _DECODES, has_aload=prefect >= _HAS_ALOAD)
