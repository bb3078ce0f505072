"""What people have answered: where settings go, on which work pool, and values that no file holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from envlift.concealed import Concealed
from envlift.plan import WITH_BLOCK, Layer
from envlift.policy.toml_values import did_you_mean, read_toml, refuse_unknown, string, usage
from envlift.toml_files import parse_toml

LAYER_NAMES = tuple(layer.value for layer in Layer)
ANSWER_FORM = "NAME=LAYER, or NAME=LAYER:BLOCK to name the Secret block"
ANSWERS_FILE = "envlift-answers.toml"
"""Where a guided session keeps what a person answered."""
BLOCK_NAME = re.compile(r"[a-z0-9-]+")
_KEYS = ("answers", "pool", "values")


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a setting shall go.

    Args:
        layer: The layer.
        block: Name of the Secret block; empty where the planner may choose it. Only for the two secret layers.
    """

    layer: Layer
    block: str = ""

    @property
    def text(self) -> str:
        """The answer as a flag, a policy and an answers file spell it."""
        return f"{self.layer.value}:{self.block}" if self.block else self.layer.value


@dataclass(frozen=True, slots=True)
class Answers:
    """What people have said.

    Args:
        by_setting: Where settings go, by name.
        pool: The work pool of deployments that name none; empty where not given.
        values: Of settings that are not secret and whose value no file of the repository holds, by name.
    """

    by_setting: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    pool: str = ""
    values: Mapping[str, Concealed] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, setting: str) -> Answer | None:
        return self.by_setting.get(setting)

    def with_over(self, upper: Answers) -> Answers:
        """Both together; where both answer for a setting, ``upper`` wins."""
        return Answers(
            MappingProxyType({**self.by_setting, **upper.by_setting}),
            upper.pool or self.pool,
            MappingProxyType({**self.values, **upper.values}),
        )


def layered(layers: Iterable[Answers]) -> Answers:
    """All answers together, later layers over earlier ones: policy, answers file, ``--answer``, person."""
    together = Answers()
    for layer in layers:
        together = together.with_over(layer)
    return together


def load_answers(file: Path) -> Answers:
    """The answers of a TOML file.

    Beside ``pool`` it has a table ``[answers]`` of ``NAME = "layer"`` or "layer:block", and ``[values]`` of
    ``NAME = "value"`` for what is not secret.

    Raises:
        EnvliftError: the file cannot be read, is no TOML, or holds anything else.
    """
    if not file.is_file():
        raise usage(f"The answers file {file} does not exist.", "Give --answers the path of a TOML file.")
    content = read_toml(file)
    refuse_unknown(content, _KEYS, str(file), "Names of settings stand in the table [answers].")
    answers = answers_of(content.get("answers", {}), str(file))
    pool = string(content.get("pool", ""), "pool", str(file))
    return replace(answers, pool=pool, values=_values(content.get("values", {}), str(file)))


def answered_values(content: bytes, where: str) -> Mapping[str, Concealed]:
    """The values that the text of an answers file gives; ``where`` is what errors call it.

    Raises:
        EnvliftError: it is no TOML, or its table ``[values]`` holds anything but texts.
    """
    return _values(parse_toml(content, where).get("values", {}), where)


def parse_answer(text: str) -> tuple[str, Answer]:
    """The setting and the answer of ``NAME=layer`` or ``NAME=layer:block``.

    Raises:
        EnvliftError: another form, no such layer, or no valid block name. The text is never repeated beyond the name,
            because it may hold a value by mistake.
    """
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise usage(f"--answer is written {ANSWER_FORM}.", f"LAYER is one of {', '.join(LAYER_NAMES)}.")
    return name.strip(), _answer(name.strip(), rest, f"--answer {name.strip()}")


def parse_answers(texts: Iterable[str]) -> Answers:
    """The answers of several ``--answer`` flags; a setting that is named twice with two answers is an error."""
    found: dict[str, Answer] = {}
    for text in texts:
        name, answer = parse_answer(text)
        if found.setdefault(name, answer) != answer:
            raise usage(f"--answer names {name} twice, with two answers.", "Keep one of them.")
    return Answers(MappingProxyType(found))


def answers_of(table: object, where: str) -> Answers:
    if not isinstance(table, dict):
        raise usage(f"answers in {where} is not a table.", 'Write it as NAME = "layer" lines below [answers].')
    found = {name: _answer(name, string(text, name, where), f"{name} in {where}") for name, text in table.items()}
    return Answers(MappingProxyType(found))


def _values(table: object, where: str) -> Mapping[str, Concealed]:
    if not isinstance(table, dict):
        raise usage(f"values in {where} is not a table.", 'Write it as NAME = "value" lines below [values].')
    return MappingProxyType({name: Concealed(string(text, name, where)) for name, text in table.items()})


def _answer(name: str, text: str, where: str) -> Answer:
    spelled, colon, block = text.strip().partition(":")
    layer = next((layer for layer in Layer if layer.value == spelled), None)
    if layer is None:
        raise usage(
            f"{where}: that is not a layer.{did_you_mean(spelled, LAYER_NAMES)}", f"Layers: {', '.join(LAYER_NAMES)}."
        )
    if not colon:
        return Answer(layer)
    if layer not in WITH_BLOCK:
        raise usage(
            f"{where}: only a Secret block has a name, {layer.value} takes none.", f"Write {name}={layer.value}."
        )
    if not BLOCK_NAME.fullmatch(block):
        raise usage(
            f"{where}: that is no name for a Secret block.",
            f"Prefect allows lowercase letters, digits and dashes: {name}={layer.value}:{suggested_block(name)}.",
        )
    return Answer(layer, block)


def suggested_block(setting: str) -> str:
    """The name of a Secret block that Prefect accepts for a setting."""
    return re.sub(r"[^a-z0-9]+", "-", setting.lower()).strip("-") or "secret"
