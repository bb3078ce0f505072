"""A plan's changes to files: what they are, and making all of them or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from envlift.applying.borrowed_imports import lending_files
from envlift.applying.files import Mending, RecoveryOutcome, interrupted, recover, write_all
from envlift.applying.git import changed_files, repository, show
from envlift.applying.left import Left, answered, no_value_known, refuse_secrets_in_clear, secret_by_now
from envlift.applying.values import find_value
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.feeds.pull_step import MODULE
from envlift.plan import (
    Confidence,
    Decision,
    FeedVariable,
    Layer,
    Plan,
    SetDeploymentEnv,
    TargetKind,
    accepted,
    deployment_actions,
    feed_actions,
    placeholder,
)
from envlift.planning.fingerprints import is_current, stale_files
from envlift.planning.plan_file import PLAN_FILE
from envlift.prefect_yaml import EnvChange, PullVariable, placeholder_in, set_env, set_in_pull
from envlift.prefect_yaml import Refused as YamlRefused
from envlift.rewriting import FileChange, Refusal, Rewritten, rewrite_files
from envlift_codemods.edits import AddJobVariables, Edit, Loading, ReadEnvironment
from envlift_codemods.parsed import Span


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply changes, or would change.

    Args:
        changes: Sorted by path; none where all is done already.
        settings: Names, sorted, of the settings that these changes move.
        refusals: Files that stay as they are because one of their edits cannot be made safely.
        left: Settings that were accepted and not, or not everywhere, moved.
        mended: What became of an earlier apply that was interrupted.
    """

    changes: tuple[FileChange, ...]
    settings: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    left: tuple[Left, ...]
    mended: RecoveryOutcome = field(default=RecoveryOutcome(Mending.NOTHING))


def preview(root: Path, plan: Plan, lowest: Confidence, *, from_environment: bool = False) -> Applied:
    """What ``apply_plan`` would do; writes nothing.

    Args:
        root: The repository.
        plan: Made from it.
        lowest: Decisions below this confidence are not carried out.
        from_environment: Values come from envlift's own environment where it has them.

    Raises:
        EnvliftError: the plan is stale or would store a secret in clear, or an earlier apply was interrupted.
    """
    if interrupted(root):
        raise EnvliftError("an earlier apply was interrupted", "run `envlift apply`: it mends that first")
    decisions = accepted(plan, lowest)
    refuse_secrets_in_clear(decisions)
    now = _contents(root, plan, decisions)
    stale = stale_files(plan, now)
    if not stale:
        return _outcome(root, plan, decisions, now, from_environment=from_environment)
    then = dict(now) | _committed(root, plan, stale)
    if not stale_files(plan, then):
        outcome = _outcome(root, plan, decisions, then, from_environment=from_environment)
        done = {change.path for change in outcome.changes if now.get(change.path) == change.after}
        if done == {change.path for change in outcome.changes} >= set(stale):
            return replace(outcome, changes=())
    raise EnvliftError(
        f"the plan is stale: {', '.join(stale)} changed since it was made",
        "make it anew with `envlift plan`",
        ExitCode.REFUSED,
    )


def apply_plan(
    root: Path,
    plan: Plan,
    lowest: Confidence,
    *,
    allow_dirty: bool = False,
    from_environment: bool = False,
    plan_file: str = PLAN_FILE,
) -> Applied:
    """Make a plan's changes to all of its files or to none; done again, it changes nothing.

    Mends an interrupted apply first. ``plan_file`` may differ from the last commit; the arguments are else those of
    ``preview``.

    Raises:
        EnvliftError: as ``preview`` and ``write_all``; and unless ``allow_dirty``, where git could not bring back what
            is changed: no repository, or changes that are not committed.
    """
    mended = recover(root)
    outcome = preview(root, plan, lowest, from_environment=from_environment)
    if outcome.changes:
        if not allow_dirty:
            _check_clean(root, [change.path for change in outcome.changes], plan_file)
        write_all(root, outcome.changes)
    return replace(outcome, mended=mended)


def _check_clean(root: Path, paths: Sequence[str], plan_file: str) -> None:
    if repository(root) is None:
        raise EnvliftError(
            f"{root} is in no git repository, which could bring the old files back",
            "commit it to one, or pass --allow-dirty",
            ExitCode.REFUSED,
        )
    if changed := changed_files(root, overwritten=paths, ignoring=[plan_file]):
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise EnvliftError(
            f"not committed: {', '.join(changed[:3])}{more}",
            "commit or stash first, so that the migration stands alone; or pass --allow-dirty",
            ExitCode.REFUSED,
        )


def _contents(root: Path, plan: Plan, decisions: Sequence[Decision]) -> dict[str, bytes]:
    """The bytes of the files that the plan was made from or edits, as far as they are there."""
    paths = {*plan.fingerprints, *(s.path for d in decisions for s in d.sites if s.edit is not None)}
    targets = [action.target for action in deployment_actions(tuple(decisions))]
    targets += [action.target for action in feed_actions(tuple(decisions))]
    paths |= {path for target in targets for path in (target.path, target.module) if path}
    return {path: (root / path).read_bytes() for path in sorted(paths) if (root / path).is_file()}


def _committed(root: Path, plan: Plan, paths: Sequence[str]) -> dict[str, bytes]:
    """What the plan's commit holds of files, where that is what the plan was made from."""
    found = ((path, show(root, plan.commit, path)) for path in paths)
    return {path: text for path, text in found if text is not None and is_current(plan.fingerprints[path], text)}


# ---- from decisions to changes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Move:
    """All that one accepted decision does to files, its values found."""

    decision: Decision
    variables: tuple[tuple[SetDeploymentEnv | FeedVariable, Concealed], ...]

    @property
    def paths(self) -> frozenset[str]:
        edited = {site.path for site in self.decision.sites if site.edit is not None}
        targets = [action.target for action, _ in self.variables]
        return frozenset(edited | {path for t in targets for path in (t.path, t.module) if path})


def _outcome(
    root: Path, plan: Plan, decisions: Sequence[Decision], sources: Mapping[str, bytes], *, from_environment: bool
) -> Applied:
    """Rewrite, and leave every setting that makes a file refuse, until what remains can be made as a whole."""
    moves, left = [], []
    for decision in decisions:
        move, missing = _move(root, plan, decision, from_environment=from_environment)
        left += missing
        if move.paths:
            moves.append(move)
    dropped = {entry.setting for entry in left if _edits_code(decisions, entry.setting)}
    moves = [move for move in moves if move.decision.setting not in dropped]
    refusals: dict[str, Refusal] = {}
    keep = lending_files(root, {path for move in moves for path in move.paths})
    while (rewritten := _rewritten(moves, sources, keep, plan.loading)).refusals:
        refusals |= {refusal.path: refusal for refusal in rewritten.refusals}
        stopped: dict[str, Refusal] = {}
        for refused in rewritten.refusals:
            stopped |= _stopped(moves, refused, sources, plan.loading)
        left += [
            Left(setting, f"{refusal.path}:{refusal.line} cannot be rewritten: {refusal.reason}")
            for setting, refusal in stopped.items()
        ]
        moves = [move for move in moves if move.decision.setting not in stopped]
    return Applied(
        rewritten.changes,
        tuple(sorted({move.decision.setting for move in moves})),
        tuple(refusals[path] for path in sorted(refusals)),
        tuple(sorted(set(left))),
    )


def _stopped(
    moves: Sequence[_Move], refused: Refusal, sources: Mapping[str, bytes], loading: Loading
) -> dict[str, Refusal]:
    """The settings that a file refuses on their own, with its reason; all that touch it where none is refused alone."""
    settings = sorted({move.decision.setting for move in moves if refused.path in move.paths})
    alone = {}
    for setting in settings:
        own = [move for move in moves if move.decision.setting == setting]
        found = next((r for r in _rewritten(own, sources, (), loading).refusals if r.path == refused.path), None)
        if found is not None:
            alone[setting] = found
    return alone or dict.fromkeys(settings, refused)


def _edits_code(decisions: Sequence[Decision], setting: str) -> bool:
    return any(site.edit is not None for d in decisions if d.setting == setting for site in d.sites)


def _move(root: Path, plan: Plan, decision: Decision, *, from_environment: bool) -> tuple[_Move, list[Left]]:
    """What a decision does, and what it cannot do because a value is missing or fits no environment."""
    variables: list[tuple[SetDeploymentEnv | FeedVariable, Concealed]] = [
        (feed, Concealed(placeholder(feed.block))) for feed in feed_actions((decision,))
    ]
    left = []
    for action in deployment_actions((decision,)):
        fingerprint = plan.fingerprints.get(action.source.path, "")
        value = find_value(root, action.source, fingerprint=fingerprint, from_environment=from_environment)
        if value is None:
            left.append(no_value_known(decision.setting, action.source.path))
        elif placeholder_in(value.reveal()):
            reason = "its value holds `{{ word }}`, which Prefect would replace: keep it in a Secret block or in code"
            left.append(Left(decision.setting, reason))
        elif not answered([decision]) and (found := secret_by_now(decision.setting, value, action.source.path)):
            left.append(found)
        else:
            variables.append((action, value))
    if not _is_fed(decision, variables):
        left.append(
            Left(decision.setting, "its literals stay: no deployment or work pool is known that would set the variable")
        )
    return _Move(decision, tuple(variables)), left


def _is_fed(decision: Decision, variables: Sequence[object]) -> bool:
    """Whether a literal that becomes an environment read finds its variable set by something of the plan.

    One that stays as the default needs nothing.
    """
    read = (site.edit for site in decision.sites if isinstance(site.edit, ReadEnvironment))
    if all(edit.keeps_literal for edit in read):
        return True
    return bool(variables if decision.layer is Layer.DEPLOYMENT else decision.targets)


def _rewritten(
    moves: Sequence[_Move], sources: Mapping[str, bytes], keep_imports: Collection[str], loading: Loading
) -> Rewritten:
    edits: dict[str, list[Edit]] = {}
    changes: dict[str, list[EnvChange | PullVariable]] = {}
    modules: set[str] = set()
    calls: dict[tuple[str, Span], set[tuple[str, str]]] = {}
    for move in moves:
        for site in move.decision.sites:
            if site.edit is not None:
                edits.setdefault(site.path, []).append(site.edit)
        for action, value in move.variables:
            target = action.target
            if target.kind is TargetKind.PREFECT_YAML and isinstance(action, FeedVariable):
                variable = PullVariable(target.index, action.setting, value.reveal())
                changes.setdefault(target.path, []).append(variable)
                modules.add(target.module)
            elif target.kind is TargetKind.PREFECT_YAML:
                changes.setdefault(target.path, []).append(EnvChange(target.index, action.setting, value))
            elif action.target.span is not None:
                calls.setdefault((action.target.path, action.target.span), set()).add((action.setting, value.reveal()))
    for (path, span), env in calls.items():
        edits.setdefault(path, []).append(AddJobVariables(span, tuple(sorted(env))))
    absent = [Refusal(path, 0, "there is no such file") for path in (*edits, *changes) if path not in sources]
    code = rewrite_files({path: edits[path] for path in edits if path in sources}, sources, keep_imports, loading)
    yaml = [_yaml_change(path, sources[path], changes[path]) for path in changes if path in sources]
    files = [*yaml, *(_new_file(path, MODULE, sources) for path in sorted(modules))]
    made = [change for change in files if isinstance(change, FileChange) and change.after != change.before]
    refused = [refusal for refusal in files if isinstance(refusal, Refusal)]
    return Rewritten(
        tuple(sorted((*code.changes, *made), key=lambda change: change.path)),
        tuple(sorted((*code.refusals, *refused, *absent), key=lambda refusal: refusal.path)),
    )


def _new_file(path: str, content: bytes, sources: Mapping[str, bytes]) -> FileChange | Refusal:
    """A file that is made unless it is there as it shall be."""
    if sources.get(path, content) != content:
        return Refusal(path, 0, "another file has the name of one that is to be made")
    return FileChange(path, sources.get(path), content)


def _yaml_change(path: str, before: bytes, changes: Sequence[EnvChange | PullVariable]) -> FileChange | Refusal:
    try:
        after = set_env(before.decode("utf-8"), [change for change in changes if isinstance(change, EnvChange)])
        after = set_in_pull(after, [change for change in changes if isinstance(change, PullVariable)])
    except YamlRefused as refused:
        return Refusal(path, refused.line, refused.reason)
    except UnicodeDecodeError:
        return Refusal(path, 0, "it is not UTF-8")
    return FileChange(path, before, after.encode("utf-8"))
