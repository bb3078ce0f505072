"""Who else reads a variable that no flow reads: other code, and the files around Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from envlift.inventory import (
    EnvFileUse,
    Inventory,
    Mention,
    MentionKind,
    MentionRole,
    Site,
    SiteKind,
    Standing,
)
from envlift.planning.value_givers import ValueGivers, place_of
from envlift.scanning.roles import is_example, is_test

_ONLY = {
    MentionKind.DOCKERFILE: "only the build of an image takes it{owner} ({place})",
    MentionKind.COMPOSE: "only Compose interpolates it{owner} ({place})",
    MentionKind.KUBERNETES: "only a manifest names it{owner} ({place})",
    MentionKind.HELM: "only the values of a chart name it{owner} ({place})",
    MentionKind.WORKFLOW: "only a GitHub workflow uses it{owner} ({place})",
    MentionKind.GITLAB: "only a GitLab pipeline uses it{owner} ({place})",
    MentionKind.PREFECT_YAML: "only Prefect takes it, when it deploys ({place})",
    MentionKind.SHELL: "only a shell script uses it ({place})",
    MentionKind.MAKE: "only make uses it ({place})",
    MentionKind.DBT: "only dbt reads it ({place}): where a flow starts dbt, the run must have it as a variable",
    MentionKind.TERRAFORM: "only Terraform reads it ({place})",
    MentionKind.NOTEBOOK: "only a notebook reads it ({place})",
}
# They look these up for themselves: https://docs.docker.com/compose/how-tos/environment-variables/envvars/
_DOCKERS_OWN = ("COMPOSE_", "DOCKER_")


class OtherReaders:
    """What an inventory knows of variables beyond the code that flows run."""

    def __init__(
        self,
        inventory: Inventory,
        outside_reads: Iterable[Site],
        read_by_flows: Iterable[str],
        givers: ValueGivers,
    ) -> None:
        self._givers = givers
        self._read_by_flows = frozenset(read_by_flows)
        self._reads: dict[str, list[Site]] = defaultdict(list)
        self._mentions: dict[str, list[Mention]] = defaultdict(list)
        self._files: dict[str, list[EnvFileUse]] = defaultdict(list)
        for site in outside_reads:
            self._reads[site.name].append(site)
        for mention in inventory.mentions:
            self._mentions[mention.name].append(mention)
        self._settings: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        for mention in inventory.mentions:
            if mention.role is MentionRole.SETS:
                self._settings[mention.path, mention.line, mention.owner].append(mention.name)
        self._examples = {file.path for file in inventory.dotenv_files if file.is_example}
        here = {file.path for file in inventory.dotenv_files}
        self._missing = tuple(use for use in inventory.env_file_uses if use.file not in here)
        for use in inventory.env_file_uses:
            self._files[use.file].append(use)
        self._compose_files = tuple(sorted({m.path for m in inventory.mentions if m.kind is MentionKind.COMPOSE}))
        self._computed = next(
            (
                site
                for site in inventory.sites
                if site.kind is SiteKind.ENV_READ
                and not site.name
                and site.standing is Standing.OPEN
                and site.path in inventory.reach
            ),
            None,
        )

    def of(self, entry: Site) -> tuple[str, str]:
        """The rule and the reason by which a ``.env`` entry stays that no code of a flow reads."""
        code = [site for site in self._reads.get(entry.name, ()) if not is_test(site.path)]
        takers = self._takers(entry)
        if code:
            also = f" and {places(takers)}" if takers else ""
            doubt = f"; {self._computes}, though" if self._computed is not None else ""
            return "not-by-flows", f"read by name only by {places(code)}{also}, which no flow runs{doubt}"
        if takers:
            return self._around(takers)
        if entry.name.startswith(_DOCKERS_OWN) and self._compose_files:
            return "compose-only", f"a setting of Docker or Compose itself, for {self._compose_files[0]}"
        uses = self._files.get(entry.path) or self._uses_of_copies(entry.path)
        if uses:
            return "env-file", f"nothing here names it; {_handed_on(uses)}"
        if self._reads.get(entry.name):
            return "not-by-flows", f"read only by tests: {places(self._reads[entry.name])}"
        setters = self._givers.of(entry.name)
        elsewhere = f"; {places(setters)} sets it too" if setters else ""
        if self._computed is not None:
            # A name that is put together at run time may be this one: nobody can be sure.
            return "computed-name", f"nothing here reads it by name, but {self._computes}{elsewhere}"
        return "unread", f"nothing here reads it{elsewhere}"

    @property
    def _computes(self) -> str:
        site = self._computed
        return "" if site is None else f"{site.path}:{site.span.line} computes the names it reads"

    def _takers(self, entry: Site) -> list[Mention]:
        """Mentions that take the value: those beside the entry's file first, examples and tests where no others do."""
        folder = entry.path.rpartition("/")[0]
        found = [m for m in self._mentions.get(entry.name, ()) if m.role is not MentionRole.SETS]
        real = [m for m in found if not is_test(m.path) and not is_example(m.path)]
        return sorted(real or found, key=lambda m: m.path.rpartition("/")[0] != folder)

    def _uses_of_copies(self, path: str) -> list[EnvFileUse]:
        """Uses of files that are not in the repository and are made from this one, as names and places tell."""
        folder, _, name = path.rpartition("/")
        return [
            use
            for use in self._missing
            for missing_folder, _, missing_name in (use.file.rpartition("/"),)
            if missing_name == name or (path in self._examples and missing_folder == folder)
        ]

    def _passed_on_as(self, taker: Mention) -> list[str]:
        """The names under which a line hands on what it takes."""
        return [n for n in self._settings.get((taker.path, taker.line, taker.owner), ()) if n != taker.name]

    def _around(self, takers: Sequence[Mention]) -> tuple[str, str]:
        feeding = next((m for m in takers if self._givers.runs_flows(m.runs)), None)
        if feeding is not None:
            what = "a Prefect worker" if feeding.runs == "prefect worker" else f"flows ({feeding.runs})"
            who = f" to {feeding.owner}" if feeding.owner else ""
            return "feeds-flows", f"{place_of(feeding)} gives it{who}, which runs {what}; no code of a flow reads it"
        source = next((m for m in takers if self._read_by_flows.intersection(self._passed_on_as(m))), None)
        if source is not None:
            given = min(self._read_by_flows.intersection(self._passed_on_as(source)))
            return "feeds-flows", f"{place_of(source)} makes {given} from it, which flows read"
        kinds = {m.kind for m in takers}
        if len(kinds) > 1:
            return "not-by-python", f"used by {places(takers)}, and by no code that a flow runs"
        kind = takers[0].kind
        owners = sorted({m.owner for m in takers if m.owner})
        text = _ONLY[kind].format(place=places(takers), owner=f" for {' and '.join(owners[:2])}" if owners else "")
        passed = sorted({name for m in takers for name in self._passed_on_as(m)})
        as_what = f", as {passed[0]}" if len(passed) == 1 else ""
        return f"{kind.value.replace('_', '-')}-only", f"{text}{as_what}"


def places(found: Sequence[Mention | Site]) -> str:
    """The first place, and how many other files there are."""
    first = found[0]
    line = first.span.line if isinstance(first, Site) else first.line
    others = len({one.path for one in found} - {first.path})
    return f"{first.path}:{line}" + (f" and {others} other file{'s' if others > 1 else ''}" if others else "")


def _handed_on(uses: Sequence[EnvFileUse]) -> str:
    owners = sorted({use.owner for use in uses if use.owner})
    named = ", ".join(owners[:2]) + " and others" if len(owners) > 2 else " and ".join(owners)
    whom = f" to {named}" if owners else ""
    return f"{place_of(uses[0])} hands the whole file on{whom}"
