"""Where files around Python give a variable its value, and which of them start flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from envlift.concealed import Concealed
from envlift.inventory import EnvFileUse, Inventory, Mention, MentionKind, MentionRole
from envlift.scanning.roles import is_test

_CI = (MentionKind.WORKFLOW, MentionKind.GITLAB)


class ValueGivers:
    """What an inventory knows of values that stand outside of ``.env`` files and code."""

    def __init__(self, inventory: Inventory) -> None:
        self._setters: dict[str, list[Mention]] = defaultdict(list)
        for mention in inventory.mentions:
            # A container's variable that comes from a Secret; a workflow's ``secrets.X`` is a name of GitHub's.
            from_secret = mention.role is MentionRole.SECRET_REFERENCE and mention.kind is MentionKind.KUBERNETES
            if (mention.role is MentionRole.SETS or from_secret) and not is_test(mention.path):
                self._setters[mention.name].append(mention)
        self._secrets = {m.name for m in inventory.mentions if m.role is MentionRole.SECRET_REFERENCE}
        self._deployments = inventory.deployments
        deployed_by = {d.path for d in inventory.deployments if d.path.endswith(".py")}
        self._programs = {flow.path for flow in inventory.flows} | deployed_by

    def of(self, name: str) -> tuple[Mention, ...]:
        """Where the variable is set or taken from a secret, those first that give it to what runs flows."""
        return tuple(sorted(self._setters.get(name, ()), key=lambda m: not self.runs_flows(m.runs)))

    def keep_as_secret(self, name: str) -> bool:
        """Whether a manifest, a pipeline or the like names the variable as a secret that is kept elsewhere."""
        return name in self._secrets

    def values_of(self, name: str) -> Iterator[Concealed | None]:
        """The values that a run may see; what a pipeline of CI gives to its own steps is made up as often as not."""
        return (m.value for m in self.of(name) if m.kind not in _CI or self.runs_flows(m.runs))

    def told(self, name: str) -> tuple[str, ...]:
        """All places as words for a reason, e.g. ``compose.yaml:4 for web``; first the job variables of deployments."""
        deployed = (d for d in self._deployments if name in d.env and not d.no_pool)
        given = [f"{d.path}:{d.line}" + (f" for {d.name}" if d.name else "") for d in deployed]
        return (*given, *(place_of(m) + (f" for {m.owner}" if m.owner else "") for m in self.of(name)))

    def runs_flows(self, program: str) -> bool:
        """Whether a command's program is a Prefect worker, or a file of this repository that runs flows."""
        if program == "prefect worker":
            return True
        file = program if program.endswith(".py") else f"{program.replace('.', '/')}.py"
        return bool(program) and any(
            path == file or path.endswith(f"/{file.lstrip('/')}") or file.endswith(f"/{path}")
            for path in self._programs
        )


def place_of(found: Mention | EnvFileUse) -> str:
    """How reasons name a place in a file around Python."""
    return f"{found.path}:{found.line}"
