"""The shape of a row: a library that reads the environment by itself, with examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelfReading:
    """One library that looks into the environment when certain functions of it are called.

    Args:
        library: What reports call it.
        calls: Dotted origins of these functions; ``*`` at the end stands for any rest, ``.*.`` for any one part.
        variables: The variables, each with the arguments that keep the library from reading it: a keyword, or a
            position as a digit. ``*`` in a variable stands for any rest.
        takes: Modules in which a call of the row reads the first of its variables.
        leaves: Modules in which no call of the row reads the first of its variables.
        settled_by: Functions that, called anywhere in the file, give the first variable's value.
    """

    library: str
    calls: tuple[str, ...]
    variables: Mapping[str, tuple[str, ...]]
    takes: tuple[str, ...]
    leaves: tuple[str, ...]
    settled_by: tuple[str, ...] = ()
