"""The plan file on disk: whole or not at all, never through a link, never taken from another envlift."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.cli import own_files
from envlift.cli.commands import migrate
from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.saved_plan import write_plan
from envlift.errors import EnvliftError, ExitCode
from envlift.plan import Plan
from envlift.planning.plan_file import PLAN_FILE

Run = Callable[..., subprocess.CompletedProcess[str]]
EMPTY = Plan("", {}, (), (), ())
WRITE = ("migrate", "--batch", "--write", "--answer", "WAREHOUSE_DSN=secret")


def test_a_plan_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / PLAN_FILE
    content = write_plan(file, EMPTY, None)
    assert file_bytes(file) == content
    file.chmod(0o640)
    put_file(file, b"version: 2\n", content)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"version: 2\n", 0o640)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("before", [None, b"older"])
def test_a_plan_that_another_process_wrote_stays(tmp_path: Path, before: bytes | None) -> None:
    file = tmp_path / PLAN_FILE
    file.write_bytes(b"another's")
    with pytest.raises(EnvliftError, match="changed"):
        write_plan(file, EMPTY, before)
    assert file.read_bytes() == b"another's"
    assert list(tmp_path.iterdir()) == [file]


def test_of_two_that_begin_a_plan_at_once_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / PLAN_FILE
    seen = file_bytes(file)
    file.write_bytes(b"another's")
    monkeypatch.setattr(own_files, "file_bytes", lambda _: seen)
    with pytest.raises(EnvliftError, match="changed"):
        write_plan(file, EMPTY, None)
    assert file.read_bytes() == b"another's"


def test_a_refused_migration_keeps_the_plan_that_another_one_wrote_meanwhile(
    run: Run, etl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        (etl / PLAN_FILE).write_bytes(b"another's")
        raise EnvliftError("another envlift is writing")

    monkeypatch.setattr(migrate, "apply_plan", refused)
    assert run(*WRITE, etl).returncode == ExitCode.REFUSED
    assert (etl / PLAN_FILE).read_bytes() == b"another's"


@pytest.mark.parametrize("arguments", [WRITE, ("plan", "--batch", "--write"), ("apply",), ("push",)])
def test_a_plan_file_that_is_a_link_is_refused(run: Run, etl: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("mine\n")
    (etl / PLAN_FILE).symlink_to(outside)
    before = (etl / "prefect.yaml").read_bytes()
    done = run(*arguments, etl)
    assert done.returncode == ExitCode.REFUSED
    assert "symbolic link" in done.stderr
    assert outside.read_text() == "mine\n"
    assert (etl / "prefect.yaml").read_bytes() == before


@pytest.mark.parametrize("name", [PLAN_FILE, "pyproject.toml", "envlift.toml"])
@pytest.mark.parametrize("arguments", [("scan",), ("plan", "--batch"), ("apply",), ("push",), WRITE])
def test_a_fifo_makes_nothing_wait(process: Run, tmp_path: Path, name: str, arguments: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / name)
    done = process(*arguments, tmp_path)
    assert done.returncode in (ExitCode.DONE, ExitCode.USAGE, ExitCode.REFUSED)
    assert "fault of envlift" not in done.stderr


def test_apply_tells_of_a_push_although_no_file_changes(run: Run, etl: Path) -> None:
    run("plan", etl, "--batch", "--write", "--layer", "pool_default")
    done = run("apply", etl)
    assert "No file needs a change." in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("Next: envlift push")


def test_apply_tells_of_no_push_where_the_server_gets_nothing(run: Run, etl: Path) -> None:
    run("plan", etl, "--batch", "--write", "--include", "NOTHING")
    assert "envlift push" not in run("apply", etl).stdout
