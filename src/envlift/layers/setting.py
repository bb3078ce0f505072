"""A setting with all that decides its layer, computed from the inventory for the sites that flows reach."""

from __future__ import annotations

from dataclasses import dataclass

from envlift.feeds import NO_FEEDING, Feeding
from envlift.inventory import Deployment, Site, SiteKind
from envlift.plan import ValueSource
from envlift.scanning.around.config_names import FORM as CONFIGURED
from envlift.scanning.libraries.config_readers import FILE_FORMS
from envlift.scanning.wrappers.wrappers import WRAPPER_FORM
from envlift.sensitivity.judgement import Judgement
from envlift_codemods.read_idioms import READ_IDIOMS

_OWN_FORMS = frozenset({*(idiom.name for idiom in READ_IDIOMS), *FILE_FORMS, CONFIGURED})


@dataclass(frozen=True, slots=True)
class EnvironmentValue:
    """Where the value of some environments stands, and the deployments that are of them."""

    source: ValueSource
    deployments: tuple[Deployment, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One name at the places where flows use it.

    Args:
        name: The variable.
        reads: Reads in files that flows reach; none for a literal or an entry that nothing there reads.
        literals: Hardcoded values that would become this setting.
        judgement: Whether its value is a secret, and why.
        source: Where its value can be read from; None where no value is known.
        differs: Of what the files hold different values, ``environments`` or ``folders``; empty where they agree.
        environments: Where it differs: where the values stand, each with its deployments; None where that cannot be
            told.
        usual_pool: The work pool of what nothing here deploys; empty where none is told.
        templated: Whether its value holds ``{{ word }}``, which Prefect replaces in pools and deployments.
        doubt: Why its value may be wrong for some deployment; empty otherwise.
        feeding: How its runs get it as a variable, if it is a secret that must stay one.
        flows: Entrypoints whose runs reach a site of it.
        deployments: Deployments of these flows.
        pool_mates: How many deployments the pools of these deployments have in all.
        worth_moving: For literals: the rule and the reason by which it is configuration; empty when it is not.
        staying: For literals that no rule moves: the reason.
        child: Where its flows start a program that needs the variable, and who reads it; empty otherwise.
        maybe_child: The same where only the inherited environment speaks for it.
        handed: Where its flows write out that a program gets all of their environment; empty otherwise.
        set_at: Where files around Python give it a value, e.g. ``compose.yaml:4 for web``.
        shared_with: Services that use the same code without a flow: they would then need Prefect's API.
        own_service: A file with flows of its own that is a service all the same; empty otherwise.
        scripts: Scripts that do.
        empty_in: The ``.env`` file whose entry for it is empty; empty where there is none.
        written: Where code of its flows sets or deletes the variable itself, as ``path:line``; empty otherwise.
        given_at: Where an import of its flows' code sets it, so that a read finds a value; empty otherwise.
        settled_at: Where the code sets it for a library, whatever it was before; empty otherwise.
        block: The Secret block that the repository has for it already, and the place that names it.
        provisioner: The line of a program that makes Secret blocks and reads it, where no flow does; empty otherwise.
        unused: A file that reads it and that nothing imports today, though it stands beside the flows' files.
    """

    name: str
    reads: tuple[Site, ...]
    literals: tuple[Site, ...]
    judgement: Judgement
    source: ValueSource | None
    differs: str
    flows: frozenset[str]
    deployments: tuple[Deployment, ...]
    pool_mates: int
    worth_moving: tuple[str, str] | None = None
    staying: str = ""
    child: str = ""
    maybe_child: str = ""
    handed: str = ""
    set_at: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    own_service: str = ""
    scripts: tuple[str, ...] = ()
    empty_in: str = ""
    written: str = ""
    given_at: str = ""
    settled_at: str = ""
    unused: str = ""
    block: tuple[str, str] | None = None
    provisioner: str = ""
    environments: tuple[EnvironmentValue, ...] | None = None
    usual_pool: str = ""
    templated: bool = False
    doubt: str = ""
    feeding: Feeding = NO_FEEDING

    @property
    def sites(self) -> tuple[Site, ...]:
        return (*self.reads, *self.literals)

    @property
    def pools(self) -> tuple[str, ...]:
        """The work pools on which the flows that use it run, sorted."""
        if not self.deployments and self.usual_pool:
            return (self.usual_pool,)
        return tuple(sorted({d.pool for d in self.deployments if d.pool}))

    @property
    def keeper(self) -> str:
        """What takes the variable from the environment whatever the flows' own code does; empty where nothing does."""
        foreign = next((site for site in self.reads if not _by_own_code(site)), None)
        if foreign is not None:
            return obstacle_of(foreign)
        if self.shared_with:
            return f"{self.shared_with[0]} uses the same code and is not a flow"
        if self.written:
            return f"the code sets or deletes it ({self.written})"
        return self.child

    @property
    def stuck(self) -> str:
        """Why no edit makes the code load the value by itself; empty where edits can do that at every site."""
        sites = (s for s in self.sites if s.load is None and s.load_or_raise is None and s.constant is None)
        found = next(sites, None)
        if found is not None:
            return obstacle_of(found)
        return f"{self.own_service} is a service as well as a flow" if self.own_service else self.maybe_child


def obstacle_of(site: Site) -> str:
    """Why no edit moves a site, with its place, which some obstacles tell already."""
    place = f"({place_of(site)})"
    return site.obstacle if site.obstacle.endswith(place) else f"{site.obstacle} {place}"


def place_of(site: Site) -> str:
    """How reasons name a site."""
    return f"{site.path}:{site.span.line}"


def _by_own_code(site: Site) -> bool:
    """Whether the repository's code itself takes the value, so that its owner can make it load a block instead."""
    return site.kind is SiteKind.LITERAL or site.form in _OWN_FORMS or site.form.startswith(WRAPPER_FORM)
