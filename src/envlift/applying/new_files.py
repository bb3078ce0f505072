"""The files that a plan makes beside what its settings need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envlift.plan import Extra, Plan
from envlift.prefect_yaml import NewItem, new_prefect_yaml
from envlift.rendering.env_example import env_example
from envlift.rewriting import FileChange

_IGNORED = b".env"


def new_deployments_file(plan: Plan) -> bytes | None:
    """The prefect.yaml that a plan makes, before any setting goes into it; None where it makes none."""
    items = [NewItem(new.name, new.entrypoint, new.pool) for new in plan.new_deployments]
    return new_prefect_yaml(items).encode("ascii") if items else None


def extra_changes(plan: Plan, sources: Mapping[str, bytes]) -> Iterator[FileChange]:
    """The example file where there is none, and the line that keeps ``.env`` out of git where it is missing."""
    example, ignore = Extra.ENV_EXAMPLE.value, Extra.GITIGNORE.value
    if Extra.ENV_EXAMPLE in plan.extras and example not in sources:
        yield FileChange(example, None, env_example(plan).encode("utf-8"))
    if Extra.GITIGNORE in plan.extras:
        before = sources.get(ignore)
        if (after := _with_dotenv(before or b"")) != before:
            yield FileChange(ignore, before, after)


def _with_dotenv(text: bytes) -> bytes:
    """A ``.gitignore`` with ``.env`` in it, in the file's own line ends."""
    lines = [line.strip() for line in text.splitlines()]
    if any(line in (_IGNORED, b"/" + _IGNORED, b"**/" + _IGNORED, _IGNORED + b"*") for line in lines):
        return text
    newline = b"\r\n" if b"\r\n" in text else b"\n"
    return text + (newline if text and not text.endswith(b"\n") else b"") + _IGNORED + newline
