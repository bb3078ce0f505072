"""Who else reads a variable that no flow reads, and where else a value is set: the files around Python say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from envlift.inventory import EnvFileUse, Inventory, Mention, MentionKind, MentionRole, Site
from envlift.scanning.roles import is_example, is_test

_ONLY = {
    MentionKind.DOCKERFILE: "only the build of an image takes it ({place})",
    MentionKind.COMPOSE: "only {place} interpolates it{owner}",
    MentionKind.KUBERNETES: "only the manifest {place} names it{owner}",
    MentionKind.HELM: "only the values of a chart name it ({place})",
    MentionKind.WORKFLOW: "only the workflow {place} uses it",
    MentionKind.GITLAB: "only the pipeline {place} uses it",
    MentionKind.PREFECT_YAML: "only {place} takes it, filled in when it is deployed",
    MentionKind.SHELL: "only the script {place} uses it",
    MentionKind.MAKE: "only {place} uses it",
    MentionKind.DBT: "only dbt reads it ({place}): where a flow starts dbt, the run must have it as a variable",
    MentionKind.TERRAFORM: "only Terraform reads it ({place})",
    MentionKind.NOTEBOOK: "only the notebook {place} reads it",
}
# Compose looks these up for itself: https://docs.docker.com/compose/how-tos/environment-variables/envvars/
_COMPOSES_OWN = "COMPOSE_"


class OtherReaders:
    """What an inventory knows of variables beyond the code that flows run."""

    def __init__(self, inventory: Inventory, outside_reads: Iterable[Site]) -> None:
        self._reads: dict[str, list[Site]] = defaultdict(list)
        self._mentions: dict[str, list[Mention]] = defaultdict(list)
        self._files: dict[str, list[EnvFileUse]] = defaultdict(list)
        for site in outside_reads:
            self._reads[site.name].append(site)
        for mention in inventory.mentions:
            self._mentions[mention.name].append(mention)
        for use in inventory.env_file_uses:
            self._files[use.file].append(use)
        self._compose_files = tuple(sorted({m.path for m in inventory.mentions if m.kind is MentionKind.COMPOSE}))
        deployed_by = {d.path for d in inventory.deployments if d.path.endswith(".py")}
        self._programs = {flow.path for flow in inventory.flows} | deployed_by

    def setters(self, name: str) -> tuple[Mention, ...]:
        """Where files around Python give the variable a value, those first that give it to what runs flows."""
        found = [m for m in self._mentions.get(name, ()) if m.role is not MentionRole.READS and not is_test(m.path)]
        return tuple(sorted(found, key=lambda m: not self.runs_flows(m.runs)))

    def runs_flows(self, program: str) -> bool:
        """Whether a command's program is a Prefect worker, or a file of this repository that runs flows."""
        if program == "prefect worker":
            return True
        file = program if program.endswith(".py") else f"{program.replace('.', '/')}.py"
        return bool(program) and any(
            path == file or path.endswith(f"/{file.lstrip('/')}") or file.endswith(f"/{path}")
            for path in self._programs
        )

    def of(self, entry: Site) -> tuple[str, str]:
        """The rule and the reason by which a ``.env`` entry stays that no code of a flow reads."""
        code = [site for site in self._reads.get(entry.name, ()) if not is_test(site.path)]
        takers = self._takers(entry)
        if code:
            also = f"; {places(takers)} too" if takers else ""
            return "not-by-flows", f"read only by code that no flow runs: {places(code)}{also}"
        if takers:
            return self._around(takers)
        if entry.name.startswith(_COMPOSES_OWN) and self._compose_files:
            return "compose-only", f"a setting of Compose itself, for {self._compose_files[0]}"
        uses = self._files.get(entry.path, ())
        if uses:
            return "env-file", f"nothing here names it; {_handed_on(uses)}"
        if self._reads.get(entry.name):
            return "not-by-flows", f"read only by tests: {places(self._reads[entry.name])}"
        setters = self.setters(entry.name)
        elsewhere = f"; {places(setters)} sets it too" if setters else ""
        return "unread", f"no code that a flow runs reads it{elsewhere}"

    def _takers(self, entry: Site) -> list[Mention]:
        """Mentions that take the value: those beside the entry's file first, examples and tests where no others do."""
        folder = entry.path.rpartition("/")[0]
        found = [m for m in self._mentions.get(entry.name, ()) if m.role is not MentionRole.SETS]
        real = [m for m in found if not is_test(m.path) and not is_example(m.path)]
        return sorted(real or found, key=lambda m: m.path.rpartition("/")[0] != folder)

    def _around(self, takers: Sequence[Mention]) -> tuple[str, str]:
        feeding = next((m for m in takers if self.runs_flows(m.runs)), None)
        if feeding is not None:
            what = "a Prefect worker" if feeding.runs == "prefect worker" else f"flows ({feeding.runs})"
            who = f" to {feeding.owner}" if feeding.owner else ""
            return "feeds-flows", f"{place_of(feeding)} gives it{who}, which runs {what}; no code of a flow reads it"
        kinds = {m.kind for m in takers}
        if len(kinds) > 1:
            return "not-by-python", f"used by {places(takers)}, by no code that a flow runs"
        kind = takers[0].kind
        owners = sorted({m.owner for m in takers if m.owner})
        text = _ONLY[kind].format(place=places(takers), owner=f" for {' and '.join(owners[:2])}" if owners else "")
        return f"{kind.value.replace('_', '-')}-only", text


def place_of(found: Mention | EnvFileUse) -> str:
    """How reasons name a place in a file around Python."""
    return f"{found.path}:{found.line}"


def places(found: Sequence[Mention | Site]) -> str:
    """The first place, and how many other files there are."""
    first = found[0]
    line = first.span.line if isinstance(first, Site) else first.line
    others = len({one.path for one in found} - {first.path})
    return f"{first.path}:{line}" + (f" and {others} other file{'s' if others > 1 else ''}" if others else "")


def _handed_on(uses: Sequence[EnvFileUse]) -> str:
    owners = sorted({use.owner for use in uses if use.owner})
    whom = f" to {' and '.join(owners[:2])}{' and others' if len(owners) > 2 else ''}" if owners else ""
    return f"{place_of(uses[0])} hands the whole file on{whom}"
