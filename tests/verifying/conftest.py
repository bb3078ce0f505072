"""Verifying a repository that is migrated by envlift's own steps, and then changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from envlift.applying.apply import apply_plan
from envlift.cli.survey import survey
from envlift.plan import Confidence, Plan
from envlift.precedence import Version
from envlift.verification import Verification
from envlift.verifying.tree import Tree
from envlift.verifying.verify import verify

Make = Callable[[Mapping[str, str]], Path]

FLOW = """
import os
from prefect import flow

@flow
def sync():
    print(os.environ["API_HOST"], os.environ["CHUNK_DAYS"])
    return os.environ["CRM_TOKEN"]
"""
REPORT = """
import os
from prefect import flow

@flow
def report():
    return os.environ["API_HOST"]
"""
YAML = """
deployments:
  - name: hourly
    entrypoint: flows.py:sync
    work_pool: {name: crm-pool}
  - name: weekly
    entrypoint: report.py:report
    work_pool: {name: crm-pool}
"""
TOKEN = "Zq8vT3nR6yK1mX4w"
FILES = {
    "flows.py": FLOW,
    "report.py": REPORT,
    "prefect.yaml": YAML,
    ".env": f"API_HOST=crm.internal\nCHUNK_DAYS=7\nCRM_TOKEN={TOKEN}\n",
}


@dataclass(frozen=True, slots=True)
class Migrated:
    """A repository behind its migration, with the plan of it."""

    root: Path
    plan: Plan

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text, f"{path} holds no {old}"
        (self.root / path).write_text(text.replace(old, new))

    def verified(
        self, *, with_server: bool = False, version: Version | None = None, plan: Plan | None = None
    ) -> Verification:
        found = survey(self.root)
        return verify(
            Tree(self.root, found.inventory, found.plan, plan or self.plan), with_server=with_server, version=version
        )

    def found(self, *, with_server: bool = False, version: Version | None = None) -> dict[str, str]:
        """The rules that speak, each with where."""
        findings = self.verified(with_server=with_server, version=version).findings
        return {f.rule: f.server_object or f"{f.path}:{f.line}" for f in findings}


@pytest.fixture
def migrate(make_repository: Make) -> Callable[..., Migrated]:
    """Migrate a repository of these files; those of this module unless told."""

    def migrated(changed: Mapping[str, str] = MappingProxyType({})) -> Migrated:
        return migrate_in_place(make_repository({**FILES, **changed}))

    return migrated


def migrate_in_place(root: Path) -> Migrated:
    plan = survey(root).plan
    apply_plan(root, plan, Confidence.SURE, allow_dirty=True)
    return Migrated(root, plan)
