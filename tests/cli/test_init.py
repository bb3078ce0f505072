"""init: settings to begin with, which change nothing yet, behind all that a file holds and over no settings."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from envlift.errors import ExitCode
from envlift.policy import OWN_FILE, POLICY_KEYS, PYPROJECT, Policy, load_policy
from envlift.rendering.policy_toml import policy_toml
from envlift.toml_files import parse_toml

Run = Callable[..., subprocess.CompletedProcess[str]]


def uncommented(text: str) -> str:
    """The settings as somebody leaves them who sets all."""
    return re.sub(r"^# (?=[\w-]+ = )", "", text, flags=re.MULTILINE)


def test_a_file_of_its_own_without_a_pyproject(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path).returncode == ExitCode.DONE
    assert [file.name for file in tmp_path.iterdir()] == [OWN_FILE]
    assert load_policy(tmp_path) == Policy()


def test_every_setting_is_in_it_and_is_one(tmp_path: Path) -> None:
    text = uncommented(policy_toml())
    assert set(parse_toml(text.encode(), "")) == set(POLICY_KEYS)
    (tmp_path / OWN_FILE).write_text(text)
    assert load_policy(tmp_path) != Policy()


@pytest.mark.parametrize(
    "before",
    [
        b'[project]\nname = "x"\n',
        b'[project]\r\nname = "x"\r\n',
        b"# only this\n[tool.ruff]\nline-length = 88",
        b"",
        b"tool.black.line-length = 88\n",
    ],
)
def test_a_table_behind_all_that_a_pyproject_holds(run: Run, tmp_path: Path, before: bytes) -> None:
    file = tmp_path / PYPROJECT
    file.write_bytes(before)
    file.chmod(0o640)
    assert run("init", tmp_path).returncode == ExitCode.DONE
    after = file.read_bytes()
    assert after.startswith(before)
    assert (after.count(b"\r\n") == after.count(b"\n")) is (b"\r\n" in before)
    assert file.stat().st_mode & 0o777 == 0o640
    assert load_policy(tmp_path) == Policy()
    file.write_text(uncommented(after.decode()))
    assert load_policy(tmp_path).pool == "etl-pool"


@pytest.mark.parametrize(
    ("name", "text"),
    [(OWN_FILE, ""), (PYPROJECT, '[tool.envlift]\npool = "mine"\n'), (PYPROJECT, "[tool.envlift]\n")],
)
def test_settings_that_are_there_stay(run: Run, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    done = run("init", tmp_path)
    assert done.returncode == ExitCode.REFUSED
    assert f"{name} holds settings" in done.stderr
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {name: text}


@pytest.mark.parametrize(
    ("text", "word"), [("[tool\n", "not valid TOML"), ("tool = {black = {line-length = 88}}\n", "takes no table")]
)
def test_a_pyproject_that_takes_no_table_stays(run: Run, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / PYPROJECT).write_text(text)
    done = run("init", tmp_path)
    assert done.returncode in (ExitCode.USAGE, ExitCode.REFUSED)
    assert word in done.stderr
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {PYPROJECT: text}


def test_nothing_is_written_through_a_link(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.toml").write_text("")
    (root / PYPROJECT).symlink_to(tmp_path / "outside.toml")
    assert "symbolic link" in run("init", root).stderr
    assert (tmp_path / "outside.toml").read_text() == ""
