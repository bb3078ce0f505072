"""Placeholder until the real one lands."""

from __future__ import annotations

from envlift.inventory import Site
from envlift_codemods.parsed import ParsedModule


def find_literals(module: ParsedModule, path: str) -> tuple[Site, ...]:
    return ()
