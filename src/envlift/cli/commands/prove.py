"""``envlift prove``: each deployment is run before and after a migration of a copy, and what it saw is compared."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from envlift.cli.arguments import (
    AnswersFile,
    AnswerTexts,
    FormatOption,
    Look,
    Only,
    OnlyOption,
    OutputFormat,
    Repository,
    SetUp,
    repository,
)
from envlift.cli.outcome_json import proof_json
from envlift.cli.screen import open_screen
from envlift.cli.screen.proof_view import proof_view
from envlift.cli.survey import survey
from envlift.errors import ExitCode

_PLAIN = Look()


def prove(
    path: Repository = Path(),
    /,
    *,
    answer: AnswerTexts = (),
    answers: AnswersFile = None,
    only: OnlyOption = Only.SURE,
    set_up: SetUp = None,
    format: FormatOption = OutputFormat.TEXT,  # noqa: A002 - the flag's name
    look: Look = _PLAIN,
) -> ExitCode:
    """Run the flows before and after a migration, and compare what they see.

    It runs the repository's own code, twice, in temporary copies: as it is with its .env files, and migrated without
    them, each on a throw-away Prefect server and process workers on this machine. The repository stays untouched.
    Exit code 1 when a value or type differs.

    For example:

    ```
    envlift prove
    envlift prove ../etl --answer WAREHOUSE_DSN=secret
    CREW_TOKEN=… envlift prove --set-up ops/make_blocks.py
    ```
    """
    from envlift.proving.migration import (  # noqa: PLC0415 - only a proof needs the room
        harmless_names,
        migration_by_envlift,
        settings_under_proof,
        subject_of,
    )
    from envlift.proving.proof import prove as run_proof  # noqa: PLC0415
    from envlift.proving.records import Recording  # noqa: PLC0415

    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path).resolve()
    found = survey(root, answer, answers)
    subject = subject_of(root, found.inventory, found.plan, set_up)
    said = tuple(f"{name}={a.text}" for name, a in sorted(found.answers.by_setting.items()))

    def told(text: str) -> None:
        screen.tell(text, "command" if text.startswith("$") else "quiet")
        sys.stderr.flush()

    proof = run_proof(
        subject,
        migration_by_envlift(subject, said, told, only.value),
        lambda recording: settings_under_proof(found.inventory, found.plan, recording, only.confidence),
        recording=replace(Recording(), harmless=harmless_names(found.plan)),
        told=told,
    )
    if format is OutputFormat.JSON:
        screen.write(proof_json(proof))
    else:
        screen.show(*proof_view(proof))
    return ExitCode.DONE if proof.holds else ExitCode.FOUND
