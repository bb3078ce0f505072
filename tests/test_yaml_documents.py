"""YAML as a tree with lines: tags, aliases and merge keys as people use them, and texts that would grow or nest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envlift.yaml_documents import MAX_NODES, Listing, Node, Scalar, Table, Unreadable, read_yaml, scalars, tables


def root(text: str) -> Node:
    documents = read_yaml(text)
    assert not isinstance(documents, Unreadable)
    return documents[0]


def lines(node: Node) -> list[tuple[str, int]]:
    return [(scalar.text, scalar.line) for scalar in scalars(node)]


def test_values_stand_on_their_lines() -> None:
    assert lines(root("a: 1\nb:\n  - x\n  - 'y'\nc: {d: z}\n")) == [("1", 1), ("x", 3), ("y", 4), ("z", 5)]


@pytest.mark.parametrize(
    ("text", "text_line", "end_line"),
    [("a: |\n  x\n  y\nb: 1\n", 2, 3), ("a: >-\n  x\n  y\n", 2, 3), ('a: "x\n  y"\n', 1, 2), ("a: x\n", 1, 1)],
)
def test_a_block_begins_below_its_sign(text: str, text_line: int, end_line: int) -> None:
    scalar = next(scalars(root(text)))
    assert (scalar.text_line, scalar.end_line) == (text_line, end_line)
    assert scalar.line_at(99) == end_line


@pytest.mark.parametrize(
    ("written", "is_null"),
    [("~", True), ("null", True), ("", True), ("'null'", False), ("!!str", False), ("nil", False)],
)
def test_null_is_what_stands_plain(written: str, is_null: bool) -> None:
    assert [scalar.is_null for scalar in scalars(root(f"a: {written}\n"))] == [is_null]


def test_tags_of_others_are_passed_over() -> None:
    assert lines(root("a: !Ref x\nb: !reference [y, z]\nc: !Sub {k: v}\n")) == [("x", 1), ("y", 2), ("z", 2), ("v", 3)]


def test_merge_keys_bring_what_is_not_there() -> None:
    table = root("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\n")
    assert isinstance(table, Table)
    merged = table.table("z")
    assert merged is not None
    assert {pair.key: (merged.text(pair.key), pair.line) for pair in merged.pairs} == {
        "a": ("0", 5),
        "b": ("2", 1),
        "c": ("4", 2),
    }


def test_the_last_of_two_keys_counts() -> None:
    table = root("a: 1\na: 2\n")
    assert isinstance(table, Table)
    assert table.text("a") == "2"


def test_several_documents_and_empty_ones() -> None:
    assert [type(d) for d in read_yaml("a: 1\n---\n---\n- b\n")] == [Table, Listing]  # type: ignore[union-attr]
    assert read_yaml("") == ()
    assert read_yaml("# note\n") == ()


def test_an_alias_to_what_is_still_open_is_nothing() -> None:
    assert [scalar.is_null for scalar in scalars(root("&a [*a, 1]\n"))] == [True, False]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: [\n", 2, "not valid YAML"),
        ("a: 1\n<<<<<<< HEAD\n", 2, "not valid YAML"),
        ("a: 1\nb: c: d\n", 2, "not valid YAML"),
        ("x\0", 1, "not valid YAML"),
        ("\ud800", 1, "not valid YAML"),
        ("[" * 500, 1, "nested too deeply"),
        ("- " * 500, 1, "nested too deeply"),
        ("a: &a [1, 2, 3]\n" + "b: [" + "*a, " * MAX_NODES + "]\n", 2, "too many nodes"),
    ],
    ids=["open", "conflict", "two colons", "nul", "surrogate", "brackets", "dashes", "aliases"],
)
def test_what_cannot_be_read_says_where(text: str, line: int, reason: str) -> None:
    found = read_yaml(text)
    assert isinstance(found, Unreadable)
    assert found.reason == reason
    assert found.line >= line - 1


def test_aliases_of_aliases_cannot_nest_beyond_what_walkers_bear() -> None:
    chain = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000))
    found = read_yaml(chain)
    assert isinstance(found, Unreadable)
    assert found.reason == "nested too deeply"


@given(st.text("ab:-[]{}&*!|>'\"#?, \n\t\r~<\x85\u2028", max_size=80))
def test_nothing_raises_and_lines_are_inside(text: str) -> None:
    found = read_yaml(text)
    last = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if isinstance(found, Unreadable):
        assert 1 <= found.line <= last + 1
        return
    for document in found:
        for scalar in scalars(document):
            assert 1 <= scalar.line <= last
            assert scalar.line_at(1) <= last
        assert all(1 <= pair.line <= last for table in tables(document) for pair in table.pairs)


def test_no_value_shows() -> None:
    assert "plainly-visible-9" not in repr(read_yaml("a: plainly-visible-9\nb: [plainly-visible-9]\n"))
    assert isinstance(root("x"), Scalar)
