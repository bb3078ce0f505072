"""Bytes that no edit names stay: newlines, BOM, tabs, encodings, form feeds, a last line without a newline."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from envlift_codemods.document import open_document
from envlift_codemods.edits import AddJobVariables, Edit, Form, LoadSecret, ReadEnvironment, Refused
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite
from envlift_codemods.self_check import checked
from envlift_codemods.source_text import Splice

READ, LOAD = b"os.environ['A']", b"Secret.load('a').get()"
IMPORT = b"from prefect.blocks.system import Secret"


def secrets(source: bytes) -> list[Edit]:
    return [LoadSecret(read.span, "a", Form.LOAD) for read in find_reads(ParsedModule(source))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            b"import os\r\n\r\ndef f():\r\n    return os.sep, READ\r\n",
            b"import os\r\nIMPORT\r\n\r\ndef f():\r\n    return os.sep, LOAD\r\n",
            id="CRLF",
        ),
        pytest.param(
            b"import os\r\n\ndef f():\n    '''a\r\nb'''\r    return os.sep, READ\n",
            b"import os\r\nIMPORT\r\n\ndef f():\n    '''a\r\nb'''\r    return os.sep, LOAD\n",
            id="mixed newlines",
        ),
        pytest.param(
            b"import os\r\rdef f():\r    return os.sep, READ",
            b"import os\rIMPORT\r\rdef f():\r    return os.sep, LOAD",
            id="CR alone, no newline at the end",
        ),
        pytest.param(
            b"\xef\xbb\xbfimport os\n\ndef f():\n\treturn '\xc3\xa9\xf0\x9f\x98\x80', os.sep, READ  \n",
            b"\xef\xbb\xbfimport os\nIMPORT\n\ndef f():\n\treturn '\xc3\xa9\xf0\x9f\x98\x80', os.sep, LOAD  \n",
            id="BOM, tabs, wide characters, trailing space",
        ),
        pytest.param(
            b"# -*- coding: latin-1 -*-\nimport os\n\ndef f():\n    return '\xe9', READ, os\n",
            b"# -*- coding: latin-1 -*-\nimport os\nIMPORT\n\ndef f():\n    return '\xe9', LOAD, os\n",
            id="latin-1",
        ),
        pytest.param(
            b"# coding: shift_jis\nimport os\n\ndef f():\n    return '\x83\x65', READ, os\n",
            b"# coding: shift_jis\nimport os\nIMPORT\n\ndef f():\n    return '\x83\x65', LOAD, os\n",
            id="shift_jis",
        ),
        pytest.param(
            b"import os\n\x0c\ndef f():\n    return 'a\x0cb', os, READ\n\x0c\n",
            b"import os\nIMPORT\n\x0c\ndef f():\n    return 'a\x0cb', os, LOAD\n\x0c\n",
            id="form feeds",
        ),
        pytest.param(
            b"import os\n\ndef f():\n  x = 1 ;y=READ;  z = os \\\n   . sep\n",
            b"import os\nIMPORT\n\ndef f():\n  x = 1 ;y=LOAD;  z = os \\\n   . sep\n",
            id="semicolons, continuation",
        ),
        pytest.param(
            b"import os\n\ndef f():\n    return (\n        os,  # 1\n        READ,  # 2\n    )\n# end",
            b"import os\nIMPORT\n\ndef f():\n    return (\n        os,  # 1\n        LOAD,  # 2\n    )\n# end",
            id="comments around",
        ),
        pytest.param(
            b"import os\n\ndef f():\n    return os, '''\n''', f'''\n{READ}\n'''\n",
            b"import os\nIMPORT\n\ndef f():\n    return os, '''\n''', f'''\n{LOAD}\n'''\n",
            id="inside a text of several lines",
        ),
    ],
)
def test_bytes_outside_of_the_edits_stay(before: bytes, after: bytes) -> None:
    if b"f'''" in before:
        before = before.replace(b"READ", b'os.environ["A"]')
        after = after.replace(b"LOAD", b'Secret.load("a").get()')
    source = before.replace(b"READ", READ)
    try:
        result = rewrite(source, secrets(source))
    except Refused as refused:
        # Python before 3.12 does not say where in such a text an expression stands.
        assert b"f'''" in before, refused
        assert "no expression" in refused.reason or "disagree" in refused.reason
        return
    assert result == after.replace(b"LOAD", LOAD).replace(b"IMPORT", IMPORT)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"import os\ndef f(:\n    return os.environ['A']\n", "does not parse"),
        (b"<<<<<<< HEAD\nimport os\n=======\n", "does not parse"),
        (b"import os\nx = {{ cookiecutter.name }}.{% y %}\n", "does not parse"),
        (b"# coding: klingon\nimport os\n", "does not parse|not text"),
        (b"import os\nx = '\xff'\n", "does not parse|not text"),
        (b"import os\nx = 1\x00\n", "does not parse|not text"),
        (b"x = " + b"+".join([b"1"] * 5000) + b"\n", "too deeply"),
        (b"x = " + b"(" * 150 + b")" * 150 + b"\n", "does not parse|disagree|no expression"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(source: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rewrite(source, [LoadSecret(Span(2, 0, 2, 1), "a", Form.LOAD)])


def test_of_a_very_long_file_only_the_line_of_the_edit_changes() -> None:
    rows = b"".join(b"row_%d = (%d, 'a', 'b')\n" % (n, n) for n in range(5_000))
    source = b"import os\n" + rows + b"def f():\n    return os, READ\n" + rows
    result = rewrite(source.replace(b"READ", READ), secrets(source.replace(b"READ", READ)))
    assert result == source.replace(b"READ", LOAD).replace(b"os\n", b"os\n" + IMPORT + b"\n", 1)


def test_a_value_without_a_form_in_the_encoding_is_refused() -> None:
    source = b"# coding: ascii\nf.deploy('n')\n"
    call = Span(2, 0, 2, 13)
    with pytest.raises(Refused, match="encoding"):
        rewrite(source, [AddJobVariables(call, (("K", "é"),))])


def test_no_edit_changes_nothing() -> None:
    assert rewrite(b"not python (", []) == b"not python ("


def test_two_edits_of_one_expression_are_refused() -> None:
    source = b"import os\ndef f():\n    return os.getenv(os.environ['A'])\n"
    inner = Span(3, 21, 3, 36)
    outer = Span(3, 11, 3, 37)
    with pytest.raises(Refused, match="same expression"):
        rewrite(source, [LoadSecret(inner, "a", Form.LOAD), LoadSecret(outer, "a", Form.LOAD)])


def test_the_same_edit_twice_is_one_edit() -> None:
    source = b"import os\ndef f():\n    return os.environ['A']\n"
    edit = secrets(source)[0]
    assert rewrite(source, [edit, edit]) == rewrite(source, [edit])


# The self-check sees what it is there for: each case is a result that a faulty editor might have written.

SOURCE = b"import os\n\n\ndef f():\n    # why\n    return os.environ['A'], os.environ['B']\n"
GOOD = SOURCE.replace(b"import os\n", b"import os\n" + IMPORT + b"\n").replace(READ, LOAD)


def put(text: str, instead_of: str) -> Splice:
    start = SOURCE.decode().index(instead_of)
    return Splice(start, start + len(instead_of), text)


LOADED = put(LOAD.decode(), READ.decode())
SPLICES = (Splice(10, 10, f"{IMPORT.decode()}\n"), LOADED)
EDIT = LoadSecret(Span(6, 11, 6, 26), "a", Form.LOAD)


def test_the_self_check_passes_what_the_edits_plan() -> None:
    assert checked(open_document(SOURCE), SOURCE, GOOD, [EDIT], SPLICES).text.text == GOOD.decode()


@pytest.mark.parametrize(
    ("result", "splices", "reason"),
    [
        (GOOD.replace(b"return", b"return("), SPLICES, "would not be sound"),
        (GOOD.replace(b"return", b"yield (await x),"), SPLICES, "would not compile"),
        (GOOD.replace(b"def f", b"def g"), SPLICES, "outside of the edits"),
        (GOOD.replace(b"\n\n\n", b"\n\n"), SPLICES, "outside of the edits"),
        (GOOD.replace(b"# why", b"pass "), (*SPLICES, put("pass ", "# why")), "comment"),
        (GOOD.replace(b"import os\n", b""), (put(f"{IMPORT.decode()}\n", "import os\n"), LOADED), "nothing defines"),
        (SOURCE.replace(READ, LOAD), (LOADED,), "nothing defines"),
        (GOOD.replace(b"['B']", b"['C']"), (*SPLICES, put("['C']", "['B']")), "reads would change"),
        (SOURCE, (), "reads would change"),
        (GOOD.replace(LOAD, b"f()"), (SPLICES[0], put("f()", READ.decode())), "name what it must"),
    ],
)
def test_the_self_check_refuses(result: bytes, splices: Sequence[Splice], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        checked(open_document(SOURCE), SOURCE, result, [EDIT], splices)


def test_the_parsers_are_compared_before_anything_is_replaced() -> None:
    document = open_document(b"x = (1)\n")
    assert document.text.at(Span(1, 5, 1, 6)) == "1"
    with pytest.raises(Refused, match="no expression"):
        document.meaning(Span(1, 4, 1, 7))
    with pytest.raises(Refused, match="disagree"):
        document.writing(Span(1, 4, 1, 7))


def test_environment_reads_are_expected_where_literals_stood() -> None:
    source = b"import os\nx = 'p', os.environ['B']\n"
    assert (
        rewrite(source, [ReadEnvironment(Span(2, 4, 2, 7), "A")])
        == b"import os\nx = os.environ['A'], os.environ['B']\n"
    )
