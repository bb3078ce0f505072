"""JSON of what a push and a proof came to: schema and version as in all JSON of envlift, names and never a secret."""

from __future__ import annotations

from collections.abc import Sequence

from envlift.applying.left import Left
from envlift.applying.pool_templates import PoolOutcome
from envlift.applying.push import PushOutcome
from envlift.proving.comparison import Row
from envlift.proving.proof import Proof
from envlift.rendering.json_format import VERSION, Json, document

PUSH_SCHEMA = "envlift/push"
PROOF_SCHEMA = "envlift/proof"


def push_json(outcome: PushOutcome, *, written: bool) -> str:
    """What a push did; with ``written`` false, what it would do."""
    return document(
        {
            "schema": PUSH_SCHEMA,
            "version": VERSION,
            "server": outcome.api_url,
            "written": written,
            "blocks": [
                {"block": b.block, "settings": list(b.settings), "outcome": b.outcome.name.lower()}
                for b in outcome.blocks
            ],
            "kept": list(outcome.kept),
            "lacking": {block: list(settings) for block, settings in outcome.lacking.items()},
            "pools": [_pool(pool) for pool in outcome.pools],
            "left": _left(outcome.left),
            "tasks": _left(outcome.tasks),
        }
    )


def proof_json(proof: Proof) -> str:
    """Whether the proof holds, and each line of its table; values stand there only where they are harmless."""
    return document(
        {
            "schema": PROOF_SCHEMA,
            "version": VERSION,
            "holds": proof.holds,
            "rows": [_row(row) for row in proof.rows],
            "exposed": list(proof.exposed),
            "notes": [*proof.before.notes, *proof.after.notes],
        }
    )


def _pool(pool: PoolOutcome) -> Json:
    defaults = [{"name": name, "outcome": outcome.name.lower()} for name, outcome in pool.outcomes]
    return {"pool": pool.pool, "defaults": defaults, "kept_by": pool.kept_by or None}


def _left(left: Sequence[Left]) -> list[Json]:
    return [{"setting": entry.setting, "reason": entry.reason, "command": entry.command or None} for entry in left]


def _row(row: Row) -> Json:
    return {
        "setting": row.setting,
        "layer": row.layer.value,
        "deployment": row.deployment or None,
        "before": row.before,
        "after": row.after,
        "verdict": row.verdict.name.lower(),
        "same": row.same,
    }
