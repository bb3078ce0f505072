"""``.env`` files mean what python-dotenv says they mean."""

from __future__ import annotations

import pytest

from envlift.scanning.dotenv import describe, entries_of


def read(text: str) -> list[tuple[str, str | None, int]]:
    entries, _ = entries_of(text.encode())
    return [(e.name, None if e.value is None else e.value.reveal(), e.span.line) for e in entries]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\n", [("A", "1", 1)]),
        ("\n\n# note\nA=1\n\n\nB=2", [("A", "1", 4), ("B", "2", 7)]),
        ("export A=1\n", [("A", "1", 1)]),
        ("A=1#c\n", [("A", "1#c", 1)]),
        ("A=1 # c\n", [("A", "1", 1)]),
        ("A='x y'\n", [("A", "x y", 1)]),
        ('A="x\\ny"\n', [("A", "x\ny", 1)]),
        ('A="x\ny"\nB=2\n', [("A", "x\ny", 1), ("B", "2", 3)]),
        ("A\nB=\n", [("A", None, 1), ("B", "", 2)]),
        ("A=1\nA=2\n", [("A", "2", 1), ("A", "2", 2)]),
        ("H=db\nU='http://${H}/x'\n", [("H", "db", 1), ("U", "http://db/x", 2)]),
        ("A=1\r\nB=2\r\n", [("A", "1", 1), ("B", "2", 2)]),
    ],
)
def test_entries_have_the_value_and_line_that_python_dotenv_sees(
    text: str, expected: list[tuple[str, str | None, int]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P=/data/${DEPLOY_KEY}/x\n", [None]),
        ("P='/data/${DEPLOY_KEY}/x'\n", [None]),
        ("P=${DEPLOY_KEY:-none}/x\n", ["none/x"]),
        ("P=${DEPLOY_KEY:-}\n", [""]),
        ("DEPLOY_KEY=own\nP=${DEPLOY_KEY:-none}/x\n", ["own", "own/x"]),
        ("P=${DEPLOY_KEY}\nDEPLOY_KEY=own\n", [None, "own"]),
        ("A=${DEPLOY_KEY}\nB=${A:-b}\n", [None, None]),
        ("DEPLOY_KEY\nB=${DEPLOY_KEY}\n", [None, None]),
        ("A=1\nA=${A}2\n", ["12", "12"]),
        ("P=$DEPLOY_KEY\n", ["$DEPLOY_KEY"]),
    ],
)
def test_a_variable_is_filled_from_the_file_and_never_from_this_process(
    text: str, expected: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPLOY_KEY", "of-this-shell")
    monkeypatch.setenv("A", "of-this-shell")
    assert [value for _, value, _ in read(text)] == expected


def test_an_entry_spans_all_its_lines() -> None:
    entries, _ = entries_of(b'# key\nKEY="one\ntwo"\n')
    assert (entries[0].span.line, entries[0].span.end_line, entries[0].span.end_column) == (2, 3, 4)


def test_a_line_that_cannot_be_parsed_is_trouble_and_the_rest_is_read() -> None:
    entries, troubles = entries_of(b'A=1\nB="open\nC=3\n', ".env")
    assert [e.name for e in entries] == ["A", "C"]
    assert [(t.path, t.line) for t in troubles] == [(".env", 2)]


def test_bytes_that_are_not_utf8_are_trouble() -> None:
    entries, troubles = entries_of("A=caf\u00e9".encode("latin-1"), "prod/.env")
    assert entries == ()
    assert troubles[0].path == "prod/.env"
    assert "UTF-8" in troubles[0].message


def test_parsing_prints_and_logs_nothing(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    entries_of(b'A="open\n==\n')
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("path", "is_example", "environment"),
    [
        (".env", False, ""),
        ("app/.env", False, ""),
        (".env.local", False, ""),
        (".env.example", True, ""),
        ("template.env", True, ""),
        (".env.prod", False, "prod"),
        ("staging.env", False, "staging"),
        (".env.prod.example", True, "prod"),
        ("env.sample", True, ""),
    ],
)
def test_a_name_tells_the_kind_of_file(path: str, is_example: bool, environment: str) -> None:
    file = describe(path)
    assert (file.is_example, file.environment) == (is_example, environment)
