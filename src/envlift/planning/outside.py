"""Which sites no layer is asked about, each with the rule and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envlift.failing_tests import SET_BY_TEST
from envlift.inventory import Inventory, Site, SiteKind, Standing
from envlift.scanning.roles import is_example, is_test
from envlift_codemods.parsed import Place, Span

WHOLE = "whole environ"
NO_WRITES = ("in environ", WHOLE)
"""Forms of ``env_write`` sites that change nothing."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A site that no layer takes, with the rule and the reason."""

    site: Site
    rule: str
    reason: str


def outside(site: Site, inventory: Inventory) -> Outside | None:
    """Why a site of code is none of the flows' business; None where it asks for a layer."""
    if is_test(site.path) and site.kind is SiteKind.ENV_WRITE and site.form not in NO_WRITES:
        return Outside(site, SET_BY_TEST, "test code that sets the variable")
    if is_test(site.path):
        return Outside(site, "test", "test code")
    if is_example(site.path):
        return Outside(site, "example", "an example, a template or vendored code")
    if site.kind is SiteKind.ENV_WRITE:
        return Outside(site, "write", f"changes or passes on the environment ({site.form}): it must stay")
    started = site.path in inventory.started and site.kind is SiteKind.ENV_READ
    if not (started or site.path in inventory.reach or site.path in inventory.beside):
        return Outside(site, "not-reached", "no flow reaches this file")
    if site.path in inventory.commands:
        return Outside(site, "command-line", "a program for the command line, whose flows no deployment runs")
    if site.standing is not Standing.OPEN:
        return Outside(site, site.standing.value, site.obstacle)
    if not site.name:
        return Outside(site, "computed-name", "the variable's name is computed: move it by hand")
    return None


def field_default(site: Site, fields: Mapping[tuple[str, Span], str]) -> Outside | None:
    """A literal that is the default of a settings field, which is a setting of its own already."""
    if site.kind is not SiteKind.LITERAL or site.place is not Place.CLASS_BODY:
        return None
    name = next((name for (path, span), name in fields.items() if path == site.path and site.span.within(span)), None)
    return Outside(site, "field-default", f"the default of {name}, whose field reads the environment") if name else None
