"""The first half of the road, as commands and the guide need it: a repository in, its plan out; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from envlift.applying.git import head_commit, tracked
from envlift.applying.history import secrets_in_history
from envlift.cli.saved_plan import saved_plan, with_known_values
from envlift.cli.selection import ALL, Selection
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.evidence import Evidence
from envlift.inventory import Inventory
from envlift.plan import ANSWERED, Confidence, Decision, Extra, Finding, Layer, Plan, mended_files
from envlift.planning.fingerprints import files_behind, fingerprints_of_plan
from envlift.planning.planner import evidence_for, make_plan
from envlift.policy import (
    ANSWERS_FILE,
    Answers,
    Policy,
    did_you_mean,
    layered,
    load_answers,
    load_policy,
    parse_answers,
    parse_extras,
)
from envlift.scanning.literals.shapes import parse_url
from envlift.scanning.repository import scan_repository


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in a repository, what has been answered, and the plan that follows from both.

    Args:
        plan: For the settings that the run is about.
        whole: For all.
    """

    root: Path
    inventory: Inventory
    policy: Policy
    answers: Answers
    commit: str
    plan: Plan
    whole: Plan
    history: tuple[Finding, ...] = ()
    selection: Selection = ALL

    def answered(self, person: Answers) -> Survey:
        """The same repository with the answers of a person on top.

        Raises:
            EnvliftError: an answer asks for a layer that the code cannot have.
        """
        answers = self.answers.with_over(person)
        return self._with(self.policy, answers)

    def on_pool(self, pool: str) -> Survey:
        """The same with a work pool for the deployments that name none."""
        policy, answers = replace(self.policy, pool=pool), self.answers.with_over(Answers(pool=pool))
        return self._with(policy, answers)

    def _with(self, policy: Policy, answers: Answers) -> Survey:
        whole = _plan(self.root, self.inventory, policy, answers, self.commit, self.history)
        return replace(self, policy=policy, answers=answers, plan=self.selection.of(whole), whole=whole)

    @property
    def secrets(self) -> tuple[Concealed, ...]:
        """The values that no diff may show, whatever settings the run is about."""
        return secrets_of(self.inventory, self.whole)

    @property
    def lacks_pool(self) -> bool:
        """Whether something waits for the name of a work pool: new deployments, or settings that nothing else feeds."""
        if any(not new.pool for new in self.plan.new_deployments):
            return True
        if self.policy.pool or self.inventory.deployments:
            return False
        return any(_waits_for_pool(decision) for decision in self.plan.decisions)

    @property
    def asks(self) -> bool:
        """Whether a person could answer something."""
        return bool(self.unsettled) or self.lacks_pool

    @property
    def unsettled(self) -> tuple[Decision, ...]:
        """The decisions that a person should look at, secrets first; what is left alone needs nobody."""
        asked = {question.setting for question in self.plan.questions}
        found = (
            d
            for d in self.plan.decisions
            if d.setting in asked
            or (d.confidence < Confidence.SURE and d.layer is not Layer.LEAVE and d.rule != ANSWERED)
        )
        return tuple(sorted(found, key=lambda d: (not d.sensitive, d.setting not in asked, d.setting)))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What speaks for each decision."""
        return evidence_for(self.inventory, self.policy, self.answers)

    def only(self, name: str) -> Survey:
        """The same with a plan of one setting.

        Raises:
            EnvliftError: the repository has no setting of that name.
        """
        decisions = tuple(d for d in self.plan.decisions if name in (d.setting, *(site.name for site in d.sites)))
        if not decisions:
            known = {d.setting for d in self.plan.decisions if d.setting}
            raise EnvliftError(f"No setting {name} here.{did_you_mean(name, known)}", "envlift scan", ExitCode.USAGE)
        places = {(site.path, site.span.line) for d in decisions for site in d.sites}
        names = {d.setting for d in decisions}
        plan = replace(
            self.plan,
            decisions=decisions,
            questions=tuple(q for q in self.plan.questions if q.setting in names),
            findings=tuple(f for f in self.plan.findings if (f.path, f.line) in places),
        )
        return replace(self, plan=plan)

    @property
    def exit_code(self) -> ExitCode:
        """How a run ends that did all it could: unread files first, then questions."""
        if self.inventory.troubles:
            return ExitCode.PARTIAL
        return ExitCode.QUESTIONS if self.plan.questions else ExitCode.DONE


def _waits_for_pool(decision: Decision) -> bool:
    if decision.targets:
        return False
    if decision.layer is Layer.POOL_DEFAULT:
        return decision.source is not None
    stays = decision.layer is Layer.SECRET and not any(site.edit for site in decision.sites)
    return decision.layer is Layer.SECRET_ENV or stays


def survey(
    root: Path,
    texts: Sequence[str] = (),
    answers_file: Path | None = None,
    also: Sequence[str] = (),
    pool: str = "",
    selection: Selection = ALL,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Survey:
    """Scan and plan, with the answers of policy, answers file and ``--answer`` flags, later ones over earlier ones.

    Args:
        also: What ``--also`` flags ask for, beside the policy.
        pool: The work pool of deployments that name none; goes before the policy's.
        selection: The settings to plan.
        progress: Told how many files of how many have been looked at.

    Raises:
        EnvliftError: an answer, an ``--also`` or the policy is not understood.
    """
    policy = load_policy(root)
    asked = parse_extras(also)
    also_all = tuple(extra for extra in Extra if extra in (*policy.also, *asked))
    answers = layered((policy.answers, given_answers(texts, answers_file)))
    if answers.values and (answers_file is None or answers_file.resolve() != (root / ANSWERS_FILE).resolve()):
        raise EnvliftError(
            f"{answers_file} gives values, which `envlift push` and `envlift apply` look for in {ANSWERS_FILE}.",
            f"Put its table [values] into {root / ANSWERS_FILE}, and name that with --answers.",
            ExitCode.USAGE,
        )
    policy = replace(policy, also=also_all, pool=pool or answers.pool or policy.pool)
    inventory, commit = scan_repository(root, progress=progress), head_commit(root)
    history = secrets_in_history(root) if commit else ()
    whole = _plan(root, inventory, policy, answers, commit, history)
    return Survey(root, inventory, policy, answers, commit, selection.of(whole), whole, history, selection)


def given_answers(texts: Sequence[str], answers_file: Path | None) -> Answers:
    """The answers of an answers file, and of ``--answer`` flags over them.

    Raises:
        EnvliftError: one is not understood.
    """
    return layered((load_answers(answers_file) if answers_file else Answers(), parse_answers(texts)))


def _plan(
    root: Path, inventory: Inventory, policy: Policy, answers: Answers, commit: str, history: tuple[Finding, ...]
) -> Plan:
    """The plan with fingerprints of the files that it was made from, by which it is known when it is stale."""
    plan = make_plan(
        inventory,
        policy,
        answers,
        project=inventory.project,
        commit=commit,
        tracked=tracked(root, [file.path for file in inventory.dotenv_files]) if commit else (),
    )
    behind = {*files_behind(plan.decisions), *mended_files(plan)}
    paths = sorted(behind - {ANSWERS_FILE})  # answers that come later make no plan stale
    contents = {path: file.read_bytes() for path in paths if (file := root / path).is_file()}
    findings = sorted((*plan.findings, *history), key=lambda f: (f.path, f.line, f.rule, f.message))
    plan = replace(plan, fingerprints=fingerprints_of_plan(plan, contents), findings=tuple(findings))
    earlier = saved_plan(root)
    return plan if earlier is None else with_known_values(plan, earlier)


def secrets_of(inventory: Inventory, plan: Plan) -> tuple[Concealed, ...]:
    """The values, and the passwords inside of addresses, that no diff may show."""
    secret = [decision for decision in plan.decisions if decision.sensitive]
    names = {decision.setting for decision in secret}
    # Literals of one name and several values are several settings, with names of their own.
    places = {(site.path, site.span) for decision in secret for site in decision.sites}
    known = (site for site in inventory.sites if site.name in names or (site.path, site.span) in places)
    values = [site.value.reveal() for site in known if site.value is not None]
    passwords = [url.password for value in values if (url := parse_url(value)) is not None and url.password]
    return tuple(Concealed(text) for text in dict.fromkeys((*values, *passwords)) if text)


def unused_answers(found: Survey, texts: Sequence[str]) -> tuple[str, ...]:
    """A remark for each ``--answer`` whose setting the repository does not have.

    No error: after a migration its settings are gone from the code, and the same command must still succeed.
    """
    known = {d.setting for d in found.plan.decisions} | {site.name for site in found.inventory.sites}
    names = sorted(set(parse_answers(texts).by_setting) - known)
    return tuple(f"--answer {name}: no such setting here.{did_you_mean(name, known)}" for name in names)
