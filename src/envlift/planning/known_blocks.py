"""Secret blocks that a repository has already: a setting with the same name goes on with the same block."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envlift.inventory import Deployment, Inventory, SiteKind
from envlift.planning.block_names import kebab
from envlift.scanning.roles import is_example, is_test
from envlift.sensitivity.rules import Use

_PLACEHOLDER = re.compile(r"\{\{\s*prefect\.blocks\.secret\.([a-z0-9-]+)\s*\}\}")


class KnownBlocks:
    """The Secret blocks that code loads or makes, or that deployments name."""

    def __init__(self, inventory: Inventory) -> None:
        self._loaded = {
            kebab(load.name): (load.name, f"{load.path}:{load.line}")
            for load in reversed(inventory.block_loads)
            if load.block == "Secret" and load.name and not is_test(load.path) and not is_example(load.path)
        }
        saves = {save.path: f"{save.path}:{save.line}" for save in reversed(inventory.block_saves)}
        reads = (s for s in inventory.sites if s.kind is SiteKind.ENV_READ and not is_test(s.path))
        self._provisioners = {s.name: saves[s.path] for s in reads if s.path in saves}

    def provisioner(self, setting: str) -> str:
        """Where a program that reads the variable makes Secret blocks; empty where none does."""
        return self._provisioners.get(setting, "")

    def uses(self, name: str) -> tuple[Use, ...]:
        """The use that says so, where code loads a variable's value from a Secret block of the same name."""
        found = self._loaded.get(kebab(name)) if name else None
        return () if found is None else (Use(block=found[0]),)

    def of(self, setting: str, deployments: Iterable[Deployment]) -> tuple[str, str] | None:
        """The block of a setting and where it is named: what its deployments feed it from, else one of its name."""
        for deployment in deployments:
            value = deployment.env.get(setting)
            found = _PLACEHOLDER.fullmatch(value.reveal()) if value is not None else None
            if found is not None:
                return found[1], f"{deployment.path}:{deployment.line}"
        return self._loaded.get(kebab(setting))
