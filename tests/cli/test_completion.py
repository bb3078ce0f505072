"""Completion: a shell that has read the script completes commands and options."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.cli.app import COMMANDS
from envlift.errors import ExitCode

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_gets_every_command(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == ExitCode.DONE
    assert [command for command in COMMANDS if command not in done.stdout] == []
    assert "--answers" in done.stdout


def test_an_unknown_shell_is_told_with_those_that_are_known(run: Run) -> None:
    done = run("completion", "csh")
    assert done.returncode == ExitCode.USAGE
    assert "fish" in done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(("words", "found"), [(["mig"], "migrate"), (["migrate", "--open"], "--open-pr-body")])
def test_bash_completes(run: Run, tmp_path: Path, words: list[str], found: str) -> None:
    script = tmp_path / "envlift.bash"
    script.write_text(run("completion", "bash").stdout)
    line = f"COMP_WORDS=(envlift {' '.join(words)}); COMP_CWORD={len(words)}; _envlift; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", f". {script}; {line}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [found]
