"""The Secret blocks of a plan as a program for people who have no envlift where the values are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from envlift.actions import SaveSecret

_SCRIPT = '''\
"""Create the Secret blocks that the flows of this repository load; made by `envlift push --script`.

Each value is read from the environment variable beside its block, and none is in this file. Set the variables and
PREFECT_API_URL, or use a profile, then run it. A block that is there already stays, unless --overwrite is given.
"""

import json
import os
import sys

from prefect.blocks.system import Secret

# Block, its variable, and whether the code calls .get() on it, which decodes a value that is JSON.
BLOCKS = [
{rows}]


def stored(value, for_get):
    """What to store so that the code gets the value back as it is."""
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value) if for_get else value


missing = [variable for _, variable, _ in BLOCKS if variable not in os.environ]
for block, variable, for_get in BLOCKS:
    if variable in missing:
        continue
    try:
        Secret(value=stored(os.environ[variable], for_get)).save(block, overwrite="--overwrite" in sys.argv)
    except ValueError as error:
        if "already in use" not in str(error):
            raise
        print(f"{{block}} is there already: kept")
    else:
        print(f"{{block}} is saved")
sys.exit(f"not set, so no block: {{', '.join(missing)}}" if missing else 0)
'''


def block_script(actions: Iterable[SaveSecret]) -> str:
    """A Python program that creates the blocks; it holds names and no value."""
    return _SCRIPT.format(rows="".join(f"    {_row(block)},\n" for block in blocks_of(actions)))


@dataclass(frozen=True, slots=True)
class Block:
    """One Secret block: its name, the setting whose value it gets, and whether code calls ``.get()`` on it."""

    name: str
    setting: str
    for_get: bool


def blocks_of(actions: Iterable[SaveSecret]) -> list[Block]:
    """The blocks by name; where several settings share one, the first of them gives the value."""
    blocks: dict[str, list[SaveSecret]] = {}
    for action in actions:
        if action.block:
            blocks.setdefault(action.block, []).append(action)
    return [
        Block(name, min(action.setting for action in together), any(action.for_get for action in together))
        for name, together in sorted(blocks.items())
    ]


def _row(block: Block) -> str:
    # As JSON, whose texts are Python's too: a name is no code, whatever stands in it.
    return f"({json.dumps(block.name)}, {json.dumps(block.setting)}, {block.for_get})"
