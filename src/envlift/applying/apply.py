"""A plan's changes to files: what they are, and making all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from envlift.actions import deployment_actions, feed_actions
from envlift.applying.borrowed_imports import lending_files
from envlift.applying.files import Mending, RecoveryOutcome, interrupted, recover, write_all
from envlift.applying.git import changed_files, repository, show
from envlift.applying.left import Left, refuse_secrets_in_clear, tasks_of_people
from envlift.applying.moves import Move, move_of, rewritten
from envlift.applying.new_files import extra_changes, moved_job_variables, new_deployments_file
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence, Decision, Extra, Plan, accepted, mended_files
from envlift.planning.fingerprints import is_current, stale_files
from envlift.planning.plan_file import PLAN_FILE
from envlift.policy import ANSWERS_FILE
from envlift.rewriting import FileChange, Refusal
from envlift_codemods.edits import Loading, SinkConstant
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
        final: Paths of changed files that no undo can bring back, because git does not hold them as they were.
        tasks: What a person has to do beside it, for which settings.
    """

    changes: tuple[FileChange, ...]
    settings: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    left: tuple[Left, ...]
    mended: RecoveryOutcome = field(default=RecoveryOutcome(Mending.NOTHING))
    final: tuple[str, ...] = ()
    tasks: tuple[Left, ...] = ()


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
        "`envlift plan --refresh` makes it anew and keeps what was decided by hand",
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

    Mends an interrupted apply first. ``plan_file`` and the answers file may differ from the last commit; the arguments
    are else those of ``preview``.

    Raises:
        EnvliftError: as ``preview`` and ``write_all``; and unless ``allow_dirty``, where git could not bring back what
            is changed: no repository, or changes that are not committed.
    """
    mended = recover(root)
    outcome = preview(root, plan, lowest, from_environment=from_environment)
    if outcome.changes:
        if not allow_dirty:
            _check_clean(root, [change.path for change in outcome.changes], plan_file)
        outcome = replace(outcome, final=write_all(root, outcome.changes))
    return replace(outcome, mended=mended)


def _check_clean(root: Path, paths: Sequence[str], plan_file: str) -> None:
    if repository(root) is None:
        raise EnvliftError(
            f"{root} is in no git repository, which could bring the old files back",
            "commit it to one, or pass --allow-dirty",
            ExitCode.REFUSED,
        )
    if changed := changed_files(root, overwritten=paths, ignoring=[plan_file, ANSWERS_FILE]):
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
    paths |= {extra.value for extra in plan.extras} | mended_files(plan)
    paths |= {Extra.PREFECT_YAML.value} if plan.new_deployments else set()
    return {path: (root / path).read_bytes() for path in sorted(paths) if (root / path).is_file()}


def _committed(root: Path, plan: Plan, paths: Sequence[str]) -> dict[str, bytes]:
    """What the plan's commit holds of files, where that is what the plan was made from."""
    found = ((path, show(root, plan.commit, path)) for path in paths)
    return {path: text for path, text in found if text is not None and is_current(plan.fingerprints[path], text)}


# ---- from decisions to changes --------------------------------------------------------------------------------------


def _outcome(
    root: Path, plan: Plan, decisions: Sequence[Decision], sources: Mapping[str, bytes], *, from_environment: bool
) -> Applied:
    """What all of a plan comes to, in files that are there and in those that it makes."""
    moves: list[Move] = []
    left: list[Left] = []
    for decision in decisions:
        move, missing = move_of(root, plan, decision, from_environment=from_environment)
        left += missing
        if move.paths:
            moves.append(move)
    dropped = {entry.setting for entry in left if _edits_code(decisions, entry.setting)}
    moves = [move for move in moves if move.decision.setting not in dropped]
    bases, unmoved = moved_job_variables(plan, sources)
    draft, path = new_deployments_file(plan), Extra.PREFECT_YAML.value
    if draft is None:
        outcome = _from_bases(root, plan, moves, [*left, *unmoved], sources, bases)
    else:
        outcome = _from_bases(root, plan, moves, [*left, *unmoved], sources, {**bases, path: draft})
        if path in sources and any(change.path == path for change in outcome.changes):
            # Another file has the name of the one that is to be made: no setting goes into that one.
            there = Refusal(path, 0, "another file has the name of the one that is to be made")
            left += [Left(m.decision.setting, f"{path}: {there.reason}") for m in moves if path in m.paths]
            kept = [move for move in moves if path not in move.paths]
            outcome = _from_bases(root, plan, kept, [*left, *unmoved], sources, bases)
            outcome = replace(outcome, refusals=(*outcome.refusals, there))
    changes = (*outcome.changes, *extra_changes(plan, sources))
    changed = tuple(sorted(changes, key=lambda change: change.path))
    return replace(outcome, changes=changed, tasks=tasks_of_people(decisions))


def _from_bases(
    root: Path,
    plan: Plan,
    moves: Sequence[Move],
    left: Sequence[Left],
    sources: Mapping[str, bytes],
    bases: Mapping[str, bytes],
) -> Applied:
    """The outcome where some files start from another text than what is there, if anything is."""
    outcome = _settled(root, plan, moves, left, {**sources, **bases})
    after = dict(bases) | {change.path: change.after for change in outcome.changes if change.path in bases}
    changes = [change for change in outcome.changes if change.path not in bases]
    changes += [FileChange(path, sources.get(path), text) for path, text in after.items() if sources.get(path) != text]
    return replace(outcome, changes=tuple(changes))


def _settled(
    root: Path, plan: Plan, moves: Sequence[Move], known: Sequence[Left], sources: Mapping[str, bytes]
) -> Applied:
    """Rewrite, and leave every setting that makes a file refuse, until what remains can be made as a whole."""
    left = list(known)
    refusals: dict[str, Refusal] = {}
    keep = lending_files(root, {path for move in moves for path in move.paths})
    overrides = plan.overrides
    while (made := rewritten(moves, sources, keep, plan.loading, overrides)).refusals:
        refusals |= {refusal.path: refusal for refusal in made.refusals}
        stopped: dict[str, Refusal] = {}
        for refused in made.refusals:
            there = [load for load in overrides if load.path == refused.path]
            if there and rewritten((), sources, keep, plan.loading, there).refusals:
                overrides = tuple(load for load in overrides if load not in there)
                continue
            stopped |= _stopped(moves, refused, sources, plan.loading)
        left += [
            Left(setting, f"{refusal.path}:{refusal.line} cannot be rewritten: {refusal.reason}")
            for setting, refusal in stopped.items()
        ]
        moves = [move for move in moves if move.decision.setting not in stopped]
    return Applied(
        made.changes,
        tuple(sorted({move.decision.setting for move in moves})),
        tuple(refusals[path] for path in sorted(refusals)),
        tuple(sorted(set(left))),
    )


def _stopped(
    moves: Sequence[Move], refused: Refusal, sources: Mapping[str, bytes], loading: Loading
) -> dict[str, Refusal]:
    """The settings that a file refuses without the others, with its reason; all that touch it where it refuses none."""
    settings = sorted({move.decision.setting for move in moves if refused.path in move.paths})
    alone = {}
    for setting in settings:
        own = _together(moves, setting)
        found = next((r for r in rewritten(own, sources, (), loading).refusals if r.path == refused.path), None)
        if found is not None:
            alone[setting] = found
    return alone or dict.fromkeys(settings, refused)


def _together(moves: Sequence[Move], setting: str) -> list[Move]:
    """The moves of a setting, and those of others from which files make something together with it."""
    own = [move for move in moves if move.decision.setting == setting]
    while True:
        places = {place for move in own for place in _made_places(move)}
        found = [move for move in moves if move in own or not places.isdisjoint(_made_places(move))]
        if len(found) == len(own):
            return own
        own = found


def _made_places(move: Move) -> Iterator[tuple[str, Span, str]]:
    for site in move.decision.sites:
        if isinstance(site.edit, SinkConstant) and site.edit.made_in:
            yield site.path, site.edit.span, site.edit.constant


def _edits_code(decisions: Sequence[Decision], setting: str) -> bool:
    return any(site.edit is not None for d in decisions if d.setting == setting for site in d.sites)
