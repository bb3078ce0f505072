"""Decide: every setting gets a layer with a rule, a reason and a confidence; open questions come back as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from envlift.evidence import Evidence
from envlift.inventory import Deployment, Inventory, Site, SiteKind
from envlift.layers import Claim, Setting
from envlift.layers.leave import CONSTANT
from envlift.plan import (
    ANSWERED,
    IN_CLEAR,
    IN_TEMPLATES,
    WITH_BLOCK,
    Confidence,
    Decision,
    Extra,
    Layer,
    Plan,
    PlannedSite,
    Question,
    Target,
    TargetKind,
    target_kind,
)
from envlift.planning.block_names import block_names
from envlift.planning.claiming import VARIABLES, Settled, settle, taken, takes
from envlift.planning.constants import loop_above, sinking_sites
from envlift.planning.explaining import evidence_of, evidence_of_what_stays
from envlift.planning.findings import findings_of
from envlift.planning.given_values import with_given_value
from envlift.planning.left_alone import in_place, left_alone
from envlift.planning.loading import loading_for
from envlift.planning.new_deployments import as_deployed, new_deployments, question_of
from envlift.planning.overrides import overriding_loads
from envlift.planning.settings import Grouped, group
from envlift.planning.sources import Sources
from envlift.policy import Answers, Policy
from envlift_codemods.edits import Form, LoadSecret, ReadEnvironment
from envlift_codemods.parsed import Place


def make_plan(
    inventory: Inventory,
    policy: Policy,
    answers: Answers,
    *,
    project: str = "",
    commit: str = "",
    tracked: Collection[str] = (),
) -> Plan:
    """The plan for an inventory.

    Args:
        policy, answers: What is decided already; ``answers`` beat the policy's own.
        project: Prefix for block names that are generic; the policy's project beats it.
        commit: The git commit that the inventory was made from; empty without git.
        tracked: The ``.env`` files that git holds.

    Raises:
        EnvliftError: an answer asks for a layer that the code cannot have without a change of behaviour.
    """
    new = new_deployments(inventory, policy)
    inventory = as_deployed(inventory, new)
    grouped, settled = _decide(inventory, policy, answers, commit)
    given = policy.answers.with_over(answers)
    names = block_names(
        (s.setting.name for s in settled if s.claim.layer in WITH_BLOCK),
        policy.project or project,
        {
            **{s.setting.name: s.setting.block[0] for s in settled if s.setting.block is not None},
            **{name: answer.block for name, answer in given.by_setting.items() if answer.block},
        },
        policy.block_name,
    )
    decisions = [d for s in settled for d in _decisions(s, names.get(s.setting.name, ""), grouped, inventory, policy)]
    ordered = tuple(sorted((*decisions, *left_alone(grouped.outside, grouped.blocks, grouped.givers)), key=_order))
    return Plan(
        commit=commit,
        fingerprints={},
        decisions=ordered,
        questions=(*_questions(settled, given), *filter(None, [question_of(new)])),
        findings=findings_of(
            inventory,
            ((s.setting, s.claim.layer) for s in settled),
            ordered,
            Sources(inventory, grouped.givers),
            tracked,
            policy,
        ),
        loading=loading_for(inventory.prefect, exact=policy.exact),
        extras=policy.also,
        new_deployments=new,
        misplaced=_misplaced(inventory, policy),
        overrides=overriding_loads(inventory, policy),
        pool_owners=tuple(owner for owner in inventory.pool_owners if owner.pool in _pools(ordered)),
    )


def evidence_for(inventory: Inventory, policy: Policy, answers: Answers) -> tuple[Evidence, ...]:
    """What speaks for each decision of the plan that ``make_plan`` makes of the same."""
    inventory = as_deployed(inventory, new_deployments(inventory, policy))
    grouped, settled = _decide(inventory, policy, answers, "")
    sources = Sources(inventory, grouped.givers)
    return (
        *(evidence_of(s.setting, s.claim, s.claims, sources) for s in settled),
        *dict.fromkeys(map(evidence_of_what_stays, grouped.outside)),
    )


def _decide(inventory: Inventory, policy: Policy, answers: Answers, commit: str) -> tuple[Grouped, tuple[Settled, ...]]:
    grouped = group(inventory, commit, policy)
    given = policy.answers.with_over(answers)
    return grouped, tuple(
        replace(settled, claim=taken(settled.setting, settled.claim))
        for settled in (
            settle(with_given_value(setting, given), given.get(setting.name), policy) for setting in grouped.settings
        )
    )


def _decisions(
    settled: Settled, block: str, grouped: Grouped, inventory: Inventory, policy: Policy
) -> Iterator[Decision]:
    """One decision; where deployments of several environments get different values, one for each environment."""
    setting, claim = settled.setting, settled.claim
    entries = grouped.entries.get(setting.name, ())
    keeps = policy.keeps_literals and claim.layer in IN_CLEAR
    targets = _targets(setting, claim.layer)
    planned = (_planned(s, setting, claim, block, inventory, keeps=keeps) for s in setting.sites)
    sites = [site for of_site in planned for site in of_site]
    whole = Decision(
        setting=setting.name,
        layer=claim.layer,
        rule=claim.rule,
        reason=claim.reason,
        confidence=claim.confidence,
        runner_up=settled.runner_up,
        # Only a person sends what looks like a secret there, and says by it that it is none.
        sensitive=setting.judgement.sensitive and claim.layer not in IN_CLEAR and claim.rule != CONSTANT,
        block=block,
        source=setting.source if claim.layer not in (Layer.LEAVE, Layer.PREFECT_SETTING) else None,
        targets=targets,
        sites=(*sites, *(in_place(e) for e in entries)),
    )
    if claim.layer is not Layer.DEPLOYMENT or not setting.environments:
        yield whole if claim.rule != ANSWERED or _can_be_done(whole) else _by_hand(whole)
        return
    files = {value.source.path for value in setting.environments}
    sites += (in_place(e) for e in entries if e.path not in files)
    for value in setting.environments:
        own = tuple(in_place(e) for e in entries if e.path == value.source.path)
        targets = _deployment_targets(value.deployments, setting.name)
        yield replace(whole, source=value.source, targets=targets, sites=(*sites, *own))
        sites = []


def _can_be_done(decision: Decision) -> bool:
    """Whether a hardcoded value gets out of the code by an edit: where none does, a layer could not take its place."""
    literals = [site for site in decision.sites if site.kind is SiteKind.LITERAL]
    return decision.layer not in (*WITH_BLOCK, *IN_CLEAR) or not literals or any(site.edit for site in literals)


def _by_hand(decision: Decision) -> Decision:
    reason = f"{decision.reason}; no edit here can take it out of the code"
    return replace(decision, confidence=Confidence.BY_HAND, reason=reason)


def _planned(
    site: Site, setting: Setting, claim: Claim, block: str, inventory: Inventory, *, keeps: bool
) -> tuple[PlannedSite, ...]:
    """The site with its edit; with the other files of a constant that sinks.

    ``keeps`` says that a literal stays as the default of the read that takes its place.
    """
    moves = claim.layer is Layer.SECRET and not setting.stuck
    if moves and site.constant is not None:
        return tuple(sinking_sites(site, block, inventory))
    # What an import evaluates fails where the variable is not set, on the machine that deploys too: only as answered.
    wanted = (claim.rule == ANSWERED or keeps) and not site.in_signature
    here = site.place is not None and (wanted or not site.place.at_import)
    edit: LoadSecret | ReadEnvironment | None = None
    form = site.load or site.load_or_raise
    if site.kind is SiteKind.LITERAL and site.value is None:
        edit = None  # the fixed part of a composed text is no value of its own
    elif moves and form is not None:
        edit = LoadSecret(site.span, block, _form(form, site, inventory))
    elif site.kind is SiteKind.LITERAL and claim.layer in VARIABLES and here:
        edit = ReadEnvironment(site.span, site.name, keeps_literal=keeps)
    return (PlannedSite(site.path, site.span, site.kind, site.name, edit),)


def _form(form: Form, site: Site, inventory: Inventory) -> Form:
    """The form for a place: a sync function that coroutines of the same flows may call needs ``_sync=True``.

    A sync flow or task too: ``task.fn()`` calls it like any function.
    """
    if form is Form.LOAD and site.place is Place.FUNCTION and loop_above(site, inventory):
        return Form.LOAD_SYNC
    return form


def _targets(setting: Setting, layer: Layer) -> tuple[Target, ...]:
    if layer is Layer.SECRET_ENV or (layer is Layer.SECRET and setting.stuck and setting.reads):
        # Without a value the block is still to be made; with several nobody has said which one it holds.
        return () if setting.differs else setting.feeding.targets
    if setting.source is None:
        return ()
    if layer is Layer.POOL_DEFAULT:
        return tuple(Target(TargetKind.POOL, pool) for pool in setting.pools)
    return _deployment_targets(setting.deployments, setting.name) if layer is Layer.DEPLOYMENT else ()


def _misplaced(inventory: Inventory, policy: Policy) -> tuple[Target, ...]:
    """The deployments whose job variables stand where Prefect ignores them, if they shall move."""
    if Extra.JOB_VARIABLES not in policy.also:
        return ()
    found = (d for d in inventory.deployments if d.misplaced and not policy.forbids(d.path))
    return tuple(Target(TargetKind.PREFECT_YAML, d.name, d.path, d.index) for d in found)


def _pools(decisions: Iterable[Decision]) -> frozenset[str]:
    """The work pools whose templates get something."""
    return frozenset(target.name for d in decisions for target in d.targets if target.kind in IN_TEMPLATES)


def _deployment_targets(deployments: Iterable[Deployment], name: str) -> tuple[Target, ...]:
    kinds = ((d, target_kind(d)) for d in deployments if takes(d) and name not in d.env)
    return tuple(Target(kind, d.name, d.path, d.index, d.span) for d, kind in kinds if kind is not None)


def _order(decision: Decision) -> tuple[object, ...]:
    first = decision.sites[0] if decision.sites else None
    place = (first.path, first.span) if first else ("",)
    return (decision.setting, decision.layer.value, decision.rule, place)


def _questions(settled: Iterable[Settled], given: Answers) -> Iterator[Question]:
    for s in settled:
        if s.claim.question and given.get(s.setting.name) is None:
            yield Question(s.setting.name, s.claim.question, f"--answer {s.setting.name}={s.claim.layer.value}")
