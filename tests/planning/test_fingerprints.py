"""Fingerprints: they see every change but that of a secret, and hold no hash of one."""

from __future__ import annotations

import ast
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envlift.inventory import SiteKind
from envlift.plan import Confidence, Decision, Layer, Plan, PlannedSite, Target, TargetKind, ValueSource
from envlift.planning.fingerprints import (
    dotenv_fingerprint,
    files_behind,
    fingerprint,
    fingerprints_of,
    is_current,
    stale_files,
)
from envlift_codemods.edits import Form, LoadSecret
from envlift_codemods.parsed import ParsedModule, Span

CODE = b'import os\nDSN = "postgres://u:p@h/db"\nprint(DSN)\n'
DSN = Span(2, 6, 2, 27)


def decision(*sites: PlannedSite, sensitive: bool = True, source: ValueSource | None = None) -> Decision:
    return Decision(
        "DSN", Layer.SECRET, "r", "why", Confidence.SURE, None, sensitive, "dsn", source,
        (Target(TargetKind.PREFECT_YAML, "d", "prefect.yaml", 0),), sites,
    )  # fmt: skip


def literal(path: str, span: Span) -> PlannedSite:
    return PlannedSite(path, span, SiteKind.LITERAL, "DSN", LoadSecret(span, "dsn", Form.LOAD))


@pytest.mark.parametrize("secret", [b"u:password@h", b"u:@h"])
def test_a_secret_of_another_length_makes_another_file(secret: bytes) -> None:
    """Its end moved, so the span that the edit names is no longer the literal."""
    assert not is_current(fingerprint(CODE, [DSN]), CODE.replace(b"u:p@h", secret))


def test_the_concealed_text_does_not_count() -> None:
    assert fingerprint(CODE, [DSN]) == fingerprint(CODE.replace(b"u:p@h", b"x:y@z"), [DSN])


@pytest.mark.parametrize(
    "changed",
    [
        CODE + b"\n",
        CODE.replace(b"print", b"write"),
        CODE.replace(b"DSN =", b"DSN  ="),
        CODE.replace(b"import os", b"import  os"),
        CODE.replace(b'db"', b'db"  # noqa'),
        b"",
    ],
)
def test_everything_else_does(changed: bytes) -> None:
    assert not is_current(fingerprint(CODE, [DSN]), changed)


@pytest.mark.parametrize("same", [CODE, CODE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + CODE])
def test_line_ends_and_a_bom_do_not(same: bytes) -> None:
    """Git may give a checkout other line ends than the commit has."""
    assert is_current(fingerprint(CODE, [DSN]), same)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"# coding: latin-1\nA = '\xe4'\n", b"# coding: nonsense\n"])
def test_any_bytes_have_a_fingerprint(content: bytes) -> None:
    taken = fingerprint(content, [Span(1, 0, 1, 3), Span(9, 0, 12, 4)])
    assert is_current(taken, content)
    assert not is_current(taken, content + b"x")


LINES = st.lists(st.text("ab =\"'ü", max_size=6), max_size=5)
SPANS = st.builds(Span, st.integers(1, 5), st.integers(0, 6), st.integers(1, 5), st.integers(0, 6))


@given(LINES, st.lists(SPANS, max_size=4))
def test_taken_and_checked_agree_for_any_spans(lines: list[str], spans: list[Span]) -> None:
    content = "\n".join(lines).encode()
    taken = fingerprint(content, spans)
    assert is_current(taken, content)
    assert not is_current(taken, b"# more\n" + content)


def test_the_hash_is_not_that_of_the_file_with_the_secret() -> None:
    assert hashlib.sha256(CODE).hexdigest() not in fingerprint(CODE, [DSN])


def test_of_a_dotenv_file_only_the_names_count() -> None:
    plan_decisions = [decision(source=ValueSource(".env", "DSN"))]
    taken = fingerprints_of(plan_decisions, {".env": b"DSN=one\nexport B=2\n"})
    assert taken == {".env": dotenv_fingerprint(["B", "DSN"])}
    assert is_current(taken[".env"], b"# turned round\nB=3\nDSN='two'\n")
    assert not is_current(taken[".env"], b"DSN=one\n")
    assert not is_current(taken[".env"], b"DSN=one\nB=2\nC=1\n")


def test_the_default_of_a_secret_read_is_left_out_and_its_name_is_not() -> None:
    code = 'a = "ü", os.getenv("DSN",  "hunter2")\n'.encode()
    module = ParsedModule(code)
    span = next(module.span(node) for node in module.nodes if isinstance(node, ast.Call))
    site = PlannedSite("a.py", span, SiteKind.ENV_READ, "DSN", LoadSecret(span, "dsn", Form.LOAD))
    taken = fingerprints_of([decision(site)], {"a.py": code})["a.py"]
    assert is_current(taken, code.replace(b"hunter2", b"another"))
    assert not is_current(taken, code.replace(b"DSN", b"XYZ"))
    assert not is_current(taken, code.replace(b"getenv", b"unsetv"))


def test_a_literal_that_is_no_secret_counts() -> None:
    taken = fingerprints_of([decision(literal("a.py", DSN), sensitive=False)], {"a.py": CODE})["a.py"]
    assert not is_current(taken, CODE.replace(b"u:p@h", b"x:y@z"))


def test_the_files_behind_a_plan() -> None:
    left = PlannedSite("left.py", DSN, SiteKind.ENV_READ, "DSN")
    decisions = [decision(literal("a.py", DSN), left, source=ValueSource(".env", "DSN"))]
    assert files_behind(decisions) == (".env", "a.py", "prefect.yaml")


def test_what_changed_or_went_is_stale() -> None:
    decisions = (decision(literal("a.py", DSN), source=ValueSource(".env", "DSN")),)
    now = {"a.py": CODE, ".env": b"DSN=1\n", "prefect.yaml": b"name: x\n"}
    plan = Plan("", fingerprints_of(decisions, now), decisions, (), ())
    assert stale_files(plan, now) == ()
    assert stale_files(plan, {**now, ".env": b"DSN=other\n"}) == ()
    assert stale_files(plan, {**now, "prefect.yaml": b"name: y\n"}) == ("prefect.yaml",)
    assert stale_files(plan, {"prefect.yaml": b"name: x\n"}) == (".env", "a.py")
