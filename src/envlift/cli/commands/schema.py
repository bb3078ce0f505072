"""``envlift schema``: what editors need to complete and check a plan file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from envlift.cli.arguments import Look, Repository, repository
from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.saved_plan import plan_path
from envlift.cli.screen import open_screen
from envlift.errors import ExitCode
from envlift.planning.plan_file import MODELINE, SCHEMA_FILE, plan_schema

_PLAIN = Look()


def schema(
    path: Repository = Path(),
    /,
    *,
    write: Annotated[
        bool, Parameter(name="--write", help=f"Write {SCHEMA_FILE} beside the plan file, which then names it.")
    ] = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """Print the JSON Schema of envlift-plan.yaml, by which editors complete it and mark mistakes.

    With --write it stands beside the plan file, and the first line of the plan names it: editors with the YAML language
    server read that line and need no network. Plans that are written later name it, too, as long as it is there.

    For example:

    ```
    envlift schema --write
    envlift schema > ~/.config/envlift-plan.schema.json
    ```
    """
    if not write:
        open_screen().write(plan_schema())
        return ExitCode.DONE
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path)
    file, plan = root / SCHEMA_FILE, plan_path(root)
    put_file(file, plan_schema().encode("utf-8"), file_bytes(file))
    held = file_bytes(plan)
    if held is not None and not held.startswith(line := MODELINE.encode("utf-8")):
        put_file(plan, line + held, held)
    screen.show(f"Wrote {file}, which plans beside it name: commit it with them, or keep it out of git.")
    return ExitCode.DONE
