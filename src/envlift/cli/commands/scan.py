"""``envlift scan``: the inventory, without an opinion."""

from __future__ import annotations

from pathlib import Path

from envlift.cli.arguments import FormatOption, Look, NoCache, NoProgress, OutputFormat, Repository, repository
from envlift.cli.interruption import warn_of_interruption
from envlift.cli.screen import open_screen
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.scan_view import scan_view
from envlift.errors import ExitCode
from envlift.rendering import FORMATS
from envlift.scanning.repository import scan_repository

_PLAIN = Look()


def scan(
    path: Repository = Path(),
    /,
    *,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    no_cache: NoCache = False,
    no_progress: NoProgress = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """List every setting: where it is read, stored and hardcoded, and which flows reach it.

    Reads files only: no code of the repository runs and no connection is opened. Values are never shown.

    For example:

    ```
    envlift scan
    envlift scan ../etl --format json > inventory.json
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    with scan_progress(screen, wanted=not no_progress) as tell:
        inventory = scan_repository(repository(path), keep=not no_cache, progress=tell)
    warn_of_interruption(path, screen)
    if format is OutputFormat.TEXT:
        screen.show(*scan_view(inventory))
    else:
        screen.write(FORMATS[format.value].scan(inventory))
    return ExitCode.PARTIAL if inventory.troubles else ExitCode.DONE
