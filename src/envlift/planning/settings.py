"""Group an inventory's sites into settings, and say of each remaining site why it is none of the flows' business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.feeds import feeding_of
from envlift.inventory import Deployment, DeploymentKind, Inventory, Site, SiteKind
from envlift.layers.prefect_setting import prefect_setting_names
from envlift.layers.setting import Setting
from envlift.plan import ValueSource
from envlift.planning.child_readers import ChildReaders
from envlift.planning.constants import alone, judged, users_of
from envlift.planning.dotenv_values import DotenvValue, DotenvValues
from envlift.planning.known_blocks import KnownBlocks
from envlift.planning.literal_names import of_one_thing, unique_names
from envlift.planning.other_readers import OtherReaders
from envlift.planning.outside import Outside, field_default, outside
from envlift.planning.own_values import OwnValues
from envlift.planning.spelling import spelling_of
from envlift.planning.value_givers import ValueGivers
from envlift.policy import Policy
from envlift.prefect_yaml import placeholder_in
from envlift.scanning.libraries.settings_classes import FORM as SETTINGS_FIELD
from envlift.sensitivity.judgement import Judgement, Use, judge
from envlift.sensitivity.literals import worth_moving

_PUT_TOGETHER = Judgement(
    sensitive=False, certain=False, rule="value/put-together", reason="what is written out of it holds no secret"
)


@dataclass(frozen=True, slots=True)
class Grouped:
    """The settings that flows use with the ``.env`` entries that belong to them, and the sites left over."""

    settings: tuple[Setting, ...]
    entries: Mapping[str, tuple[Site, ...]]
    outside: tuple[Outside, ...]
    givers: ValueGivers
    blocks: KnownBlocks


def group(inventory: Inventory, commit: str, policy: Policy) -> Grouped:
    """Every site of an inventory, either in a setting or outside with a reason."""
    entries = _by_name(s for s in inventory.sites if s.kind is SiteKind.DOTENV_ENTRY)
    spelling = spelling_of(inventory.sites)
    reads: dict[str, list[Site]] = defaultdict(list)
    hardcoded: list[Site] = []
    left_over: list[Outside] = []
    fields = {(s.path, s.span): s.name for s in inventory.sites if s.form == SETTINGS_FIELD}
    for site in inventory.sites:
        if site.kind is SiteKind.DOTENV_ENTRY:
            continue
        left = outside(site, inventory) or field_default(site, fields)
        if left is not None:
            left_over.append(left)
        elif site.kind is SiteKind.LITERAL:
            hardcoded.append(judged(site, inventory, policy))
        else:
            reads[spelling(site)].append(judged(site, inventory, policy))
    literals = of_one_thing(hardcoded)
    maker = _Settings(inventory, entries, commit, policy)
    names = set(reads)
    settings = [maker.of_reads(name, tuple(found)) for name, found in sorted(reads.items())]
    ordinary = {s.name: s.judgement for s in settings if not s.judgement.sensitive}
    # What anything else may set already, a worker included, would not hold the literal's value.
    taken = names | entries.keys() | prefect_setting_names() | {mention.name for mention in inventory.mentions}
    for name, found in sorted(literals.items()):
        made = maker.of_literals(name, found, taken, literals.keys(), ordinary.get(name))
        taken |= {s.name for s in made}
        settings += made
    kept: dict[str, tuple[Site, ...]] = {}
    elsewhere = (replace(o.site, name=spelling(o.site)) for o in left_over if o.site.kind is SiteKind.ENV_READ)
    others = OtherReaders(inventory, elsewhere, names, maker.givers)
    for name, found_entries in sorted(entries.items()):
        if name in names:
            kept[name] = found_entries
        elif maker.is_kept_elsewhere(name) or maker.children.started_for(name):
            kept[name] = found_entries
            settings.append(maker.of_entries(name))
        else:
            left_over += [Outside(site, *others.of(site)) for site in found_entries]
    return Grouped(tuple(alone(settings, inventory)), kept, tuple(left_over), maker.givers, maker.blocks)


def _by_name(sites: Iterable[Site]) -> dict[str, tuple[Site, ...]]:
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        found[site.name].append(site)
    return {name: tuple(group) for name, group in found.items()}


class _Settings:
    """Makes settings from sites with what the inventory knows around them."""

    def __init__(
        self, inventory: Inventory, entries: Mapping[str, tuple[Site, ...]], commit: str, policy: Policy
    ) -> None:
        self.inventory = inventory
        self.entries = entries
        self.commit = commit
        self.policy = policy
        self.files = {file.path: file for file in inventory.dotenv_files}
        self.values = DotenvValues(inventory.dotenv_files, entries, policy.environments, self.flows_of)
        self.children = ChildReaders(inventory)
        self.own = OwnValues(inventory)
        self.givers = ValueGivers(inventory)
        self.blocks = KnownBlocks(inventory)
        self.deployments = tuple(_on_pool(d, policy.pool) for d in inventory.deployments)

    def of_reads(self, name: str, reads: tuple[Site, ...]) -> Setting:
        entries = self.entries.get(name, ())
        # What an example file shows nobody has set: it says no more than a default does.
        shown = [e for e in entries if self.files[e.path].is_example]
        defaults = [s.value for s in (*reads, *shown) if s.value is not None]
        set_there = (e.value for e in entries if e not in shown)
        values = [v for v in (*set_there, *self.givers.values_of(name)) if v is not None]
        uses = [*(Use(s.receiver, s.callee, s.wrapper) for s in reads), *self.blocks.uses(name)]
        judgement = judge(name, values=values, defaults=defaults, uses=uses)
        return self.setting(name, reads, (), judgement)

    def of_entries(self, name: str) -> Setting:
        values = [e.value for e in self.entries[name] if e.value is not None]
        return self.setting(name, (), (), judge(name, values=values))

    def of_literals(
        self, name: str, literals: list[Site], taken: Set[str], later: Set[str], ordinary: Judgement | None
    ) -> list[Setting]:
        """One setting for each value; the judgement of a variable of the same name beats what the name alone says."""
        by_value: dict[Concealed | None, list[Site]] = defaultdict(list)
        for site in literals:
            by_value[site.value].append(site)
        made: list[Setting] = []
        given = unique_names(name, list(by_value.values()), taken, later)
        for unique, (value, found) in zip(given, by_value.items(), strict=True):
            sites = [replace(site, name=unique) for site in found]
            uses = [Use(s.receiver, s.callee, s.wrapper) for s in sites]
            shown = dict.fromkeys(v for v in (value, *(s.fixed for s in found)) if v is not None)
            # Of a text that is put together only what is written out can be a secret here.
            judgement = judge(name, values=list(shown), uses=uses) if shown else _PUT_TOGETHER
            if ordinary is not None and judgement.sensitive and judgement.rule.startswith("name/"):
                judgement = ordinary
            moving, rule, reason = worth_moving(sites[0], judgement)
            source = ValueSource(sites[0].path, unique, sites[0].span, self.commit)
            worth = (rule, reason) if moving else None
            setting = self.setting(unique, (), tuple(sites), judgement, source, worth)
            made.append(setting if moving else replace(setting, staying=reason))
        return made

    def setting(
        self,
        name: str,
        reads: tuple[Site, ...],
        literals: tuple[Site, ...],
        judgement: Judgement,
        source: ValueSource | None = None,
        worth: tuple[str, str] | None = None,
    ) -> Setting:
        """A setting whose value ``.env`` files hold, or the ``source`` of a literal."""
        flows = self.children.started_for(name).union(*(self.flows_of(s.path) for s in (*reads, *literals)))
        mine = tuple(d for d in self.deployments if d.entrypoint in flows)
        pools = {d.pool for d in mine if d.pool}
        block = self.blocks.of(name, mine if reads else self.deployments) if not literals else None
        if block is not None and not judgement.sensitive:
            reason = f"the repository keeps it in the Secret block {block[0]} already ({block[1]})"
            judgement = Judgement(sensitive=True, certain=False, rule="block/exists", reason=reason)
        sensitive = judgement.sensitive
        value = DotenvValue(source) if literals else self.values.of(name, reads, mine, sensitive=sensitive)
        users = {path for s in (*reads, *literals) for path in users_of(s)}
        child = self.children.of(name, flows, reads)
        own = {flow.path for flow in self.inventory.flows}
        others = {program for path in users for program in self.inventory.shared.get(path, ())}
        return Setting(
            name=name,
            reads=reads,
            literals=literals,
            judgement=judgement,
            source=value.source,
            differs=value.differs,
            flows=flows,
            deployments=mine,
            pool_mates=sum(1 for d in self.deployments if d.pool in pools),
            worth_moving=worth,
            child=child.reason if child is not None and child.certain else "",
            maybe_child=child.reason if child is not None and not child.certain else "",
            handed=self.children.handed(flows) if reads else "",
            set_at=self.givers.told(name),
            empty_in=next((e.path for e in self.entries.get(name, ()) if self.is_empty(e)), ""),
            written=self.own.changed_at(name),
            given_at=self.own.given_at(name),
            settled_at=self.own.settled_at(name, reads),
            unused=next((s.path for s in reads if s.path in self.inventory.beside), ""),
            block=block,
            provisioner="" if reads or literals else self.blocks.provisioner(name),
            environments=value.environments,
            usual_pool=self.policy.pool,
            templated=self.is_templated(value, name, literals),
            doubt=value.doubt,
            feeding=feeding_of(mine, self.policy),
            shared_with=tuple(sorted(others & self.inventory.services - own)),
            own_service=min(others & self.inventory.services & own, default=""),
            scripts=tuple(sorted(others - self.inventory.services)),
        )

    def is_templated(self, value: DotenvValue, name: str, literals: Iterable[Site]) -> bool:
        sources = {value.source, *(e.source for e in value.environments or ())}
        paths = {source.path for source in sources if source is not None}
        values = (s.value for s in (*literals, *self.entries.get(name, ())) if s in literals or s.path in paths)
        return any(placeholder_in(v.reveal()) for v in values if v is not None)

    def is_empty(self, entry: Site) -> bool:
        return entry.value is not None and not entry.value.reveal() and not self.files[entry.path].is_example

    def flows_of(self, path: str) -> frozenset[str]:
        """The entrypoints of the flows that reach a file or start it, or beside whose files it stands."""
        inventory = self.inventory
        return inventory.reach.get(path) or inventory.beside.get(path) or inventory.started.get(path) or frozenset()

    def is_kept_elsewhere(self, name: str) -> bool:
        """Whether a variable that no flow reads has a layer all the same: Prefect reads it, or a block holds it."""
        known = name in prefect_setting_names() or self.blocks.of(name, self.deployments) is not None
        return known or (self.of_entries(name).judgement.sensitive and bool(self.blocks.provisioner(name)))


def _on_pool(deployment: Deployment, usual: str) -> Deployment:
    """The deployment on the usual pool where it names none; what ``serve`` runs is on no pool at all."""
    served = deployment.kind is DeploymentKind.SERVE or deployment.no_pool
    return replace(deployment, pool="" if served else deployment.pool or usual)
