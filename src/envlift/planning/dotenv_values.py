"""Which ``.env`` entry holds the value that flows see today, where several files have one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from envlift.inventory import Deployment, DotenvFile, Site
from envlift.layers.setting import EnvironmentValue, place_of
from envlift.plan import ValueSource
from envlift.planning.environments import by_environment, names_environment
from envlift.sensitivity.judgement import judge

# What stands for tests beside a file for all says nothing of what runs see.
_FOR_TESTS = frozenset({"test", "testing", "ci"})
_ENVIRONMENTS = "environments"
_FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class DotenvValue:
    """What the files say of one name.

    Args:
        source: The one value; None where there is none, or several and none for all.
        differs: What has different values, ``environments`` or ``folders``; empty where all agree.
        environments: Then, for each file that has one, the deployments that get it; None where that cannot be told.
        doubt: Why the one value may be wrong for some deployment; empty otherwise.
    """

    source: ValueSource | None = None
    differs: str = ""
    environments: tuple[EnvironmentValue, ...] | None = None
    doubt: str = ""


class DotenvValues:
    """The values of a repository's ``.env`` files.

    Args:
        files: Examples among them, whose values nobody has set.
        entries: All entries, by name.
        told: The environments of deployments, as the policy has them.
        flows_of: The entrypoints of the flows that a file belongs to.
    """

    def __init__(
        self,
        files: Iterable[DotenvFile],
        entries: Mapping[str, tuple[Site, ...]],
        told: Mapping[str, tuple[str, ...]],
        flows_of: Callable[[str], frozenset[str]],
    ) -> None:
        self._files = {file.path: file for file in files}
        self._entries = entries
        self._told = told
        self._flows_of = flows_of

    def of(
        self, name: str, reads: Sequence[Site], deployments: Sequence[Deployment], *, sensitive: bool
    ) -> DotenvValue:
        """The value of a name for the deployments that use it.

        Args:
            reads: Whose folders tell which of several files for all is meant.
            sensitive: A secret is kept once: where all that have it agree, it is not given by environment.
        """
        real = self._real(name)
        plain = [e for e in real if not self._environment(e)]
        of_one = [e for e in real if self._environment(e) and not (plain and self._environment(e) in _FOR_TESTS)]
        named: dict[str, Site] = {}
        for entry in of_one:
            named.setdefault(self._environment(entry), entry)
        if not named and len({e.value for e in plain}) > 1:
            return self._of_folders(name, plain, reads, deployments)
        usual = _nearest(plain, _folders(reads)) if plain else None
        if any(e.value != named[self._environment(e)].value for e in of_one):
            # Files of one environment in several folders: which is whose, nothing here tells.
            return _doubtful(name, usual, next(e for e in of_one if usual is None or e.value != usual.value))
        if not plain and any(names_environment(name, environment) for environment in named):
            environments = set(named)  # no other has to have it
        else:
            environments = self._environments(named.values()) - (_FOR_TESTS if plain else set())
        by_name = {environment: named.get(environment, usual) for environment in sorted(environments)}
        found = {e.value for e in (*by_name.values(), usual) if e is not None}
        lacking = [environment for environment, entry in by_name.items() if entry is None]
        first = usual or next(iter(named.values()), None)
        if first is None or (len(found) == 1 and not lacking):
            return DotenvValue(None if first is None else ValueSource(first.path, name))
        known = by_environment(deployments, by_name, self._told) if deployments else None
        if known is not None and not (sensitive and len(found) == 1):
            return DotenvValue(differs=_ENVIRONMENTS, environments=_by_file(name, by_name, known))
        if usual is not None:
            return _doubtful(name, usual, next(e for e in named.values() if e.value != usual.value))
        if len(found) > 1:
            return DotenvValue(differs=_ENVIRONMENTS)
        doubt = f"{first.path} has it, and the file of {', '.join(lacking)} does not"
        return DotenvValue(ValueSource(first.path, name), doubt=doubt)

    def _of_folders(
        self, name: str, plain: Sequence[Site], reads: Sequence[Site], deployments: Sequence[Deployment]
    ) -> DotenvValue:
        """The values of files for all that lie in several folders: each flow sees that of its own code."""
        flows = sorted(frozenset[str]().union(*(self._flows_of(s.path) for s in reads)))
        own = {flow: _of_flow(plain, [s for s in reads if flow in self._flows_of(s.path)], flow) for flow in flows}
        seen = {entry.value for entry in own.values() if entry is not None}
        if len(seen) < 2:
            usual = next((entry for entry in own.values() if entry is not None), None)
            if usual is not None:
                return DotenvValue(ValueSource(usual.path, name))
            first = _nearest(plain, _folders(reads))
            return _doubtful(name, first, next(e for e in plain if e.value != first.value))
        if not deployments:
            return DotenvValue(differs=_FOLDERS)
        found: dict[str, tuple[Deployment, ...]] = {}
        for deployment in deployments:
            entry = own.get(deployment.entrypoint)
            if entry is not None:
                found[entry.path] = (*found.get(entry.path, ()), deployment)
        told = tuple(EnvironmentValue(ValueSource(path, name), group) for path, group in found.items())
        return DotenvValue(differs=_FOLDERS, environments=told)

    def _real(self, name: str) -> list[Site]:
        """The entries whose value runs can see."""
        return [
            e
            for e in self._entries.get(name, ())
            if e.value is not None
            and e.value.reveal()
            and not self._files[e.path].is_example
            and not judge(name, values=[e.value]).reference
        ]

    def _environment(self, entry: Site) -> str:
        return self._files[entry.path].environment

    def _environments(self, entries: Iterable[Site]) -> set[str]:
        """The environments that have a file beside one of these entries, whether it has the name or not."""
        folders = {_folder(entry.path) for entry in entries}
        beside = (f for f in self._files.values() if not f.is_example and _folder(f.path) in folders)
        return {file.environment for file in beside if file.environment}


def _doubtful(name: str, usual: Site | None, other: Site) -> DotenvValue:
    """The value of the file for all, in doubt because of another; without such a file somebody has to say."""
    if usual is None:
        return DotenvValue(differs=_FOLDERS)
    return DotenvValue(ValueSource(usual.path, name), doubt=f"{place_of(other)} has another value for it")


def _by_file(
    name: str, entries: Mapping[str, Site | None], known: Mapping[str, tuple[Deployment, ...]]
) -> tuple[EnvironmentValue, ...]:
    """For each file the deployments of the environments that take their value from it."""
    found: dict[str, tuple[Deployment, ...]] = {}
    for environment, entry in entries.items():
        if entry is not None:
            found[entry.path] = (*found.get(entry.path, ()), *known[environment])
    return tuple(EnvironmentValue(ValueSource(path, name), deployments) for path, deployments in found.items())


def _of_flow(entries: Sequence[Site], reads: Sequence[Site], flow: str) -> Site | None:
    """The entry nearest to the code in which a flow reads it, else to the flow; None where all lie beside the way."""
    for folders in (_folders(reads), [_folder(flow.partition(":")[0])]):
        found = _nearest(entries, folders)
        if _nearness(found.path, folders) >= 0:
            return found
    return None


def _folders(reads: Sequence[Site]) -> list[str]:
    return [_folder(s.path) for s in reads] or [""]


def _nearest(entries: Sequence[Site], folders: list[str]) -> Site:
    return max(entries, key=lambda e: (_nearness(e.path, folders), -len(e.path), e.span))


def _nearness(dotenv_path: str, folders: list[str]) -> int:
    """How deep a ``.env`` file lies on the way from the root to the code that reads it; -1 beside that way."""
    folder = _folder(dotenv_path)
    on_the_way = all(not folder or f == folder or f.startswith(f"{folder}/") for f in folders)
    return folder.count("/") + bool(folder) if on_the_way else -1


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
