"""The mentions of a whole repository: only files whose names tell a kind are read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Set
from dataclasses import replace

from envlift.inventory import EnvFileUse, Mention, MentionKind, PoolOwner, PoolTool, Trouble
from envlift.scanning.around.found import Found
from envlift.scanning.around.kinds import kinds_of, read_around
from envlift.scanning.around.terraform import work_pools
from envlift.scanning.files import FoundFile, read_bytes

# These name files from the folder of the file itself; scripts and recipes run from anywhere.
_BESIDE = frozenset({MentionKind.COMPOSE, MentionKind.KUBERNETES})


def mentions_around(files: Iterable[FoundFile]) -> Found:
    """All mentions, by path and line; the files that are handed on are paths of the repository."""
    listed = tuple(files)
    paths = {file.path for file in listed}
    mentions: list[Mention] = []
    uses: list[EnvFileUse] = []
    troubles: list[Trouble] = []
    owners: list[PoolOwner] = []
    for file in listed:
        if next(kinds_of(file.path), None) is None:
            continue
        content = read_bytes(file)
        if isinstance(content, Trouble):
            troubles.append(content)
            continue
        found = read_around(file.path, content)
        mentions += found.mentions
        uses += (placed for use in found.files if (placed := _placed(use, paths)))
        troubles += found.troubles
        owners += found.owners
    return Found(
        tuple(sorted(mentions, key=lambda m: (m.path, m.line, m.name, m.kind.value, m.role.value, m.owner))),
        tuple(sorted(uses, key=lambda use: (use.path, use.line, use.file, use.owner))),
        tuple(troubles),
        tuple(sorted(_named(owner, listed) for owner in owners)),
    )


def _named(owner: PoolOwner, files: Iterable[FoundFile]) -> PoolOwner:
    """The owner with the name of its pool, where another file of its Terraform module holds that."""
    if owner.pool or owner.tool is not PoolTool.TERRAFORM:
        return owner
    folder = posixpath.dirname(owner.path)
    module = [f for f in files if posixpath.dirname(f.path) == folder and f.path.endswith((".tf", ".tfvars"))]
    contents = {file.path: content for file in module if isinstance(content := read_bytes(file), bytes)}
    own = contents.pop(owner.path, b"")
    beside = [contents[path] for path in sorted(contents, key=lambda path: (path.endswith(".tf"), path))]
    pools = (pool.name for pool in work_pools(own, beside) if pool.line == owner.line)
    return replace(owner, pool=next(pools, ""))


def _placed(use: EnvFileUse, paths: Set[str]) -> EnvFileUse | None:
    """The use with its file's path from the root; None for a file outside of the repository."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(use.path), use.file))
    from_root = posixpath.normpath(use.file)
    candidates = [beside] if use.kind in _BESIDE else [beside, from_root]
    inside = [path for path in candidates if not path.startswith(("../", "/"))]
    chosen = next((path for path in inside if path in paths), inside[0] if inside else None)
    return None if chosen is None else replace(use, file=chosen)
