"""Which deployment belongs to which environment, as the policy tells, or its name, pool, tags and branch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from envlift.inventory import Deployment

_WORD = re.compile(r"[a-z]+|[0-9]+")
_SYNONYMS = (
    ("production", "prod", "prd", "live"),
    ("development", "develop", "dev"),
    ("staging", "stage", "stg"),
    ("testing", "test", "tst"),
    ("acceptance", "uat", "acc"),
)
_CANONICAL = {word: words[0] for words in _SYNONYMS for word in words}


def by_environment(
    deployments: Iterable[Deployment], environments: Collection[str], told: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[Deployment, ...]] | None:
    """The deployments of each environment; None where one of them tells none, or several.

    A deployment is of the environment that the policy has ``told`` of its name, pool or branch. Else of one whose every
    word stands in its name, its pool, one of its tags or its branch; the first of these that names any speaks.
    """
    found: dict[str, list[Deployment]] = {environment: [] for environment in environments}
    for deployment in deployments:
        tags = " ".join(text.value.reveal() for text in deployment.stored if text.where == "tags")
        texts = (deployment.name, deployment.pool, tags, deployment.branch)
        named = ({e for e in environments if _words(e) <= _words(text)} for text in texts)
        own = _told_of(deployment, told) & set(environments) or next((names for names in named if names), set())
        if len(own) != 1:
            return None
        found[own.pop()].append(deployment)
    return {environment: tuple(group) for environment, group in found.items()}


def names_environment(name: str, environment: str) -> bool:
    """Whether a variable says by its own name of which environment it is."""
    return _words(environment) <= _words(name)


def _told_of(deployment: Deployment, told: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The environments that the policy gives a deployment, by a pattern of its name, pool or branch."""
    own = [text for text in (deployment.name, deployment.pool, deployment.branch) if text]
    return {e for e, patterns in told.items() if any(fnmatchcase(text, p) for text in own for p in patterns)}


def _words(text: str) -> frozenset[str]:
    return frozenset(_CANONICAL.get(word, word) for word in _WORD.findall(text.lower()))
