"""Edits and sources become file changes, or refusals with a reason; and a change can be shown without its secrets."""

from __future__ import annotations

import ast
import json
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import quote, quote_plus

from envlift.concealed import Concealed
from envlift.masking import text_zones, unreadable, without_cookie
from envlift_codemods.edits import AS_USUAL, Edit, Loading, Refused
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.source_text import SourceText

_NEWLINE = re.compile(r"\r\n|\r|\n")
_MASK = "****"
# Below this a value is masked as a whole word only: masking every `1` would hide the code.
_SHORT = 4
# A line of a value of several lines is masked wherever it stands alone, unless it is as common as a bracket.
_TELLING_LINE = 6


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; its path is POSIX and relative to the repository, ``before`` None for a new file."""

    path: str
    before: bytes | None = field(repr=False)
    after: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that stays as it is; ``line`` is 1-based, ``reason`` holds no value."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """All changes and all refusals, each sorted by path; a file is in at most one of them."""

    changes: tuple[FileChange, ...]
    refusals: tuple[Refusal, ...]


def rewrite_files(
    edits: Mapping[str, Sequence[Edit]],
    sources: Mapping[str, bytes],
    keep_imports: Collection[str] = (),
    loading: Loading = AS_USUAL,
) -> Rewritten:
    """Make the edits of every file; a file with an edit that is not possible keeps all its bytes.

    Args:
        edits: What to do, by POSIX path relative to the repository.
        sources: The bytes of at least those files.
        keep_imports: Paths of files that keep imports they no longer use, as every ``__init__.py`` does.
        loading: How the project's code loads blocks.
    """
    # LibCST takes a while to import, and a run that rewrites nothing needs none of it.
    from envlift_codemods.recipes import others_of  # noqa: PLC0415
    from envlift_codemods.replacing import rewrite  # noqa: PLC0415

    changes: list[FileChange] = []
    refusals: list[Refusal] = []
    own = frozenset(name for path in sources for name in PurePosixPath(path).with_suffix("").parts)
    for path in sorted(edits):
        before = sources[path]
        kept = path in keep_imports or PurePosixPath(path).name == "__init__.py"
        try:
            others = others_of(path, edits, sources)
            after = rewrite(before, edits[path], keep_imports=kept, own=own, loading=loading, others=others)
        except Refused as refused:
            refusals.append(Refusal(path, refused.line, refused.reason))
            continue
        if after != before:
            changes.append(FileChange(path, before, after))
    return Rewritten(tuple(changes), tuple(refusals))


def masked_diff(change: FileChange, secrets: Iterable[Concealed]) -> str:
    """A unified diff in which no secret can be read, in whatever way the file writes it.

    Args:
        change: Any file; what its literals, values and comments hold is judged too, for no plan knows all of it.
        secrets: Whole values, and the parts of them that are secret on their own, such as a DSN's password.
    """
    values = sorted({value for secret in secrets if (value := secret.reveal())}, key=len, reverse=True)
    before, after = _decoded(change.before or b""), _decoded(change.after)
    old, new = _lines(before), _lines(after)
    shown_old, shown_new = _masked_lines(change, before, values), _masked_lines(change, after, values)
    out = ["--- /dev/null" if change.before is None else f"--- a/{change.path}", f"+++ b/{change.path}"]
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        out.append(f"@@ -{_hunk(group[0][1], group[-1][2])} +{_hunk(group[0][3], group[-1][4])} @@")
        for tag, i, i_end, j, j_end in group:
            sign = " " if tag == "equal" else "-"
            out += [sign + line for line in shown_old[i:i_end]]
            if tag != "equal":
                out += ["+" + line for line in shown_new[j:j_end]]
    return "\n".join(out) + "\n" if len(out) > 2 else ""


def masked_source(path: str, source: bytes, secrets: Iterable[Concealed]) -> list[str]:
    """The lines of a file in which no secret can be read, as in a diff."""
    values = sorted({value for secret in secrets if (value := secret.reveal())}, key=len, reverse=True)
    return _masked_lines(FileChange(path, source, source), _decoded(source), values)


def _hunk(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1 if length else start},{length}" if length != 1 else f"{start + 1}"


def _decoded(source: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
        return source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return source.decode("latin-1")


def _lines(text: str) -> list[str]:
    """The lines with their newlines, so that a changed newline is a change."""
    ends = [0, *(match.end() for match in _NEWLINE.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(ends) if a < b]


def _masked_lines(change: FileChange, text: str, values: Sequence[str]) -> list[str]:
    hidden, open_to = bytearray(len(text)), bytearray(len(text))
    if values:
        for start, end in text_zones(change.path, text):
            open_to[start:end] = b"\1" * (end - start)
    for start, end in _written_occurrences(text, values):
        # A mask over a code word would tell that the word is the secret.
        hidden[start:end] = bytes(a | b for a, b in zip(hidden[start:end], open_to[start:end], strict=True))
    for start, end in (*_literal_occurrences(change, text, values), *unreadable(change.path, text)):
        hidden[start:end] = b"\1" * (end - start)
    shown, at = [], 0
    for line in _lines(text):
        body = line.rstrip("\r\n")
        shown.append(_masked(body, hidden[at : at + len(body)]))
        at += len(line)
    return shown


def _masked(line: str, hidden: bytes | bytearray) -> str:
    """Each hidden run as one mask, whose length tells nothing."""
    parts, at = [], 0
    for run in re.finditer(rb"\x01+", bytes(hidden)):
        parts += [line[at : run.start()], _MASK]
        at = run.end()
    return "".join([*parts, line[at:]])


def _written_occurrences(text: str, values: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the text holds a value as it is, or in one of the ways that files escape text."""
    for form in {form for value in values for form in _written_forms(value)}:
        word = r"(?<!\w)%s(?!\w)" if len(form) < _SHORT else r"(?=(%s))"
        for match in re.finditer(word % re.escape(form), text):
            yield match.start(), match.start() + len(form)


def _written_forms(value: str) -> Iterator[str]:
    yield value
    for written in (repr, ascii):
        yield written(value)[1:-1]
        yield written('"' + value)[2:-1]
        yield written("'" + value)[2:-1]
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield value.encode("unicode_escape").decode("ascii")
    for escaped in ("'", '"'):
        yield value.replace("\\", "\\\\").replace(escaped, "\\" + escaped)
    for doubled in ("'", '"', "%", "$"):
        yield value.replace(doubled, doubled * 2)
    yield value.replace("{", "{{").replace("}", "}}")
    if value.isprintable():
        yield from (quote(value), quote(value, safe=""), quote_plus(value))
    lines = _NEWLINE.split(value)
    yield "\r\n".join(lines)
    if len(lines) > 1:
        yield from (stripped for line in lines if len(stripped := line.strip()) >= _TELLING_LINE)


def _literal_occurrences(change: FileChange, text: str, values: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Python literals that mean a text with a value in it, though they write it in another way."""
    if not change.path.endswith((".py", ".pyi")) or not values:
        return
    try:
        module = ParsedModule(without_cookie(text).encode("utf-8"))
    except (SyntaxError, ValueError, RecursionError):
        return
    source = SourceText.decoded(without_cookie(text).encode("utf-8"))
    for node in module.nodes:
        if not isinstance(node, (ast.Constant, ast.BinOp)):
            continue
        meaning, leaves = _folded(node)
        if meaning is None or not any(_holds(meaning, value) for value in values):
            continue
        for leaf in leaves:
            start, end = source.offsets(module.span(leaf))
            if len(leaves) > 1 or not all(_as_often(meaning, source.text[start:end], value) for value in values):
                yield start, end


def _folded(node: ast.expr) -> tuple[str | None, list[ast.Constant]]:
    """The text of a literal or of a sum of literals, with the literals."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            return node.value.decode("utf-8", "replace"), [node]
        return (node.value if isinstance(node.value, str) else None), [node]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return None, []
    left, left_leaves = _folded(node.left)
    right, right_leaves = _folded(node.right)
    return (None if left is None or right is None else left + right), [*left_leaves, *right_leaves]


def _holds(meaning: str, value: str) -> bool:
    return meaning == value if len(value) < _SHORT else value in meaning


def _as_often(meaning: str, written: str, value: str) -> bool:
    return written.count(value) >= meaning.count(value)
