"""``envlift init``: a policy to begin with."""

from __future__ import annotations

from pathlib import Path

from envlift.cli.arguments import Look, Repository, repository
from envlift.cli.own_files import file_bytes, put_file
from envlift.cli.screen import open_screen
from envlift.cli.screen.wording import next_step
from envlift.errors import EnvliftError, ExitCode
from envlift.policy import OWN_FILE, POLICY_TABLE, PYPROJECT, policy_file
from envlift.rendering.policy_toml import policy_toml
from envlift.toml_files import parse_toml

_PLAIN = Look()


def init(path: Repository = Path(), /, *, look: Look = _PLAIN) -> ExitCode:
    """Write the settings of envlift for this repository, each with its meaning and still a comment.

    They go into [tool.envlift] of pyproject.toml, behind all that stands there, or into envlift.toml where there is no
    pyproject.toml. Never over settings that are there.

    For example:

    ```
    envlift init
    envlift init ../pipelines
    ```
    """
    screen = open_screen(quiet=look.quiet, no_color=look.no_color)
    root = repository(path)
    if (there := policy_file(root)) is not None:
        raise EnvliftError(f"{there} holds settings of envlift already.", "Edit them there.")
    project_file = root / PYPROJECT
    before = file_bytes(project_file)
    if before is None:
        file, content = root / OWN_FILE, policy_toml().encode("utf-8")
    else:
        file, content = project_file, _with_table(before, str(project_file))
    put_file(file, content, before)
    screen.show(f"Wrote {'[tool.envlift] into ' if before is not None else ''}{file}.")
    screen.show("", next_step("envlift migrate", "shows what it would do, and changes nothing before you say so"))
    return ExitCode.DONE


def _with_table(before: bytes, where: str) -> bytes:
    """A TOML file with the settings behind all that it holds, in its own line ends.

    Raises:
        EnvliftError: it is no TOML, or its form takes no further table.
    """
    held = parse_toml(before, where)
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before else newline if before.endswith(b"\n") else newline * 2
    after = before + gap + policy_toml(POLICY_TABLE).encode("utf-8").replace(b"\n", newline)
    try:
        tool = parse_toml(after, where).get("tool")
    except EnvliftError:
        tool = None
    before_it = held.get("tool", {})
    if not isinstance(tool, dict) or {key: tool[key] for key in tool if key != "envlift"} != before_it:
        raise EnvliftError(f"{where} is written in a form that takes no table behind it.", f"Write {OWN_FILE} by hand.")
    return after
