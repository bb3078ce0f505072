"""``envlift undo``: the files as they were before the last apply."""

from __future__ import annotations

from pathlib import Path

from envlift.applying.files import recover
from envlift.applying.files import undo as undo_apply
from envlift.cli.arguments import Look, Repository, repository
from envlift.cli.screen import open_screen
from envlift.cli.screen.outcome_view import undone_view
from envlift.errors import ExitCode

_PLAIN = Look()


def undo(path: Repository = Path(), /, *, look: Look = _PLAIN) -> ExitCode:
    """Restore the files of the last apply byte for byte, and take back those that it made.

    Refuses where one of them has changed since. An apply that was interrupted is mended instead. What is on the Prefect
    server stays as it is.

    For example:

    ```
    envlift undo
    envlift undo ../pipelines
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path)
    mended = recover(root)
    if mended.paths:
        screen.mended(mended.mending.value, mended.paths)
        return ExitCode.DONE
    screen.show(*undone_view(undo_apply(root)))
    return ExitCode.DONE
