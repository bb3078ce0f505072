"""The promises of the prefect.yaml editor over generated files: comments, indents, quotes, flow, anchors, line ends."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envlift.concealed import Concealed
from envlift.prefect_yaml import EnvChange, Held, Refused, placeholder_in, read_deployments, set_env

AMBIGUOUS = (
    "yes", "No", "on", "OFF", "true", "~", "null", "0123", "0x1F", "0o17", "1_000", "12:30:45", "1.5e+3", ".5", "+1",
    "3.10", "1e3", ".inf", ".nan", "2024-01-01", "2024-01-01 10:00:00", "v1.0", "10.0.0.1", "y", "N", "", "a b",
    "it's", "http://x:1/#y", "{{ name }}", "ä€",
)  # fmt: skip
PLAIN = ("x", "a b", "v1.0", "10.0.0.1", "2024-01-01", "5432", "yes", "~", "1_000", "12:30:45", ".5", "NO", "ä€")
NAMES = ("A", "DB_URL", "NO", "ON", "y", "Null", "123", "1_0", "a.b", "0x1F", "~", "<<", "naïve", "a: b", "#x")

SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

values = st.one_of(
    st.sampled_from(AMBIGUOUS), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
)
good_values = values.filter(lambda value: not placeholder_in(value))
names = st.one_of(st.sampled_from(NAMES), st.from_regex(r"[A-Z_]{1,8}", fullmatch=True))


@dataclass(frozen=True)
class Style:
    """How a generated file is written."""

    step: int
    dash: int  # columns before the dash
    gap: int  # columns behind the dash
    newline: str
    bom: bool
    final_newline: bool
    comments: bool


styles = st.builds(
    Style,
    step=st.integers(1, 5),
    dash=st.integers(0, 4),
    gap=st.integers(1, 3),
    newline=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    final_newline=st.booleans(),
    comments=st.booleans(),
)


def scalar(draw: st.DrawFn) -> str:
    """The text of a value in one of YAML's styles."""
    kind = draw(st.sampled_from(["plain", "single", "double"]))
    if kind == "plain":
        return draw(st.sampled_from(PLAIN))
    text = draw(st.sampled_from(AMBIGUOUS))
    return "'" + text.replace("'", "''") + "'" if kind == "single" else '"' + text + '"'


def env_text(draw: st.DrawFn) -> list[tuple[str, str]]:
    keys = draw(st.lists(st.sampled_from(["A", "'B'", '"C"', "D_1", "NO", "7"]), unique=True, max_size=4))
    return [(key, scalar(draw)) for key in keys]


def pool_lines(draw: st.DrawFn, style: Style, column: int) -> list[str]:
    """The lines of a block work pool's content at a column."""
    pad, step = " " * column, " " * style.step
    comment = "  # why" if style.comments else ""
    lines = [f"{pad}name: pool{comment}"]
    shape = draw(st.sampled_from(["bare", "queue", "empty", "flow", "block", "scalar", "waiting"]))
    entries = env_text(draw)
    inline = "{" + ", ".join(f"{key}: {value}" for key, value in entries) + "}"
    if shape == "queue":
        lines += [f"{pad}work_queue_name:"]
    elif shape == "empty":
        lines += [f"{pad}job_variables: {{}}{comment}"]
    elif shape == "flow":
        lines += [f"{pad}job_variables:", f"{pad}{step}env: {inline}{comment}", f"{pad}{step}image: 'x'"]
    elif shape == "block" and entries:
        lines += [f"{pad}job_variables:{comment}", f"{pad}{step}env:{comment}"]
        lines += [f"{pad}{step}{step}{key}: {value}{comment}" for key, value in entries]
    elif shape == "scalar":
        lines += [f"{pad}job_variables:", f"{pad}{step}env:", f"{pad}{step}{step}S: {draw(st.sampled_from('|>'))}"]
        lines += [f"{pad}{step}{step}  two", "", f"{pad}{step}{step}  lines", "", f"{pad}{step}image: y"]
    elif shape == "waiting":
        lines += [f"{pad}job_variables:", f"{pad}{step}env:{comment}"]
    return [*lines, f"{pad}# the end of the pool"] if style.comments else lines


@st.composite
def files(draw: st.DrawFn, *, anchors: bool) -> tuple[str, int]:
    """The text of a prefect.yaml and its number of deployments."""
    style = draw(styles)
    step = " " * style.step
    lines = ["# a generated file", ""] if style.comments else []
    if anchors:
        lines += ["definitions:", f"{step}pool: &pool", *pool_lines(draw, style, 2 * style.step)]
        lines += [f"{step}inline: &inline {{name: 'p', job_variables: {{env: {{A: x}}}}}}"]
    lines += ["deployments:"]
    count = draw(st.integers(1, 4))
    own: list[str] = []
    for number in range(count):
        start = " " * style.dash + "-" + " " * style.gap
        pad = " " * len(start)
        lines += [f"{start}name: {scalar(draw)}", f"{pad}entrypoint: flow.py:f{number}"]
        kind = draw(st.sampled_from(["block", "alias", "inline", "merge", *own] if anchors else ["block"]))
        if kind == "block":
            anchor = f" &own{number}" if anchors and draw(st.booleans()) else ""
            own = [f"own{number}"] if anchor else own
            lines += [f"{pad}work_pool:{anchor}", *pool_lines(draw, style, len(pad) + style.step)]
        elif kind == "merge":
            lines += [f"{pad}work_pool:", f"{pad}{step}<<: *pool", f"{pad}{step}name: other"]
        else:
            shared = "pool" if kind == "alias" else kind
            lines += [f"{pad}work_pool: *{shared}{'  # shared' if style.comments else ''}"]
        if draw(st.booleans()):
            lines += [f"{pad}tags: [a,  'b' ]", f"{pad}parameters: {{k: {draw(st.sampled_from(PLAIN))}}}"]
        if draw(st.booleans()):
            lines += ["", f"{pad}# between", "   "]
    text = style.newline.join(lines) + (style.newline if style.final_newline else "")
    return ("\ufeff" if style.bom else "") + text, count


def expected(text: str, changes: list[EnvChange]) -> object:
    """What safe_load must see after the changes."""
    loaded = yaml.safe_load(text)
    # Deep copies one by one: an object shared through an anchor must not change at both places.
    loaded["deployments"] = [copy.deepcopy(item) for item in loaded["deployments"]]
    for change in changes:
        pool = loaded["deployments"][change.deployment]["work_pool"]
        variables = pool.setdefault("job_variables", {})
        env = variables.get("env") or {}
        if str(env.get(change.name)) != change.value.reveal() or not isinstance(env.get(change.name), datetime.date):
            variables["env"] = {**env, change.name: change.value.reveal()}
    return loaded


def canonical(value: object) -> object:
    """A form in which True is not 1, NaN is itself, and the order of keys does not count."""
    if isinstance(value, dict):
        return "mapping", frozenset((type(key), str(key), canonical(part)) for key, part in value.items())
    if isinstance(value, list):
        return "list", tuple(canonical(part) for part in value)
    return type(value), repr(value)


def changes_for(draw: st.DrawFn, count: int, *, overwrite: bool) -> list[EnvChange]:
    asked = draw(st.dictionaries(st.tuples(st.integers(0, count - 1), names), good_values, min_size=1, max_size=4))
    return [EnvChange(index, name, Concealed(value), overwrite) for (index, name), value in asked.items()]


def in_order(parts: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether the parts stand in the whole, in their order, with anything between them."""
    rest = iter(whole)
    return all(part in rest for part in parts)


def conflicts(text: str, changes: list[EnvChange]) -> bool:
    """Whether a change meets a variable that holds something else."""
    for change in changes:
        pool = yaml.safe_load(text)["deployments"][change.deployment]["work_pool"]
        env = (pool.get("job_variables") or {}).get("env") or {}
        # A date without quotes arrives as the same text.
        held = env.get(change.name)
        held = held.isoformat() if isinstance(held, datetime.date) else held
        if change.name in env and canonical(held) != canonical(change.value.reveal()):
            return True
    return False


@given(st.data())
@SETTINGS
def test_nothing_is_taken_away_and_exactly_the_changes_are_added(data: st.DataObject) -> None:
    text, count = data.draw(files(anchors=False))
    changes = changes_for(data.draw, count, overwrite=False)
    try:
        result = set_env(text, changes)
    except Refused as refused:
        assert conflicts(text, changes), refused
        return
    assert not conflicts(text, changes)
    assert canonical(yaml.safe_load(result)) == canonical(expected(text, changes))
    assert in_order(text, result)
    newline = "\r\n" if "\r\n" in text else "\n"
    block_lines = [line for line in text.split(newline) if "{" not in line]
    assert in_order(block_lines, result.split(newline))
    assert result.startswith("\ufeff") == text.startswith("\ufeff")
    assert result.endswith("\n") == text.endswith("\n")
    assert "\r\n" not in text or re.search("(?<!\r)\n", result) is None
    assert set_env(result, changes) == result


@given(st.data())
@SETTINGS
def test_shared_mappings_change_only_for_the_deployments_that_were_asked(data: st.DataObject) -> None:
    text, count = data.draw(files(anchors=True))
    changes = changes_for(data.draw, count, overwrite=False)
    try:
        result = set_env(text, changes)
    except Refused as refused:
        assert conflicts(text, changes) or "share a mapping" in refused.reason, refused
        return
    assert not conflicts(text, changes)
    assert canonical(yaml.safe_load(result)) == canonical(expected(text, changes))
    untouched = [line for line in text.splitlines() if not re.search(r"[{*]|job_variables:|env:", line)]
    assert in_order(untouched, result.splitlines())
    assert set_env(result, changes) == result


@given(st.data())
@SETTINGS
def test_told_to_overwrite_only_the_asked_values_change(data: st.DataObject) -> None:
    text, count = data.draw(files(anchors=data.draw(st.booleans())))
    changes = changes_for(data.draw, count, overwrite=True)
    try:
        result = set_env(text, changes)
    except Refused as refused:
        assert "share a mapping" in refused.reason or "several lines" in refused.reason, refused
        return
    assert canonical(yaml.safe_load(result)) == canonical(expected(text, changes))
    assert set_env(result, changes) == result


@given(st.data())
@SETTINGS
def test_what_the_file_says_already_changes_no_byte(data: st.DataObject) -> None:
    text, _ = data.draw(files(anchors=data.draw(st.booleans())))
    held = [
        EnvChange(deployment.index, entry.name, entry.value)
        for deployment in read_deployments(text).deployments
        for entry in deployment.env
        if entry.value and entry.held is Held.TEXT and not placeholder_in(entry.value.reveal())
        # NO and 7 are written without quotes, so the file holds them under other names.
        if entry.name not in ("false", "7")
    ]
    assert set_env(text, held) == text


@given(st.data())
@SETTINGS
def test_no_text_makes_the_reader_or_the_editor_fail(data: st.DataObject) -> None:
    text, _ = data.draw(files(anchors=True))
    start = data.draw(st.integers(0, len(text)))
    noise = data.draw(st.text(st.sampled_from("\t :-#'\"{}[]&*!|>%@`?,<=~\n\r\x85\0aA1."), max_size=5))
    broken = text[:start] + noise + text[start + data.draw(st.integers(0, 6)) :]
    found = read_deployments(broken)
    assert found.readable or found.troubles
    changes = [EnvChange(deployment.index, "NEW", Concealed("v")) for deployment in found.deployments]
    try:
        result = set_env(broken, changes)
    except Refused as refused:
        assert 1 <= refused.line <= broken.count("\n") + broken.count("\r") + broken.count("\x85") + 2
        return
    assert set_env(result, changes) == result
    assert [deployment.name for deployment in read_deployments(result).deployments] == [
        deployment.name for deployment in found.deployments
    ]


@given(st.text(max_size=40))
@SETTINGS
def test_any_text_is_read_or_is_trouble(text: str) -> None:
    found = read_deployments(text)
    assert found.readable or found.troubles
