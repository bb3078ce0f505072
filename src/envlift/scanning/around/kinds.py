"""Which files around Python are read, and by which reader: one row a kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from envlift.inventory import MentionKind, Trouble
from envlift.scanning.around import (
    compose,
    dbt,
    dockerfile,
    gitlab,
    kubernetes,
    makefile,
    notebook,
    prefect_template,
    shell,
    terraform,
    workflows,
)
from envlift.scanning.around.found import Found

Reader = Callable[[str, bytes], Found]


@dataclass(frozen=True, slots=True)
class AroundKind:
    """One kind of file.

    Args:
        kind: What its mentions say.
        names: Matches at the end of the POSIX paths of its files, from a slash or the start on.
        read: Reads one file; pure, and trouble is part of its result.
        needs: Words of which a file must hold at least one of each group to be of this kind; none asks for none.
        limit: Bytes above which a file is not read.
    """

    kind: MentionKind
    names: str
    read: Reader
    needs: tuple[tuple[bytes, ...], ...] = ()
    limit: int = 1024 * 1024


# YAML that a kind above knows by its name is no manifest.
_NOT_SPECIAL = (
    r"(?<!\.github/workflows/)(?!(?:prefect|action|[^/]*\.gitlab-ci|[^/]*compose[^/]*|"
    r"(?:[^/]*[._-])?values[^/]*)\.ya?ml$)"
)

KINDS: tuple[AroundKind, ...] = (
    AroundKind(
        MentionKind.DOCKERFILE,
        r"(?:(?:dockerfile|containerfile)(?:[.-](?!dockerignore$|md$|ya?ml$|txt$|py$)[^/]+)?|[^/]+\.(?:dockerfile|containerfile))",
        dockerfile.read,
    ),
    AroundKind(MentionKind.COMPOSE, r"(?:[^/]*[._-])?(?:compose|docker-stack)(?:[._-][^/]*)?\.ya?ml", compose.read),
    AroundKind(MentionKind.WORKFLOW, r"\.github/workflows/[^/]+\.ya?ml|action\.ya?ml", workflows.read),
    AroundKind(MentionKind.GITLAB, r"[^/]*\.gitlab-ci\.ya?ml|\.gitlab/(?:[^/]+/)*[^/]+\.ya?ml", gitlab.read),
    AroundKind(MentionKind.PREFECT_YAML, r"prefect\.yaml", prefect_template.read, needs=((b"$",),)),
    AroundKind(MentionKind.SHELL, r"[^/]+\.(?:sh|bash|zsh)|(?:[^/]*\.)?envrc", shell.read),
    AroundKind(MentionKind.MAKE, r"(?:gnu)?makefile(?:\.[^/]+)?|[^/]+\.mk", makefile.read),
    AroundKind(MentionKind.DBT, r"[^/]+\.(?:sql|ya?ml)", dbt.read, needs=((dbt.MARKER,),)),
    AroundKind(
        MentionKind.KUBERNETES,
        _NOT_SPECIAL + r"[^/]+\.ya?ml(?:\.tpl|\.j2|\.tmpl)?",
        kubernetes.read,
        needs=((b"kind:", b"Generator:"), (b"env", b"ConfigMap", b"Secret", b"Generator:", b"baseJobTemplate:")),
        limit=8 * 1024 * 1024,
    ),
    AroundKind(
        MentionKind.HELM,
        r"(?:[^/]*[._-])?values[^/]*\.ya?ml",
        kubernetes.read_values,
        needs=((b"nv", b"baseJobTemplate:"),),
    ),
    AroundKind(MentionKind.TERRAFORM, r"[^/]+\.tf", terraform.read),
    AroundKind(MentionKind.NOTEBOOK, r"[^/]+\.ipynb", notebook.read, limit=8 * 1024 * 1024),
)

_PATTERNS = tuple((kind, re.compile(rf"(?:^|/)(?:{kind.names})\Z", re.IGNORECASE)) for kind in KINDS)
# Most files of a repository are of no kind: their ending tells without trying each pattern.
_POSSIBLE = re.compile(
    r"\.(?:ya?ml|sh|bash|zsh|sql|tf|ipynb|mk|tpl|j2|tmpl|envrc)\Z|(?:docker|container|make)file[^/]*\Z|(?:^|/)\.?envrc\Z",
    re.IGNORECASE,
)


def kinds_of(path: str) -> Iterator[AroundKind]:
    """The kinds of which a file may be, by its path alone."""
    if not path.endswith(".py") and _POSSIBLE.search(path):
        yield from (kind for kind, pattern in _PATTERNS if pattern.search(path))


def read_around(path: str, content: bytes) -> Found:
    """All that a file says, by every kind that it is of; nothing for a file of no kind."""
    found = [_read(kind, path, content) for kind in kinds_of(path)]
    return Found(
        tuple(mention for one in found for mention in one.mentions),
        tuple(use for one in found for use in one.files),
        tuple(trouble for one in found for trouble in one.troubles),
        tuple(owner for one in found for owner in one.owners),
    )


def _read(kind: AroundKind, path: str, content: bytes) -> Found:
    if not all(any(word in content for word in words) for words in kind.needs):
        return Found()
    if len(content) > kind.limit:
        size = kind.limit // (1024 * 1024)
        return Found(troubles=(Trouble(path, 0, f"larger than {size} MB: not read as {kind.kind.value}"),))
    return kind.read(path, content)
