"""YAML nodes with the file and line they stand on, so that every complaint says where."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import yaml

from envlift.errors import EnvliftError, ExitCode
from envlift.planning.plan_file.shapes import Keys

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HAND = "edit that line, or make the plan anew with `envlift plan`"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the plan file."""

    path: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """1-based."""
        return int(self.node.start_mark.line) + 1

    def error(self, message: str, hint: str = _HAND) -> EnvliftError:
        """The complaint about this place, to be raised."""
        return _error(self.path, self.line, message, hint)

    def fields(self, keys: Keys) -> dict[str, Place]:
        """The entries of a mapping by key; unknown, doubled and missing keys are errors."""
        known = [*keys.needed, *keys.allowed]
        found = {}
        for key, place in self.entries().items():
            if key.text() not in known:
                near = difflib.get_close_matches(key.text(), known, 1)
                meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
                raise key.error(f"unknown key {key.text()!r}{meant}")
            found[key.text()] = place
        for key_name in keys.needed:
            if key_name not in found:
                raise self.error(f"the key {key_name!r} is missing here")
        return found

    def entries(self) -> dict[Place, Place]:
        """Keys and values of a mapping in their order."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping of keys to values belongs here")
        seen: set[str] = set()
        pairs = {}
        for key_node, value_node in self.node.value:
            key = Place(self.path, key_node)
            if key.text() in seen:
                raise key.error(f"the key {key.text()!r} stands here twice")
            seen.add(key.text())
            pairs[key] = Place(self.path, value_node)
        return pairs

    def word(self, name: str) -> str:
        """The text of one entry of a mapping, before the others are known; empty where there is none."""
        found = next((value for key, value in self.entries().items() if key.text() == name), None)
        return found.text() if found is not None else ""

    def list_of(self, name: str) -> tuple[Place, ...]:
        """The items of the list that one entry of a mapping is; none where there is no such entry."""
        return next((value.items() for key, value in self.entries().items() if key.text() == name), ())

    def items(self) -> tuple[Place, ...]:
        """The items of a list; none where nothing stands."""
        if isinstance(self.node, yaml.ScalarNode) and self.is_null():
            return ()
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list belongs here")
        return tuple(Place(self.path, node) for node in self.node.value)

    def text(self) -> str:
        """A scalar as it is written: `NO` and `12` are text here, whatever YAML makes of them."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("a single word or text belongs here")
        return str(self.node.value)

    def is_null(self) -> bool:
        return bool(self.node.tag == "tag:yaml.org,2002:null")

    def is_scalar(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    def number(self) -> int:
        text = self.text()
        if not text.removeprefix("-").isdecimal() or not text.isascii():
            raise self.error("a whole number belongs here")
        return int(text)

    def choice(self, words: Mapping[str, _T]) -> _T:
        """What one of some words means."""
        if self.text() not in words:
            near = difflib.get_close_matches(self.text(), list(words), 1)
            meant = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(words)}"
            raise self.error(f"unknown word {self.text()!r}; {meant}")
        return words[self.text()]


def read_document(text: str, path: str) -> Place:
    """The document of a YAML text.

    Raises:
        EnvliftError: the text is not one YAML document.
    """
    try:
        node = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(path, mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}", _HAND) from None
    except yaml.YAMLError:
        raise _error(path, 1, "this is not YAML: it holds a character that YAML does not allow", _HAND) from None
    except RecursionError:
        raise _error(path, 1, "this is nested too deeply", _HAND) from None
    if node is None:
        raise _error(path, 1, "the plan is empty", "make it with `envlift plan`")
    return Place(path, node)


def _error(path: str, line: int, message: str, hint: str) -> EnvliftError:
    return EnvliftError(f"{path}:{line}: {message}", hint, ExitCode.REFUSED)
