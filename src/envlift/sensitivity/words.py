"""The words of a name, whatever its spelling: ``DB_PASSWORD``, ``dbPassword``, ``db-password`` and ``DBPASSWORD``."""

from __future__ import annotations

import re
from functools import lru_cache

from envlift.scanning.literals.name_words import words_of

# Words that people write without a gap; "monkey" and "tokenizer" are not among them because whole words are compared.
_GLUED = re.compile(
    r"_(api|access|secret|private|public|auth|account|storage|master|license|app|client|signing|encryption|instrumentation)"
    r"(key|token|secret|id)(s?)(?=_)"
)
_GLUED_END = re.compile(r"_([a-z0-9]+?)(password|passwd|passphrase|pwd|secret|token|apikey)(?=_)")
_NUMBERED = re.compile(r"_(key|token|password|secret|pass|pwd|apikey|webhook)(\d+)(?=_)")


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """The lower-case words of a name between underscores, e.g. ``_db_password_``; ``_`` when it has none."""
    text = "_" + "".join(f"{word.lower()}_" for word in words_of(name))
    text = text.replace("_o_auth", "_oauth").replace("_web_hook", "_webhook").replace("_pass_word", "_password")
    text = _NUMBERED.sub(r"_\1_\2", text)
    text = _GLUED_END.sub(r"_\1_\2", text)
    return _GLUED.sub(r"_\1_\2\3", text)
