"""A source without the top-level definitions that hold nothing of interest: what is left has each line in its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set

_START = re.compile(rb"^[^\s#)\]}]", re.MULTILINE)
_DEFINES = re.compile(rb"(?:async +def|def|class) +(\w+)|([A-Za-z_]\w*) *(?::[^=\n]+)?=(?!=)")
_OPTIONAL = re.compile(rb"(?:async +def|def|class) +(?!os\b)|@")
_IMPORTS = re.compile(rb"(?:from +([.\w]+) +)?import\b")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_ALIAS = re.compile(rb"(?:[\w.]+ +as +)?(\w+)")
_COMMENT = re.compile(rb"#[^\n]*")
OF_PREFECT = re.compile(rb"\b(?:flows?|tasks?|assets|materialize|serve|deploy|Secret|Variable|Runner|\w*Deployment)\b")
"""What makes flows, deploys them or keeps settings; the other names of Prefect do nothing with any."""

PLAIN_READ = re.compile(rb"\b(?:environ\[|environ\.(?:get|pop|setdefault)\(|getenv\()[\"'][A-Za-z0-9_]*[\"']")
"""A read of one variable: it gives a value, and nothing that reads others."""

_ROUNDS = 6


def skim(content: bytes, words: Set[bytes]) -> bytes:
    """Leave out, line by line, each function and class of the module that has to do with no word.

    Args:
        content: A Python source as it is on disk.
        words: Names that make code interesting; so is a name that interesting code binds.

    Returns:
        The source with as many lines; the whole where it names ``__main__``, for there all calls count, and where it
        holds settings, for there the classes of fields count.
    """
    if b"__main__" in content or b"BaseSettings" in content:
        return content
    starts = [found.start() for found in _START.finditer(content)]
    ends = [*starts[1:], len(content)] if starts else []
    spans = list(_with_decorators(content, list(zip(starts, ends, strict=True))))
    optional = {i for i, (start, _) in enumerate(spans) if _is_optional(content, start)}
    if any(content.count(quotes, *spans[i]) % 2 for i in optional for quotes in (b'"""', b"'''")):
        return content  # a line of a string looks like the start of a statement
    kept = _interesting(content, spans, words)
    pieces: list[bytes] = []
    position = 0
    for index in sorted(optional - kept):
        start, end = spans[index]
        pieces += (content[position:start], b"\n" * content.count(b"\n", start, end))
        position = end
    return b"".join((*pieces, content[position:]))


def _with_decorators(content: bytes, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The statements, those of decorators joined with what they decorate."""
    begin = -1
    for start, end in spans:
        begin = start if begin < 0 else begin
        if content[start : start + 1] != b"@":
            yield begin, end
            begin = -1


def _is_optional(content: bytes, start: int) -> bool:
    return _OPTIONAL.match(content, start) is not None


def _interesting(content: bytes, spans: list[tuple[int, int]], words: Set[bytes]) -> set[int]:
    """The statements that hold a word, by index, and those that hold a name which such statements bind."""
    starts = [start for start, _ in spans]
    kept: set[int] = set()
    known: set[bytes] = set(words)
    fresh = set(words)
    for _ in range(_ROUNDS):
        hit = {bisect_right(starts, at) - 1 for word in fresh for at in _places(content, word)} - {-1}
        named = {name for index in hit for name in _bound(content[slice(*spans[index])], known)}
        kept |= hit
        fresh = named - known
        if not fresh:
            return kept
        known |= fresh
    return set(range(len(spans)))


def _places(content: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands as a whole word; what is no word at an end of it may touch others there."""
    size = len(word)
    starts, ends = _NAME.match(word) is not None, word[-1:].isalnum() or word.endswith(b"_")
    at = content.find(word)
    while at >= 0:
        before, after = content[at - 1 : at] if starts else b"", content[at + size : at + size + 1] if ends else b""
        if not (before.isalnum() or after.isalnum() or b"_" in (before, after)):
            yield at
        at = content.find(word, at + size)


def _bound(statement: bytes, words: Iterable[bytes]) -> Iterator[bytes]:
    """The names that an interesting statement hands on."""
    imports = _IMPORTS.match(statement)
    if imports is not None:
        of_prefect = (imports[1] or b"").partition(b".")[0] == b"prefect"
        for part in _COMMENT.sub(b"", statement[imports.end() :]).strip(b" \\()\r\n").split(b","):
            names = _NAME.findall(part)
            if names and (not of_prefect or OF_PREFECT.search(part)):
                yield names[-1] if b" as " in part else names[0]
        return
    defines = _DEFINES.search(statement)
    name = (defines[1] or defines[2]) if defines else None
    if name is None or name.startswith(b"__"):
        return
    rest = PLAIN_READ.sub(b"", statement)
    if any(True for word in words if word != name for _ in _places(rest, word)):
        yield name
