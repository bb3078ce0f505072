"""What a plan does to files beside what its settings need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envlift.applying.left import Left
from envlift.plan import Extra, Plan, Target
from envlift.prefect_yaml import (
    Held,
    NewItem,
    Refused,
    YamlDeployment,
    move_job_variables,
    new_prefect_yaml,
    placeholder_in,
    read_deployments,
)
from envlift.rendering.env_example import env_example
from envlift.rewriting import FileChange
from envlift.sensitivity.judgement import judge

_IGNORED = b".env"


def new_deployments_file(plan: Plan) -> bytes | None:
    """The prefect.yaml that a plan makes, before any setting goes into it; None where it makes none."""
    items = [NewItem(new.name, new.entrypoint, new.pool) for new in plan.new_deployments]
    return new_prefect_yaml(items).encode("ascii") if items else None


def moved_job_variables(plan: Plan, sources: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Left]]:
    """The files whose misplaced job variables move, before any setting goes into them; and what must stay misplaced."""
    moved: dict[str, bytes] = {}
    left: list[Left] = []
    for target in plan.misplaced:
        content = moved.get(target.path, sources.get(target.path, b""))
        try:
            text = content.decode("utf-8")
            if (deployment := _misplaced_in(text, target)) is None:
                continue
            if reason := _why_not(deployment):
                left.append(Left(f"job_variables of {target.name}", reason))
                continue
            moved[target.path] = move_job_variables(text, target.index).encode("utf-8")
        except (Refused, UnicodeDecodeError) as error:
            reason = f"{target.path}: {error.message}" if isinstance(error, Refused) else f"{target.path} is not UTF-8"
            left.append(Left(f"job_variables of {target.name}", reason))
    return moved, left


def _misplaced_in(text: str, target: Target) -> YamlDeployment | None:
    """The deployment, while its job variables still are where Prefect ignores them."""
    found = (d for d in read_deployments(text).deployments if d.index == target.index and d.misplaced is not None)
    return next((deployment for deployment in found if (deployment.name or "") == target.name), None)


def _why_not(deployment: YamlDeployment) -> str:
    """Why job variables must not be read by Prefect; empty where they may."""
    for entry in deployment.misplaced.env if deployment.misplaced is not None else ():
        if entry.held is Held.REJECTED:
            return f"{entry.name} is not text, so the server would refuse the deployment: quote its value first"
        if entry.value is None:
            continue
        if judge(entry.name, values=[entry.value]).sensitive or placeholder_in(entry.value.reveal()):
            return f"{entry.name} may be a secret, which the deployment would hold in clear"
    return ""


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
