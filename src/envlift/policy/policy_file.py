"""What the repository has decided beforehand: ``[tool.envlift]``, or ``envlift.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from envlift.plan import Extra, Layer, TargetKind
from envlift.policy.answers import BLOCK_NAME, LAYER_NAMES, Answers, answers_of
from envlift.policy.toml_values import (
    choice,
    did_you_mean,
    read_file,
    read_toml,
    refuse_unknown,
    string,
    strings,
    usage,
)

_ACCESSOR = "secret-accessor"
_LITERALS = "literal-default"
_FEED = "secret-env-feed"
_TEMPLATE = "block-name"
_FEEDS = {
    "pool": TargetKind.POOL,
    "code": TargetKind.CALL,
    "pull-step": TargetKind.PREFECT_YAML,
    "platform": TargetKind.PLATFORM,
    "worker": TargetKind.WORKER,
}
PYPROJECT = "pyproject.toml"
OWN_FILE = "envlift.toml"
POLICY_TABLE = "tool.envlift"
POLICY_KEYS = (
    "also",
    "answers",
    "environments",
    "layers",
    "never_touch",
    "pool",
    "project",
    _TEMPLATE,
    _ACCESSOR,
    _FEED,
    _LITERALS,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of envlift itself.

    Args:
        project: Put before the names of Secret blocks, ``{project}-{name}``; empty for no prefix.
        never_touch: Globs of paths whose files are read and reported but never changed.
        answers: Layers that the repository has decided on.
        pool: Work pool of deployments that name none; empty when there is no default.
        environments: For each environment that a ``.env`` file is named after: patterns of the names, pools or branches
            of its deployments.
        exact: Whether code takes the stored text of a Secret block as it is, for people who fill blocks by other ways
            than ``envlift push``; ``.get()`` would make an int of ``12345``.
        keeps_literals: Whether a literal that becomes an environment read stays as its default.
        feed: What holds a secret that must stay an environment variable, where that way is open; None for the usual.
        also: What a plan does beside what the settings need.
        layers: The layers that settings may go to, beside ``leave``; empty for all.
        block_name: A template with ``{name}`` and ``{project}`` for the names of all Secret blocks; empty for names
            that have the project only where they are generic.
    """

    project: str = ""
    never_touch: tuple[str, ...] = ()
    answers: Answers = field(default_factory=Answers)
    pool: str = ""
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    exact: bool = False
    keeps_literals: bool = False
    feed: TargetKind | None = None
    also: tuple[Extra, ...] = ()
    layers: tuple[Layer, ...] = ()
    block_name: str = ""

    def allows(self, layer: Layer) -> bool:
        """Whether a setting may go to a layer."""
        return not self.layers or layer in (*self.layers, Layer.LEAVE)

    def forbids(self, path: str) -> bool:
        """Whether a file must stay as it is.

        Args:
            path: POSIX path relative to the repository.
        """
        return any(_matches(path, pattern) for pattern in self.never_touch)


def load_policy(root: Path) -> Policy:
    """The policy of a repository, from ``envlift.toml`` or ``[tool.envlift]`` of its pyproject.toml.

    Raises:
        EnvliftError: a file is no TOML, a key is unknown, a value has the wrong type, or both places hold a policy.
    """
    own, project_file = root / OWN_FILE, root / PYPROJECT
    section = _section(project_file) if project_file.is_file() else None
    if own.exists() and not own.is_file():
        raise usage(f"{OWN_FILE} is no regular file.", f"Write the settings into a file, or into {PYPROJECT}.")
    if own.is_file():
        if section is not None:
            raise usage(
                f"Both {OWN_FILE} and [tool.envlift] of {PYPROJECT} hold settings.",
                f"Keep one: move all to {OWN_FILE}.",
            )
        return _policy(read_toml(own), OWN_FILE)
    return Policy() if section is None else _policy(section, f"[tool.envlift] of {PYPROJECT}")


def policy_file(root: Path) -> Path | None:
    """The file of a repository that holds its policy; None where it has none."""
    own, project_file = root / OWN_FILE, root / PYPROJECT
    if own.exists() or own.is_symlink():
        return own
    return project_file if project_file.is_file() and _section(project_file) is not None else None


def _section(project_file: Path) -> object:
    """The table ``[tool.envlift]``; None without one, so a pyproject.toml that says nothing to us may be broken."""
    if b"envlift" not in read_file(project_file):
        return None
    tool = read_toml(project_file).get("tool", {})
    return tool.get("envlift") if isinstance(tool, dict) else None


def _policy(section: object, where: str) -> Policy:
    if not isinstance(section, dict):
        raise usage(f"{where} is not a table.", "Write the settings as KEY = VALUE lines below it.")
    refuse_unknown(section, POLICY_KEYS, where)
    project = string(section.get("project", ""), "project", where)
    if project and not BLOCK_NAME.fullmatch(project):
        raise usage(
            f"project in {where} cannot begin the name of a Secret block.",
            "Prefect allows lowercase letters, digits and dashes.",
        )
    return Policy(
        project=project,
        never_touch=strings(section.get("never_touch", []), "never_touch", where),
        answers=answers_of(section.get("answers", {}), where),
        pool=string(section.get("pool", ""), "pool", where),
        environments=_environments(section.get("environments", {}), where),
        also=_extras(section.get("also", []), f"also in {where}"),
        exact=choice(section.get(_ACCESSOR, "get"), _ACCESSOR, {"get": False, "exact": True}, where),
        keeps_literals=choice(section.get(_LITERALS, "drop"), _LITERALS, {"drop": False, "keep": True}, where),
        layers=_layers(section.get("layers", []), where),
        block_name=_template(section[_TEMPLATE], where) if _TEMPLATE in section else "",
        feed=choice(section[_FEED], _FEED, _FEEDS, where) if _FEED in section else None,
    )


def parse_extras(texts: Iterable[str]) -> tuple[Extra, ...]:
    """What several ``--also`` flags ask for.

    Raises:
        EnvliftError: envlift knows no such thing.
    """
    return _extras(list(texts), "--also")


def _extras(value: object, where: str) -> tuple[Extra, ...]:
    names = [extra.value for extra in Extra]
    if not isinstance(value, list) or not all(text in names for text in value):
        raise usage(f"{where} names something that envlift does not know.", f"It knows {', '.join(names)}.")
    return tuple(extra for extra in Extra if extra.value in value)


def _environments(table: object, where: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise usage(f"environments in {where} is not a table.", 'Write it as prod = ["DEPLOYMENT"] lines below it.')
    return MappingProxyType({name: strings(texts, f"environments.{name}", where) for name, texts in table.items()})


def _layers(value: object, where: str) -> tuple[Layer, ...]:
    names = strings(value, "layers", where)
    for name in names:
        if name not in LAYER_NAMES:
            known = f"Layers: {', '.join(LAYER_NAMES)}."
            raise usage(f"layers in {where} names no layer.{did_you_mean(name, LAYER_NAMES)}", known)
    return tuple(layer for layer in Layer if layer.value in names)


def _template(value: object, where: str) -> str:
    """A template of block names, in which ``{name}`` has to stand."""
    template = string(value, _TEMPLATE, where)
    rest = template.replace("{project}", "").replace("{name}", "")
    if "{name}" not in template or (rest and not BLOCK_NAME.fullmatch(rest)):
        raise usage(
            f"{_TEMPLATE} in {where} is no template of names of Secret blocks.",
            'Write it as "{project}-{name}": lower-case letters, digits and dashes around {name}.',
        )
    return template


def _matches(path: str, pattern: str) -> bool:
    """A glob as .gitignore reads it: without a slash it matches at any depth, and a folder stands for all in it."""
    anchored = "/" in pattern.rstrip("/")
    expression = _as_expression(pattern.strip("/"))
    return re.fullmatch(f"{'' if anchored else '(?:.*/)?'}{expression}(?:/.*)?", path, re.DOTALL) is not None


def _as_expression(pattern: str) -> str:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(parts.get(token) or re.escape(token) for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern))
