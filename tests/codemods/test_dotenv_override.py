"""``load_dotenv`` without its override, in the layout of the call; and calls that keep theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from envlift_codemods.dotenv_calls import overriding_calls
from envlift_codemods.edits import DropOverride, Edit, Form, LoadSecret
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.replacing import rewrite

CheckEdit = Callable[[str, Callable[[Span], Edit], str], None]
HEAD = "from dotenv import load_dotenv\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("load_dotenv(override=True)", "load_dotenv()"),
        ("load_dotenv( override=True, )", "load_dotenv( )"),
        ("load_dotenv(\n    override=True,\n)", "load_dotenv(\n    )"),
        ("load_dotenv(path, override=True)", "load_dotenv(path)"),
        ("load_dotenv(path, override=True,)", "load_dotenv(path,)"),
        ("load_dotenv(override=True, verbose=True)", "load_dotenv(verbose=True)"),
        ("load_dotenv(path, override=True, encoding='utf-8')", "load_dotenv(path, encoding='utf-8')"),
        ("load_dotenv(None, None, False, True)", "load_dotenv(None, None, False)"),
        ("load_dotenv(find_dotenv('a, b'), override = True)", "load_dotenv(find_dotenv('a, b'))"),
        ("load_dotenv(\n    path,  # beside it\n    override=True,\n)", "load_dotenv(\n    path,  # beside it\n)"),
        ("load_dotenv(\n    path,  # beside it\n    override=True\n)", "load_dotenv(\n    path,  # beside it\n)"),
        ("load_dotenv(\n\toverride=True,\n\tverbose=True)", "load_dotenv(\n\tverbose=True)"),
        ("load_dotenv(path,\n            override=True)", "load_dotenv(path)"),
        ("load_dotenv(**given, override=True)", "load_dotenv(**given)"),
        ("dotenv.main.load_dotenv(override=True)", "dotenv.main.load_dotenv()"),
    ],
)
def test_the_argument_goes_with_its_comma_or_line(check_edit: CheckEdit, before: str, after: str) -> None:
    check_edit(
        f"{HEAD}import dotenv.main\nx = «{before}»  # end\n",
        DropOverride,
        f"{HEAD}import dotenv.main\nx = {after}  # end\n",
    )


@pytest.mark.parametrize(
    "call", ["load_dotenv()", "load_dotenv(override=False)", "load_dotenv(override=LOCAL)", "load_dotenv(*given, True)"]
)
def test_a_call_that_does_not_write_it_out_stays(call: str) -> None:
    source = f"{HEAD}{call}\n"
    module = ParsedModule(source.encode())
    assert overriding_calls(module) == ()
    span = module.span(next(iter(module.calls)))
    assert rewrite(source.encode(), [DropOverride(span)]).decode() == source


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("from shop import load_dotenv\n«load_dotenv(override=True)»\n", "no call of load_dotenv"),
        ("from dotenv import dotenv_values\n«dotenv_values(override=True)»\n", "no call of load_dotenv"),
        (f"{HEAD}«load_dotenv(None, None, False, True, False)»\n", "behind override by their place"),
        (f"{HEAD}«load_dotenv(override=True  # ours first\n)»\n", "a comment would be lost"),
        (
            f"{HEAD}«load_dotenv(path,\n    override=True,  # ours first\n    verbose=True)»\n",
            "a comment would be lost",
        ),
    ],
)
def test_what_would_lose_something_is_refused(
    check_refused: Callable[[str, Callable[[Span], Edit], str], None], source: str, reason: str
) -> None:
    check_refused(source, DropOverride, reason)


def test_of_one_call_the_path_may_be_loaded_too() -> None:
    source = "import os\nfrom dotenv import load_dotenv\n\ndef f():\n    load_dotenv(os.environ['A'], override=True)\n"
    expected = source.replace("import os\n", "").replace("os.environ['A'], override=True", "Secret.load('a').get()")
    edits = [DropOverride(Span(5, 4, 5, 47)), LoadSecret(Span(5, 16, 5, 31), "a", Form.LOAD)]
    result = rewrite(source.encode(), edits).decode()
    assert result == expected.replace("load_dotenv\n\n", "load_dotenv\nfrom prefect.blocks.system import Secret\n\n", 1)
