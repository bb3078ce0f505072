"""What ``scan`` and ``plan``, which mend nothing, say about an apply that was interrupted."""

from __future__ import annotations

from pathlib import Path

from envlift.applying.files import interrupted
from envlift.cli.screen import Screen
from envlift.errors import EnvliftError


def warn_of_interruption(root: Path, screen: Screen) -> None:
    """Name an apply that was interrupted, and what mends it; nothing where there was none."""
    try:
        if interrupted(root):
            screen.insist(
                "envlift: an earlier apply was interrupted, so some files may be new and some old. "
                "`envlift apply` and `envlift migrate --write` mend that first."
            )
    except EnvliftError as error:
        screen.insist(f"envlift: {error.message}. {error.hint}")
