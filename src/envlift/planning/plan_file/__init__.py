"""The plan as a file that people read, edit and review: ``envlift-plan.yaml``."""

from envlift.planning.plan_file.hand_edits import HandEdit, hand_edits
from envlift.planning.plan_file.reading import load_plan
from envlift.planning.plan_file.schema import MODELINE, SCHEMA_FILE, plan_schema
from envlift.planning.plan_file.writing import dump_plan

PLAN_FILE = "envlift-plan.yaml"

__all__ = [
    "MODELINE",
    "PLAN_FILE",
    "SCHEMA_FILE",
    "HandEdit",
    "dump_plan",
    "hand_edits",
    "load_plan",
    "plan_schema",
]
