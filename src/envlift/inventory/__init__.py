"""What a repository shows about its configuration: facts only, no opinion, nothing that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envlift.inventory.deployments import Deployment, DeploymentKind, Flow, PoolOwner, PoolTool, StoredText
from envlift.inventory.environment import BlockLoad, BlockSave, ChildProcess, DotenvFile, DotenvLoad, SentEnvironment
from envlift.inventory.mentions import EnvFileUse, Mention, MentionKind, MentionRole
from envlift.inventory.sites import Companion, ConstantFacts, ConstantHolder, Site, SiteKind, Standing
from envlift.prefect_versions import PrefectVersion, oldest_allowed

__all__ = [
    "BlockLoad",
    "BlockSave",
    "ChildProcess",
    "Companion",
    "ConstantFacts",
    "ConstantHolder",
    "Deployment",
    "DeploymentKind",
    "DotenvFile",
    "DotenvLoad",
    "EnvFileUse",
    "Flow",
    "Inventory",
    "Mention",
    "MentionKind",
    "MentionRole",
    "PoolOwner",
    "PoolTool",
    "SentEnvironment",
    "Site",
    "SiteKind",
    "Standing",
    "StoredText",
    "Trouble",
]


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """Something in one file that could not be read; the rest of the scan is not touched by it."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a scan found, sorted by path and position.

    Args:
        sites: Every place where a setting appears.
        flows, deployments, dotenv_files, dotenv_loads, troubles: As found.
        reach: For each Python file that a flow's run imports: the entrypoints of those flows.
        asynchronous: Files with an ``async def`` among those that flows reach.
        shared: For files that flows reach: the other programs of the repository that import them, tests left out.
        services: Those of the other programs that are a web service, a bot or the like; the rest are scripts.
        commands: Programs for the command line with flows of their own that nothing deploys, where others are deployed.
        started: For files that flows start as programs of their own, and those that these import: the entrypoints of
            the flows.
        beside: For files that nothing imports, which are no programs and stand beside files that flows reach: the
            entrypoints of those flows. They may be loaded by name, or wait for their use.
        project: What the repository calls itself.
        files: How many files were looked at.
        mentions: Where files around Python name variables, by path and position.
        env_file_uses: Where they hand whole ``.env`` files on.
        children: Where code starts other programs, which get variables from the run.
        block_loads: Blocks and variables that the code loads already.
        block_saves: Secret blocks that code makes.
        sent: Calls that send a whole environment to Prefect's API.
        pool_owners: Files that keep the templates of work pools.
        prefect_versions: What locks, pins and images say about Prefect, locks first.
    """

    sites: tuple[Site, ...]
    flows: tuple[Flow, ...]
    deployments: tuple[Deployment, ...]
    dotenv_files: tuple[DotenvFile, ...]
    dotenv_loads: tuple[DotenvLoad, ...]
    troubles: tuple[Trouble, ...]
    reach: Mapping[str, frozenset[str]]
    asynchronous: frozenset[str]
    shared: Mapping[str, tuple[str, ...]]
    services: frozenset[str]
    beside: Mapping[str, frozenset[str]]
    project: str
    files: int
    commands: frozenset[str] = frozenset()
    started: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    env_file_uses: tuple[EnvFileUse, ...] = ()
    children: tuple[ChildProcess, ...] = ()
    block_loads: tuple[BlockLoad, ...] = ()
    block_saves: tuple[BlockSave, ...] = ()
    sent: tuple[SentEnvironment, ...] = ()
    pool_owners: tuple[PoolOwner, ...] = ()
    prefect_versions: tuple[PrefectVersion, ...] = ()

    @property
    def prefect(self) -> tuple[int, ...] | None:
        """The oldest Prefect that the project allows, as far as it is written; None where nothing tells."""
        return oldest_allowed(self.prefect_versions)
