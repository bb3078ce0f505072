"""Generated programs are run before and after: same values, same types, and bytes outside of the edits are the same.

The stub of Prefect's Secret behaves as the real one where it matters: it decodes JSON, and its sync methods return
coroutines under a running event loop unless they are told otherwise.
"""

from __future__ import annotations

import ast
import os
import sys
import types
from unittest import mock

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import Form, Refused, SinkConstant, WhenMissing
from envlift_codemods.parsed import ParsedModule, Span
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

from .stub_world import NAMES, migrate, outcome, world

# The matrix: who calls whom, and what stands around the read.

EXPRESSIONS = (
    "READ",
    "READ.strip()",
    "len(READ)",
    "[READ, 1]",
    "'<{}>'.format(READ)",
    "f'''<{READ!r:>20}>'''",
    "int(READ, 36) if len(READ) < 5 else 0",
    "json.loads(json.dumps(READ))",
    'READ + "x"',
    "(lambda v: v * 2)(READ)",
    "{'k': READ}",
    "not READ",
    "READ == '12345'",
)
READS = ("os.environ['{}']", 'os.environ["{}"]', "os.getenv('{}')", "environ.get('{}')", "o.environ['{}']")
CALLERS = {
    "sync": ("def f():\n    return {}\n", "f()"),
    "sync flow": ("@flow\ndef f():\n    return {}\n", "f()"),
    "task in a flow": ("@task\ndef g():\n    return {}\n@flow\ndef f():\n    return g()\n", "f()"),
    "async": ("async def f():\n    return {}\n", "f()"),
    "async flow": ("@flow\nasync def f():\n    return {}\n", "f()"),
    "helper below a coroutine": ("def g():\n    return {}\nasync def f():\n    return g()\n", "f()"),
    "task below an async flow": ("@task\ndef g():\n    return {}\n@flow\nasync def f():\n    return g()\n", "f()"),
    "thread below a coroutine": (
        "def g():\n    return {}\nasync def f():\n    return await asyncio.to_thread(g)\n",
        "f()",
    ),
    "inner function": ("async def f():\n    def g():\n        return {}\n    return g()\n", "f()"),
    "method": (
        "class C:\n    async def m(self):\n        return self.n()\n    def n(self):\n        return {}\n",
        "C().m()",
    ),
    "generator": ("def g():\n    yield {}\nasync def f():\n    return list(g())\n", "f()"),
    "async generator": ("async def g():\n    yield {}\nasync def f():\n    return [x async for x in g()]\n", "f()"),
}
HEAD = (
    "import asyncio\nimport json\nimport os\nimport os as o\nfrom os import environ\nfrom prefect import flow, task\n\n"
)


def program(caller: str, expression: str, read: str) -> bytes:
    return (HEAD + CALLERS[caller][0].replace("{}", expression.replace("READ", read))).encode()


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(
    "value", ["12345", "1.10", "null", "true", '{"a": 1}', "[1]", " 7 ", '"q"', "plain", "", "é\n\\"]
)
def test_every_caller_sees_the_same_string(caller: str, value: str) -> None:
    source = program(caller, "READ", "os.environ['TOKEN']")
    after = migrate(source)
    assert b"os.environ" not in after
    with world({"TOKEN": value}, blocks=False):
        assert outcome(source, CALLERS[caller][1])[1] in (value, [value])
    with world({"TOKEN": value}, blocks=True):
        # Only what the block gives: the variable is gone.
        del os.environ["TOKEN"]
        assert outcome(after, CALLERS[caller][1])[1] in (value, [value])


@given(
    caller=st.sampled_from(sorted(CALLERS)),
    expression=st.sampled_from(EXPRESSIONS),
    read=st.sampled_from(READS),
    name=st.sampled_from(NAMES),
    value=st.one_of(
        st.sampled_from(["12345", "1.5", "null", "NaN", "{}", ' "x" ', ""]), st.text("aé1 \"'\\{}", max_size=8)
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_expression_gives_the_same_value_of_the_same_type(
    caller: str, expression: str, read: str, name: str, value: str
) -> None:
    source = program(caller, expression, read.replace("{}", name))
    after = migrate(source)
    values = {} if name == "MISSING" else {name: value}
    with world(values, blocks=False):
        seen_before = outcome(source, CALLERS[caller][1])
    with world(values, blocks=True):
        seen_after = outcome(after, CALLERS[caller][1])
    # A variable that is missing may fail earlier than before, never give another value.
    if values or seen_before[0] == "failed":
        assert seen_after == seen_before


HANDLERS = (
    ("x = os.getenv('TOKEN', 'd')\n    return x", False),
    ("x = os.getenv('TOKEN') or 'd'\n    return x", False),
    ("x = os.getenv('TOKEN')\n    return 'none' if x is None else x", False),
    ("x = os.getenv('TOKEN')\n    if x:\n        return x\n    return 'none'", False),
    ("x = int(os.getenv('TOKEN', '7'))\n    return x", False),
    ("try:\n        return int(os.getenv('TOKEN'))\n    except TypeError:\n        return 'none'", False),
    ("return [f\"<{os.getenv('TOKEN', 'd')}>\", os.environ.get('TOKEN', 7)]", False),
    ("x = None\n    return x or os.getenv('TOKEN', 'd')", False),
    ("x = 'given'\n    return [x or os.environ.get('TOKEN'), os.getenv('TOKEN')]", False),
    ("if (x := os.getenv('TOKEN')) is None:\n        return 'none'\n    return x", False),
    ("if os.getenv('TOKEN') == '1':\n        return 1\n    return 'none'", False),
    ("match 1:\n        case 1 if os.getenv('TOKEN'):\n            return 1\n    return 'none'", True),
    ("return 1 if len('x') else os.getenv('TOKEN', 'd')", True),
    ("try:\n        return os.environ['TOKEN']\n    except KeyError:\n        return 'none'", True),
    ("try:\n        return int(os.environ['TOKEN'])\n    except ValueError:\n        return 'odd'", True),
    ("if 'TOKEN' in os.environ:\n        return os.environ['TOKEN']\n    return 'none'", True),
    ("return os.environ.pop('TOKEN', 'none')", True),
    ("os.environ['TOKEN'] = 'set'\n    return os.environ['TOKEN']", True),
    ("os.environ.setdefault('TOKEN', 'set')\n    return os.environ['TOKEN']", True),
    ("x = os.getenv('TOKEN')\n    if not x:\n        raise RuntimeError\n    return x", False),
    ("x = os.environ['TOKEN']\n    return x", False),
    ("assert os.getenv('TOKEN')\n    return os.environ['TOKEN']", False),
    ("try:\n        return os.environ['TOKEN']\n    except Exception:\n        return 'none'", False),
)


@pytest.mark.parametrize(("body", "stays"), HANDLERS)
@pytest.mark.parametrize("head", ["def f():\n    ", "async def f():\n    "])
@pytest.mark.parametrize("values", [{}, {"TOKEN": "12345"}])
def test_a_missing_value_is_treated_as_before(body: str, stays: bool, head: str, values: dict[str, str]) -> None:
    source = f"import os\n{head}{body}\n".encode()
    after = migrate(source)
    assert (after == source) is stays
    with world(values, blocks=False):
        seen_before = outcome(source, "f()")
    with world(values, blocks=not stays):
        assert outcome(after, "f()") == seen_before


# Constants: the module that defines one, and a module that takes it from there, run with and without the variable.

DEFINITIONS = (
    "{} = os.environ['TOKEN']",
    "{} = os.getenv('TOKEN')",
    "{}: str = str(environ['TOKEN'].strip())",
    "{} = os.getenv('TOKEN', '').strip()",
    "{} = environ.get('TOKEN', 'd')",
    "{} = ['<', os.environ['TOKEN']]",
    "{} = '<' + f'{os.environ[\"TOKEN\"]}>'",
    "{} = (1, o.getenv('TOKEN'))",
    "{} = LITERAL",
    "{}: str = LITERAL",
    "{} = 4711",
    "{}: float = -1.5",
)
NUMBERS = {"{} = 4711": "4711", "{}: float = -1.5": "-1.5"}
GUARDS = ("", "if not {}:\n    raise ValueError", "assert {} is not None, 'x'")
MADE = ("", "MADE = f'<{{{}}}>' + '!'", "MADE = {{'a': [{}, 1]}}", "OTHER = {}\nMADE = (OTHER, {})")
USES = (
    "{}",
    "[{} for _ in range(2)]",
    "(lambda: {})()",
    "f'<{{{}}}>'",
    "(lambda v={}: v)()",
    "len({})",
    "[c() for c in [lambda: {}]]",
    "{} or 'none'",
    "'none' if {} is None else {}",
    "1 if not {} else [{}]",
)
IMPORTS = {
    "own": ("", "TOKEN_VALUE"),
    "name": ("from settings_of_test import TOKEN_VALUE\n", "TOKEN_VALUE"),
    "alias": ("from settings_of_test import TOKEN_VALUE as tv\n", "tv"),
    "module": ("import settings_of_test\n", "settings_of_test.TOKEN_VALUE"),
    "module alias": ("import settings_of_test as s\n", "s.TOKEN_VALUE"),
}


def sunk(source: bytes, span: Span, wrapped: str, missing: WhenMissing) -> bytes:
    return rewrite(source, [SinkConstant(span, "token", "TOKEN_VALUE", Form.LOAD_SYNC, wrapped, missing)])


def the_constant(source: bytes) -> Constant:
    """The constant that holds the only read, or else a literal."""
    module = ParsedModule(source)
    literals = (module.span(node) for name, node in assigned_literals(module) if name == "TOKEN_VALUE")
    (found,) = (constant_of(module, site) for site in find_reads(module) or literals)
    assert isinstance(found, Constant)
    return found


def imported_name(source: bytes) -> Span:
    module = ParsedModule(source)
    aliases = (n for n in module.nodes if isinstance(n, ast.alias))
    return next(module.span(a) for a in aliases if a.name in ("settings_of_test", "TOKEN_VALUE"))


def outcome_of(defining: bytes, using: bytes | None, call: str) -> tuple[str, object]:
    if using is None:
        return outcome(defining, call)
    settings_of_test = types.ModuleType("settings_of_test")
    try:
        exec(compile(defining, "<settings>", "exec"), settings_of_test.__dict__)  # noqa: S102 - of this test
    except (KeyError, ValueError, AssertionError):
        return "failed", None
    with mock.patch.dict(sys.modules, {"settings_of_test": settings_of_test}):
        return outcome(using, call)


@given(
    caller=st.sampled_from(sorted(CALLERS)),
    definition=st.sampled_from(DEFINITIONS),
    guard=st.sampled_from(GUARDS),
    use=st.sampled_from(USES),
    made=st.sampled_from(MADE),
    way=st.sampled_from(sorted(IMPORTS)),
    value=st.one_of(
        st.none(), st.sampled_from(["12345", "1.5", "null", ' "x" ', "plain"]), st.text("aé1 {}", min_size=1)
    ),
)
@example(
    caller="sync",
    definition=DEFINITIONS[2],
    guard=GUARDS[1],
    use="{}",
    made=MADE[1],
    way="alias",
    value=" ",
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_sunk_constant_gives_the_same_value_wherever_it_is_used(
    caller: str, definition: str, guard: str, use: str, made: str, way: str, value: str | None
) -> None:
    value = value and NUMBERS.get(definition, value)
    definition = definition.replace("{}", "TOKEN_VALUE").replace("LITERAL", ascii(value or "plain"))
    line, written = IMPORTS[way]
    body, call = CALLERS[caller]
    head = f"{HEAD}{definition}\n"
    if "." in written:
        made = ""
    target = "MADE" if made else written
    making = made.replace("{}", written).replace("{{", "{").replace("}}", "}")
    body = f"{making}\n" + body.replace("{}", use.replace("{}", target).replace("{{", "{").replace("}}", "}"))
    rest = body if way == "own" else ""
    defining = (head + guard.replace("{}", "TOKEN_VALUE") + f"\n{rest}").encode()
    unguarded = (head + rest).encode()
    using = None if way == "own" else (HEAD + line + body).encode()
    constant = the_constant(defining)
    missing = constant.when_missing()
    assume(isinstance(missing, WhenMissing) and (missing is not WhenMissing.DEFAULT or way == "own"))
    assume(constant.around is None or way == "own")
    try:
        after = sunk(defining, constant.given, constant.wrapped, missing)
    except Refused as refused:
        assert ("used at import" if guard and constant.around else "several functions") in refused.reason
        return
    after_using = None if using is None else sunk(using, imported_name(using), constant.wrapped, missing)
    assert definition.encode() not in after
    values = {} if value is None else {"TOKEN": value}
    with world(values, blocks=False):
        seen_before = outcome_of(defining, using, call)
        seen_unguarded = outcome_of(unguarded, using, call)
    with world(values, blocks=True):
        os.environ.pop("TOKEN", None)
        seen_after = outcome_of(after, after_using, call)
    # A variable that is missing may fail where None went through before, never give another value.
    if guard and value is not None and not value.strip():
        # The guard goes with the constant: that it refused an empty value is the loss for which this is `review`.
        assert seen_after in (seen_before, seen_unguarded)
    elif values or seen_before[0] == "failed" or missing is not WhenMissing.RAISES:
        assert seen_after == seen_before
    else:
        assert seen_after[0] == "failed"


# Generated files: what surrounds the reads must come through byte for byte.

LINES = st.sampled_from(
    [
        "x = 1",
        "# a comment: os.environ['TOKEN']",
        "y = '''\n  os.environ[\"TOKEN\"]\n'''",
        "use(os.environ['TOKEN'])",
        "use( os . environ [ 'TOKEN' ] )  # why",
        "z = f\"{os.environ['DB_PASSWORD']} é {x}\"",
        "z = os.getenv('PIN', '1')",
        "for x in y: use(os.environ['PIN'])",
        "q = [os.environ['PIN'] for _ in y]",
        "if x:\n    w = os.environ.get(\n        'TOKEN'\n    )",
        "return os.environ['TOKEN'] if x else\\\n  None",
        "def inner(a=os.environ['PIN']): return os.environ['PIN']",
        "with x as os.y: pass",
        "s = 'é😀'; t = os.environ['TOKEN']; u = '\t'",
        "",
        "pass",
    ]
)
HEADS = st.sampled_from(
    ["def f():", "async def f():", "@flow\ndef f():", "class C:\n  def f(self):", "if 1:\n  def f():"]
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A small module in some layout, newline style and encoding."""
    parts = ["import os"]
    if draw(st.booleans()):
        parts = ['"""Doc."""', "", *parts, "from prefect import flow"]
    for _ in range(draw(st.integers(1, 3))):
        head = draw(HEADS)
        indent = "    " if head.startswith(("class", "if")) else draw(st.sampled_from(["    ", "\t"]))
        body = [line for _ in range(draw(st.integers(1, 4))) for line in draw(LINES).split("\n")]
        parts += ["", head, *(indent + line if line else "" for line in body), f"{indent}pass"]
    text = draw(st.sampled_from(["\n", "\r\n"])).join(parts) + draw(st.sampled_from(["", "\n", "\n\n"]))
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + text.replace("\r\r\n", "\r\n").encode()


def lines_missing(wanted: list[bytes], lines: list[bytes]) -> list[bytes]:
    """Those of the wanted lines that do not follow each other, in their order, among the lines."""
    missing, at = [], 0
    for line in wanted:
        if line in lines[at:]:
            at = lines.index(line, at) + 1
        else:
            missing.append(line)
    return missing


@given(files())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_only_the_reads_and_the_imports_change(source: bytes) -> None:
    try:
        module = ParsedModule(source)
        compile(source, "<file>", "exec")
    except SyntaxError:
        return
    allowed = [read for read in find_reads(module) if not isinstance(form_for(module, read), Stays)]
    after = migrate(source)
    compile(after, "<file>", "exec")
    assert migrate(after) == after
    assert after.startswith(b"\xef\xbb\xbf") == source.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in after) == (b"\r\n" in source)
    assert len(find_reads(ParsedModule(after))) == len(find_reads(module)) - len(allowed)
    touched = {line for read in allowed for line in range(read.span.line, read.span.end_line + 1)}
    kept = [line for number, line in enumerate(source.splitlines(keepends=True), 1) if number not in touched]
    gone = lines_missing(kept, after.splitlines(keepends=True))
    assert all(line.strip() in (b"import os", b"\xef\xbb\xbfimport os", b"") for line in gone), gone
