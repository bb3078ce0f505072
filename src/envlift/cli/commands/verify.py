"""``envlift verify``: code, prefect.yaml and plan against each other, and against a Prefect server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from envlift.applying.prefect_server import is_configured
from envlift.cli.arguments import (
    FormatOption,
    Look,
    NoProgress,
    Only,
    OnlyOption,
    OutputFormat,
    PlanOption,
    PrefectVersionOption,
    Repository,
    repository,
    told_version,
)
from envlift.cli.own_files import file_bytes
from envlift.cli.saved_plan import plan_path, read_plan
from envlift.cli.screen import open_screen
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.verify_view import verify_view
from envlift.cli.survey import survey
from envlift.errors import ExitCode
from envlift.rendering import FORMATS
from envlift.verifying.tree import Tree
from envlift.verifying.verify import verify as verify_tree

_PLAIN = Look()


def verify(
    path: Repository = Path(),
    /,
    *,
    plan: PlanOption = None,
    only: OnlyOption = Only.SURE,
    no_server: Annotated[bool, Parameter(name="--no-server", help="Look at the repository alone.")] = False,
    prefect_version: PrefectVersionOption = None,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    no_progress: NoProgress = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """Check that code, prefect.yaml and the saved plan agree, and the Prefect server with them.

    The server is the one that your profile or PREFECT_API_URL names; without one, or with --no-server, only the
    repository is looked at. Of secrets it asks whether they are there and as which type they come back; nothing is
    written, and no value is shown. Exit code 1 when something does not agree.

    For example:

    ```
    envlift verify
    envlift verify ../etl --no-server
    envlift verify --only review --format json
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path)
    version = told_version(prefect_version)
    file = plan_path(root, plan)
    saved = read_plan(file) if plan is not None or file_bytes(file) is not None else None
    with scan_progress(screen, wanted=not no_progress) as tell:
        found = survey(root, progress=tell)
    tree = Tree(root, found.inventory, found.plan, saved, only.confidence)
    verified = verify_tree(tree, with_server=not no_server and is_configured(), version=version)
    if format is OutputFormat.JSON:
        screen.write(FORMATS[format.value].verification(verified, found.inventory.troubles))
    else:
        screen.show(*verify_view(verified, found.inventory.troubles))
    if found.inventory.troubles:
        return ExitCode.PARTIAL
    return ExitCode.FOUND if verified.findings else ExitCode.DONE
