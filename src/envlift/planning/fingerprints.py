"""What the files behind a plan looked like, told without a hash of any secret; a later look says whether it is stale.

A fingerprint says itself how it was taken, so that checking it needs the file and nothing else:
``sha256:… without 7:9-7:30`` leaves these spans out, ``sha256:… of names`` looks at the names of a ``.env`` file.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from envlift.inventory import SiteKind
from envlift.plan import Decision, Plan, PlannedSite, mended_files
from envlift.planning.spans import segment, span_of, span_text, text_lines
from envlift.scanning.dotenv import entries_of
from envlift_codemods.parsed import Span

_OF_NAMES = " of names"
_WITHOUT = " without "
_CUT = "\0"


def fingerprint(content: bytes, concealed: Sequence[Span] = ()) -> str:
    """SHA-256 of a text with these spans cut out; line ends and a BOM do not count."""
    lines = text_lines(content)
    spans = _merged(concealed)
    for span in reversed(spans):
        _cut(lines, span)
    digest = f"sha256:{hashlib.sha256(''.join(lines).encode('utf-8', 'surrogatepass')).hexdigest()}"
    return digest + (_WITHOUT + ",".join(map(span_text, spans)) if spans else "")


def dotenv_fingerprint(names: Sequence[str]) -> str:
    """SHA-256 of the names of a ``.env`` file, so that its values may change and are not hashed."""
    text = "\n".join(sorted(set(names)))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}{_OF_NAMES}"


def is_current(taken: str, content: bytes) -> bool:
    """Whether a file still looks as it did when the fingerprint was taken."""
    if taken.endswith(_OF_NAMES):
        return taken == _names(content)
    spans = [span_of(text) for text in taken.partition(_WITHOUT)[2].split(",") if text]
    return taken == fingerprint(content, [span for span in spans if span is not None])


def fingerprints_of_plan(plan: Plan, contents: Mapping[str, bytes]) -> dict[str, str]:
    """The fingerprint of each file behind a plan that ``contents`` holds."""
    moved = {path for path in mended_files(plan) if path in contents}
    return {**{path: fingerprint(contents[path]) for path in moved}, **fingerprints_of(plan.decisions, contents)}


def stale_files(plan: Plan, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files, sorted, that changed or went since the plan was made; ``contents`` holds what is there now."""
    return tuple(
        path
        for path, taken in sorted(plan.fingerprints.items())
        if path not in contents or not is_current(taken, contents[path])
    )


def files_behind(decisions: Sequence[Decision]) -> tuple[str, ...]:
    """The files, sorted, that these decisions edit, set variables in or read values from."""
    paths = {site.path for d in decisions for site in d.sites if site.edit is not None}
    paths |= {target.path for d in decisions for target in d.targets if target.path}
    paths |= {d.source.path for d in decisions if d.source is not None}
    return tuple(sorted(paths))


def fingerprints_of(decisions: Sequence[Decision], contents: Mapping[str, bytes]) -> dict[str, str]:
    """The fingerprint of each file behind these decisions that ``contents`` holds."""
    entries = {s.path for d in decisions for s in d.sites if s.kind is SiteKind.DOTENV_ENTRY}
    entries |= {d.source.path for d in decisions if d.source is not None and d.source.span is None}
    return {
        path: _names(contents[path])
        if path in entries
        else fingerprint(contents[path], tuple(_secret_spans(path, decisions, contents[path])))
        for path in files_behind(decisions)
        if path in contents
    }


def _names(content: bytes) -> str:
    entries, _ = entries_of(content)
    return dotenv_fingerprint([entry.name for entry in entries])


def _secret_spans(path: str, decisions: Sequence[Decision], content: bytes) -> Iterator[Span]:
    """Where values of secrets stand in a Python file: their literals, and the defaults of their reads."""
    lines = text_lines(content)
    for decision in decisions:
        if not decision.sensitive:
            continue
        for site in (s for s in decision.sites if s.path == path):
            yield from [site.span] if site.kind is SiteKind.LITERAL else _strings(lines, site)
        if decision.source is not None and decision.source.path == path and decision.source.span is not None:
            yield decision.source.span


def _strings(lines: list[str], site: PlannedSite) -> Iterator[Span]:
    """The constants in an expression other than the name that it reads: a default may be the secret."""
    text = f"({segment(lines, site.span)}\n)"
    try:
        nodes = list(ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield site.span
        return
    if any(isinstance(node, ast.JoinedStr) for node in nodes):
        yield site.span  # before Python 3.12 the parts of an f-string have no place of their own
        return
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value is not None and node.value != site.name:
            yield _placed(node, text.splitlines(), site.span)


def _placed(node: ast.Constant, lines: list[str], around: Span) -> Span:
    """Where a node of a parenthesised expression stands in the file."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    places = []
    for line, offset in ((node.lineno, node.col_offset), (end_line, end_column)):
        column = len(lines[line - 1].encode()[:offset].decode())
        places.append((around.line + line - 1, column + (around.column - 1 if line == 1 else 0)))
    return Span(*places[0], *places[1])


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted, with spans that overlap made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is None or (span.line, span.column) >= (last.end_line, last.end_column):
            merged.append(span)
            continue
        end = max((last.end_line, last.end_column), (span.end_line, span.end_column))
        merged[-1] = Span(last.line, last.column, *end)
    return merged


def _cut(lines: list[str], span: Span) -> None:
    """Put one mark in the place of a span; spans are cut from the last to the first, so columns stay true."""
    if not 1 <= span.line <= span.end_line <= len(lines) or span.end_column > len(
        lines[span.end_line - 1].rstrip("\n")
    ):
        return  # the text there is shorter than it was: leaving it whole makes it differ
    head, tail = lines[span.line - 1][: span.column], lines[span.end_line - 1][span.end_column :]
    lines[span.line - 1 : span.end_line] = [head + _CUT + tail]
