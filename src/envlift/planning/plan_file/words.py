"""The words of the plan file, shared by the side that writes and the side that reads."""

from __future__ import annotations

from envlift.inventory import PoolTool, SiteKind
from envlift.plan import Confidence, Extra, Layer, Severity, TargetKind
from envlift_codemods.edits import Form, WhenMissing

VERSION = 1

LAYERS = {layer.value: layer for layer in Layer}
CONFIDENCES = {confidence.label: confidence for confidence in Confidence}
KINDS = {kind.value: kind for kind in SiteKind}
WHEN_MISSING = {missing.value: missing for missing in WhenMissing}
FORMS = {form.value: form for form in Form}
EXTRAS = {extra.value: extra for extra in Extra}
POOL_TOOLS = {tool.value: tool for tool in PoolTool}
SEVERITIES = {severity.value: severity for severity in Severity}
POOL_KINDS = {kind.value: kind for kind in (TargetKind.POOL, TargetKind.PLATFORM, TargetKind.WORKER)}
FLAGS = {"true": True, "false": False, "yes": True, "no": False}
NO_LAYER = {"null": None, "~": None, "": None}

BLOCK_NAME = "[a-z0-9-]+"
"""Block document names: Prefect's ``^[a-z0-9-]*$``, and not empty (prefect.types.names, checked on save)."""

EXACT = "exact"
AWAIT_LOAD = "await_load"
"""How all code loads blocks, where that is not the usual way."""

SINK = "sink"
"""The edit that moves a module-level constant into the functions of a file that use it."""

ENVIRON = "environ"
"""The edit that puts ``os.environ["NAME"]`` in the place of a literal."""

ENVIRON_OR_LITERAL = "environ_or_literal"
"""The same with the literal as the default: ``os.environ.get("NAME", literal)``."""

EDITS: dict[str, Form | bool] = {**FORMS, ENVIRON: False, ENVIRON_OR_LITERAL: True}
"""The edits of one expression: the form of a load, or whether a read of the environment keeps the literal."""
