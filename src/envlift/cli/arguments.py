"""The arguments that several commands take, with their help."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter

from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence
from envlift.precedence import Version, parse_version

_OUTPUT = Group("Output", sort_key=9)


class OutputFormat(Enum):
    """What goes to standard output."""

    TEXT = "text"
    JSON = "json"


class Only(Enum):
    """The lowest confidence that is carried out."""

    SURE = "sure"
    REVIEW = "review"

    @property
    def confidence(self) -> Confidence:
        return Confidence[self.name]


Repository = Annotated[Path, Parameter(name="PATH", help="The repository. The current folder unless told.")]
FormatOption = Annotated[
    OutputFormat, Parameter(name="--format", help="text for people, json for programs.", group=_OUTPUT)
]
Batch = Annotated[bool, Parameter(help="Never ask. Implied when standard input is no terminal or CI is set.")]
AnswerTexts = Annotated[
    tuple[str, ...],
    Parameter(
        name="--answer",
        help="NAME=LAYER or NAME=LAYER:BLOCK puts a setting into a layer. May be given several times.",
        allow_leading_hyphen=True,
    ),
]
Explain = Annotated[
    str | None,
    Parameter(
        name="--explain",
        help="Only this setting: all that speaks for its layer, what its runs see today, what would change it.",
    ),
]
AnswersFile = Annotated[
    Path | None,
    Parameter(name="--answers", help='A TOML file with a table [answers] of NAME = "layer"; also pool = "NAME".'),
]
Also = Annotated[
    tuple[str, ...],
    Parameter(
        name="--also",
        help="Do more: prefect.yaml declares the flows that nothing deploys, .env.example lists names, .gitignore gets "
        "the line .env, job_variables move to where Prefect reads them, dotenv_override takes override=True out of "
        "load_dotenv. May be given several times.",
    ),
]
Pool = Annotated[
    str,
    Parameter(name="--pool", help="The work pool of deployments that name none; goes before the policy's."),
]
OnlyOption = Annotated[
    Only,
    Parameter(name="--only", help="sure applies what needs no person; review applies what should be looked at, too."),
]
OpenPrBody = Annotated[
    Path | None,
    Parameter(
        name="--open-pr-body",
        help="Write the text of a pull request into this file: what moves where, what a person must do; no values.",
    ),
]
WritePlan = Annotated[bool, Parameter(name="--write", help="Write envlift-plan.yaml into the repository.")]
Refresh = Annotated[
    bool,
    Parameter(
        name="--refresh",
        help="Write envlift-plan.yaml anew, keep what was decided by hand or answered, and tell what is new or gone.",
    ),
]
WriteTree = Annotated[bool, Parameter(name="--write", help="Change the files. Without it this is a preview.")]
PlanOption = Annotated[
    Path | None, Parameter(name="--plan", help="The plan file. envlift-plan.yaml of PATH unless told.")
]
Environment = Annotated[
    str,
    Parameter(
        help="Take values from the .env files of this environment, prod from .env.prod, and leave out what belongs to "
        "another one."
    ),
]
FromEnvironment = Annotated[
    bool, Parameter(help="Take values from envlift's own environment where it has a variable of that name.")
]
NoCache = Annotated[
    bool,
    Parameter(
        name="--no-cache",
        help="Keep nothing for the next scan. Else names and places, never values, go to the user's cache folder.",
        group=_OUTPUT,
    ),
]
NoProgress = Annotated[bool, Parameter(name="--no-progress", help="Show no bar during a long scan.", group=_OUTPUT)]
DiffOnly = Annotated[bool, Parameter(name="--diff", help="Show the changes, secrets masked, and write nothing.")]
Yes = Annotated[bool, Parameter(name=("--yes", "-y"), help="Do it without asking.")]
DryRun = Annotated[bool, Parameter(name="--dry-run", help="Only show what it would do, and ask nothing.")]
Overwrite = Annotated[
    tuple[str, ...],
    Parameter(
        name="--overwrite",
        help="Replace the other value that this block or variable has on the server. May be given several times.",
    ),
]
Script = Annotated[
    bool,
    Parameter(help="Print a program that creates the Secret blocks from variables of its environment; do no more."),
]
SetUp = Annotated[
    Path | None,
    Parameter(
        name="--set-up",
        help="A Python program, as seen from the repository, that makes what its flows expect of a server: blocks that "
        "are there before any migration, variables of a work pool. It runs on each throw-away server, once the work "
        "pools are there, and takes values from variables of your shell, so that they land in no file.",
    ),
]
Terraform = Annotated[
    bool,
    Parameter(help="Print Terraform resources for the Secret blocks, whose values are write-only; do no more."),
]
PrefectVersionOption = Annotated[
    str | None, Parameter(help="The Prefect of server and workers. The project's own unless told.")
]
ValuesFile = Annotated[
    Path | None,
    Parameter(
        name="--values",
        allow_leading_hyphen=True,
        help="Take values from this file of NAME=value lines, as in a .env file; - is standard input.",
    ),
]
Templates = Annotated[
    Path | None,
    Parameter(
        help="Write the pools' base job templates with their new defaults into this folder, and leave the pools alone: "
        "for pools that Terraform, Helm or a script of yours sets up."
    ),
]
AllowDirty = Annotated[bool, Parameter(help="Go on although git knows of changes that are not committed.")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Look:
    """How output looks.

    Args:
        quiet: Only errors and what the exit code needs explained.
        no_color: No colour; NO_COLOR in the environment does the same.
    """

    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), help="Say nothing but errors.", group=_OUTPUT)] = False
    no_color: Annotated[
        bool, Parameter(help="No colour. NO_COLOR in the environment does the same.", group=_OUTPUT)
    ] = False


def told_version(written: str | None) -> Version | None:
    """The version of ``--prefect-version``; None where it was not given.

    Raises:
        EnvliftError: it is no version.
    """
    version = parse_version(written) if written is not None else None
    if written is not None and version is None:
        raise EnvliftError(f"{written} is not a version.", "Write it as 3.4.25.", ExitCode.USAGE)
    return version


def repository(path: Path) -> Path:
    """The folder to work on.

    Raises:
        EnvliftError: it is no folder.
    """
    if path.is_dir():
        return path
    raise EnvliftError(
        f"{path} is not a folder.", "Give the path of a repository, or none for this one.", ExitCode.USAGE
    )


def may_ask(*, batch: bool) -> bool:
    """Whether somebody can answer: a terminal on both ends, no ``--batch``, and not in CI."""
    return not batch and not os.environ.get("CI") and sys.stdin.isatty() and sys.stdout.isatty()
