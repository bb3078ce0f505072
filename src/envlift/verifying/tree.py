"""What a verification looks at on disk, and where code and prefect.yaml are not as the plan has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from envlift.actions import FeedVariable, deployment_actions, feed_actions, placeholder
from envlift.concealed import Concealed
from envlift.inventory import Deployment, DeploymentKind, Inventory, Site, SiteKind, Standing
from envlift.plan import Confidence, Decision, Finding, Layer, Plan, Severity, Target, TargetKind, accepted
from envlift.prefect_yaml import PullVariable, Refused, set_in_pull
from envlift.scanning.roles import is_example, is_test

_LEAKS = (
    "secret-parameter",
    "secret-default",
    "secret-in-decorator",
    "secret-in-deployment",
    "secret-in-clear",
    "block-in-clear",
    "variable-in-clear",
    "environment-bundle",
    "ignored-job-variables",
    "dotenv-override",
)
_APPLY = "envlift plan --write, then envlift apply"


@dataclass(frozen=True, slots=True)
class Tree:
    """A repository and what is meant to be true of it.

    Args:
        root: The repository.
        inventory: A scan of it.
        now: The plan that would be made of it today, which knows what is to be left alone, and what leaks.
        saved: The plan that was made of it; None where there is none.
        lowest: The confidence from which on the saved plan's decisions were to be carried out.
    """

    root: Path
    inventory: Inventory
    now: Plan
    saved: Plan | None
    lowest: Confidence = Confidence.SURE

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is meant to be carried out."""
        return () if self.saved is None else accepted(self.saved, self.lowest)

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """Those whose runs a worker starts; what ``serve`` runs has the environment of its own process."""
        ours = (d for d in self.inventory.deployments if d.kind is not DeploymentKind.SERVE)
        return tuple(d for d in ours if not is_test(d.path) and not is_example(d.path))

    def reads(self, setting: str) -> tuple[Site, ...]:
        """The reads of a variable that the runs of flows come to."""
        return tuple(s for s in self.open_reads if s.name == setting)

    @property
    def open_reads(self) -> tuple[Site, ...]:
        """All reads that ask for a layer, in code that the runs of flows come to."""
        return tuple(
            s
            for s in self.inventory.sites
            if s.kind is SiteKind.ENV_READ
            and s.name
            and s.standing is Standing.OPEN
            and s.path in self.inventory.reach
            and not is_test(s.path)
        )


def tree_findings(tree: Tree) -> Iterator[Finding]:
    """Where the tree leaks secrets or is not as its plan has it."""
    for finding in tree.now.findings:
        ours = finding.rule in _LEAKS or (finding.rule == "hardcoded-secret" and finding.path in tree.inventory.reach)
        if ours:
            yield finding
    yield from _unknown_blocks(tree)
    yield from _unmoved_code(tree)
    yield from _unset_in_deployments(tree)


def _unknown_blocks(tree: Tree) -> Iterator[Finding]:
    if tree.saved is None:
        return
    known = {d.block for d in tree.saved.decisions}
    for load in tree.inventory.block_loads:
        inside = load.path in tree.inventory.reach and not is_test(load.path)
        if load.block == "Secret" and load.name and inside and load.name not in known:
            message = f"the code loads the Secret block {load.name}, which the plan does not know: no push makes it"
            remedy = "make it by hand, or mend the name; a verification with a server tells whether it is there"
            yield Finding(Severity.MEDIUM, load.path, load.line, message, "unknown-block", remedy)


def _unmoved_code(tree: Tree) -> Iterator[Finding]:
    literals = {(s.path, s.name): s for s in tree.inventory.sites if s.kind is SiteKind.LITERAL}
    for decision in tree.decisions:
        if decision.layer is Layer.SECRET and not decision.targets:
            for site in tree.reads(decision.setting):
                message = f"{decision.setting} is read from the environment, where the plan has the Secret block loaded"
                yield Finding(Severity.MEDIUM, site.path, site.span.line, message, "not-applied", _APPLY)
        for planned in decision.sites:
            still = literals.get((planned.path, planned.name)) if planned.edit is not None else None
            if planned.kind is SiteKind.LITERAL and still is not None:
                message = f"{decision.setting} is hardcoded still, where the plan moves it to {decision.layer.value}"
                yield Finding(Severity.MEDIUM, still.path, still.span.line, message, "not-applied", _APPLY)


def _unset_in_deployments(tree: Tree) -> Iterator[Finding]:
    for action in deployment_actions(tree.decisions):
        found = declared(tree, action.target)
        if found is None:
            yield _undeclared(action.setting, action.target)
        elif action.setting not in found.env:
            message = f"deployment {action.target.name} does not set {action.setting}, which the plan puts there"
            yield Finding(Severity.HIGH, found.path, found.line, message, "not-applied", _APPLY)
    for feed in feed_actions(tree.decisions):
        found = declared(tree, feed.target)
        if found is None:
            yield _undeclared(feed.setting, feed.target)
        elif not _is_fed(tree, found, feed):
            what = "job variables" if feed.target.kind is TargetKind.CALL else "pull steps"
            message = f"the {what} of {feed.target.name} do not feed {feed.setting} from the block {feed.block}"
            yield Finding(Severity.HIGH, found.path, found.line, message, "not-applied", _APPLY)


def declared(tree: Tree, target: Target) -> Deployment | None:
    """The deployment of a target, by its file and name, or by its place where it has no name."""
    own = [d for d in tree.inventory.deployments if d.path == target.path and d.name == target.name]
    return next((d for d in own if target.name or (d.index, d.span) == (target.index, target.span)), None)


def _undeclared(setting: str, target: Target) -> Finding:
    message = f"the plan gives {setting} to the deployment {target.name}, which this file does not declare"
    return Finding(Severity.MEDIUM, target.path, 0, message, "unknown-deployment", "envlift plan --write")


def _is_fed(tree: Tree, deployment: Deployment, feed: FeedVariable) -> bool:
    wanted = placeholder(feed.block)
    if feed.target.kind is TargetKind.CALL:
        return deployment.env.get(feed.setting) == Concealed(wanted)
    text = _text(tree.root, deployment.path)
    try:
        return set_in_pull(text, [PullVariable(deployment.index, feed.setting, wanted)]) == text
    except Refused:
        return False


def _text(root: Path, path: str) -> str:
    try:
        return (root / path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def env_of(deployment: Deployment) -> Mapping[str, Concealed]:
    """The variables that its declaration gives; none where Prefect takes no job variables from it."""
    return {} if deployment.no_pool else deployment.env
