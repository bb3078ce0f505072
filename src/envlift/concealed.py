"""A value that must not be shown: it travels through envlift, and only its destination reveals it."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Concealed:
    """A string that no printing, logging, copying into JSON or YAML, or pickling shows.

    A plain class on purpose: ``dataclasses.asdict`` and the encoders look inside dataclasses.
    Every configuration value is concealed, secret or not, because what is secret is decided late.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The string itself. Call it only where the value leaves envlift for its destination, or is judged."""
        return self.__value

    def __repr__(self) -> str:
        return "<concealed>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Concealed):
            return NotImplemented
        return hmac.compare_digest(
            self.__value.encode("utf-8", "surrogatepass"), other.__value.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        # Randomised by PYTHONHASHSEED and never printed: usable in sets, useless as a fingerprint.
        return hash((Concealed, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a concealed value cannot be pickled or copied out of the process")
