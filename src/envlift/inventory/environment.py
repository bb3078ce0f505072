"""What fills the environment of flows, hands it on or stands in its place: ``.env`` files, children, blocks."""

from __future__ import annotations

from dataclasses import dataclass

from envlift_codemods.parsed import Span


@dataclass(frozen=True, slots=True)
class DotenvFile:
    """A ``.env*`` file: an example or template, the default one, or one for an environment such as ``prod``."""

    path: str
    is_example: bool
    environment: str


@dataclass(frozen=True, slots=True)
class DotenvLoad:
    """Code that reads a ``.env`` file; with ``override`` the file beats the variables of a deployment.

    Args:
        path, line: Where the code stands.
        override: Whether the file's entries replace variables that are set.
        file: The file as written, without computed folders before it; empty where it is searched or computed.
        by: What reads it, e.g. ``load_dotenv`` or ``env_file``.
        call: The call, where an edit can leave its override out; else None.
    """

    path: str
    line: int
    override: bool
    file: str = ""
    by: str = "load_dotenv"
    call: Span | None = None


@dataclass(frozen=True, slots=True, order=True)
class ChildProcess:
    """A call that starts another program with the environment of the run.

    Args:
        path, line: Where the call stands.
        form: What starts it, e.g. ``subprocess.run``.
        inherits: Whether the whole environment goes to the child; else only what ``names`` lists.
        names: Variables that the call itself sets for the child.
        handed: Whether the call writes out that the child gets the whole environment.
        programs: What the command starts, as far as it is written out: a file, a command or a dotted module.
    """

    path: str
    line: int
    form: str
    inherits: bool
    names: tuple[str, ...] = ()
    handed: bool = False
    programs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class SentEnvironment:
    """A call that sends all of the environment or of a ``.env`` file to Prefect's API, where it is stored in clear.

    ``source`` is ``os.environ`` or the function that reads the file.
    """

    path: str
    line: int
    source: str


@dataclass(frozen=True, slots=True, order=True)
class BlockLoad:
    """A load of a Prefect block or variable that the code has already; ``name`` is empty where it is computed.

    ``block`` is the type as written without its package, e.g. ``Secret``, ``Variable``, ``AwsCredentials``.
    """

    path: str
    line: int
    block: str
    name: str
    function: str = ""


@dataclass(frozen=True, slots=True, order=True)
class BlockSave:
    """A call that makes a Secret block, as scripts that provision a workspace do."""

    path: str
    line: int
