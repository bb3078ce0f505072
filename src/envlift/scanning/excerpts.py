"""A source without the definitions that hold nothing of interest: a fraction to parse, on the same lines.

A function stays whole when it holds a word of interest, or a name that such code binds. Of any other only its name is
left, with the header where it is decorated; a function or class of the module goes as a whole where the module neither
runs as a script nor holds settings: there all calls count, and the classes of fields. What stays has its place, its
scopes and all names that interesting code can see; so an excerpt shows every read that the whole file shows. It does
not show every literal.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from itertools import pairwise

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
# A search for plain letters runs many times faster than one for the start of a line: these begin with a line's end.
_STATEMENT = re.compile(rb"\n[^\s#)\]}]")
_OPTIONAL = re.compile(rb"(?:async +def|def|class) +(?!os\b)|@")
_DEFINITION = re.compile(rb"\n( *)(?:async +)?def +(\w+)")
_HEADER = re.compile(rb"[()\[\]{}]|:")
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
_OF_PREFECT = re.compile(
    rb"\b(?:[Ff]lows?|tasks?|assets|materialize|serve|deploy|Secret|Variable|Runner|\w*Deployment)\b"
)
"""What makes flows, deploys them or keeps settings; the other names of Prefect do nothing with any."""
_PLAIN_READ = re.compile(rb"(?:environ\[|environ\.(?:get|pop|setdefault)\(|getenv\()[\"'][A-Za-z0-9_]*[\"']")
"""A read of one variable: it gives a value, and nothing that reads others."""
_COMPUTES = frozenset({b"f", b"F", b"fr", b"fR", b"Fr", b"FR"})
_OWN = frozenset({b"self", b"cls"})
_MANY = 300  # names


@dataclass(frozen=True, slots=True)
class _Function:
    """An outermost function of the module or a class: offsets of its header, its name's end and its body."""

    header: int
    named: int
    body: int
    end: int
    name: bytes
    decorated: bool


def excerpt(content: bytes, words: Set[bytes]) -> bytes:
    """The source without what has nothing to do with ``words``; the whole where that cannot be told.

    Args:
        content: A Python source as it is on disk.
        words: Names that make code interesting. A name bound by interesting code is one, too.
    """
    if len(content) < _SMALL or not content.endswith(b"\n"):
        return content
    if any(mark in content for mark in (b"\t", b"\x0c", b"\r")) and _UNCLEAR.search(content):
        return content
    computed: list[tuple[int, bytes]] = []
    masked = _OPAQUE.sub(lambda found: _mask(found, computed), content)
    if not masked.endswith(b"\n"):
        return content
    search = _Search(content, _with_computed(masked, computed), list(_statements(masked)), list(_functions(masked)))
    if not search.run(words):
        return content
    pieces: list[bytes] = []
    position = 0
    for start, end, left in search.left_out():
        pieces += (content[position:start], left, b"\n" * content.count(b"\n", start, end))
        position = end
    return b"".join((*pieces, content[position:]))


def _mask(found: re.Match[bytes], computed: list[tuple[int, bytes]]) -> bytes:
    """Strings and continued lines become words without line ends, comments blanks; all of the same length.

    f-strings are added to ``computed``: what they compute is code. So is a string that names the environment.
    """
    text = found[0]
    if text[:1] == b"#":
        return b" " * len(text)
    before = found.string[max(found.start() - 2, 0) : found.start()]
    if before[-1:] in _COMPUTES or before in _COMPUTES or text.endswith((b"environ'", b'environ"')):
        computed.append((found.start(), text))
    return b"x" * len(text)


def _with_computed(masked: bytes, computed: list[tuple[int, bytes]]) -> bytes:
    if not computed:
        return masked
    code = bytearray(masked)
    for start, text in computed:
        code[start : start + len(text)] = text
    return bytes(code)


def _statements(masked: bytes) -> Iterator[tuple[int, int]]:
    """Where the statements of the module start and end, those of decorators joined with what they decorate."""
    begin = -1
    starts = [found.start() for found in _STATEMENT.finditer(b"\n" + masked)]
    for start, end in pairwise([*starts, len(masked)]):
        begin = start if begin < 0 else begin
        if masked[start : start + 1] != b"@":
            yield begin, end
            begin = -1


def _functions(masked: bytes) -> Iterator[_Function]:
    """The outermost functions of a module and its classes, one-line functions left out."""
    lines = b"\n" + masked  # where a line of the code begins, its line end stands here
    position = 0
    while (found := _DEFINITION.search(lines, position)) is not None:
        header, named, indent = found.start(), found.end() - 1, len(found[1])
        body = _first_statement(masked, named, indent)
        after = re.compile(rb"\n {0,%d}[^\s)\]}]" % indent).search(lines, body + 1) if body else None
        end = after.start() if after else len(masked)
        if body:
            yield _Function(header, named, body, end, found[2], masked.find(b"@", position, header) >= 0)
        position = max(end if body else named, named)


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


@dataclass(slots=True)
class _Search:
    """What of a source holds a word, in rounds: until no code that holds one binds a new one.

    Args:
        content: The source.
        code: The same without its strings and comments, each byte in its place.
        statements: Of the module, from start to end.
        functions: The outermost ones.
        touched: The statements that hold a word, by index.
        kept: The functions that hold one in header or body, by index.
    """

    content: bytes
    code: bytes
    statements: list[tuple[int, int]]
    functions: list[_Function]
    touched: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)

    def run(self, words: Set[bytes]) -> bool:
        """Fill ``touched`` and ``kept``; False where names lead on and on, or a word stands before any statement."""
        starts = [start for start, _ in self.statements]
        headers = [function.header for function in self.functions]
        is_script = b"__main__" in self.content  # there it counts who names a function that reads
        fresh = {word.strip(b".(") for word in words}
        known = set(fresh)
        while fresh and len(known) < _MANY:
            named: set[bytes] = set()
            binding: set[int] = set()
            for at in _places(self.code, fresh):
                statement, index = bisect_right(starts, at) - 1, bisect_right(headers, at) - 1
                if statement < 0:
                    return False
                self.touched.add(statement)
                inside = index >= 0 and at < self.functions[index].end
                if inside:
                    self.kept.add(index)
                if not is_script and _PLAIN_READ.match(self.content, at):
                    continue
                if inside:
                    named.add(self.functions[index].name)
                else:
                    binding.add(statement)
            named.update(*(_bound(self._outside(index), fresh) for index in binding))
            fresh = {name for name in named if not (name.startswith(b"__") and name.endswith(b"__"))} - known - _OWN
            known |= fresh
        return not fresh

    def _outside(self, index: int) -> bytes:
        """The code of a statement of the module, plain reads and the functions in it left out."""
        position, end = self.statements[index]
        pieces = []
        while (i := bisect_left(self.functions, position, key=_header_of)) < len(self.functions):
            function = self.functions[i]
            if function.header >= end:
                break
            pieces.append(self.code[position : function.header])
            position = function.end
        return b"\n".join((*pieces, self.code[position:end]))

    def left_out(self) -> Iterator[tuple[int, int, bytes]]:
        """What goes, in the order of the source: from where to where, and what stands there instead."""
        cuts: list[tuple[int, int, bytes]] = []
        if not (b"__main__" in self.content or b"BaseSettings" in self.content):
            cuts += (
                (start, end, b"")
                for index, (start, end) in enumerate(self.statements)
                if index not in self.touched and _OPTIONAL.match(self.code, start)
            )
        for index, function in enumerate(self.functions):
            if index not in self.kept and function.decorated:
                cuts.append((function.body, function.end, b"pass"))
            elif index not in self.kept:
                cuts.append((function.named, function.end, b"(): pass"))
        gone = 0
        for start, end, left in sorted(cuts):
            if start >= gone:
                yield start, end, left
                gone = end


def _header_of(function: _Function) -> int:
    return function.header


_GOES_ON = bytes(bytes([byte]).isalnum() or byte == ord("_") for byte in range(256))
"""1 for each byte that a word goes on with."""


def _places(code: bytes, words: Set[bytes]) -> Iterator[int]:
    """Where one of some words stands as a whole word; the code ends with a line's end."""
    find = code.find
    for word in words:
        size = len(word)
        at = find(word)
        while at >= 0:
            if not (_GOES_ON[code[at + size]] or _GOES_ON[code[at - 1]]):
                yield at
            at = find(word, at + size)


def _bound(outside: bytes, words: Set[bytes]) -> set[bytes]:
    """The names that statements outside of functions bind, of those that hold a word."""
    search = re.compile(rb"\b(?:%s)\b" % b"|".join(sorted(map(re.escape, words)))).search
    bound: set[bytes] = set()
    for found in _BINDING.finditer(outside):
        if search(found[0]) is None and search(found["value"] or b"") is None:
            continue
        if found["names"] is not None:
            of_prefect = found["module"].partition(b".")[0] == b"prefect"
            whole = search(found["module"]) is not None and not of_prefect
            for part in found["names"].strip(b"()").split(b","):
                if of_prefect and _OF_PREFECT.search(part):
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
