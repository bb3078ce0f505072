"""``envlift apply``: the file changes of a plan, all or none."""

from __future__ import annotations

from pathlib import Path

from envlift.actions import server_actions
from envlift.applying.apply import apply_plan
from envlift.applying.apply import preview as preview_plan
from envlift.cli.arguments import (
    AllowDirty,
    DiffOnly,
    FromEnvironment,
    Look,
    Only,
    OnlyOption,
    PlanOption,
    Repository,
    repository,
)
from envlift.cli.saved_plan import plan_path, read_plan
from envlift.cli.screen import open_screen
from envlift.cli.screen.diff_view import diff_view
from envlift.cli.screen.outcome_view import applied_view, left_view
from envlift.cli.screen.wording import next_step
from envlift.cli.selection import ALL, Selection
from envlift.cli.survey import secrets_of
from envlift.errors import ExitCode
from envlift.plan import accepted
from envlift.planning.plan_file import PLAN_FILE
from envlift.rewriting import masked_diff
from envlift.scanning.repository import scan_repository

_PLAIN = Look()


def apply(
    path: Repository = Path(),
    /,
    *,
    plan: PlanOption = None,
    diff: DiffOnly = False,
    only: OnlyOption = Only.SURE,
    allow_dirty: AllowDirty = False,
    from_environment: FromEnvironment = False,
    selection: Selection = ALL,
    look: Look = _PLAIN,
) -> ExitCode:
    """Make the file changes of a plan, all or none.

    Refuses a plan that is stale, and a git tree with changes that are not committed. A second run changes nothing.

    For example:

    ```
    envlift apply --diff
    envlift apply
    envlift apply --only review --plan ../reviewed.yaml
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root, lowest = repository(path), only.confidence
    whole = read_plan(plan_path(root, plan))
    saved = selection.of(whole)
    if diff:
        outcome = preview_plan(root, saved, lowest, from_environment=from_environment)
        secrets = secrets_of(scan_repository(root), whole)
        screen.show(*diff_view([masked_diff(change, secrets) for change in outcome.changes]))
    else:
        # A plan elsewhere in the repository is as little part of the migration as the one at its usual place.
        name = PLAN_FILE if plan is None else inside(root, plan)
        outcome = apply_plan(
            root, saved, lowest, allow_dirty=allow_dirty, from_environment=from_environment, plan_file=name
        )
        screen.mended(outcome.mended.mending.value, outcome.mended.paths)
        screen.show(*applied_view(outcome))
    screen.show(*left_view(outcome))
    if not diff and (outcome.changes or server_actions(accepted(saved, lowest), saved.loading)):
        screen.show("", next_step("envlift push", "puts Secret blocks and pool defaults onto the Prefect server"))
    return ExitCode.PARTIAL if outcome.refusals or outcome.left else ExitCode.DONE


def inside(root: Path, file: Path) -> str:
    """A file's POSIX path relative to the repository, or its name where it lies elsewhere."""
    resolved = file.resolve()
    return resolved.relative_to(root.resolve()).as_posix() if resolved.is_relative_to(root.resolve()) else file.name
