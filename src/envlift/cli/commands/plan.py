"""``envlift plan``: a layer for every setting; asks on a terminal, never in batch."""

from __future__ import annotations

from pathlib import Path

from envlift.cli.arguments import (
    Also,
    AnswersFile,
    AnswerTexts,
    Batch,
    Explain,
    FormatOption,
    Look,
    NoProgress,
    OpenPrBody,
    OutputFormat,
    Pool,
    Refresh,
    Repository,
    WritePlan,
    may_ask,
    repository,
)
from envlift.cli.interruption import warn_of_interruption
from envlift.cli.interview import kept_answers, resumed
from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.refreshing import refreshed, refuse_edited
from envlift.cli.saved_plan import plan_path, saved_plan, with_pushes_of, write_plan
from envlift.cli.screen import Screen, open_screen
from envlift.cli.screen.explain_view import explain_view
from envlift.cli.screen.plan_view import brief_view, plan_view
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.refresh_view import refresh_view
from envlift.cli.screen.wording import next_step
from envlift.cli.selection import ALL, Selection
from envlift.cli.survey import Survey, given_answers, survey, unused_answers
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence, Layer, Plan
from envlift.rendering import FORMATS
from envlift.rendering.pull_request import pull_request

_PLAIN = Look()
_MIGRATE = next_step("envlift migrate", "shows the changes; with --write it makes them")
_APPLY = next_step("envlift apply --diff", "shows the changes of this plan; envlift apply makes them")


def plan(
    path: Repository = Path(),
    /,
    *,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    batch: Batch = False,
    write: WritePlan = False,
    refresh: Refresh = False,
    answer: AnswerTexts = (),
    answers: AnswersFile = None,
    also: Also = (),
    pool: Pool = "",
    explain: Explain = None,
    open_pr_body: OpenPrBody = None,
    selection: Selection = ALL,
    no_progress: NoProgress = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """Find a layer for every setting, with the reason and how sure it is.

    On a terminal it asks what it cannot know; in batch it names the flag that answers each question and ends with exit
    code 3. The plan file holds names and places, never values.

    For example:

    ```
    envlift plan
    envlift plan --batch --answer WAREHOUSE_DSN=secret --write
    envlift plan ../etl --format json > plan.json
    envlift plan --refresh
    envlift plan --explain WAREHOUSE_DSN
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    warn_of_interruption(repository(path), screen)
    asking = format is OutputFormat.TEXT and explain is None and may_ask(batch=batch)
    answers = kept_answers(path, answers) if asking else answers
    with scan_progress(screen, wanted=not no_progress) as tell:
        found = survey(repository(path), answer, answers, also, pool, selection, tell)
    file = plan_path(found.root)
    if refresh and selection != ALL:
        raise EnvliftError("--refresh makes the whole plan anew.", "Leave out what selects settings.", ExitCode.USAGE)
    if write and not refresh:
        refuse_edited(file)
    if asking and (kept := resumed(found.root, answers)):
        screen.tell(kept)
    for remark in unused_answers(found, answer):
        screen.tell(f"envlift: {remark}", "look")
    if explain is not None:
        return _explained(found.only(explain), format, screen)
    renewed = refreshed(found, file, given_answers(answer, answers).by_setting) if refresh else None
    found = found if renewed is None else renewed.survey
    if asking and found.asks:
        screen.show(*brief_view(found.plan, found.inventory.troubles))
        from envlift.cli.guide import ask_settings  # noqa: PLC0415 - only people need questionary

        found = ask_settings(found, screen.line)
        screen.show("")
    # Files before the output: who reads that may stop in the middle, as `head` does.
    if write or refresh:
        before, earlier = file_bytes(file), saved_plan(found.root)
        write_plan(file, found.plan if earlier is None else with_pushes_of(earlier, found.plan), before)
    if open_pr_body is not None:
        put_file(open_pr_body, pull_request(found.plan, Confidence.SURE).encode("utf-8"), file_bytes(open_pr_body))
    if format is OutputFormat.JSON:
        screen.write(FORMATS[format.value].plan(found.plan, found.inventory.troubles, found.evidence))
    else:
        screen.show(*(() if renewed is None else refresh_view(renewed)), *plan_view(found.plan, found.inventory))
    if write or refresh:
        screen.tell(f"Wrote {file}. It holds no values; read it, edit it, review it.")
    if format is OutputFormat.TEXT and not _moves_nothing(found.plan):
        screen.show("", _APPLY if write or refresh else _MIGRATE)
    return found.exit_code


def _moves_nothing(plan: Plan) -> bool:
    """Whether nobody, whatever is answered, can have this plan change anything."""
    stays = (Layer.LEAVE, Layer.PREFECT_SETTING)
    return not plan.new_deployments and not plan.questions and all(d.layer in stays for d in plan.decisions)


def _explained(found: Survey, format: OutputFormat, screen: Screen) -> ExitCode:  # noqa: A002 - the flag's name
    if format is OutputFormat.JSON:
        screen.write(FORMATS[format.value].plan(found.plan, found.inventory.troubles, found.evidence))
    else:
        screen.show(*explain_view(found.plan, found.evidence))
    return ExitCode.DONE
