"""Reads that only decide whether the code sets the same variable."""

from __future__ import annotations

import pytest

from envlift.inventory import SiteKind, Standing
from envlift.scanning.python import PythonFile, scan_python


def standings(text: str) -> list[Standing]:
    scanned = scan_python("a.py", f"import os\n{text}\n".encode())
    assert isinstance(scanned, PythonFile)
    return [s.standing for s in scanned.sites if s.kind is SiteKind.ENV_READ]


@pytest.mark.parametrize(
    "text",
    [
        "if not os.getenv('A'): os.environ['A'] = 'x'",
        "def f(token):\n    if token and not os.environ.get('A'):\n        os.environ['A'] = token",
        "if os.getenv('A') is None:\n    if x:\n        os.environ['A'] = 'x'",
    ],
)
def test_a_test_before_a_write_stays_with_it(text: str) -> None:
    assert standings(text) == [Standing.WRITE_GUARD]


@pytest.mark.parametrize(
    "text",
    [
        "if not os.getenv('A'): os.environ['B'] = 'x'",
        "if os.getenv('A'): connect()",
        "x = os.getenv('A')\nos.environ['A'] = x + '1'",
        "if not os.getenv('A'):\n    def f():\n        os.environ['A'] = 'x'",
    ],
)
def test_other_reads_are_open(text: str) -> None:
    assert standings(text) == [Standing.OPEN]
