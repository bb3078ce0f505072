"""Where files around Python speak of variables: Dockerfiles, Compose files, manifests, workflows, scripts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from envlift.concealed import Concealed


class MentionKind(Enum):
    """What kind of file around Python names a variable; the values are those of the JSON output."""

    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    HELM = "helm"
    WORKFLOW = "workflow"  # GitHub Actions
    GITLAB = "gitlab"
    PREFECT_YAML = "prefect_yaml"  # {{ $NAME }}, which Prefect fills in when it deploys
    SHELL = "shell"
    MAKE = "make"
    DBT = "dbt"
    TERRAFORM = "terraform"
    NOTEBOOK = "notebook"


class MentionRole(Enum):
    """What a file does with a variable: gives it a value, takes its value, or names a secret kept elsewhere."""

    SETS = "sets"
    READS = "reads"
    SECRET_REFERENCE = "secret_reference"  # noqa: S105 a word of the JSON output


@dataclass(frozen=True, slots=True)
class Mention:
    """One place around Python that names a variable.

    Args:
        path: POSIX path relative to the repository.
        line: 1-based.
        name: The variable.
        kind, role: Which kind of file, and what it does with the name.
        owner: The service, job, container or build stage there; empty where there is none.
        value: What a setter sets where that is written there literally; None otherwise.
        runs: What the owner starts, where its command tells: ``prefect worker``, a Python file or a dotted module.
    """

    path: str
    line: int
    name: str
    kind: MentionKind
    role: MentionRole
    owner: str = ""
    value: Concealed | None = None
    runs: str = ""


@dataclass(frozen=True, slots=True)
class EnvFileUse:
    """A place that hands a whole ``.env`` file on, as ``env_file:`` of a service does; ``file`` is its POSIX path."""

    path: str
    line: int
    file: str
    kind: MentionKind
    owner: str = ""
    runs: str = ""
