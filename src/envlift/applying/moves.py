"""From the decisions of a plan to the changes of files that they make, each file whole or refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envlift.actions import FeedVariable, SetDeploymentEnv, deployment_actions, feed_actions, placeholder
from envlift.applying.left import Left, answered, no_value_known, secret_by_now
from envlift.applying.values import find_value
from envlift.concealed import Concealed
from envlift.feeds.pull_step import MODULE
from envlift.plan import Decision, Layer, OverridingLoad, Plan, TargetKind
from envlift.prefect_yaml import EnvChange, PullVariable, placeholder_in, set_env, set_in_pull
from envlift.prefect_yaml import Refused as YamlRefused
from envlift.rewriting import FileChange, Refusal, Rewritten, rewrite_files
from envlift_codemods.edits import AddJobVariables, DropOverride, Edit, Loading, ReadEnvironment
from envlift_codemods.parsed import Span


@dataclass(frozen=True, slots=True)
class Move:
    """All that one accepted decision does to files, its values found."""

    decision: Decision
    variables: tuple[tuple[SetDeploymentEnv | FeedVariable, Concealed], ...]

    @property
    def paths(self) -> frozenset[str]:
        edited = {site.path for site in self.decision.sites if site.edit is not None}
        targets = [action.target for action, _ in self.variables]
        return frozenset(edited | {path for t in targets for path in (t.path, t.module) if path})


def move_of(root: Path, plan: Plan, decision: Decision, *, from_environment: bool) -> tuple[Move, list[Left]]:
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
        elif found := secret_by_now(decision.setting, value, action.source.path, answered=bool(answered([decision]))):
            left.append(found)
        else:
            variables.append((action, value))
    if not _is_fed(decision, variables):
        left.append(
            Left(decision.setting, "its literals stay: no deployment or work pool is known that would set the variable")
        )
    return Move(decision, tuple(variables)), left


def _is_fed(decision: Decision, variables: Sequence[object]) -> bool:
    """Whether a literal that becomes an environment read finds its variable set by something of the plan.

    One that stays as the default needs nothing. What only a person can give to a process that serves is not there yet.
    """
    read = (site.edit for site in decision.sites if isinstance(site.edit, ReadEnvironment))
    if all(edit.keeps_literal for edit in read):
        return True
    given = [target for target in decision.targets if target.kind is not TargetKind.SERVE]
    return bool(variables if decision.layer is Layer.DEPLOYMENT else given)


def rewritten(
    moves: Sequence[Move],
    sources: Mapping[str, bytes],
    keep_imports: Collection[str],
    loading: Loading,
    overrides: Sequence[OverridingLoad] = (),
) -> Rewritten:
    """The changes of all files that these moves touch; a file with one that is not possible keeps all its bytes."""
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
    for load in overrides:
        edits.setdefault(load.path, []).append(DropOverride(load.span))
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
