"""Output formats for machines: one format a file, all of them in FORMATS. What people read is made by cli.screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from envlift.evidence import Evidence
from envlift.inventory import Inventory, Trouble
from envlift.plan import Plan
from envlift.precedence import Stack, Version
from envlift.rendering.json_format import JsonFormat
from envlift.verification import Verification


class Format(Protocol):
    """A machine format: pure functions from values to one document that ends in a newline and holds no value."""

    def scan(self, inventory: Inventory) -> str: ...

    def stacks(self, stacks: Sequence[Stack], version: Version | None) -> str: ...

    def verification(self, found: Verification, troubles: tuple[Trouble, ...]) -> str: ...

    def plan(self, plan: Plan, troubles: tuple[Trouble, ...], evidence: tuple[Evidence, ...] = ()) -> str: ...


FORMATS: Mapping[str, Format] = MappingProxyType({"json": JsonFormat()})
