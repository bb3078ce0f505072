"""Whether every variable that flows need reaches the runs of each deployment, and from the layer that is planned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from envlift.inventory import Deployment, Site, SiteKind
from envlift.plan import Finding, Layer, Plan, Severity
from envlift.planning.stacks import stacks_of
from envlift.precedence import LEAK, LEAKS_BEFORE, LEAKS_SINCE, TITLES, Rung, Stack, Version, Worker, oddities, winner
from envlift.prefect_versions import VersionSource, oldest_allowed
from envlift.verifying.tree import Tree, env_of
from envlift_codemods.missing_values import Handling
from envlift_codemods.read_idioms import Missing

_ALL = tuple(Worker)
_FILES = (Rung.DOTENV, Rung.DOTENV_OVERRIDE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a server beside the tree; nothing of it without one.

    Args:
        pool_defaults: The variables of each pool's defaults.
        deployment_env: Those of each deployment and what sets them, by the place of its declaration.
        worker_types: The type of each pool's workers.
        version: The Prefect that workers have; None for a current one.
    """

    pool_defaults: Mapping[str, Collection[str]] = field(default_factory=dict)
    deployment_env: Mapping[tuple[str, int], Mapping[str, Rung]] = field(default_factory=dict)
    worker_types: Mapping[str, str] = field(default_factory=dict)
    version: Version | None = None

    def workers(self, deployment: Deployment) -> tuple[Worker, ...]:
        """The types of worker that may start its runs; those of clouds start containers, as Kubernetes does."""
        told = self.worker_types.get(deployment.pool, "")
        if not told:
            return _ALL
        return (next((worker for worker in Worker if worker.value == told), Worker.KUBERNETES),)

    def given(self, setting: str, deployment: Deployment) -> Iterator[tuple[Rung, str]]:
        """What the server itself gives to the runs of a deployment."""
        if rung := self.deployment_env.get((deployment.path, deployment.line), {}).get(setting):
            yield rung, f"deployment {deployment.name} on the server"
        if setting in self.pool_defaults.get(deployment.pool, ()):
            yield Rung.POOL_DEFAULT, f"work pool {deployment.pool} on the server"


def known_version(tree: Tree) -> Version | None:
    """The Prefect that the project's lock or image names; a range says nothing of the one that runs."""
    sure = (VersionSource.LOCK, VersionSource.IMAGE)
    return oldest_allowed(v for v in tree.inventory.prefect_versions if v.source in sure)


def arriving_findings(tree: Tree, around: Surroundings) -> Iterator[Finding]:
    """Variables that do not reach a run, or not as planned."""
    plan = replace(tree.now, decisions=tree.decisions)
    needed = _needed(tree)
    secret = {decision.setting for decision in tree.now.decisions if decision.sensitive}
    for setting in sorted({*needed, *(d.setting for d in tree.decisions if d.targets)}):
        stacks = tuple(_stacks(tree, plan, setting, around))
        yield from _missing(setting, needed.get(setting, ()), stacks, _way_out(tree, setting, secret=setting in secret))
        yield from _hidden(setting, tree.reads(setting), stacks, around.version)
    yield from _leaking(tree, around)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A stack with the deployment that it is of, and all that gives a value, the server with it."""

    stack: Stack
    deployment: Deployment
    given: Mapping[Rung, str]

    @property
    def won(self) -> Rung | None:
        return winner([step.rung for step in self.stack.steps], tuple(self.given))


def _stacks(tree: Tree, plan: Plan, setting: str, around: Surroundings) -> Iterator[_Arrival]:
    ours = {(d.name or "(unnamed)", d.entrypoint): d for d in tree.deployments}
    for stack in stacks_of(tree.inventory, plan, setting, version=around.version):
        deployment = ours.get((stack.deployment, stack.entrypoint))
        if deployment is not None and stack.worker in around.workers(deployment):
            after = {step.rung: step.after for step in stack.steps if step.after}
            yield _Arrival(stack, deployment, {**dict(around.given(setting, deployment)), **after})


def _needed(tree: Tree) -> Mapping[str, Sequence[Site]]:
    """The reads that do not do without their variable, by its name."""
    left = {
        (site.path, site.span)
        for decision in tree.now.decisions
        if decision.layer in (Layer.LEAVE, Layer.PREFECT_SETTING)
        for site in decision.sites
    }
    reach = tree.inventory.reach
    written: dict[str, set[str]] = {}
    for site in tree.inventory.sites:
        if site.kind is SiteKind.ENV_WRITE:
            written.setdefault(site.name, set()).update(reach.get(site.path, ()))
    found: dict[str, list[Site]] = {}
    for site in tree.open_reads:
        does_without = site.missing not in (Missing.RAISES, Missing.NONE) or site.handling is Handling.BRANCH
        itself = written.get(site.name, set()) & reach[site.path]
        if not does_without and not itself and (site.path, site.span) not in left:
            found.setdefault(site.name, []).append(site)
    return found


def _way_out(tree: Tree, setting: str, *, secret: bool) -> str:
    """What to do where nothing gives a variable to a deployment."""
    # Job variables are kept in clear.
    itself = "let a Secret block feed it" if secret else f"set {setting} in the job variables of the deployment"
    planned = (d for d in tree.decisions if d.setting == setting and d.layer in (Layer.POOL_DEFAULT, Layer.DEPLOYMENT))
    if any(d.source is None and not d.targets for d in planned):
        return f"the plan has a layer for it and no value: `envlift migrate` takes one; or {itself}"
    return f"envlift plan --write finds a layer for it; or {itself}"


def _missing(setting: str, reads: Sequence[Site], arrivals: Sequence[_Arrival], remedy: str) -> Iterator[Finding]:
    if not reads or any(a.stack.block for a in arrivals):
        return
    by_deployment: dict[str, list[_Arrival]] = {}
    for arrival in arrivals:
        by_deployment.setdefault(arrival.stack.deployment, []).append(arrival)
    best = {name: {a.won for a in found} for name, found in by_deployment.items()}
    nowhere = [name for name, won in best.items() if won <= {None, Rung.DEFAULT}]
    in_files = [name for name, won in best.items() if name not in nowhere and won <= {None, Rung.DEFAULT, *_FILES}]
    place = (reads[0].path, reads[0].span.line)
    raises = any(read.missing is Missing.RAISES for read in reads)
    if nowhere:
        what = "the code needs it" if raises else "the code gets None"
        message = f"nothing gives {setting} to {', '.join(nowhere)}: {what}"
        yield Finding(Severity.HIGH if raises else Severity.MEDIUM, *place, message, "no-layer", remedy)
    if in_files:
        source = next(a.given[a.won] for name in in_files for a in by_deployment[name] if a.won in _FILES)
        message = f"only a .env file ({source}) gives {setting} to {', '.join(in_files)}: a clone lacks it"
        yield Finding(Severity.MEDIUM, *place, message, "only-dotenv", remedy)


def _hidden(
    setting: str, reads: Sequence[Site], arrivals: Sequence[_Arrival], version: Version | None
) -> Iterator[Finding]:
    """What beats the layer that the plan names, once for each place that does."""
    found: dict[tuple[Rung, Rung, str], list[_Arrival]] = {}
    for arrival in arrivals:
        planned, won = arrival.stack.planned, arrival.won
        if planned and won is not None and won not in planned and not arrival.stack.block:
            found.setdefault((planned[0], won, arrival.given[won]), []).append(arrival)
    for (meant, won, where), hidden in found.items():
        names = ", ".join(dict.fromkeys(a.stack.deployment for a in hidden))
        workers = tuple(dict.fromkeys(a.stack.worker for a in hidden))
        only = f" on {' and '.join(w.value for w in workers)} workers" if len(workers) < len(_ALL) else ""
        odd = next((o.note for w in workers for o in oddities(w, version) if o.rungs[0] is won), "")
        message = f"{setting} of {names}{only}: the {TITLES[meant]}, where the plan has it, is hidden by {TITLES[won]}"
        message += f" ({where})" + (f"; {odd}" if odd else "")
        first = hidden[0].deployment
        place = (reads[0].path, reads[0].span.line) if reads else (first.path, first.line)
        yield Finding(Severity.HIGH, *place, message, "shadowed", f"take {setting} away there")


def _leaking(tree: Tree, around: Surroundings) -> Iterator[Finding]:
    """Variables of one deployment that reach another one's runs, where a version of Prefect mixes them up."""
    if around.version is None or not LEAKS_SINCE <= around.version < LEAKS_BEFORE:
        return
    planned = {t.name for d in tree.decisions if d.layer is Layer.POOL_DEFAULT for t in d.targets}
    filled = planned | {pool for pool, names in around.pool_defaults.items() if names}
    for giver in (d for d in tree.deployments if d.pool in filled):
        for other in tree.deployments:
            if other is giver or other.pool != giver.pool:
                continue
            mine = sorted(
                name
                for name in set(env_of(giver)) - set(env_of(other))
                if any(other.entrypoint in tree.inventory.reach[s.path] for s in tree.reads(name))
            )
            if mine:
                message = f"{', '.join(mine)} of {giver.name} may reach runs of {other.name}: {LEAK}"
                remedy = f"set them on {other.name}, too, or use Prefect 3.6.22 or later"
                yield Finding(Severity.HIGH, giver.path, giver.line, message, "leaking-env", remedy)
