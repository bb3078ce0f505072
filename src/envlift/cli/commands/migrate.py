"""``envlift migrate``: scan, plan, questions, preview and apply in one go."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from envlift.actions import server_actions
from envlift.applying.apply import Applied, apply_plan
from envlift.applying.apply import preview as preview_plan
from envlift.applying.files import recover
from envlift.applying.git import changed_files
from envlift.applying.git import repository as git_repository
from envlift.cli.arguments import (
    AllowDirty,
    Also,
    AnswersFile,
    AnswerTexts,
    Batch,
    FromEnvironment,
    Look,
    NoProgress,
    Only,
    OnlyOption,
    OpenPrBody,
    Pool,
    Repository,
    WriteTree,
    may_ask,
    repository,
)
from envlift.cli.interview import kept_answers, resumed
from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.refreshing import refuse_edited
from envlift.cli.saved_plan import plan_path, read_plan, with_pushes_of, write_plan
from envlift.cli.screen import Screen, open_screen
from envlift.cli.screen.diff_view import diff_view
from envlift.cli.screen.outcome_view import applied_view, left_view
from envlift.cli.screen.plan_view import brief_view, plan_view
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.wording import count, next_step
from envlift.cli.selection import ALL, Selection
from envlift.cli.survey import Survey, survey, unused_answers
from envlift.errors import EnvliftError, ExitCode
from envlift.failing_tests import failing_tests
from envlift.inventory import DeploymentKind, Inventory
from envlift.plan import ANSWERED, IN_CLEAR, Decision, accepted
from envlift.planning.plan_file import PLAN_FILE
from envlift.policy import ANSWERS_FILE
from envlift.rendering.pull_request import commit_subject, pull_request
from envlift.rewriting import masked_diff

_PLAIN = Look()


def migrate(
    path: Repository = Path(),
    /,
    *,
    batch: Batch = False,
    write: WriteTree = False,
    answer: AnswerTexts = (),
    answers: AnswersFile = None,
    also: Also = (),
    pool: Pool = "",
    only: OnlyOption = Only.SURE,
    allow_dirty: AllowDirty = False,
    from_environment: FromEnvironment = False,
    open_pr_body: OpenPrBody = None,
    selection: Selection = ALL,
    no_progress: NoProgress = False,
    look: Look = _PLAIN,
) -> ExitCode:
    """Scan, plan, preview and apply in one go.

    On a terminal it asks what it cannot know, shows every change with secrets masked, and makes the changes when you
    say so. In batch it never asks: --write makes the changes that are sure, and open questions end in exit code 3.

    For example:

    ```
    envlift migrate
    envlift migrate --batch
    envlift migrate --batch --write --answer WAREHOUSE_DSN=secret
    envlift migrate --also prefect.yaml --also .env.example
    envlift migrate --batch --write --open-pr-body body.md
    envlift migrate --batch --write --layer secret --exclude 'SMTP_*'
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root, asking = repository(path), may_ask(batch=batch)
    if write:
        mended = recover(root)
        screen.mended(mended.mending.value, mended.paths)
    answers = kept_answers(root, answers) if asking else answers
    with scan_progress(screen, wanted=not no_progress) as tell:
        found = survey(root, answer, answers, also, pool, selection, tell)
    if asking or write:
        refuse_edited(plan_path(root))
    if asking and (kept := resumed(found.root, answers)):
        screen.tell(kept)
    for remark in unused_answers(found, answer):
        screen.tell(f"envlift: {remark}", "look")
    if asking:
        found = _asked(found, screen, allow_dirty=allow_dirty)
        screen.show(*plan_view(found.plan, found.inventory))
    outcome = preview_plan(root, found.plan, only.confidence, from_environment=from_environment)
    if asking:
        found, outcome, write = _previewed(found, outcome, only, screen, write=write, from_environment=from_environment)
    # Files before the output: who reads that may stop in the middle, as `head` does.
    if open_pr_body is not None:
        put_file(open_pr_body, _pull_request(found, outcome, only), file_bytes(open_pr_body))
    plan_before = file_bytes(plan_path(root))
    if write:
        outcome = _write(found, only, allow_dirty=allow_dirty, from_environment=from_environment)
    if not asking:
        screen.show(*plan_view(found.plan, found.inventory))
        if not write:
            screen.show("", *diff_view(_diffs(found, outcome)))
    _tell_outcome(found, outcome, only, screen, written=write, has_new_plan=file_bytes(plan_path(root)) != plan_before)
    if found.plan.questions and not asking:
        screen.insist(_about_questions(found, outcome, write=write))
    return ExitCode.PARTIAL if outcome.refusals or outcome.left else found.exit_code


def _asked(found: Survey, screen: Screen, *, allow_dirty: bool) -> Survey:
    from envlift.cli.guide import ask_settings  # noqa: PLC0415 - only people need questionary

    if not allow_dirty and git_repository(found.root) and changed_files(found.root, ignoring=[PLAN_FILE, ANSWERS_FILE]):
        raise EnvliftError(
            "Git knows of changes that are not committed.",
            "Commit or stash them first, so that the migration stands alone; or pass --allow-dirty.",
        )
    if not found.plan.decisions:
        return found
    screen.show(*brief_view(found.plan, found.inventory.troubles))
    found = ask_settings(found, screen.line)
    screen.show("")
    return found


def _previewed(
    found: Survey, outcome: Applied, only: Only, screen: Screen, *, write: bool, from_environment: bool
) -> tuple[Survey, Applied, bool]:
    """Show a person the changes until they accept them or not; they may decide settings anew in between."""
    from envlift.cli.guide import Next, ask_again, ask_next  # noqa: PLC0415 - only people need questionary

    while True:
        screen.page("", *diff_view(_diffs(found, outcome)))
        if not outcome.changes and not _is_first_push(found, only):
            return found, outcome, write
        plan_only = f"Write {PLAN_FILE}, by which `envlift push` does the rest?"
        step = ask_next("Make these changes?" if outcome.changes else plan_only, default=write)
        if step is not Next.CHANGE:
            return found, outcome, step is Next.MAKE
        found = ask_again(found, screen.line)
        outcome = preview_plan(found.root, found.plan, only.confidence, from_environment=from_environment)


def _diffs(found: Survey, outcome: Applied) -> list[str]:
    secrets = found.secrets
    return [masked_diff(change, secrets) for change in outcome.changes]


def _write(found: Survey, only: Only, *, allow_dirty: bool, from_environment: bool) -> Applied:
    """Apply, with the plan file beside it: push needs it, and once the code has changed it cannot be made again.

    Hence it is written first; where the apply is refused, the file is as it was before.
    """
    file = plan_path(found.root)
    before = ours = file_bytes(file)
    outcome = preview_plan(found.root, found.plan, only.confidence, from_environment=from_environment)
    if outcome.changes or _is_first_push(found, only):
        ours = write_plan(file, found.plan if before is None else with_pushes_of(read_plan(file), found.plan), before)
    try:
        return apply_plan(
            found.root, found.plan, only.confidence, allow_dirty=allow_dirty, from_environment=from_environment
        )
    except EnvliftError:
        if ours != before:
            # Where another envlift has written since, the file is no longer ours to bring back.
            with contextlib.suppress(EnvliftError):
                put_file(file, before, ours)
        raise


def _is_first_push(found: Survey, only: Only) -> bool:
    """Whether the server gets something, and no plan is there that could say so."""
    actions = server_actions(accepted(found.plan, only.confidence), found.plan.loading)
    return bool(actions) and file_bytes(plan_path(found.root)) is None


def _pull_request(found: Survey, outcome: Applied, only: Only) -> bytes:
    files = [change.path for change in outcome.changes]
    left = [(entry.setting, entry.reason) for entry in outcome.left]
    return pull_request(found.plan, only.confidence, files, left).encode("utf-8")


def _tell_outcome(
    found: Survey, outcome: Applied, only: Only, screen: Screen, *, written: bool, has_new_plan: bool
) -> None:
    if written:
        screen.show("", *applied_view(outcome))
        if has_new_plan:
            screen.tell(f"Wrote {plan_path(found.root)}, by which `envlift push` does the rest; it holds no values.")
    elif outcome.changes:
        screen.tell("Nothing was written. envlift migrate --write makes these changes.")
    screen.show(*left_view(outcome))
    if written:
        _tell_what_next(found, outcome, only, screen, has_new_plan=has_new_plan)


def _tell_what_next(found: Survey, outcome: Applied, only: Only, screen: Screen, *, has_new_plan: bool) -> None:
    level = "" if only is Only.SURE else f" --only {only.value}"
    screen.show("")
    if outcome.changes:
        screen.show(next_step("git diff", "to review; `envlift undo` takes it back"))
    if (outcome.changes or has_new_plan) and git_repository(found.root):
        screen.show(next_step(_commit_command(found, outcome, only), ""))
    if server_actions(accepted(found.plan, only.confidence), found.plan.loading):
        screen.show(next_step(f"envlift push{level}", "puts Secret blocks and pool defaults onto the server"))
    moved = accepted(found.plan, only.confidence)
    failing = len(failing_tests(found.plan, only.confidence))
    if failing:
        screen.show(
            next_step("adapt the tests", f"{count(failing, 'place')} above set what moved; the fixture makes them pass")
        )
    unknown = [d for d in moved if d.rule == ANSWERED and d.layer in IN_CLEAR and d.source is None]
    if wanted := sorted({d.setting for d in unknown if not _is_served(d, found.inventory)}):
        way = f"no file here has any: open these in `envlift migrate`, or write [values] in {ANSWERS_FILE}"
        screen.show(next_step("give values", f"{', '.join(wanted)}: {way}"))
    if served := sorted({d.setting for d in unknown if _is_served(d, found.inventory)}):
        screen.show(next_step("start what serves", f"with {', '.join(served)} in its environment, as before"))
    hardcoded = sorted({d.setting for d in moved if d.sensitive and d.source is not None and d.source.span is not None})
    if hardcoded:
        screen.show(next_step("rotate", f"{', '.join(hardcoded)}: the git history still holds the old value"))


def _is_served(decision: Decision, inventory: Inventory) -> bool:
    """Whether ``serve`` runs all flows that use it, which takes no job variables."""
    flows = frozenset[str]().union(*(inventory.reach.get(site.path, frozenset()) for site in decision.sites))
    found = [d for d in inventory.deployments if d.entrypoint in flows]
    return bool(found) and all(d.kind is DeploymentKind.SERVE or d.no_pool for d in found)


def _commit_command(found: Survey, outcome: Applied, only: Only) -> str:
    """What commits the migration, all of it and nothing that git did not know before."""
    there = "" if found.root.resolve() == Path.cwd() else f"cd {shlex.quote(str(found.root))} && "
    new = [change.path for change in outcome.changes if change.before is None]
    new += [ANSWERS_FILE] if (found.root / ANSWERS_FILE).is_file() else []
    subject = commit_subject(found.plan, only.confidence)
    changed = "git add -u && " if outcome.changes else ""
    return f'{there}{changed}git add {shlex.join([PLAN_FILE, *new])} && git commit -m "{subject}"'


def _about_questions(found: Survey, outcome: Applied, *, write: bool) -> str:
    flags = " ".join(question.flag for question in found.plan.questions)
    done = "What is sure was done; the" if write and outcome.changes else "The"
    return f"{done} open questions above are answered by: {flags}"
