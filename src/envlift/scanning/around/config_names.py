"""The names of variables that a program's own configuration files hold, for code that reads what they name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from envlift.inventory import Site, SiteKind, Standing
from envlift.scanning.around.kinds import read_around

FORM = "configuration file"
"""The form of a read whose name such a file tells: code of the repository itself fills the file in."""
_LARGEST = 256 * 1024  # bytes; what is larger holds data
_NAMED_FILE = re.compile(rb"([\w.-]+\.(?:ya?ml|toml|json|ini|cfg|conf))\b")
_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
_GAP = re.compile(r"\$\{([A-Z][A-Z0-9_]{2,})(?::?-[^}]*)?\}")
_ENTRY = re.compile(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?P<key>\w*_env|\w*env_var(?:iable)?)[\"']?[ \t]*[:=][ \t]*"
    r"[\"']?(?P<name>[A-Z][A-Z0-9_]{2,})[\"']?[ \t]*,?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class NamedVariable:
    """A variable that a configuration file names; ``key`` is what its entry there is called, empty for a gap."""

    name: str
    place: str
    key: str = ""


def is_computed(site: Site) -> bool:
    """Whether a site reads a variable of which the code does not show the name."""
    return site.kind is SiteKind.ENV_READ and not site.name and site.standing is Standing.OPEN


def named_files(content: bytes) -> frozenset[str]:
    """The names of configuration files, without folders, that stand in the source of a program."""
    return frozenset(match[1].decode("ascii", "replace") for match in _NAMED_FILE.finditer(content))


def names_in(path: str, content: bytes) -> Iterator[NamedVariable]:
    """The variables that a program's configuration file names: ``${NAME}``, and entries such as ``token_env: NAME``."""
    if len(content) > _LARGEST or read_around(path, content).mentions:
        return
    text = _COMMENT.sub("", content.decode("utf-8", "replace"))

    def place(at: int) -> str:
        return f"{path}:{text.count(chr(10), 0, at) + 1}"

    for gap in _GAP.finditer(text):
        yield NamedVariable(gap[1], place(gap.start()))
    for entry in _ENTRY.finditer(text):
        # A bare `_env` may name an environment such as PROD, so its value must look like a variable.
        if "_" in entry["name"] or not entry["key"].endswith("_env"):
            yield NamedVariable(entry["name"], place(entry.start("name")), entry["key"])


def with_names(sites: Iterable[Site], named: Collection[NamedVariable]) -> Iterator[Site]:
    """The sites, a computed read once for each variable that configuration names for it.

    Who takes the value tells nothing then: the code takes all of them so.
    """
    for site in sites:
        own = {n.name: n.place for n in named if site.key in ("", n.key)} if is_computed(site) else {}
        if not own:
            yield site
        for name, place in sorted(own.items()):
            why = f"{place} names it for a read whose name is computed"
            taken = replace(site, name=name, form=FORM, obstacle=why, load=None, load_or_raise=None)
            yield replace(taken, receiver="", callee="", wrapper="")
