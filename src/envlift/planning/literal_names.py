"""Names for literals that would share one: each value gets a name that its author might have chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import count

from envlift.concealed import Concealed
from envlift.inventory import Site
from envlift.scanning.literals.naming import function_word, module_word, upper_snake

_THINGS = frozenset({"PROJECT", "PROJECT_ID", "ACCOUNT", "ACCOUNT_ID", "BUCKET", "BUCKET_NAME"})

_LONGEST_NAME = 60


def of_one_thing(sites: Iterable[Site]) -> Mapping[str, list[Site]]:
    """Literals by name, where one bucket, project or account has one name however many files name it after theirs."""
    named: dict[tuple[str, Concealed], set[str]] = defaultdict(set)
    for site in sites:
        if (thing := _thing(site)) is not None:
            named[thing].add(site.name)
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        thing = _thing(site)
        names = named[thing] if thing is not None else {site.name}
        found[min(names, key=lambda name: (len(name), name))].append(site)
    return found


def _thing(site: Site) -> tuple[str, Concealed] | None:
    """What a literal names, where a value of this kind is the name of one thing in the world."""
    kind = upper_snake(site.receiver)
    return (kind, site.value) if kind in _THINGS and site.value is not None else None


def unique_names(name: str, values: Sequence[Sequence[Site]], taken: Set[str], later: Set[str]) -> list[str]:
    """A name for each of several values: the common one, one with the module or function in it, or a number.

    Args:
        name: The name that all would have.
        values: The sites of each value; the first value in several files keeps the name.
        taken, later: Names that are given already, and those that others may keep.
    """
    files = [{site.path for site in sites} for sites in values]
    words = [module_word(min(paths)) for paths in files]
    apart = len(set(words)) > 1 or name in taken
    keeper = next((n for n, paths in enumerate(files) if len(paths) > 1 or not apart), -1 if apart else 0)
    given: list[str] = []
    for number, word in enumerate(words):
        told = f"{word}_{name}"
        function = function_word(values[number][0].function)
        does = _joined(function, name)
        if number == keeper and name not in taken:
            given.append(name)
        elif apart and _is_telling(word, name) and told not in {*taken, *later, *given}:
            given.append(told)
        elif (given or name in taken) and _is_telling(function, name) and does not in {*taken, *later, *given}:
            given.append(does)
        else:
            numbered = (f"{name}_{n}" for n in count(1 + bool(given or name in taken)))
            own = name if name not in taken and name not in given else None
            given.append(own or next(n for n in numbered if n not in {*taken, *later, *given}))
    return given


def _joined(function: str, name: str) -> str:
    """Both in one; a word that ends the first and begins the second stands once."""
    last = function.rpartition("_")[2]
    return f"{function}{name.removeprefix(last)}" if name.startswith(f"{last}_") else f"{function}_{name}"


def _is_telling(word: str, name: str) -> bool:
    return bool(word) and not word[0].isdigit() and not name.startswith(word) and len(word) + len(name) < _LONGEST_NAME
