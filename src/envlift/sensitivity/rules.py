"""The shape of a rule: what it looks at, what it says, and the examples that keep it honest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from envlift.inventory import Site


class Verdict(Enum):
    """What one rule says about one name, value or use."""

    SECRET = "secret"
    LIKELY = "likely secret"
    CARRIER = "secret when its value holds a password"
    PLAIN = "not secret"
    PLACEHOLDER = "stands for a value that is not here"
    REFERENCE = "points at a value that is kept elsewhere"


@dataclass(frozen=True, slots=True)
class Use:
    """Who takes a value: variable, keyword or dict key; the function called; the conversion right around it.

    Where the variable's name is computed, ``getter`` is the function that reads it: its name says what it gives.
    ``block`` is the Secret block from which other code of the repository loads what has the same name.
    """

    receiver: str = ""
    callee: str = ""
    wrapper: str = ""
    getter: str = ""
    block: str = ""

    @classmethod
    def of(cls, site: Site) -> Use:
        return cls(site.receiver, site.callee, site.wrapper, "" if site.name else site.function.rpartition(".")[2])


@dataclass(frozen=True, slots=True)
class NameRule:
    """A rule over a name's words; ``pattern`` is searched in the form that ``words.canonical`` gives."""

    name: str
    verdict: Verdict
    reason: str
    pattern: re.Pattern[str]
    takes: tuple[str, ...]
    leaves: tuple[str, ...]

    def matches(self, canonical: str) -> bool:
        return self.pattern.search(canonical) is not None


def name_rule(
    name: str, verdict: Verdict, reason: str, pattern: str, takes: tuple[str, ...], leaves: tuple[str, ...]
) -> NameRule:
    """A row of a table of names, with its pattern as text."""
    return NameRule(name, verdict, reason, re.compile(pattern), takes, leaves)


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A rule over a value; ``keywords`` (lower case) decide cheaply whether ``test`` is asked, none means always."""

    name: str
    verdict: Verdict
    reason: str
    keywords: tuple[str, ...]
    test: Callable[[str], bool]
    takes: tuple[str, ...]
    leaves: tuple[str, ...]

    def matches(self, value: str, lowered: str) -> bool:
        if self.keywords and not any(keyword in lowered for keyword in self.keywords):
            return False
        return self.test(value)


@dataclass(frozen=True, slots=True)
class UseRule:
    """A rule over what the code does with a value."""

    name: str
    verdict: Verdict
    reason: str
    test: Callable[[Use], bool]
    takes: tuple[Use, ...]
    leaves: tuple[Use, ...]

    def matches(self, use: Use) -> bool:
        return self.test(use)


Rule = NameRule | ValueRule | UseRule
