"""``envlift explain``: what the runs of each deployment see of one setting, from which place, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from envlift.cli.arguments import (
    AnswersFile,
    AnswerTexts,
    FormatOption,
    Look,
    NoProgress,
    OutputFormat,
    PrefectVersionOption,
    Repository,
    repository,
    told_version,
)
from envlift.cli.screen import open_screen
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.stack_view import stack_view
from envlift.cli.survey import survey
from envlift.errors import EnvliftError, ExitCode
from envlift.planning.stacks import stacks_of
from envlift.policy import did_you_mean
from envlift.precedence import Worker
from envlift.prefect_versions import oldest_allowed
from envlift.rendering import FORMATS

_PLAIN = Look()


def explain(
    name: Annotated[str, Parameter(help="The setting: the name of its variable.")],
    path: Repository = Path(),
    /,
    *,
    deployment: Annotated[str | None, Parameter(help="Only the deployment of this name.")] = None,
    worker: Annotated[
        tuple[Worker, ...], Parameter(help="Only this type of worker: it decides what a run starts from.")
    ] = (),
    prefect_version: PrefectVersionOption = None,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    answer: AnswerTexts = (),
    answers: AnswersFile = None,
    no_progress: NoProgress = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """Show what sets a variable for the runs of each deployment, and what of it wins, today and after the plan.

    From the strongest place to the weakest; no value is shown. Which beats which depends on the type of worker and on
    Prefect's version.

    For example:

    ```
    envlift explain WAREHOUSE_DSN
    envlift explain WAREHOUSE_DSN ../etl --deployment nightly --worker process
    envlift explain API_URL --prefect-version 3.4.25 --format json
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    with scan_progress(screen, wanted=not no_progress) as tell:
        found = survey(repository(path), answer, answers, progress=tell).only(name)
    version = told_version(prefect_version) or oldest_allowed(found.inventory.prefect_versions)
    settings = dict.fromkeys(d.setting for d in found.plan.decisions)
    stacks = tuple(
        stack
        for setting in settings
        for stack in stacks_of(found.inventory, found.plan, setting, workers=worker or tuple(Worker), version=version)
    )
    known = sorted({stack.deployment for stack in stacks if stack.deployment})
    if deployment is not None:
        stacks = tuple(stack for stack in stacks if stack.deployment == deployment)
        if not stacks:
            raise EnvliftError(
                f"No deployment {deployment} uses {name}.{did_you_mean(deployment, known)}",
                f"Those that do: {', '.join(known) or 'none that is known here'}.",
                ExitCode.USAGE,
            )
    if format is OutputFormat.JSON:
        screen.write(FORMATS[format.value].stacks(stacks, version))
    else:
        screen.show(*stack_view(stacks, version))
    return ExitCode.DONE
