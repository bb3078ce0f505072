"""What a prefect.yaml says about its deployments, and what can be asked of the editor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode


class Refused(EnvliftError):  # noqa: N818 it names an outcome, not a fault
    """This text cannot be edited safely as asked; nothing was changed.

    Args:
        line: The 1-based line that stands in the way.
        reason: Why, without any value.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}", "edit this place by hand", ExitCode.REFUSED)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trouble:
    """One place that Prefect would read otherwise than it looks, or that nobody can read; 1-based line, no value."""

    line: int
    reason: str


class Held(Enum):
    """What a deployment would hold for an env entry of prefect.yaml."""

    TEXT = "text"
    UNSET = "unset"  # null: the variable of the pool is removed
    REJECTED = "rejected"  # number, boolean, list, mapping: the server answers 422


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """One variable under ``work_pool.job_variables.env``, merge keys and aliases resolved.

    ``value`` is what the deployment would hold, for a rejected scalar the text as it is written (what it would be if
    it were quoted), and None where there is none.
    """

    name: str
    value: Concealed | None
    held: Held
    line: int


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text under ``parameters`` or in ``tags``, which the API keeps in clear with the deployment.

    ``keys`` are what it stands under, e.g. ``("parameters", "db", "url")``.
    """

    keys: tuple[str, ...]
    value: Concealed
    line: int


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A ``job_variables`` beside ``work_pool`` instead of under it: Prefect ignores it silently."""

    line: int
    env: tuple[EnvEntry, ...]


@dataclass(frozen=True, slots=True)
class YamlDeployment:
    """One item of ``deployments``, as PyYAML's safe_load sees it.

    ``work_pool`` is the pool's name; ``has_work_pool`` is true for a mapping, with or without a name. ``branch`` is
    what its pull steps clone, its own or else those of the file; None where they name none, or several.
    ``step_trouble`` is why no step can be put behind its pull steps; empty where one can.
    """

    index: int
    line: int
    name: str | None
    entrypoint: str | None
    flow_name: str | None
    work_pool: str | None
    has_work_pool: bool
    has_pull: bool
    tags: tuple[str, ...]
    env: tuple[EnvEntry, ...]
    misplaced: Misplaced | None
    troubles: tuple[Trouble, ...]
    stored: tuple[StoredText, ...] = ()
    branch: str | None = None
    step_trouble: str = ""


@dataclass(frozen=True, slots=True)
class PrefectFile:
    """The facts of one prefect.yaml.

    When ``readable`` is false no deployment is known and the first trouble says why. ``has_pull`` is false for
    ``pull:`` without a value, which Prefect takes for absent.
    """

    deployments: tuple[YamlDeployment, ...]
    has_pull: bool
    readable: bool
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class EnvChange:
    """One variable to set on the deployment at a 0-based index; another value in its place goes only if told."""

    deployment: int
    name: str
    value: Concealed
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class PullVariable:
    """One variable that a pull step sets for the deployment at a 0-based index.

    Args:
        deployment: Whose pull steps these are: its own, or those of the file, which other deployments may have, too.
        name: The variable.
        value: What it is set to, as Prefect templates it when a run starts: a placeholder, never a secret.
    """

    deployment: int
    name: str
    value: str
