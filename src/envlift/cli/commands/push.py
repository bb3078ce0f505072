"""``envlift push``: Secret blocks and pool defaults onto the Prefect server."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from envlift.actions import secrets_to_save
from envlift.applying.push import PushOutcome
from envlift.applying.push import push as push_plan
from envlift.cli.arguments import (
    DryRun,
    Environment,
    FormatOption,
    FromEnvironment,
    Look,
    Only,
    OnlyOption,
    OutputFormat,
    Overwrite,
    PlanOption,
    Repository,
    Script,
    Templates,
    Terraform,
    ValuesFile,
    Yes,
    may_ask,
    repository,
)
from envlift.cli.outcome_json import push_json
from envlift.cli.own_files import file_bytes
from envlift.cli.saved_plan import plan_path, read_plan
from envlift.cli.screen import open_screen
from envlift.cli.screen.outcome_view import push_view
from envlift.cli.selection import ALL, Selection
from envlift.concealed import Concealed
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import accepted
from envlift.planning.one_environment import of_one_environment
from envlift.rendering.block_script import block_script
from envlift.rendering.block_terraform import block_terraform
from envlift.scanning.dotenv import entries_of

_PLAIN = Look()


def push(
    path: Repository = Path(),
    /,
    *,
    plan: PlanOption = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    only: OnlyOption = Only.SURE,
    overwrite: Overwrite = (),
    environment: Environment = "",
    from_environment: FromEnvironment = False,
    values: ValuesFile = None,
    templates: Templates = None,
    script: Script = False,
    terraform: Terraform = False,
    selection: Selection = ALL,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    look: Look = _PLAIN,
) -> ExitCode:
    """Put Secret blocks and pool defaults onto the Prefect server that your profile or PREFECT_API_URL names.

    Shows what it would do, then asks; --yes answers. Where there is no terminal, with --dry-run and as JSON it is a
    preview unless --yes is given. Values are read at that moment from where the plan says; at a terminal it asks for
    those of Secret blocks that are known nowhere, and does not show what you type. What the server has already stays,
    unless --overwrite names it.

    For example:

    ```
    envlift push
    envlift push --yes
    envlift push --dry-run --format json
    envlift push --yes --overwrite orders-api-token
    PREFECT_PROFILE=prod envlift push --environment prod
    envlift push --yes --templates pools
    pass show orders | envlift push --yes --values -
    envlift push --script > create_blocks.py
    envlift push --terraform > blocks.tf
    prefect work-pool update etl-pool --base-job-template pools/etl-pool.json
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path)
    saved = selection.of(read_plan(plan_path(root, plan)))
    if environment:
        saved = of_one_environment(saved, environment)
    if script or terraform:
        secrets = secrets_to_save(accepted(saved, only.confidence), saved.loading)
        screen.write(block_terraform(secrets) if terraform else block_script(secrets))
        return ExitCode.DONE
    given = {} if values is None else _values(values)
    pushed = partial(push_plan, root, saved, only.confidence, overwrite=overwrite, from_environment=from_environment)

    def show(outcome: PushOutcome, *, written: bool) -> ExitCode:
        if format is OutputFormat.JSON:
            screen.write(push_json(outcome, written=written))
        else:
            screen.show(*push_view(outcome, written=written, templates=str(templates or "")))
        return ExitCode.PARTIAL if outcome.left else ExitCode.DONE

    if dry_run or not yes:
        outcome = pushed(given=given, write=False)
        code = show(outcome, written=False)
        if dry_run or not may_ask(batch=format is OutputFormat.JSON):
            screen.tell("Nothing was written. envlift push --yes does it.")
            return code
        from envlift.cli.guide import ask_secret, confirm  # noqa: PLC0415 - only people need questionary

        for block, settings in outcome.lacking.items():
            typed = ask_secret(f"Value of {', '.join(settings)} for the block {block}? Not shown; empty: not now")
            given |= {} if typed is None else dict.fromkeys(settings, typed)
        if not confirm(f"Write this to {outcome.api_url}?", default=False):
            screen.tell("Nothing was written.")
            return code
    return show(pushed(given=given, templates=templates), written=True)


def _values(file: Path) -> dict[str, Concealed]:
    """The values of a file of NAME=value lines, or of standard input.

    Raises:
        EnvliftError: there is no such file, or a line of it is something else.
    """
    content = sys.stdin.buffer.read() if str(file) == "-" else file_bytes(file)
    if content is None:
        raise EnvliftError(f"There is no file {file}.", "Give --values a file of NAME=value lines.", ExitCode.USAGE)
    entries, troubles = entries_of(content)
    if troubles:
        where = "standard input" if str(file) == "-" else str(file)
        raise EnvliftError(f"{where}:{troubles[0].line}: {troubles[0].message}", "Mend that line.", ExitCode.USAGE)
    return {entry.name: entry.value for entry in entries if entry.value is not None}
