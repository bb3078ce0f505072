"""Names for Secret blocks: valid for Prefect, unique, the same in every run, and clear in a shared workspace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# A name made only of these says nothing about whose secret it is: two projects in one workspace would share the block.
_GENERIC = frozenset(
    [
        "access",
        "account",
        "admin",
        "api",
        "app",
        "auth",
        "aws",
        "azure",
        "bearer",
        "client",
        "connection",
        "conn",
        "credentials",
        "database",
        "db",
        "dsn",
        "encryption",
        "env",
        "gcp",
        "host",
        "id",
        "jwt",
        "key",
        "login",
        "master",
        "mongo",
        "mongodb",
        "mysql",
        "pass",
        "passphrase",
        "passwd",
        "password",
        "pg",
        "pgpassword",
        "postgres",
        "postgresql",
        "private",
        "prod",
        "pwd",
        "redis",
        "root",
        "secret",
        "service",
        "session",
        "sftp",
        "signing",
        "smtp",
        "ssh",
        "staging",
        "string",
        "token",
        "uri",
        "url",
        "user",
        "webhook",
    ]
)


def block_names(settings: Iterable[str], project: str, given: Mapping[str, str], template: str = "") -> dict[str, str]:
    """A block name for each setting.

    Args:
        settings: Names of settings, e.g. ``DB_PASSWORD``.
        project: Prefix for names that are generic; may be empty.
        given: Names that a person or the policy chose; they are kept as they are.
        template: What all others look like, with ``{project}`` and ``{name}`` in it; empty for the usual.

    Prefect allows lowercase letters, digits and dashes (``Block document name must only contain …``).
    """
    names: dict[str, str] = {}
    taken = set(given.values())
    for setting in sorted(set(settings)):
        if setting in given:
            names[setting] = given[setting]
            continue
        wanted = name = _name(setting, project, template)
        number = 2
        while name in taken:
            name, number = f"{wanted}-{number}", number + 1
        names[setting] = name
        taken.add(name)
    return names


def _name(setting: str, project: str, template: str) -> str:
    name, prefix = kebab(setting), kebab(project)
    if template:
        return kebab(template.replace("{project}", prefix if project else "").replace("{name}", name))
    generic = all(word in _GENERIC or word.isdigit() for word in name.split("-"))
    return f"{prefix}-{name}" if generic and prefix else name


def kebab(text: str) -> str:
    """Lowercase words with dashes; camel case is split, what Prefect does not allow becomes a dash."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z0-9])(?=[A-Z][a-z])", "-", text)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "setting"
