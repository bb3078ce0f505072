"""``envlift completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from cyclopts import Parameter

from envlift.cli.app import build_app
from envlift.cli.screen import open_screen
from envlift.errors import ExitCode


class Shell(Enum):
    """The shells that can be served."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def completion(shell: Annotated[Shell, Parameter(name="SHELL", help="The shell.")], /) -> ExitCode:
    """Print the script by which a shell completes commands and options.

    For example:

    ```
    envlift completion bash > ~/.local/share/bash-completion/completions/envlift
    envlift completion zsh > ~/.zfunc/_envlift
    envlift completion fish > ~/.config/fish/completions/envlift.fish
    envlift completion powershell >> $PROFILE
    ```
    """
    open_screen().write(build_app().generate_completion(prog_name="envlift", shell=shell.value))
    return ExitCode.DONE
