"""Edits over many files, and diffs that show no secret however the file writes it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envlift.concealed import Concealed
from envlift.rewriting import FileChange, Refusal, Rewritten, masked_diff, rewrite_files
from envlift_codemods.edits import Edit, Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads

READS = b"import os\n\n\ndef f():\n    return os.environ['A']\n"
LOADS = b"from prefect.blocks.system import Secret\n\n\ndef f():\n    return Secret.load('a').get()\n"
PASSWORD = "pa55-w0rd!"


def load_all(source: bytes) -> list[Edit]:
    return [LoadSecret(read.span, "a", Form.LOAD) for read in find_reads(ParsedModule(source))]


def test_changes_and_refusals_are_told_apart_and_sorted() -> None:
    at_import = b"import os\nA = os.environ['A']\n"
    sources = {"b.py": READS, "a.py": READS, "z.py": at_import, "same.py": READS, "unread.py": b"("}
    edits = {
        "z.py": load_all(at_import),
        "b.py": load_all(READS),
        "a.py": load_all(READS),
        "same.py": [],
    }
    rewritten = rewrite_files(edits, sources)
    assert rewritten == Rewritten(
        changes=(FileChange("a.py", READS, LOADS), FileChange("b.py", READS, LOADS)),
        refusals=(Refusal("z.py", 2, "it is evaluated at import (module), where no block can be loaded"),),
    )


def test_one_impossible_edit_keeps_all_bytes_of_its_file() -> None:
    source = b"import os\nB = os.environ['B']\n\n\ndef f():\n    return os.environ['A']\n"
    rewritten = rewrite_files({"a.py": load_all(source)}, {"a.py": source})
    assert rewritten.changes == ()
    assert [refusal.line for refusal in rewritten.refusals] == [2]


def test_a_package_keeps_the_imports_that_others_may_take() -> None:
    sources = {"pkg/__init__.py": READS, "pkg/init.py": READS}
    changes = rewrite_files({path: load_all(READS) for path in sources}, sources).changes
    assert [change.after.startswith(b"import os\n") for change in changes] == [True, False]


def test_a_file_without_its_source_is_our_bug() -> None:
    with pytest.raises(KeyError):
        rewrite_files({"a.py": load_all(READS)}, {})


def test_a_change_does_not_print_its_bytes() -> None:
    assert PASSWORD not in repr(FileChange("a.py", PASSWORD.encode(), b""))


def diff(before: str, after: str, *secrets: str, path: str = "a.py") -> str:
    change = FileChange(path, before.encode(), after.encode())
    return masked_diff(change, [Concealed(secret) for secret in secrets])


def test_a_diff_is_unified_and_masks_removed_lines() -> None:
    before = "".join(f"line {i}\n" for i in range(20)).replace("line 10", f'PASSWORD = "{PASSWORD}"')
    after = before.replace(f'"{PASSWORD}"', 'Secret.load("password").get()')
    assert diff(before, after, PASSWORD) == dedent("""\
        --- a/a.py
        +++ b/a.py
        @@ -8,7 +8,7 @@
         line 7
         line 8
         line 9
        -PASSWORD = "****"
        +PASSWORD = Secret.load("password").get()
         line 11
         line 12
         line 13
        """)


def test_equal_files_have_no_diff() -> None:
    assert diff("x = 1\n", "x = 1\n", "x") == ""


def test_a_changed_newline_is_a_change() -> None:
    assert diff("x = 1\r\n", "x = 1\n") == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 1\n"


def test_the_mask_tells_no_length_and_context_is_masked_too() -> None:
    source = "A = 'secret'\nB = 'much-longer-secret'\nC = 1\n"
    assert diff(source, source.replace("C = 1", "C = 2"), "secret", "much-longer-secret").splitlines()[3:5] == [
        " A = '****'",
        " B = '****'",
    ]


def test_a_part_of_a_value_is_masked_where_it_stands() -> None:
    shown = diff(f"DSN = 'postgresql://etl:{PASSWORD}@db/etl'\n", "", PASSWORD)
    assert "-DSN = 'postgresql://etl:****@db/etl'\n" in shown


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("it's", "A = 'it\\'s'"),
        ('say "hi"', 'A = "say \\"hi\\""'),
        ("tab\there", "A = 'tab\\there'"),
        ("back\\slash", "A = 'back\\\\slash'"),
        ("back\\slash", "A = r'back\\slash'"),
        ("grün-geheim", "A = 'gr\\xfcn-geheim'"),
        ("grün-geheim", "A = 'gr\\u00fcn-geheim'"),
        (PASSWORD, "A = 'pa55-\\x770rd!'"),
        (PASSWORD, "A = 'pa55' '-w0rd!'"),
        (PASSWORD, "A = 'pa55' + '-w0rd!'"),
        (PASSWORD, "A = ('pa55'\n     '-w0rd!')"),
        (PASSWORD, "A = 'pa55\\\n-w0rd!'"),
        (PASSWORD, "A = b'pa55-\\x770rd!'"),
        (PASSWORD, "A = f'x{y}pa55-\\x770rd!'"),
        (PASSWORD, "# was pa55-w0rd! before"),
        (PASSWORD, "broken( = 'pa55-w0rd!'"),
        ("a{b}c!d", "A = f'a{{b}}c!d'"),
        ("100%sure", "A = '100%%sure' % ()"),
        ("p@ss/word", "A = 'postgresql://u:p%40ss%2Fword@h/d'"),
        ("one-line\ntwo-line\n", "A = 'one-line\\ntwo-line\\n'"),
        ("one-line\ntwo-line\n", "A = '''one-line\ntwo-line\n'''"),
        ("one-line\ntwo-line\n", "A = dedent('''\n    one-line\n    two-line\n''')"),
        ("x", "A = 'x'"),
        ("7", "A = 7"),
    ],
)
def test_no_way_of_writing_a_value_shows_it(value: str, line: str) -> None:
    shown = diff(f"{line}\n", "", value)
    assert "****" in shown
    for written in (
        value,
        *value.split("\n"),
        "pa55",
        "w0rd",
        "one-line",
        "two-line",
        "geheim",
        "slash",
        "hi\\",
        "here'",
    ):
        if written:
            assert (
                written not in shown.replace("A =", "").replace("a/a.py", "").replace("b/a.py", "").partition("@@\n")[2]
            )


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("x", "index = x_axis['max']"),
        ("1", "A = 10, 21, a1"),
        ("hunter2", "password = hunter"),
        ("", "A = ''"),
    ],
)
def test_what_holds_no_value_is_shown(value: str, line: str) -> None:
    assert f"-{line}\n" in diff(f"{line}\n", "", value)


def test_other_files_are_masked_as_text() -> None:
    shown = diff("password: 'it''s'\nother: \"a\\u00e9b\"\n", "", "it's", "aéb", path="prefect.yaml")
    assert shown.endswith("-password: '****'\n-other: \"****\"\n")


def test_the_mask_follows_the_encoding_of_the_file() -> None:
    before = f"# coding: latin-1\nA = 'é{PASSWORD}\\x21'\n".encode("latin-1")
    shown = masked_diff(FileChange("a.py", before, b"# coding: latin-1\n"), [Concealed("é" + PASSWORD)])
    assert shown.endswith("-A = '****\\x21'\n")


@given(
    inner=st.text(st.characters(codec="utf-8", exclude_characters="§"), max_size=20),
    before=st.text("ab = '\n", max_size=30),
    write=st.sampled_from([repr, ascii, lambda text: f"f{text!r}" if text.isalnum() else repr(text)]),
)
@settings(max_examples=200, deadline=None)
def test_a_removed_literal_is_never_in_the_diff(inner: str, before: str, write: Callable[[str], str]) -> None:
    secret = f"§{inner}§"
    shown = diff(f"{before}\nA = {write(secret)}\n", f"{before}\n", secret)
    assert "****" in shown
    assert "§" not in shown
    assert "\\xa7" not in shown


def test_nothing_of_a_change_is_pickled_by_accident() -> None:
    change = FileChange("a.py", b"x", b"y")
    assert pickle.loads(pickle.dumps(change)) == change  # noqa: S301 - our own bytes
    with pytest.raises(TypeError):
        pickle.dumps(Concealed(PASSWORD))


def test_literals_become_environment_reads() -> None:
    source = b"BUCKET = 'x'\n"
    (change,) = rewrite_files({"a.py": [ReadEnvironment(Span(1, 9, 1, 12), "BUCKET")]}, {"a.py": source}).changes
    assert change.after == b"import os\n\nBUCKET = os.environ['BUCKET']\n"
