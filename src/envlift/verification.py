"""What a verification comes to: whether code, prefect.yaml, plan and server agree."""

from __future__ import annotations

from dataclasses import dataclass

from envlift.plan import Finding
from envlift.precedence import Version


@dataclass(frozen=True, slots=True)
class Verification:
    """All that does not agree.

    Args:
        findings: Sorted by where they stand, those of files first.
        notes: What was not looked at, and what is to be known about the rest.
        api_url: Of the server that was asked, fit to be shown; empty where none was.
        version: The Prefect by whose rules variables beat one another; None for a current one.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    api_url: str
    version: Version | None
