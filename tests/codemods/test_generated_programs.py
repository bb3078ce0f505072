"""Whole programs, generated, run before and after: what they note on their way is the same, and so is how they end."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .stub_world import migrate, outcome, world

READS = (
    "os.environ['{}']",
    'o.environ["{}"]',
    "env['{}']",
    "os.getenv('{}')",
    "ask('{}', 'none')",
    "os.environ.get('{}', 5)",
    "env.get('{}')",
)
CONSTANTS = ("SHOP_KEY", "SHOP_PIN", "SHOP['SHOP_TOKEN']", "LOGIN")
HEAD = (
    "import os\nimport os as o\nfrom os import environ as env, getenv as ask\nfrom types import SimpleNamespace\n"
    "GIVEN = 'given'\nSHOP_KEY = '12345'\nSHOP_PIN = 4711\nSHOP = {'SHOP_TOKEN': 'null', 'given': GIVEN}\n"
    "LOGIN = GIVEN + f':{SHOP_KEY}'\n"
)
# ``{}`` is a read or a hardcoded constant; each line notes what it sees.
LINES = (
    "seen.append({})",
    "seen.append((len(seen), {}, {}))",
    "seen.append(f'<{{{}}}>')",
    "seen.append(GIVEN or {})",
    "value = {}\nseen.append((type(value).__name__, value))",
    "value = {} or 'nothing'\nseen.append(value)",
    "value = None\nvalue = value or {}\nseen.append(value)",
    "seen.append([{} for _ in range(2)])",
    "seen.append((lambda: {})())",
    "seen.append('yes' if {} else 'no')",
    "env2 = {{'TOKEN': 'shadow'}}\nseen.append((env2['TOKEN'], {}))",
    "value = {}\nif value is None:\n    seen.append('missing')\nelse:\n    seen.append(value)",
    "value = {}\nif not value:\n    raise RuntimeError('no value')\nseen.append(value)",
    "assert {}, 'no value'",
    "seen.append({} == '12345')",
    "seen.append([SHOP_KEY for SHOP_KEY in 'ab'])",
    "seen.append({{n: {} for n in 'ab'}})",
    "seen.append(next(v for v in ({}, 1)))",
    "seen.append([v for v in [{}] if v == {}])",
    "seen.append(f'<{{{}!r:>{{len(seen) + 9}}}}>')",
    "seen.append((lambda v={}: v)())",
    "if (value := {}):\n    seen.append(value)",
    "def inner():\n    os = SimpleNamespace(environ={{'TOKEN': 'shadow'}})\n    return os.environ['TOKEN']\n"
    "seen.append((inner(), {}))",
    "def inner(value={}, *, other=GIVEN):\n    return value, other\nseen.append(inner())",
    "class Held:\n    value = {}\nseen.append(Held.value)",
    "first, *rest = [{}, {}, GIVEN]\nseen.append((first, rest))",
    "def inner():\n    global NOTED\n    NOTED = {}\ninner()\nseen.append(NOTED)",
    "value = 'x'\nvalue += {}\nseen.append(value)",
    "return seen.append({})",
    "yield_ = [(yield_, {}) for yield_ in (1, 2)]\nseen.append(yield_)",
    "def inner(SHOP_PIN, SHOP='x'):\n    seen.append((SHOP_PIN, SHOP))\ninner({})",
    "try:\n    seen.append({})\nexcept KeyError:\n    seen.append('caught')",
    "try:\n    value = {}\n    if not value:\n        raise RuntimeError\n"
    "except RuntimeError:\n    seen.append('caught')",
)
# ``...`` is a body of other lines.
BLOCKS = (
    "if {}:\n    ...\nelse:\n    seen.append('else')",
    "if GIVEN:\n    seen.append(1)\nelif {}:\n    ...",
    "for number in range(2):\n    ...",
    "try:\n    ...\nexcept Exception:\n    seen.append('failed')",
    "try:\n    ...\nfinally:\n    seen.append('finally')",
    "with open(os.devnull) as file:\n    ...",
    "def inner(value=1):\n    ...\ninner()",
    "def inner(os):\n    seen.append(os.environ['TOKEN'])\ninner(SimpleNamespace(environ={{'TOKEN': 'shadow'}}))\n...",
    "class Inner:\n    def method(self):\n        ...\nInner().method()",
    "while True:\n    ...\n    break",
    "match GIVEN:\n    case 'given' if {}:\n        ...\n    case _:\n        seen.append('other')",
    "def outer():\n    SHOP_KEY = 'mine'\n    def inner():\n        nonlocal SHOP_KEY\n"
    "        seen.append((SHOP_KEY, {}))\n    inner()\nouter()\n...",
    "@(lambda function: function)\ndef inner():\n    ...\ninner()",
)
ASYNC_BLOCKS = (
    "async def inner():\n    ...\nawait inner()",
    "seen.append([x async for x in numbers()])\n...",
    "seen.append([{} async for _ in numbers()])",
    "async for number in numbers():\n    ...",
    "class Inner:\n    async def method(self):\n        ...\nawait Inner().method()",
)
NUMBERS = "async def numbers():\n    yield 1\n\n\n"


@st.composite
def bodies(draw: st.DrawFn, depth: int, *, coroutine: bool) -> list[str]:
    """The lines of a body."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        blocks = BLOCKS + (ASYNC_BLOCKS if coroutine else ())
        template = draw(st.sampled_from(blocks if depth and draw(st.booleans()) else LINES))
        while "{}" in template:
            read = draw(st.sampled_from(READS + CONSTANTS)).format(draw(st.sampled_from(["TOKEN", "PIN", "MISSING"])))
            template = template.replace("{}", _quoted_for(template, read), 1)
        template = template.replace("{{", "{").replace("}}", "}")
        below = "async def" not in template and ("def " in template or "class " in template)
        inside = draw(bodies(depth - 1, coroutine=coroutine and not below)) if "..." in template else []
        lines += _filled(template.split("\n"), inside)
    return lines


def _quoted_for(template: str, read: str) -> str:
    """The read in the quotes that an f-string around it leaves, on every Python."""
    return read.replace("'", '"') if template.startswith("seen.append(f'") else read


def _filled(lines: list[str], body: list[str]) -> Iterator[str]:
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        yield from [indent + inner for inner in body] if line.strip() == "..." else [line]


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A source with a function ``f``, which notes in ``seen`` what it sees."""
    coroutine = draw(st.booleans())
    head = "async def f():" if coroutine else "def f():"
    body = "\n".join(f"    {line}" for line in draw(bodies(2, coroutine=coroutine)))
    return f"{HEAD}\n\n{NUMBERS}{head}\n{body}\n".encode()


def run(program: bytes, values: dict[str, str], *, blocks: bool) -> tuple[str, object]:
    """How the program ends, and what it has seen by then."""
    seen: list[object] = []
    with world(values, blocks=blocks):
        ended, _ = outcome(program, "f()", seen=seen)
    return ended, seen


@given(
    program=programs(),
    token=st.sampled_from(["12345", "plain", "", " {} ", '"q"']),
    pin=st.sampled_from([None, "0815", "null"]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_program_sees_and_ends_as_before(program: bytes, token: str, pin: str | None) -> None:
    values = {"TOKEN": token} | ({} if pin is None else {"PIN": pin})
    after = migrate(program)
    assert migrate(after) == after
    # What no load could stand for is still read from the environment.
    assert run(after, values, blocks=True) == run(program, values, blocks=False)
