"""What is left out of a module as a whole: definitions that have to do with no word of interest."""

from __future__ import annotations

import pytest

from envlift.scanning.interest import WORDS
from envlift.scanning.skimming import skim


def skimmed(text: str) -> str:
    left = skim(text.encode(), WORDS).decode()
    assert left.count("\n") == text.count("\n")
    return "\n".join(line for line in left.splitlines() if line)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x\n",
        "@cached\n@other(1)\ndef f():\n    return 1\n",
        "class C(Base):\n    def f(self):\n        return 1\n",
        "async def f():\n    return 1\n",
        "def environment():\n    return 1\n",
        'def f():\n    """Deploy the model, and serve it."""\n',
    ],
)
def test_it_goes(text: str) -> None:
    assert skimmed(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    return os.environ["A"]',
        '@cached\ndef f():\n    return os.getenv("A")',
        "import json",
        "print(1)",
        "if x:\n    y = 1",
        "for x in y:\n    pass",
        "os = Mock()",
        "NAMES = ('A', 'B')",
        "from prefect.deployments import Deployment\ndef f():\n    Deployment.build_from_flow(etl, 'a')",
        "def os():\n    pass",
        "e = environ\ndef f():\n    return e['A']",
        "from os import environ as e\ndef f():\n    return e['A']",
        "from prefect import flow\n@flow\ndef f():\n    pass",
        "from prefect import flow as entry\n@entry\ndef f():\n    pass",
        "def get(name):\n    return os.environ[name]\ndef f():\n    return get('A')",
        "class S(BaseSettings):\n    a: str\nsettings = S()",
        "class M(BaseModel):\n    a: str\nclass S(BaseSettings):\n    m: M",
        "def f():\n    etl.deploy('a')",
        "def f():\n    pass\nif __name__ == '__main__':\n    f()",
    ],
)
def test_it_stays(text: str) -> None:
    assert skimmed(text) == text


def test_a_read_of_one_variable_hands_nothing_on() -> None:
    text = 'KEY = os.environ["KEY"]\ndef f():\n    return KEY'
    assert skimmed(text) == 'KEY = os.environ["KEY"]'


def test_strings_that_look_like_statements_leave_all_as_it_is() -> None:
    text = 'def f():\n    return """\ndef g():\n    """\n'
    assert skim(text.encode(), WORDS).decode() == text
