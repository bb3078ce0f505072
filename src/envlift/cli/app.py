"""The command line as one table: each command with the place of its code, which is imported when it runs."""

from __future__ import annotations

from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError

from envlift.cli.version import version
from envlift.errors import EnvliftError, ExitCode

HELP = """\
Move a Prefect repository's .env files, environment reads and hardcoded configuration into the layers that Prefect
has for them: work pool defaults, deployments and Secret blocks.

Start with `envlift migrate`: it shows what it would do, and changes nothing before you say so.
"""

# In the order of the road. Each is a function of that name in a module of that name; its own --help is its docstring.
COMMANDS = {
    "init": "Write the settings of envlift for a repository, to begin with.",
    "scan": "List every setting: where it is read, stored and hardcoded.",
    "plan": "Find a layer for every setting, with the reason and how sure it is.",
    "explain": "Show what sets a variable for each deployment, and what of it wins.",
    "apply": "Make the file changes of a plan, all or none.",
    "undo": "Bring the files of the last apply back.",
    "migrate": "Scan, plan, preview and apply in one go.",
    "push": "Put Secret blocks and pool defaults onto the Prefect server.",
    "verify": "Check that code, prefect.yaml, plan and Prefect server agree.",
    "prove": "Run the flows before and after a migration, and compare what they see.",
    "schema": "Print the JSON Schema by which editors check a plan file.",
    "completion": "Print the script by which a shell completes commands and options.",
}
_ARGUMENTS = {"explain": "NAME [PATH]", "completion": "SHELL"}


def build_app(running: str = "") -> App:
    """The parser with all commands, none of them imported; ``running`` is the one that tells its help in full."""
    app = App(
        name="envlift",
        help=HELP,
        help_format="markdown",
        version=version,
        version_format="plaintext",
        default_parameter=Parameter(negative=(), show_default=False),
        # __main__ tells all failures in one way, so none may be printed or end the process here.
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    for number, (name, summary) in enumerate(COMMANDS.items()):
        app.command(
            f"envlift.cli.commands.{name}:{name}",
            name=name,
            help=None if name == running else summary,
            sort_key=number,
            usage=f"envlift {name} [OPTIONS] {_ARGUMENTS.get(name, '[PATH]')}",
        )
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    Raises:
        EnvliftError: of the command itself, or ExitCode.USAGE when the arguments are not understood.
    """
    command = next((word for word in arguments if word in COMMANDS), "")
    try:
        result = build_app(command)(list(arguments) or ["--help"])
    except UnusedCliTokensError:
        # Not repeated: what stands there may be a value that was meant for something else.
        raise _misunderstood(f"There are more arguments than envlift {command} takes.", command) from None
    except CycloptsError as error:
        raise _misunderstood(" ".join(str(error).split()), command) from None
    return int(result or 0)


def _misunderstood(message: str, command: str) -> EnvliftError:
    return EnvliftError(message, f"See envlift {f'{command} ' if command else ''}--help.", ExitCode.USAGE)
