"""Placeholder until the real one lands."""

from __future__ import annotations

from envlift.inventory import Site
from envlift.sensitivity.judgement import Judgement


def worth_moving(site: Site, judgement: Judgement) -> tuple[bool, str, str]:
    return False, "", ""
