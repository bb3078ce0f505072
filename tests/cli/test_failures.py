"""How a run can end badly: one line that says what and how to mend it, a code, and never a value."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.__main__ import BROKEN_PIPE, INTERRUPTED, main
from envlift.applying.journal import Entry, begin, home_of
from envlift.cli import app
from envlift.cli.app import COMMANDS
from envlift.errors import EnvliftError, ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[[Mapping[str, str]], Path]
VALUE = "hunter2-hunter2"
FLOW = """
import os
from prefect import flow

@flow
def sync():
    return os.environ["API_TOKEN"]
"""


def explode(error: BaseException) -> Callable[..., int]:
    def run(arguments: object) -> int:
        local = VALUE
        raise error from ValueError(local)

    return run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scna"], ("scan", "envlift --help")),
        (["--nonsense"], ("envlift --help",)),
        (["scan", "--formt", "json"], ("--format", "envlift scan --help")),
        (["scan", "--format", "xml"], ("text", "json")),
        (["plan", "--only", "all"], ("envlift plan --help",)),
        (["plan", "--answer"], ("--answer", "argument")),
        (["plan", "--answer", "A=secrt"], ("Did you mean secret?", "pool_default")),
        (["plan", "--answers", "nowhere.toml"], ("nowhere.toml",)),
        (["scan", "nowhere"], ("nowhere", "not a folder")),
        (["scan", ".", "more"], ("envlift scan --help",)),
    ],
)
def test_a_mistake_in_the_arguments_is_told_in_two_lines(
    run: Run, tmp_path: Path, arguments: list[str], words: tuple[str, ...]
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 2
    assert [word for word in words if word not in done.stderr] == []


@pytest.mark.parametrize(
    "arguments", [["scan", ".", VALUE], ["plan", "--answer", VALUE], ["plan", "--answer", f"A={VALUE}"]]
)
def test_what_was_typed_in_the_wrong_place_is_not_repeated(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert "hunter2" not in done.stderr


def test_an_error_shows_message_and_hint_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "run", explode(EnvliftError("a.py changed", "plan anew", ExitCode.REFUSED)))
    assert main([]) == ExitCode.REFUSED
    assert capsys.readouterr().err == "envlift: a.py changed\nplan anew\n"


def test_a_crash_shows_types_and_places_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "run", explode(KeyError(VALUE)))
    assert main(["plan", "--answer", VALUE]) == ExitCode.BUG
    told = capsys.readouterr()
    assert "builtins.KeyError" in told.err
    assert "builtins.ValueError" in told.err
    assert "cli/test_failures.py:" in told.err
    assert "envlift " in told.err
    assert "report" in told.err
    assert "hunter2" not in told.err + told.out
    assert str(Path.home()) not in told.err


def test_a_crash_while_a_command_is_imported_is_reported_like_any_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "envlift.cli.commands.scan", None)
    assert main(["scan"]) == ExitCode.BUG
    assert "ImportError" in capsys.readouterr().err


def test_ctrl_c_ends_with_the_shells_code_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "run", explode(KeyboardInterrupt()))
    assert main([]) == INTERRUPTED
    told = capsys.readouterr().err
    assert "stopped" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_reader_that_has_gone_is_no_trouble(make_repository: Make, output: str) -> None:
    root = make_repository({"flows.py": "import os\nos.environ['NAME']\n"})
    command = [sys.executable, "-m", "envlift", "scan", str(root), "--format", output]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == BROKEN_PIPE


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (("plan", "--batch", "--write"), "envlift-plan.yaml"),
        (("plan", "--batch", "--refresh"), "envlift-plan.yaml"),
        (("plan", "--batch", "--write", "--format", "json"), "envlift-plan.yaml"),
        (("plan", "--batch", "--open-pr-body", "body.md"), "body.md"),
        (("migrate", "--batch", "--write", "--allow-dirty"), "envlift-plan.yaml"),
        (("migrate", "--batch", "--open-pr-body", "body.md"), "body.md"),
        (("init",), "envlift.toml"),
        (("schema", "--write"), "envlift-plan.schema.json"),
    ],
)
def test_a_reader_that_has_gone_stops_no_file_from_being_written(
    make_repository: Make, run: Run, command: tuple[str, ...], written: str
) -> None:
    root = make_repository({"flows.py": FLOW, ".env": "API_TOKEN=tok_hunter2hunter2\n"})
    if "--refresh" in command:
        run("plan", root, "--batch", "--write")
        (root / "flows.py").write_text(FLOW.replace("API_TOKEN", "SMTP_PASSWORD"))
        before = (root / written).read_bytes()
    # Unbuffered, as if each output were a long one: the first line already finds nobody there.
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "envlift", *command],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        running.communicate()
    assert running.returncode == BROKEN_PIPE
    assert (root / written).is_file()
    assert "--refresh" not in command or (root / written).read_bytes() != before


def test_a_bare_envlift_shows_the_help(run: Run) -> None:
    done = run()
    assert done.returncode == ExitCode.DONE
    assert [name for name in COMMANDS if name not in done.stdout] == []
    assert done.stdout == run("--help").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_shows_examples(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == ExitCode.DONE
    arguments = {"explain": "NAME [PATH]", "completion": "SHELL"}.get(command, "[PATH]")
    assert f"Usage: envlift {command} [OPTIONS] {arguments}" in done.stdout
    examples = [line for line in done.stdout.splitlines() if line.strip().startswith(f"envlift {command}")]
    assert len(examples) >= 2
    assert f"{command} " in run("--help").stdout


def test_help_of_all_commands_fits_80_columns(run: Run) -> None:
    for command in COMMANDS:
        lines = run(command, "--help", env={"COLUMNS": "80"}).stdout.splitlines()
        assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("stream", [io.StringIO()])
def test_a_stream_that_cannot_be_set_up_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["--version"]) == ExitCode.DONE
    assert stream.getvalue().strip()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(make_repository: Make, closed: str) -> None:
    root = make_repository({"flows.py": "import os\nos.environ['NAME']\n"})
    command = ["sh", "-c", f'"$0" -m envlift plan "$1" {closed}', sys.executable, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (ExitCode.DONE, ExitCode.QUESTIONS)
    assert "fault" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_told(make_repository: Make) -> None:
    root = make_repository({"flows.py": "import os\nos.environ['NAME']\n"})
    command = ["sh", "-c", '"$0" -m envlift scan "$1" > /dev/full', sys.executable, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.PARTIAL
    assert "could not be written" in done.stderr


def test_control_characters_of_a_name_do_not_reach_the_terminal(run: Run, make_repository: Make) -> None:
    root = make_repository({"fl\x1b]0;x\x07ow.py": "import os\nos.environ['NAME']\n"})
    shown = run("scan", root).stdout + run("plan", root).stdout
    assert "\x1b" not in shown
    assert "\\x1b]0;x" in shown


@pytest.mark.parametrize("command", ["scan", "plan"])
def test_an_interrupted_apply_is_named_with_what_mends_it(run: Run, make_repository: Make, command: str) -> None:
    root = make_repository({"flows.py": "import os\nos.environ['NAME']\n"})
    begin(home_of(root), root, [Entry("flows.py", ".envlift-x", 0o644)])
    told = run(command, root).stderr
    assert "interrupted" in told
    assert "envlift apply" in told
