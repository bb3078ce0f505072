"""Terraform: variables of containers and functions, as far as they are written out, and inputs by ``TF_VAR_``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from envlift.inventory import MentionKind, PoolTool
from envlift.scanning.around.found import NAME, Found, Lines, Notes, text_of

# Texts, and texts of several lines: what looks like a comment, a bracket or a resource in one is none.
_QUOTED = r'"(?:[^"\\\n]|\\.)*"|<<-?(?P<end>\w+)\n[\s\S]*?(?:\n[ \t]*(?P=end)\b|\Z)'
_COMMENT = re.compile(rf"{_QUOTED}|(?P<comment>/\*[\s\S]*?(?:\*/|\Z)|(?:#|//)[^\n]*)")
_INPUT = re.compile(r'(?m)^[ \t]*variable[ \t]+"(\w+)"')
_CONTAINER = re.compile(
    rf'\bname"?\s*[=:]\s*"({NAME})"\s*,?\s*"?\b(value\w*|secret\w*)"?\s*[={{:]\s*(?:"([^"\n]*)")?', re.ASCII
)
_TABLE = re.compile(
    r"\b(?:variables|environment|environment_variables|env_vars|env)\s*=\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
)
_ENTRY = re.compile(r'(?m)^[ \t]*"?([A-Z][A-Z0-9_]*)"?[ \t]*[=:][ \t]*(?:"([^"\n]*)"[ \t]*,?[ \t]*$)?', re.ASCII)
_POOL = re.compile(r'(?m)^[ \t]*resource[ \t]+"prefect_work_pool"[ \t]+"([\w-]+)"[ \t]*\{')
_ATTRIBUTE = re.compile(r"(?m)^[ \t]*(name|base_job_template)[ \t]*=[ \t]*")
# What a ``.tfvars`` file sets stands at its margin, and goes before a default.
_INPUT_VALUES = (
    r'(?m)^{}[ \t]*=[ \t]*"([^"$%\n]*)"',
    r'(?m)^[ \t]*variable[ \t]+"{}"[ \t]*\{{[^{{}}]*?^[ \t]*default[ \t]*=[ \t]*"([^"$%\n]*)"',
)
_LOCAL_VALUE = r'(?m)^[ \t]*locals[ \t]*\{{[^{{}}]*?^[ \t]*{}[ \t]*=[ \t]*"([^"$%\n]*)"'
_PART = re.compile(rf"{_QUOTED}|[(){{}}\[\]\n]")


@dataclass(frozen=True, slots=True)
class WorkPool:
    """A resource ``prefect_work_pool`` whose ``base_job_template`` is given.

    Args:
        label: Its name in Terraform.
        name: Of the pool; empty where it is computed.
        line: 1-based.
        template: The expression of the template, as it stands there.
    """

    label: str
    name: str
    line: int
    template: str


def read(path: str, content: bytes) -> Found:
    """The mentions of a ``.tf`` file by a careful search, without HCL's own grammar."""
    notes = Notes(path, MentionKind.TERRAFORM)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
        return notes.found()
    text = _without_comments(text)
    lines = Lines(text)
    for found in _INPUT.finditer(text):
        notes.reads(f"TF_VAR_{found[1]}", lines.at(found.start(1)))
    for found in _CONTAINER.finditer(text):
        line = lines.at(found.start(1))
        if not found[1].isupper():
            continue
        if re.search("secret|from", found[2], re.IGNORECASE):
            notes.refers(found[1], line)
        else:
            notes.sets(found[1], line, _literal(found[3]))
    for table in _TABLE.finditer(text):
        for entry in _ENTRY.finditer(table[1]):
            notes.sets(entry[1], lines.at(table.start(1) + entry.start(1)), _literal(entry[2]))
    for pool in work_pools(content):
        notes.owns(pool.name, pool.line, PoolTool.TERRAFORM)
    return notes.found()


def work_pools(content: bytes, beside: Iterable[bytes] = ()) -> Iterator[WorkPool]:
    """The pools whose template a ``.tf`` file keeps; one without ``base_job_template`` may change at will.

    ``beside`` are the other files of its folder, ``.tfvars`` first: they may hold what a name refers to.

    The attribute is optional and computed (PrefectHQ/terraform-provider-prefect, ``resources/work_pool.go``).
    """
    text = _without_comments(text_of(content) or "")
    lines, module = Lines(text), [_without_comments(text_of(other) or "") for other in beside]
    for pool in _POOL.finditer(text):
        body = text[pool.end() : _end_of(text, pool.end(), at_newline=False)]
        given: dict[str, str] = {}
        for found in _ATTRIBUTE.finditer(body):
            given.setdefault(found[1], body[found.end() : _end_of(body, found.end(), at_newline=True)].strip())
        if template := given.get("base_job_template"):
            yield WorkPool(pool[1], _text_of(given.get("name", ""), [*module, text]), lines.at(pool.start()), template)


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n") if found["comment"] else found[0], text)


def _end_of(text: str, start: int, *, at_newline: bool) -> int:
    """Where the bracket closes that was open at ``start``; or, outside of all brackets, the line ends."""
    depth = 0
    for part in _PART.finditer(text, start):
        if part[0] in ("(", "{", "["):
            depth += 1
        elif part[0] in (")", "}", "]"):
            depth -= 1
            if depth < 0:
                return part.start()
        elif part[0] == "\n" and at_newline and depth == 0:
            return part.start()
    return len(text)


def _text_of(expression: str, module: Iterable[str]) -> str:
    """What an expression is: a text, an input with a value or default, or a local text; empty for any other."""
    if literal := re.fullmatch(r'"([^"$%]*)"', expression):
        return literal[1]
    reference = re.fullmatch(r"(var|local)\.(\w+)", expression)
    if reference is None:
        return ""
    patterns = _INPUT_VALUES if reference[1] == "var" else (_LOCAL_VALUE,)
    searches = (re.search(pattern.format(reference[2]), text) for pattern in patterns for text in module)
    return next((found[1] for found in searches if found), "")


def _literal(value: str | None) -> str | None:
    return None if value is None or "${" in value else value
