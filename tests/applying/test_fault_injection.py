"""A write of an apply or an undo fails, each in turn, over all samples: the next command finds one of two trees."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import signal
import stat
import sys
import warnings
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import pytest
from tests.applying.conftest import Git

from envlift.applying.apply import preview
from envlift.applying.files import recover, write_all
from envlift.applying.undo import undo
from envlift.cli.survey import survey
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Confidence
from envlift.rewriting import FileChange

SAMPLES = (
    "async_ingester",
    "code_deployments",
    "crew_roster",
    "depot_monorepo",
    "freight_rates",
    "nightly_etl",
    "stock_levels",
    "tenant_reports",
    "warehouse_models",
)
WRITES = ("open", "os.rename", "os.link", "os.remove", "os.chmod", "os.chown", "os.mkdir", "os.rmdir", "os.truncate")
EVERYTHING = ("prefect.yaml", ".env.example", ".gitignore", "job_variables", "dotenv_override")
DONE, REFUSED, UNTIDY = 0, 4, 5
"""How an apply ended: without a fault, with all files as they were, or with all changed and something left over."""

Tree = dict[str, tuple[int, bytes]]


class Fault(Enum):
    """What the machine does before a write."""

    KILL = "kill -9"
    FULL = "no space for one write"
    STAYS_FULL = "no space from there on"
    DENIED = "one write is denied"


def tree_of(root: Path) -> Tree:
    """Modes and bytes of every file outside of git's own folder, what an apply leaves over included."""
    files = (file for file in root.rglob("*") if file.is_file() and not file.is_relative_to(root / ".git"))
    return {file.relative_to(root).as_posix(): (stat.S_IMODE(file.stat().st_mode), file.read_bytes()) for file in files}


def outcome_of(act: Callable[[], object], root: Path, fault: Fault, number: int) -> int | None:
    """Run something in a process of its own whose number-th write below ``root`` fails; None when it was killed.

    Python tells of each write before it is made (``sys.addaudithook``), whatever function makes it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a test runner may have threads; the child needs none
        child = os.fork()
    if child == 0:
        setattr(os, "fsync", lambda _: None)  # noqa: B010 - it is the process that ends here, not the machine
        count = itertools.count(1)

        def before_write(event: str, arguments: tuple[object, ...]) -> None:
            if event not in WRITES or not str(arguments[0]).startswith(str(root)):
                return
            if event == "open" and isinstance(flags := arguments[2], int) and not flags & (os.O_WRONLY | os.O_RDWR):
                return
            at = next(count)
            if at == number and fault is Fault.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            elif at == number and fault is Fault.DENIED:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), arguments[0])
            elif event == "open" and (at == number or (at > number and fault is Fault.STAYS_FULL)):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), arguments[0])

        sys.addaudithook(before_write)
        code = 1
        try:
            act()
            code = DONE if next(count) <= number else UNTIDY
        except EnvliftError as error:
            code = REFUSED if error.exit_code is ExitCode.REFUSED else UNTIDY
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


@pytest.fixture
def sample(request: pytest.FixtureRequest, root: Path, sample_repos: Path, git: Git) -> tuple[Path, list[FileChange]]:
    """A committed sample and all that an apply changes there."""
    shutil.copytree(sample_repos / request.param, root, dirs_exist_ok=True)
    git("add", "-A")
    git("commit", "-qm", "as it is")
    plan = survey(root, also=EVERYTHING, pool="etl").plan
    return root, list(preview(root, plan, Confidence.REVIEW).changes)


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("sample", SAMPLES, indirect=True)
def test_an_apply_that_fails_at_any_write(sample: tuple[Path, list[FileChange]], fault: Fault) -> None:
    root, changes = sample
    old = tree_of(root)
    new = after_all(root, changes)
    assert new != old
    for number in itertools.count(1):
        code = outcome_of(lambda: write_all(root, changes), root, fault, number)
        if code == DONE:
            break
        assert code in (None, REFUSED, UNTIDY), (number, code)
        recover(root)
        found = tree_of(root)
        assert found in (old, new), number
        assert found == old or code != REFUSED, number
        if found == new:
            undo(root)
    assert number > 3 * len(changes)
    assert tree_of(root) == new


def after_all(root: Path, changes: list[FileChange]) -> Tree:
    """The tree after the apply, which is undone again."""
    write_all(root, changes)
    new = tree_of(root)
    undo(root)
    return new


@pytest.mark.parametrize("fault", [Fault.KILL, Fault.DENIED])
@pytest.mark.parametrize("sample", ["code_deployments"], indirect=True)
def test_an_undo_that_fails_at_any_write(sample: tuple[Path, list[FileChange]], fault: Fault) -> None:
    root, changes = sample
    old = tree_of(root)
    write_all(root, changes)
    new = tree_of(root)
    for number in itertools.count(1):
        code = outcome_of(lambda: undo(root), root, fault, number)
        if code == DONE:
            break
        assert code in (None, REFUSED, UNTIDY), (number, code)
        recover(root)
        found = tree_of(root)
        assert found in (old, new), number
        assert found == new or code != REFUSED, number
        if found == old:
            write_all(root, changes)
    assert number > 3 * len(changes)
    assert tree_of(root) == old
