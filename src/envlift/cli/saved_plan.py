"""The plan file in the repository, by which a migration is reviewed and pushed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from envlift.cli.own_files import file_bytes, put_file
from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import SiteKind
from envlift.plan import ANSWERED, Decision, Layer, Plan, Target
from envlift.planning.plan_file import MODELINE, PLAN_FILE, SCHEMA_FILE, dump_plan, load_plan

_PUSHED = (Layer.SECRET, Layer.SECRET_ENV, Layer.POOL_DEFAULT)


def plan_path(root: Path, file: Path | None = None) -> Path:
    """Where the plan is: the file that was named, else ``envlift-plan.yaml`` in the repository."""
    return file if file is not None else root / PLAN_FILE


def read_plan(path: Path) -> Plan:
    """The plan of a file.

    Raises:
        EnvliftError: there is none, or it is no plan.
    """
    content = file_bytes(path)
    if content is None:
        hint = "Make it with `envlift plan --write`; `envlift migrate --write` leaves one, too."
        raise EnvliftError(f"There is no plan at {path}.", hint, ExitCode.USAGE)
    try:
        return load_plan(content.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise _unreadable(path) from None


def write_plan(path: Path, plan: Plan, before: bytes | None) -> bytes:
    """Write a plan file whole, with the newlines that every system reads, and return what it holds now.

    Where its schema stands beside it, its first line names that.

    Args:
        before: What the file held when the plan was made; None where it was not there.

    Raises:
        EnvliftError: the file cannot be written, is no regular file, or has changed since.
    """
    named = MODELINE if (path.parent / SCHEMA_FILE).is_file() else ""
    content = (named + dump_plan(plan)).encode("utf-8")
    put_file(path, content, before)
    return content


def _unreadable(path: Path) -> EnvliftError:
    return EnvliftError(f"{path} cannot be read as text.", "Make it anew with `envlift plan --write`.")


def saved_plan(root: Path) -> Plan | None:
    """The plan that an earlier run left in the repository; None without one that can be read."""
    try:
        return read_plan(plan_path(root))
    except EnvliftError:
        return None


def with_known_values(plan: Plan, earlier: Plan) -> Plan:
    """The plan with the sources of values that an earlier one knew and this one does not find any more.

    The value of a literal that was moved is only in the git history, and a clone has no ``.env``: without the earlier
    plan the setting would look as if nobody knew its value, and be asked about.
    """
    sources = {d.setting: d for d in earlier.decisions if d.source is not None}
    decisions = tuple(
        _as_decided(d, known)
        if d.source is None and (known := sources.get(d.setting)) is not None and _stands_by(d, known)
        else d
        for d in plan.decisions
    )
    found = {new.setting for new, old in zip(decisions, plan.decisions, strict=True) if new.source is not old.source}
    return replace(plan, decisions=decisions, questions=tuple(q for q in plan.questions if q.setting not in found))


def _stands_by(decision: Decision, known: Decision) -> bool:
    """Whether an earlier decision still holds: the variable that a literal became could often be loaded, too.

    And its name alone may not tell that it is a secret: its value did, which is in the code no more.
    """
    if decision.layer is known.layer:
        return True
    in_clear = decision.layer in (Layer.POOL_DEFAULT, Layer.DEPLOYMENT) and decision.rule != ANSWERED
    return known.layer is Layer.SECRET_ENV and (decision.layer is Layer.SECRET or in_clear)


def _as_decided(decision: Decision, known: Decision) -> Decision:
    found = replace(
        decision,
        sensitive=known.sensitive or decision.sensitive,
        source=known.source,
        # Its own reason says that no value is known.
        reason=known.reason if known.source is not None and known.source.span is None else decision.reason,
        confidence=known.confidence,
        targets=decision.targets or _pools(known),
    )
    if decision.layer is known.layer:
        return found
    sites = tuple(replace(site, edit=None) for site in decision.sites)
    targets = decision.targets if decision.layer is Layer.SECRET else ()
    return replace(
        found,
        layer=known.layer,
        rule=known.rule,
        reason=known.reason,
        block=known.block,
        sites=sites,
        targets=targets or _pools(known),
    )


def with_pushes_of(earlier: Plan, plan: Plan) -> Plan:
    """The plan with what an earlier one has for the server and this one cannot know any more.

    Code that loads a block already is no site of a new plan, though the block may not have been pushed yet. Sites and
    edits of the earlier plan are not kept: they are made.
    """
    waiting = {d.setting: d for d in earlier.decisions if d.layer is Layer.SECRET and d.source is not None}
    decisions = tuple(
        replace(d, confidence=old.confidence, rule=old.rule, reason=old.reason, runner_up=old.runner_up)
        if (old := waiting.get(d.setting)) is not None and _is_moved(d, old)
        else d
        for d in plan.decisions
    )
    plan = replace(plan, decisions=decisions)
    # What a person has decided is known, too, where that is to leave the setting alone.
    known = {d.setting for d in plan.decisions if d.rule == ANSWERED}
    known |= {d.setting for d in plan.decisions if d.layer is not Layer.LEAVE and d.source is not None}
    kept = (d for d in earlier.decisions if d.layer in _PUSHED and d.source is not None and d.setting not in known)
    together = (*plan.decisions, *(replace(d, sites=(), targets=_pools(d)) for d in kept))
    return replace(plan, decisions=tuple(sorted(together, key=lambda d: (d.setting, d.layer.value, d.rule))))


def _is_moved(decision: Decision, earlier: Decision) -> bool:
    """Whether only the entry is left of a secret that an earlier plan moved into the same block."""
    entries = all(site.kind is SiteKind.DOTENV_ENTRY for site in decision.sites)
    return decision.layer is Layer.SECRET and decision.block == earlier.block and entries


def _pools(decision: Decision) -> tuple[Target, ...]:
    """What of a decision's targets stands in no file, and so is as it was whatever became of the code."""
    return tuple(target for target in decision.targets if not target.path)
