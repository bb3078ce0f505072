"""Which deployment belongs to which environment, as its name, pool and tags tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

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
    deployments: Iterable[Deployment], environments: Collection[str]
) -> Mapping[str, tuple[Deployment, ...]] | None:
    """The deployments of each environment; None where one of them tells none, or several.

    A deployment is of an environment whose every word stands in its name or pool or in one of its tags; the first of
    these that names any environment speaks.
    """
    found: dict[str, list[Deployment]] = {environment: [] for environment in environments}
    for deployment in deployments:
        tags = " ".join(text.value.reveal() for text in deployment.stored if text.where == "tags")
        told = (
            {environment for environment in environments if _words(environment) <= _words(text)}
            for text in (deployment.name, deployment.pool, tags)
        )
        own = next((names for names in told if names), set[str]())
        if len(own) != 1:
            return None
        found[own.pop()].append(deployment)
    return {environment: tuple(group) for environment, group in found.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(_CANONICAL.get(word, word) for word in _WORD.findall(text.lower()))
