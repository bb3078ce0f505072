"""The JSON Schema of the plan file, by which editors complete and check what people write there."""

from __future__ import annotations

import json

from envlift.planning.plan_file.shapes import PLAN
from envlift.planning.plan_file.words import VERSION

SCHEMA_FILE = "envlift-plan.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""The first line of a plan file that has its schema beside it: a name, for which editors need no network."""


def plan_schema() -> str:
    """The schema as a JSON document: what it refuses, ``load_plan`` refuses, too."""
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "envlift-plan.yaml",
        "description": f"A plan of envlift, version {VERSION}.",
    }
    return json.dumps({**head, **PLAN.schema}, indent=2) + "\n"
