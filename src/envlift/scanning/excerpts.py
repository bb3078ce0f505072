"""A source without the bodies of functions that hold nothing of interest: a fraction to parse, on the same lines.

Only bodies are left out, each for a ``pass`` and its line ends. What stays has its place, its scopes and all names of
the module and its classes. A body stays when it holds a word of interest, a name that such code binds, an import or a
``global``; so an excerpt shows every read that the whole file shows. It does not show every literal.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from envlift.scanning.skimming import OF_PREFECT, PLAIN_READ, skim

_SMALL = 2_000  # bytes: below it, looking for what to leave out costs more than parsing all
_OPAQUE = re.compile(
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
    rb"|#[^\n]*"
    rb"|\\\r?\n",
    re.DOTALL,
)
_UNCLEAR = re.compile(rb"^ *\t|\x0c|\r(?!\n)", re.MULTILINE)  # indentation that cannot be told by counting bytes
_DEFINITION = re.compile(rb"^( *)(?:async +)?def +(\w+)", re.MULTILINE)
_STAYS = re.compile(rb"^[ ]*(?:import|from|global|nonlocal)\b|;[ ]*(?:import|from|global|nonlocal)\b", re.MULTILINE)
_NAME = re.compile(rb"[A-Za-z_]\w*")
_BINDING = re.compile(
    rb"^(?P<indent>[ ]*)(?:"
    rb"from +(?P<module>[.\w]+) +import +(?P<names>\([^)]*\)|[^\n;#]*)"
    rb"|import +(?P<imported>[^\n;#]*)"
    rb"|class +(?P<class>\w+)[^:]*"
    rb"|(?:async +)?with\b(?P<with>[^:]*)"
    rb"|(?P<targets>[A-Za-z_][\w., \[\]\"']*?) *(?::[^=\n]+)?=(?!=)"
    rb"(?=(?P<value>[^\n]*(?:\n(?:(?P=indent)[ )\]}][^\n]*)?)*))"
    rb")",
    re.MULTILINE,
)
_OWN = frozenset({b"self", b"cls"})
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class _Body:
    """The lines below a function's header: where they begin and end, and the function's name."""

    start: int
    end: int
    name: bytes
    header: int


def excerpt(content: bytes, words: Set[bytes]) -> bytes:
    """The source without the bodies that have nothing to do with ``words``; the whole where that cannot be told.

    Args:
        content: A Python source as it is on disk.
        words: Names that make code interesting. A name bound by interesting code is one, too.
    """
    if len(content) < _SMALL or not content.endswith(b"\n"):
        return content
    if any(mark in content for mark in (b"\t", b"\x0c", b"\r")) and _UNCLEAR.search(content):
        return content
    content = skim(content, words)
    computed: list[tuple[int, bytes]] = []
    masked = _OPAQUE.sub(lambda found: _mask(found, computed), content)
    bodies = list(_bodies(masked))
    if not bodies:
        return content
    code = bytearray(masked)
    for start, text in computed:
        code[start : start + len(text)] = text
    kept = _interesting(content, code, bodies, {word.strip(b".(") for word in words})
    pieces: list[bytes] = []
    position = 0
    for index, body in enumerate(bodies):
        if index not in kept:
            pieces += (content[position : body.start], b"pass", b"\n" * content.count(b"\n", body.start, body.end))
            position = body.end
    return b"".join((*pieces, content[position:]))


def _mask(found: re.Match[bytes], computed: list[tuple[int, bytes]]) -> bytes:
    """Strings and continued lines become words without line ends, comments blanks; all of the same length.

    f-strings are added to ``computed``: what they compute is code.
    """
    text = found[0]
    if text[:1] == b"#":
        return b" " * len(text)
    if found.string[max(found.start() - 2, 0) : found.start()].lower().endswith((b"f", b"fr")):
        computed.append((found.start(), text))
    return b"x" * len(text)


def _bodies(masked: bytes) -> Iterator[_Body]:
    """The bodies of the outermost functions of a module and its classes, one-line functions left out."""
    position = 0
    while (found := _DEFINITION.search(masked, position)) is not None:
        indent = len(found[1])
        first = _first_statement(masked, found.end(), indent)
        after = re.compile(rb"^ {0,%d}[^\s)\]}]" % indent, re.MULTILINE).search(masked, first) if first else None
        end = after.start() if after else len(masked)
        if first:
            yield _Body(first, end, found[2], found.start())
        position = max(end if first else found.end(), found.end())


def _first_statement(masked: bytes, position: int, indent: int) -> int:
    """Where the first statement below a header stands; 0 where it stands on the header's last line."""
    depth = 0
    for found in _HEADER.finditer(masked, position):
        match found[0]:
            case b"(" | b"[" | b"{":
                depth += 1
            case b")" | b"]" | b"}":
                depth -= 1
            case _ if depth == 0:
                below = re.compile(rb":[^\S\n]*\n(?:[^\S\n]*\n)* {%d,}(?=\S)" % (indent + 1)).match(
                    masked, found.start()
                )
                return below.end() if below else 0
    return 0


_HEADER = re.compile(rb"[()\[\]{}]|:")
_BELOW = re.compile(rb":[^\S\n]*\n(?:[^\S\n]*\n)*( +)(?=\S)")


def _interesting(content: bytes, code: bytearray, bodies: list[_Body], words: Set[bytes]) -> set[int]:
    """The bodies that stay, by index: words are searched until no code that holds one binds a new one."""
    handing_on = bytearray(code)
    if b"__main__" not in content:  # else it counts who names a function that reads
        for found in PLAIN_READ.finditer(content):
            handing_on[found.start() : found.end()] = b"x" * len(found[0])
    headers = [body.header for body in bodies]
    outside = _outside(handing_on, bodies)
    kept = {i for i, body in enumerate(bodies) if _STAYS.search(code, body.header, body.end)}
    known, fresh = set(words), set(words)
    for _ in range(_ROUNDS):
        pattern = re.compile(rb"\b(?:%s)\b" % b"|".join(sorted(map(re.escape, fresh))))
        kept |= _holding(pattern, code, bodies, headers)
        named = {bodies[i].name for i in _holding(pattern, handing_on, bodies, headers)}
        bound = _bound(outside, pattern.search) if pattern.search(outside) else set()
        fresh = {name for name in named | bound if not name.startswith(b"__")} - known - _OWN
        if not fresh:
            return kept
        known |= fresh
    return set(range(len(bodies)))


def _holding(pattern: re.Pattern[bytes], code: bytearray, bodies: list[_Body], headers: list[int]) -> set[int]:
    """The functions in whose header or body a pattern stands."""
    found = {(bisect_right(headers, at.start()) - 1, at.start()) for at in pattern.finditer(code)}
    return {index for index, start in found if index >= 0 and start < bodies[index].end}


def _outside(code: bytearray, bodies: list[_Body]) -> bytes:
    """The statements outside of functions."""
    starts = [0, *(body.end for body in bodies)]
    ends = [*(body.header for body in bodies), len(code)]
    return b"\n".join(code[start:end] for start, end in zip(starts, ends, strict=True))


def _bound(outside: bytes, search: Callable[[bytes], re.Match[bytes] | None]) -> set[bytes]:
    """The names that statements outside of functions bind, of those that hold a word."""
    bound: set[bytes] = set()
    for found in _BINDING.finditer(outside):
        if search(found[0]) is None and search(found["value"] or b"") is None:
            continue
        if found["names"] is not None:
            of_prefect = found["module"].partition(b".")[0] == b"prefect"
            whole = search(found["module"]) is not None and not of_prefect
            for part in found["names"].strip(b"()").split(b","):
                if of_prefect and OF_PREFECT.search(part):
                    bound.update(_NAME.findall(part)[-1:])
                if whole or search(part):
                    bound.update(_NAME.findall(part)[-1:])
        elif found["imported"] is not None:
            for part in found["imported"].split(b","):
                if search(part):
                    names = _NAME.findall(part)
                    bound.update(names[-1:] if b" as " in part else names[:1])
        elif found["class"] is not None:
            bound.add(found["class"])
        elif found["with"] is not None:
            bound.update(re.findall(rb"\bas +(\w+)", found["with"]))
        else:
            bound.update(_NAME.findall(found["targets"]))
    return bound
