"""What the code around a read does when the variable is not set."""

from __future__ import annotations

from textwrap import dedent

import pytest

from envlift_codemods.missing_values import Handling
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.reads import find_reads


def handling(body: str) -> Handling:
    indented = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    read, *_ = find_reads(ParsedModule(f"import os, sys\ndef f():\n{indented}".encode()))
    return read.handling


@pytest.mark.parametrize(
    "body",
    [
        "return os.environ['A']",
        "x = os.getenv('A')",
        "call(token=os.getenv('A'))",
        "x = os.getenv('A').split(',')",
        "try:\n    x = os.environ['A']\nexcept Exception:\n    x = None",
        "try:\n    x = os.environ['A']\nexcept OSError:\n    x = None",
        "try:\n    pass\nexcept KeyError:\n    x = os.environ['A']",
        "x = y or os.getenv('A')",
    ],
)
def test_nothing(body: str) -> None:
    assert handling(body) is Handling.NOTHING


@pytest.mark.parametrize(
    "body",
    [
        "x = os.getenv('A')\nif not x:\n    raise ValueError",
        "x = os.getenv('A')\nif x is None:\n    log('no')\n    raise ValueError('A is not set')",
        "x = os.getenv('A')\nif not x or not y:\n    raise ValueError",
        "x = os.getenv('A')\nif not (x and y):\n    raise ValueError",
        "x = os.getenv('A')\nif not all([x, y]):\n    raise ValueError",
        "x = os.getenv('A')\nif x in (None, ''):\n    raise ValueError",
        "x = os.getenv('A')\nif x not in ('b', 'c'):\n    raise ValueError",
        "try:\n    x = os.getenv('A')\n    if not x:\n        raise ValueError\nexcept Exception:\n    x = 1",
        "if not (x := os.getenv('A')):\n    raise ValueError",
        "if not os.getenv('A'):\n    raise ValueError",
        "self.x = os.getenv('A')\nif not self.x:\n    raise ValueError",
    ],
)
def test_a_guard_ends_every_run_without_the_value(body: str) -> None:
    assert handling(body) is Handling.GUARD


@pytest.mark.parametrize(
    "body",
    [
        "x = os.getenv('A')\nif x is None:\n    log('no')\n    sys.exit(1)",
        "x = os.getenv('A')\nif not x:\n    raise RuntimeError('A is not set')",
        "x = os.getenv('A')\nif not x:\n    raise settings.Missing",
        "x = os.getenv('A')\nif not x:\n    raise RuntimeError\nif x is None:\n    raise ValueError",
        "x = os.getenv('A')\nassert x",
        "x = os.getenv('A')\nassert x is not None, 'A is not set'",
        "try:\n    x = os.getenv('A')\n    if not x:\n        raise RuntimeError\nexcept Exception:\n    x = 1",
    ],
)
def test_another_error_than_that_of_a_load_may_be_told_from_it_further_up(body: str) -> None:
    assert handling(body) is Handling.EXIT


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    x = os.getenv('A')\n    if not x:\n        raise RuntimeError\nexcept RuntimeError:\n    x = 1",
        "with suppress(RuntimeError):\n    x = os.getenv('A')\n    if not x:\n        raise RuntimeError",
        "x = os.getenv('A')\nif x:\n    use(x)",
        "x = os.getenv('A')\nif x:\n    raise ValueError('A is obsolete')",
        "x = os.getenv('A')\nif x is not None:\n    raise ValueError",
        "x = os.getenv('A')\nif not x and strict:\n    raise ValueError",
        "x = os.getenv('A')\nif not x:\n    x = ask()",
        "x = os.getenv('A')\nif not x:\n    raise ValueError\nelse:\n    use(x)",
        "x = os.getenv('A')\nif strict:\n    if not x:\n        raise ValueError",
        "x = os.getenv('A')\nif early:\n    pass\nelif not x:\n    raise ValueError",
        "x = os.getenv('A')\nassert not x",
        "x = os.getenv('A') or other",
        "x = a if os.getenv('A') else b",
        "x = os.getenv('A')\nwhile x:\n    pass",
        "x = [y for y in z if os.getenv('A')]",
        "x = os.getenv('A') == 'true'",
        "self.x = os.getenv('A')\nif self.x:\n    use(self.x)",
        "match os.getenv('A'):\n    case None:\n        pass",
        "try:\n    x = os.environ['A']\nexcept KeyError:\n    x = None",
        "try:\n    x = os.environ['A']\nexcept (OSError, KeyError):\n    x = None",
        "try:\n    x = int(os.environ['A'])\nexcept ValueError:\n    x = 5",
        "try:\n    x = int(os.getenv('A'))\nexcept TypeError:\n    x = 5",
        "with contextlib.suppress(KeyError):\n    x = os.environ['A']",
    ],
)
def test_a_branch_goes_on_without_the_value(body: str) -> None:
    assert handling(body) is Handling.BRANCH
