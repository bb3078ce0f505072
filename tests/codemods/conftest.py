"""Before/after tables for the codemods: sources are dedented, and ``«…»`` marks the expression that an edit names."""

from __future__ import annotations

import ast
from collections.abc import Callable
from textwrap import dedent

import pytest

from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.edits import Edit, LoadSecret, Refused
from envlift_codemods.one_file import block_name
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

Migrate = Callable[[str], str]
MakeEdit = Callable[[Span], Edit]


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1)


def unmarked(source: str) -> tuple[str, Span]:
    """The source without its marks, and the span between them."""
    text = dedent(source)
    start, end = text.index("«"), text.index("»") - 1
    text = text.replace("«", "").replace("»", "")
    return text, Span(*_position(text, start), *_position(text, end))


def migrated(source: str) -> str:
    """Every read that the rule allows loads a block of its own name, in the form that the rule gives it."""
    code = dedent(source).encode()
    module = ParsedModule(code)
    forms = ((read, form_for(module, read)) for read in find_reads(module))
    edits = [
        LoadSecret(read.span, block_name(read.name or ""), form) for read, form in forms if not isinstance(form, Stays)
    ]
    return rewrite(code, edits).decode()


@pytest.fixture
def check_rewrite() -> Callable[[str, str], None]:
    """Migrating the first gives the second, which is sound and stays as it is when migrated again."""

    def check(before: str, after: str) -> None:
        result = migrated(before)
        assert result == dedent(after)
        ast.parse(result)
        assert migrated(result) == result

    return check


@pytest.fixture
def check_untouched() -> Callable[[str], None]:
    """Migrating changes nothing."""

    def check(source: str) -> None:
        assert migrated(source) == dedent(source)

    return check


@pytest.fixture
def check_edit() -> Callable[[str, MakeEdit, str], None]:
    """One edit at the marked expression gives the other source."""

    def check(before: str, edit: MakeEdit, after: str) -> None:
        source, span = unmarked(before)
        assert rewrite(source.encode(), [edit(span)]).decode() == dedent(after)

    return check


@pytest.fixture
def check_refused() -> Callable[[str, MakeEdit, str], None]:
    """One edit at the marked expression is refused, for a reason that says this."""

    def check(before: str, edit: MakeEdit, reason: str) -> None:
        source, span = unmarked(before)
        with pytest.raises(Refused, match=reason) as refused:
            rewrite(source.encode(), [edit(span)])
        assert 1 <= refused.value.line <= source.count("\n") + 1

    return check
