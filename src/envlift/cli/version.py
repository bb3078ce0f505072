"""Which envlift this is; apart from the parser, because `envlift --version` should answer at once."""

from __future__ import annotations

import importlib.metadata


def version() -> str:
    """The installed version; ``unknown`` when envlift runs from a checkout that is not installed."""
    try:
        return importlib.metadata.version("envlift")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
