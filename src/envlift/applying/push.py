"""A plan's Secret blocks and pool defaults onto a Prefect server: blocks first, then the pools that refer to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envlift.actions import NamePlatformSecret, SaveSecret, SetPoolDefault, placeholder, server_actions
from envlift.applying.kept_pools import tasks_of, with_proposal
from envlift.applying.left import (
    Left,
    answered,
    no_value_known,
    refuse_secrets_in_clear,
    secret_by_now,
    tasks_of_people,
)
from envlift.applying.pool_templates import PoolOutcome, write_template
from envlift.applying.prefect_server import read_state, save_secret, set_pool_defaults
from envlift.applying.server_state import SaveOutcome, same_on_both_roads
from envlift.applying.values import Values
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence, Decision, Layer, Plan, accepted
from envlift.prefect_yaml import placeholder_in


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """What saving a Secret block did, or would do, for the settings that it holds the value of."""

    block: str
    settings: tuple[str, ...]
    outcome: SaveOutcome


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What a push did, or would do; all sorted by name.

    Args:
        api_url: Of the server, fit to be shown.
        blocks, pools: What became of each.
        kept: Blocks that are on the server and whose value is not known here: nothing to compare, nothing done.
        left: What was not pushed, with the reason.
        tasks: What a person has to do beside it, for which setting.
        lacking: The blocks that are not there and whose value nobody gave, each with its settings.
    """

    api_url: str
    blocks: tuple[BlockOutcome, ...]
    pools: tuple[PoolOutcome, ...]
    kept: tuple[str, ...]
    left: tuple[Left, ...]
    tasks: tuple[Left, ...] = ()
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def differing(self) -> tuple[str, ...]:
        """Blocks and ``pool:VARIABLE`` that hold something else and were not overwritten."""
        blocks = [b.block for b in self.blocks if b.outcome is SaveOutcome.DIFFERS]
        return (*blocks, *(f"{p.pool}:{name}" for p in self.pools for name in p.of(SaveOutcome.DIFFERS)))


def push(
    root: Path,
    plan: Plan,
    lowest: Confidence,
    *,
    overwrite: Collection[str] = (),
    from_environment: bool = False,
    given: Mapping[str, Concealed] | None = None,
    templates: Path | None = None,
    write: bool = True,
) -> PushOutcome:
    """Carry a plan's server actions out; done again, it changes nothing.

    Args:
        root: The repository, from whose sources values are read at this moment.
        plan: Of that repository.
        lowest: Decisions below this confidence are not carried out.
        overwrite: Names of blocks and variables whose other value on the server may be replaced.
        from_environment: Values come from envlift's own environment where it has them.
        given: Values that a person gave at this moment, by setting; they go before all others.
        templates: A folder for the pools' templates with their new defaults, for pools that something else owns; the
            pools themselves stay as they are then.
        write: False: look at the server, and only say what would happen.

    Raises:
        EnvliftError: the plan would store a secret in clear (REFUSED), or the server fails (SERVER).
    """
    decisions = accepted(plan, lowest)
    refuse_secrets_in_clear(decisions)
    actions = server_actions(decisions, plan.loading)
    secrets = [action for action in actions if isinstance(action, SaveSecret) and action.block]
    for_pools = [action for action in actions if isinstance(action, SetPoolDefault | NamePlatformSecret)]
    state = read_state([a.block for a in secrets], sorted({a.pool for a in for_pools}))
    sources, report = Values(root, plan.fingerprints, answered(decisions), given or {}, from_environment), _Report()
    report.left += _nowhere(decisions)
    _save_blocks(secrets, sources, report, existing=state.blocks, overwrite=overwrite, write=write)
    owners = {owner.pool: owner for owner in plan.pool_owners}
    writable = frozenset() if not write or templates is not None else frozenset({a.pool for a in for_pools} - {*owners})
    _set_defaults(for_pools, sources, report, overwrite=overwrite, writable=writable)
    found = (with_proposal(root, owners[p.pool], p) if p.pool in owners else p for p in report.pools)
    pools = tuple(sorted(found, key=lambda p: p.pool))
    if write and templates is not None:
        for pool in pools:
            _put_template(templates, pool, report)
    return PushOutcome(
        state.api_url,
        tuple(sorted(report.blocks, key=lambda b: b.block)),
        pools,
        tuple(sorted(report.kept)),
        tuple(sorted(set(report.left))),
        tuple(sorted({*tasks_of_people(decisions), *tasks_of(pools, templates), *_of_platforms(pools)})),
        report.lacking,
    )


@dataclass(slots=True)
class _Report:
    """What one run has met so far."""

    blocks: list[BlockOutcome] = field(default_factory=list)
    pools: list[PoolOutcome] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def usable(self) -> frozenset[str]:
        """Blocks that a placeholder may refer to: they hold, or are going to hold, the right value."""
        saved = {b.block for b in self.blocks if b.outcome is not SaveOutcome.DIFFERS}
        return frozenset(saved | set(self.kept))


def _nowhere(decisions: Sequence[Decision]) -> Iterator[Left]:
    """Settings that nothing gives to runs, because no pool is known."""
    for decision in decisions:
        if decision.layer not in (Layer.POOL_DEFAULT, Layer.SECRET_ENV) or decision.source is None:
            continue
        if not decision.targets:
            yield Left(decision.setting, "no work pool is known: add `- {pool: NAME}` to its targets in the plan")


def _of_platforms(pools: Iterable[PoolOutcome]) -> Iterator[Left]:
    """What the platforms of pools must hold."""
    for pool in pools:
        for name, task in pool.tasks:
            yield Left(name, task)


def _save_blocks(
    actions: Sequence[SaveSecret],
    sources: Values,
    report: _Report,
    *,
    existing: Collection[str],
    overwrite: Collection[str],
    write: bool,
) -> None:
    together: dict[str, list[SaveSecret]] = defaultdict(list)
    for action in actions:
        together[action.block].append(action)
    for block, wanted in together.items():
        value = _one_value(block, wanted, sources, report, exists=block in existing)
        if value is None:
            continue
        settings = tuple(sorted({action.setting for action in wanted}))
        for_get = any(action.for_get for action in wanted)
        try:
            outcome = save_secret(block, value, for_get=for_get, overwrite=block in overwrite, write=write)
        except EnvliftError as error:
            _leave(error, settings, report)
            continue
        report.blocks.append(BlockOutcome(block, settings, outcome))
        if outcome is SaveOutcome.DIFFERS:
            reason = f"the Secret block {block} holds another value; --overwrite {block} replaces it"
            report.left += [Left(setting, reason) for setting in settings]


def _one_value(
    block: str, wanted: Sequence[SaveSecret], sources: Values, report: _Report, *, exists: bool
) -> Concealed | None:
    """The value that all settings of a block share; None, and a report, where there is none."""
    values = {action: sources.of(action.setting, action.source) for action in wanted}
    found = {value for value in values.values() if value is not None}
    settings = sorted({action.setting for action in wanted})
    if not found:
        if exists:
            report.kept.append(block)
        else:
            places = {a.setting: a.source.path if a.source else "" for a in wanted}
            report.left += [no_value_known(setting, places[setting], to_push=True) for setting in settings]
            report.lacking[block] = tuple(settings)
        return None
    if len(found) > 1:
        reason = f"{' and '.join(settings)} have different values and one block, {block}: name two blocks in the plan"
        report.left += [Left(setting, reason) for setting in settings]
        return None
    value = found.pop()
    if len({action.for_get for action in wanted}) > 1 and not same_on_both_roads(value):
        reason = (
            f"its value is JSON, so code and a placeholder would read the block {block} differently: use two blocks"
        )
        report.left += [Left(setting, reason) for setting in settings]
        return None
    return value


def _set_defaults(
    actions: Sequence[SetPoolDefault | NamePlatformSecret],
    sources: Values,
    report: _Report,
    *,
    overwrite: Collection[str],
    writable: Collection[str],
) -> None:
    pools: dict[str, dict[str, Concealed]] = defaultdict(dict)
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for action in actions:
        if isinstance(action, NamePlatformSecret):
            named[action.pool][action.setting] = action.secret
            continue
        value = _default(action, sources, report)
        if value is None:
            continue
        if pools[action.pool].setdefault(action.setting, value) != value:
            report.left.append(Left(action.setting, f"the plan has two values for it on the work pool {action.pool}"))
    for pool in dict.fromkeys((*pools, *named)):
        _set_in_pool(pool, pools[pool], named[pool], report, overwrite=overwrite, write=pool in writable)


def _set_in_pool(
    pool: str,
    defaults: Mapping[str, Concealed],
    secrets: Mapping[str, str],
    report: _Report,
    *,
    overwrite: Collection[str],
    write: bool,
) -> None:
    if not defaults and not secrets:
        return
    try:
        outcome = set_pool_defaults(pool, defaults, secrets, overwrite=overwrite, write=write)
    except EnvliftError as error:
        _leave(error, sorted(secrets or defaults), report)
        if secrets:  # what its platform does not take must not keep the rest back
            _set_in_pool(pool, defaults, {}, report, overwrite=overwrite, write=write)
        return
    report.pools.append(outcome)
    report.left += [
        Left(name, f"the work pool {pool} sets another value; --overwrite {name} replaces it")
        for name in outcome.of(SaveOutcome.DIFFERS)
    ]


def _default(action: SetPoolDefault, sources: Values, report: _Report) -> Concealed | None:
    """What a pool's defaults get: the value, or a placeholder of a block that is there; else None, and a report."""
    if action.block:
        if action.block in report.usable:
            return Concealed(placeholder(action.block))
        reason = f"the work pool {action.pool} cannot refer to the Secret block {action.block} before it is saved"
        report.left.append(Left(action.setting, reason))
        return None
    value = sources.of(action.setting, action.source)
    if value is None:
        if action.source is not None:
            report.left.append(no_value_known(action.setting, action.source.path, to_push=True))
        return None
    if placeholder_in(value.reveal()):
        reason = "its value holds `{{ word }}`, which Prefect would replace: keep it in a Secret block or in code"
        report.left.append(Left(action.setting, reason))
        return None
    where = action.source.path if action.source else ""
    if found := secret_by_now(action.setting, value, where, answered=action.setting in sources.answered):
        report.left.append(found)
        return None
    return value


def _put_template(folder: Path, pool: PoolOutcome, report: _Report) -> None:
    try:
        write_template(folder, pool)
    except EnvliftError as error:
        _leave(error, [name for name, _ in pool.outcomes], report)


def _leave(error: EnvliftError, settings: Sequence[str], report: _Report) -> None:
    """One block or pool that cannot be written is reported; a server that fails ends the run."""
    if error.exit_code is ExitCode.SERVER:
        raise error
    report.left += [Left(setting, f"{error.message}. {error.hint}") for setting in settings]
