"""The names of variables that a program's own configuration files hold, for code that reads what they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from envlift.inventory import Site, SiteKind, Standing
from envlift.scanning.around.kinds import read_around

FORM = "configuration file"
"""The form of a read whose name such a file tells: code of the repository itself fills the file in."""
_LARGEST = 256 * 1024  # bytes; what is larger holds data
_NAMED_FILE = re.compile(rb"([\w.-]+\.(?:ya?ml|toml|json|ini|cfg|conf))\b")
_GAP = re.compile(r"\$\{(?P<told>[A-Z][A-Z0-9_]{2,})(?::?-[^}]*)?\}")
# `token_env_var: TOKEN`; a bare `_env` may name an environment such as PROD, so its value must look like a variable.
_ENTRY = re.compile(
    r"^[ \t]*[\"']?\w*?(?:env_var(?:iable)?[\"']?[ \t]*[:=][ \t]*[\"']?(?P<told>[A-Z][A-Z0-9_]{2,})"
    r"|_env[\"']?[ \t]*[:=][ \t]*[\"']?(?P<like>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+))[\"']?[ \t]*,?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)


def is_computed(site: Site) -> bool:
    """Whether a site reads a variable of which the code does not show the name."""
    return site.kind is SiteKind.ENV_READ and not site.name and site.standing is Standing.OPEN


def named_files(content: bytes) -> frozenset[str]:
    """The names of configuration files, without folders, that stand in the source of a program."""
    return frozenset(match[1].decode("ascii", "replace") for match in _NAMED_FILE.finditer(content))


def names_in(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """The variables that a program's configuration file names, each with its place, ``path:line``."""
    if len(content) > _LARGEST or read_around(path, content).mentions:
        return
    text = content.decode("utf-8", "replace")
    for match in (*_GAP.finditer(text), *_ENTRY.finditer(text)):
        name = match["told"] or match["like"]
        yield name, f"{path}:{text.count(chr(10), 0, match.end()) + 1}"


def with_names(sites: Iterable[Site], named: dict[str, str]) -> Iterator[Site]:
    """The sites, a computed read once for each variable that configuration names; who takes the value tells nothing."""
    for site in sites:
        if not (named and is_computed(site)):
            yield site
            continue
        for name, place in sorted(named.items()):
            why = f"{place} names it for a read whose name is computed"
            taken = replace(site, name=name, form=FORM, obstacle=why, load=None, load_or_raise=None)
            yield replace(taken, receiver="", callee="", wrapper="")
