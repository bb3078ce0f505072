"""What the repository and its people have decided beforehand: ``[tool.envlift]`` and the answers to questions."""

from envlift.policy.answers import (
    ANSWER_FORM,
    ANSWERS_FILE,
    LAYER_NAMES,
    Answer,
    Answers,
    answered_values,
    layered,
    load_answers,
    parse_answer,
    parse_answers,
    suggested_block,
)
from envlift.policy.policy_file import (
    OWN_FILE,
    POLICY_KEYS,
    POLICY_TABLE,
    PYPROJECT,
    Policy,
    load_policy,
    parse_extras,
    policy_file,
)
from envlift.policy.toml_values import did_you_mean

__all__ = [
    "ANSWERS_FILE",
    "ANSWER_FORM",
    "LAYER_NAMES",
    "OWN_FILE",
    "POLICY_KEYS",
    "POLICY_TABLE",
    "PYPROJECT",
    "Answer",
    "Answers",
    "Policy",
    "answered_values",
    "did_you_mean",
    "layered",
    "load_answers",
    "load_policy",
    "parse_answer",
    "parse_answers",
    "parse_extras",
    "policy_file",
    "suggested_block",
]
