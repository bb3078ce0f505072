"""Which variables the code of a repository keeps in a Secret block already, under the same name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from envlift.inventory import Inventory
from envlift.sensitivity.rules import Use


def kept_in_blocks(inventory: Inventory) -> Mapping[str, str]:
    """The Secret blocks that the code loads already, by the words of their names, e.g. ``db_password``."""
    loads = (load for load in inventory.block_loads if load.block == "Secret" and load.name)
    return {_words(load.name): load.name for load in loads}


def kept_use(name: str, kept: Mapping[str, str]) -> tuple[Use, ...]:
    """The use that says so, where a variable is kept in a Secret block of the same name."""
    return (Use(block=block),) if name and (block := kept.get(_words(name))) else ()


def _words(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()
