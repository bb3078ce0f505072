"""Values are found where the plan says, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.applying.git import head_commit
from envlift.applying.values import find_value
from envlift.concealed import Concealed
from envlift.errors import EnvliftError
from envlift.plan import ValueSource
from envlift.planning.fingerprints import fingerprint
from envlift_codemods.parsed import Span

Git = Callable[..., str]


def source_of(code: bytes, literal: bytes, commit: str = "") -> ValueSource:
    """The source for a literal of the code, on one line."""
    line = code[: code.index(literal)].count(b"\n") + 1
    column = len(code.split(b"\n")[line - 1].partition(literal)[0].decode())
    return ValueSource("a.py", "DSN", Span(line, column, line, column + len(literal.decode())), commit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=one\n", "one"),
        ("export A='two words'\n", "two words"),
        ("A=1\nB=2\nA=3\n", "3"),
        ("B=x\nA=${B}y\n", "xy"),
        ("A=\n", ""),
        ("A\n", None),
        ("B=1\n", None),
        ("", None),
    ],
)
def test_an_entry_of_a_dotenv_file(root: Path, text: str, value: str | None) -> None:
    (root / ".env").write_text(text)
    assert find_value(root, ValueSource(".env", "A")) == (None if value is None else Concealed(value))


def test_no_file_and_no_regular_file(root: Path) -> None:
    assert find_value(root, ValueSource(".env", "A")) is None
    (root / ".env").mkdir()
    assert find_value(root, ValueSource(".env", "A")) is None


@pytest.mark.parametrize("path", ["../.env", "/etc/environment", "a/../../.env"])
def test_a_path_that_leads_out_is_refused(root: Path, path: str) -> None:
    (root.parent / ".env").write_text("A=1\n")
    with pytest.raises(EnvliftError, match="not a path inside"):
        find_value(root, ValueSource(path, "A"))


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (b'"text"', "text"),
        (b"'it\\'s'", "it's"),
        (b'r"\\d"', "\\d"),
        (b'"one" "two"', "onetwo"),
        (b'"\xc3\xbc\\n"', "ü\n"),
        (b"5432", "5432"),
        (b"0x10", "16"),
        (b"-1.5", "-1.5"),
        (b"True", None),
        (b"b'bytes'", None),
        (b"f'{x}'", None),
        (b"os.environ['A']", None),
        (b"['a']", None),
    ],
)
def test_a_literal_of_the_working_tree(root: Path, literal: bytes, value: str | None) -> None:
    code = b"\xef\xbb\xbf# first\r\nx = '\xc3\xa4'; dsn = " + literal + b"\r\n"
    (root / "a.py").write_bytes(code)
    source = source_of(code.removeprefix(b"\xef\xbb\xbf"), literal)
    assert find_value(root, source) == (None if value is None else Concealed(value))


def test_a_literal_over_several_lines(root: Path) -> None:
    (root / "a.py").write_bytes(b'dsn = ("one"\n    "two")\n')
    assert find_value(root, ValueSource("a.py", "DSN", Span(1, 7, 2, 9))) == Concealed("onetwo")


@pytest.fixture
def rewritten(root: Path, git: Git) -> ValueSource:
    """A literal that stands in the last commit, and in the working tree no longer: another one is in its place."""
    before = b'dsn = "secret"\n'
    (root / "a.py").write_bytes(before)
    git("add", ".")
    git("commit", "-q", "-m", "first")
    (root / "a.py").write_bytes(b'dsn = "others"\n')
    return source_of(before, b'"secret"', head_commit(root))


def test_after_the_rewriting_the_commit_is_asked(root: Path, rewritten: ValueSource) -> None:
    taken = fingerprint(b'dsn = "secret"\nprint(dsn)\n')
    assert find_value(root, rewritten, fingerprint=taken) is None
    taken = fingerprint(b'dsn = "secret"\n')
    assert find_value(root, rewritten, fingerprint=taken) == Concealed("secret")


def test_a_literal_in_its_place_is_not_taken_for_it(root: Path, rewritten: ValueSource) -> None:
    (root / "a.py").write_bytes(b'# moved\ndsn = "secret"\nx = "others"\n')
    taken = fingerprint(b'dsn = "secret"\n', [rewritten.span] if rewritten.span else [])
    assert find_value(root, rewritten, fingerprint=taken) == Concealed("secret")


def test_the_environment_goes_first_only_when_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".env").write_text("A=file\n")
    source = ValueSource(".env", "A")
    monkeypatch.setenv("A", "environment")
    assert find_value(root, source) == Concealed("file")
    assert find_value(root, source, from_environment=True) == Concealed("environment")
    monkeypatch.delenv("A")
    assert find_value(root, source, from_environment=True) == Concealed("file")
