"""``envlift undo``: the files as they were before the last apply."""

from __future__ import annotations

from pathlib import Path

from envlift.applying.files import recover
from envlift.applying.undo import undo as undo_apply
from envlift.cli.arguments import Look, Repository, repository
from envlift.cli.screen import open_screen
from envlift.cli.screen.outcome_view import undone_view
from envlift.errors import ExitCode

_PLAIN = Look()


def undo(path: Repository = Path(), /, *, look: Look = _PLAIN) -> ExitCode:
    """Bring the files of the last apply back byte for byte, and remove those that it made.

    The old bytes come from git. Refuses where one of the files has changed since, or was not committed as it was before
    the apply. An apply that was interrupted is mended instead. The plan and what is on the Prefect server stay.

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
