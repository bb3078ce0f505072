"""The shape of the plan file, written down once: what the reader refuses, and what editors get as a schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from envlift.plan import IN_CLEAR, WITH_BLOCK, Confidence, TargetKind
from envlift.planning.plan_file.words import (
    AWAIT_LOAD,
    BLOCK_NAME,
    CONFIDENCES,
    EDITS,
    EXACT,
    EXTRAS,
    FLAGS,
    FORMS,
    KINDS,
    LAYERS,
    NO_LAYER,
    POOL_KINDS,
    POOL_TOOLS,
    SEVERITIES,
    SINK,
    VERSION,
    WHEN_MISSING,
)
from envlift.planning.spans import SPAN_PATTERN

Json = dict[str, object]

# As the reader takes scalars: `12`, `NO` and nothing at all are text, too, whatever YAML makes of them.
TEXT: Json = {"type": ["string", "number", "boolean", "null"]}
NUMBER: Json = {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}
SPAN: Json = {"type": "string", "pattern": f"^{SPAN_PATTERN}$"}
MEANINGS = {
    "layer": " | ".join(LAYERS),
    "confidence": "sure: carried out | review: carried out when you say so | by_hand: only reported",
    "sensitive": "whether the value is a secret; a secret goes to no layer that holds it in clear",
    "block": "name of the Secret block: a-z, 0-9 and -",
    "proposed": "what envlift proposed, by which it is known what was changed by hand: leave this line as it is",
    "targets": "the work pools or deployments that get the setting",
    "edit": "what happens to the code at a site; a site without it stays as it is",
}
"""What people change or wonder about, for the head of the file and for editors."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a mapping must and may have, each with what stands behind it.

    Args:
        rules: What else holds of several keys together; the reader sees to it in ``settling``.
    """

    needed: Mapping[str, Json]
    allowed: Mapping[str, Json] = field(default_factory=dict)
    rules: tuple[Json, ...] = ()

    @property
    def schema(self) -> Json:
        properties = {name: _told(name, shape) for name, shape in {**self.needed, **self.allowed}.items()}
        return {
            "type": "object",
            "properties": properties,
            "required": list(self.needed),
            "additionalProperties": False,
            **({"allOf": list(self.rules)} if self.rules else {}),
        }


def _told(name: str, shape: Json) -> Json:
    return {"description": MEANINGS[name], **shape} if name in MEANINGS else shape


def _word(words: Collection[str]) -> Json:
    """One of some words, or what YAML reads out of one."""
    return {"enum": [*words, *(_READ_AS[word] for word in words if word in _READ_AS)]}


_READ_AS: Mapping[str, object] = {"true": True, "false": False, "null": None}


def _list(item: Json) -> Json:
    return {"type": ["array", "null"], "items": item}


SOURCE = Keys({"path": TEXT, "name": TEXT}, {"at": SPAN, "commit": TEXT})
POOL_TARGETS = {kind: Keys({kind: TEXT}) for kind in POOL_KINDS}
IN_PREFECT_YAML = Keys({"deployment": TEXT, "path": TEXT, "index": NUMBER}, {"module": TEXT})
IN_CODE = Keys({"deployment": TEXT, "path": TEXT}, {"call": SPAN})
SINK_EDIT = Keys(
    {"do": _word([SINK]), "constant": TEXT, "form": _word(FORMS)},
    {"wrapped": TEXT, "missing": _word(WHEN_MISSING), "at": SPAN, "block": TEXT, "made_in": TEXT},
)
OTHER_EDIT = Keys({"do": _word(EDITS), "at": SPAN}, {"block": TEXT, "name": TEXT})
SERVED = Keys({TargetKind.SERVE.value: TEXT, "path": TEXT}, {"call": SPAN})
_TARGETS = (*POOL_TARGETS.values(), IN_PREFECT_YAML, IN_CODE, SERVED)
_TARGET: Json = {"anyOf": [keys.schema for keys in _TARGETS]}
_EDIT: Json = {"anyOf": [{"enum": [*EDITS, None]}, SINK_EDIT.schema, OTHER_EDIT.schema]}
SITE = Keys({"path": TEXT, "at": SPAN, "kind": _word(KINDS)}, {"name": TEXT, "edit": _EDIT})
_CARRIED_OUT: Json = {"confidence": {"enum": [c.label for c in Confidence if c is not Confidence.BY_HAND]}}
_NO_SECRET_IN_CLEAR: Json = {
    "if": {"properties": {**_CARRIED_OUT, "sensitive": _word([word for word, is_set in FLAGS.items() if is_set])}},
    "then": {"properties": {"layer": _word([word for word, layer in LAYERS.items() if layer not in IN_CLEAR])}},
}
_BLOCKS_HAVE_NAMES: Json = {
    "if": {"properties": {**_CARRIED_OUT, "layer": _word([layer.value for layer in WITH_BLOCK])}},
    "then": {"properties": {"block": {"pattern": f"^({BLOCK_NAME})?$"}}},
}
DECISION = Keys(
    {
        "setting": TEXT,
        "layer": _word(LAYERS),
        "confidence": _word(CONFIDENCES),
        "sensitive": _word(FLAGS),
        "reason": TEXT,
        "rule": TEXT,
    },
    {
        "block": TEXT,
        "proposed": {},
        "runner_up": _word([*LAYERS, *NO_LAYER]),
        "source": {"anyOf": [SOURCE.schema, {"type": "null"}]},
        "targets": _list(_TARGET),
        "sites": _list(SITE.schema),
    },
    (_NO_SECRET_IN_CLEAR, _BLOCKS_HAVE_NAMES),
)
NEW_DEPLOYMENT = Keys({"name": TEXT, "entrypoint": TEXT}, {"pool": TEXT})
OVERRIDE = Keys({"path": TEXT, "at": SPAN})
OWNER = Keys({"pool": TEXT, "tool": _word(POOL_TOOLS), "path": TEXT, "line": NUMBER})
QUESTION = Keys({"setting": TEXT, "text": TEXT, "flag": TEXT})
FINDING = Keys(
    {"severity": _word(SEVERITIES), "path": TEXT, "line": NUMBER, "message": TEXT}, {"rule": TEXT, "remedy": TEXT}
)
PLAN = Keys(
    {"version": {"enum": [VERSION, str(VERSION)]}, "decisions": _list(DECISION.schema)},
    {
        "commit": TEXT,
        "accessor": _word([EXACT]),
        "coroutines": _word([AWAIT_LOAD]),
        "also": _list(_word(EXTRAS)),
        "deployments": _list(NEW_DEPLOYMENT.schema),
        "misplaced": _list(_TARGET),
        "overrides": _list(OVERRIDE.schema),
        "pool_owners": _list(OWNER.schema),
        "questions": _list(QUESTION.schema),
        "findings": _list(FINDING.schema),
        "fingerprints": {"type": "object", "additionalProperties": TEXT},
    },
)
