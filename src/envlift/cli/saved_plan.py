"""The plan file in the repository, by which a migration is reviewed and pushed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Decision, Layer, Plan, TargetKind
from envlift.planning.plan_file import PLAN_FILE, dump_plan, load_plan

_PUSHED = (Layer.SECRET, Layer.SECRET_ENV, Layer.POOL_DEFAULT)


def plan_path(root: Path, file: Path | None = None) -> Path:
    """Where the plan is: the file that was named, else ``envlift-plan.yaml`` in the repository."""
    return file if file is not None else root / PLAN_FILE


def read_plan(path: Path) -> Plan:
    """The plan of a file.

    Raises:
        EnvliftError: there is none, or it is no plan.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        hint = "Make it with `envlift plan --write`; `envlift migrate --write` leaves one, too."
        raise EnvliftError(f"There is no plan at {path}.", hint, ExitCode.USAGE) from None
    except (OSError, UnicodeDecodeError):
        raise EnvliftError(f"{path} cannot be read as text.", "Make it anew with `envlift plan --write`.") from None
    return load_plan(text, str(path))


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan file with the newlines that every system reads.

    Raises:
        EnvliftError: the file cannot be written.
    """
    try:
        path.write_bytes(dump_plan(plan).encode("utf-8"))
    except OSError as error:
        raise EnvliftError(f"{path} cannot be written: {error.strerror}.", "Check its permissions.") from None


def with_pushes_of(earlier: Plan, plan: Plan) -> Plan:
    """The plan with what an earlier one has for the server and this one cannot know any more.

    Code that loads a block already is no site of a new plan, though the block may not have been pushed yet. Sites and
    edits of the earlier plan are not kept: they are made.
    """
    known = {d.setting for d in plan.decisions if d.layer is not Layer.LEAVE}
    kept = [_without_edits(d) for d in earlier.decisions if d.layer in _PUSHED and d.setting not in known]
    files = {d.source.path for d in kept if d.source is not None}
    fingerprints = {path: taken for path, taken in earlier.fingerprints.items() if path in files}
    return replace(
        plan,
        decisions=tuple(sorted((*plan.decisions, *kept), key=lambda d: (d.setting, d.layer.value, d.rule))),
        fingerprints={**fingerprints, **plan.fingerprints},
    )


def _without_edits(decision: Decision) -> Decision:
    targets = tuple(target for target in decision.targets if target.kind is TargetKind.POOL)
    return replace(decision, sites=(), targets=targets)
