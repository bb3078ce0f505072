"""What a repository shows about its configuration: facts only, no opinion, nothing that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from envlift.concealed import Concealed
from envlift.prefect_versions import PrefectVersion, oldest_allowed
from envlift_codemods.edits import Form, WhenMissing
from envlift_codemods.missing_values import Handling
from envlift_codemods.parsed import Place, Span
from envlift_codemods.read_idioms import Missing


class SiteKind(Enum):
    """What stands at a site; the values are those of the JSON output."""

    ENV_READ = "env_read"
    ENV_WRITE = "env_write"
    DOTENV_ENTRY = "dotenv_entry"
    LITERAL = "literal"


class Standing(Enum):
    """Whether a site asks for a layer of its own; the values are the rules by which it is left otherwise."""

    OPEN = "open"
    WRAPPER_BODY = "wrapper-body"
    MIGRATED = "already-migrated"
    WRITE_GUARD = "write-guard"
    SCRIPT_ONLY = "script-only"


@dataclass(frozen=True, slots=True)
class ConstantHolder:
    """A file that defines or imports a constant, with the functions there that use it, by qualified name.

    ``span`` is the read in the file that defines it, and the imported name in others.
    """

    path: str
    span: Span
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConstantFacts:
    """A module-level variable that holds a read, seen over the whole repository.

    Args:
        name: What it is called where it is defined.
        wrapped: What stands around the read, ``{}``; e.g. ``int({})``.
        guarded: Whether a guard goes with it that only raises when the value is missing.
        holders: The file that defines it, then those that import it.
        obstacle: Why it cannot sink into functions, with the place; empty where it can.
        missing: What the functions would go on with where there is no block.
    """

    name: str
    wrapped: str
    guarded: bool
    holders: tuple[ConstantHolder, ...]
    obstacle: str = ""
    missing: WhenMissing = WhenMissing.RAISES


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a setting appears.

    Args:
        path: POSIX path relative to the repository.
        span: The expression, entry or literal.
        kind: Read, write, ``.env`` entry or literal.
        name: The variable; empty where the key is computed. A literal has the name proposed for it.
        form: The idiom, e.g. ``getenv``, ``environ[]=``, ``.env``, ``assignment``.
        place: When the code there runs; None outside of Python.
        function: Qualified name of the function around it; empty outside of functions.
        missing: What a read gives where the variable is unset; None for other kinds.
        handling: What the code does about a missing value.
        receiver, callee, wrapper: Who takes the value: variable, keyword or dict key; the function it is passed to;
            the conversion or operator right around it. Each may be empty.
        value: The entry's value, the literal, or the constant default of a read; None where there is none.
        load: How Secret.load would be written here if no event loop runs above; None where it cannot be written.
        obstacle: Why ``load`` is None; empty otherwise.
        load_or_raise: How it would be written if a missing value may end the run, where only a default or a fallback
            stands against ``load``.
        decorated: Whether the function around it is itself a flow or task.
        any_case: Whether the variable counts in any mixture of upper and lower case, as for a settings class.
        standing: Whether it asks for a layer; ``obstacle`` says why where it does not.
        constant: The module-level variable that takes a read which code at call time could do instead.
        key: Where the name is an item or attribute of something, as in ``config.token_env``: what that is called.
        taken_by: What is called with the variable that holds the value of a read, in the same file.
    """

    path: str
    span: Span
    kind: SiteKind
    name: str
    form: str
    place: Place | None = None
    function: str = ""
    missing: Missing | None = None
    handling: Handling = Handling.NOTHING
    receiver: str = ""
    callee: str = ""
    wrapper: str = ""
    value: Concealed | None = None
    load: Form | None = None
    obstacle: str = ""
    load_or_raise: Form | None = None
    decorated: bool = False
    any_case: bool = False
    standing: Standing = Standing.OPEN
    constant: ConstantFacts | None = None
    taken_by: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """A function decorated with ``@flow``; ``entrypoint`` is Prefect's ``path:function``."""

    path: str
    function: str
    line: int
    is_async: bool

    @property
    def entrypoint(self) -> str:
        return f"{self.path}:{self.function}"


class DeploymentKind(Enum):
    """How a deployment is made, which decides where its job variables can be written."""

    PREFECT_YAML = "prefect.yaml"
    CALL = "deploy call"
    SERVE = "serve call"


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text that the API keeps in clear with a deployment; ``where`` is e.g. ``parameters.db.url`` or ``tags``."""

    where: str
    line: int
    value: Concealed


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment that the repository declares.

    Args:
        path: The prefect.yaml or Python file that declares it.
        line: 1-based line of the declaration.
        name: The deployment's name; empty where it is computed.
        kind: By prefect.yaml, by a call that takes job variables, or by ``serve``.
        entrypoint: ``path:function`` relative to the repository; empty where it is not known.
        pool: Name of the work pool; empty where it is not known.
        env: Variables that its job variables set already, by name.
        index: Position in the ``deployments`` list of prefect.yaml; -1 for calls.
        span: The whole call; None for prefect.yaml.
        trouble: Why its job variables cannot be edited; empty when they can.
        stored: The texts in its job variables' env, parameters and tags.
        misplaced: The line of ``job_variables`` beside the work pool, which Prefect ignores; 0 where there are none.
        bundle: What its job variables take their whole env from, e.g. ``os.environ``; empty where they list it.
        branch: The branch that its pull steps clone; empty where they name none.
    """

    path: str
    line: int
    name: str
    kind: DeploymentKind
    entrypoint: str
    pool: str
    env: Mapping[str, Concealed]
    index: int = -1
    span: Span | None = None
    trouble: str = ""
    stored: tuple[StoredText, ...] = ()
    misplaced: int = 0
    bundle: str = ""
    branch: str = ""


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
    """

    path: str
    line: int
    override: bool
    file: str = ""
    by: str = "load_dotenv"


@dataclass(frozen=True, slots=True, order=True)
class ChildProcess:
    """A call that starts another program with the environment of the run.

    Args:
        path, line: Where the call stands.
        form: What starts it, e.g. ``subprocess.run``.
        inherits: Whether the whole environment goes to the child; else only what ``names`` lists.
        names: Variables that the call itself sets for the child.
    """

    path: str
    line: int
    form: str
    inherits: bool
    names: tuple[str, ...] = ()


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


class MentionKind(Enum):
    """What kind of file around Python names a variable; the values are those of the JSON output."""

    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    HELM = "helm"
    WORKFLOW = "workflow"  # GitHub Actions
    GITLAB = "gitlab"
    PREFECT_YAML = "prefect_yaml"  # {{ $NAME }}, which Prefect fills in when it deploys
    SHELL = "shell"
    MAKE = "make"
    DBT = "dbt"
    TERRAFORM = "terraform"
    NOTEBOOK = "notebook"


class MentionRole(Enum):
    """What a file does with a variable: gives it a value, takes its value, or names a secret kept elsewhere."""

    SETS = "sets"
    READS = "reads"
    SECRET_REFERENCE = "secret_reference"  # noqa: S105 a word of the JSON output


@dataclass(frozen=True, slots=True)
class Mention:
    """One place around Python that names a variable.

    Args:
        path: POSIX path relative to the repository.
        line: 1-based.
        name: The variable.
        kind, role: Which kind of file, and what it does with the name.
        owner: The service, job, container or build stage there; empty where there is none.
        value: What a setter sets where that is written there literally; None otherwise.
        runs: What the owner starts, where its command tells: ``prefect worker``, a Python file or a dotted module.
    """

    path: str
    line: int
    name: str
    kind: MentionKind
    role: MentionRole
    owner: str = ""
    value: Concealed | None = None
    runs: str = ""


@dataclass(frozen=True, slots=True)
class EnvFileUse:
    """A place that hands a whole ``.env`` file on, as ``env_file:`` of a service does; ``file`` is its POSIX path."""

    path: str
    line: int
    file: str
    kind: MentionKind
    owner: str = ""
    runs: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """Something in one file that could not be read; the rest of the scan is not touched by it."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a scan found, sorted by path and position.

    Args:
        sites: Every place where a setting appears.
        flows, deployments, dotenv_files, dotenv_loads, troubles: As found.
        reach: For each Python file that a flow's run imports: the entrypoints of those flows.
        asynchronous: Files with an ``async def`` among those that flows reach.
        shared: For files that flows reach: the other programs of the repository that import them, tests left out.
        services: Those of the other programs that are a web service, a bot or the like; the rest are scripts.
        commands: Programs for the command line with flows of their own that nothing deploys, where others are deployed.
        started: For files that flows start as programs of their own, and those that these import: the entrypoints of
            the flows.
        beside: For files that nothing imports, which are no programs and stand beside files that flows reach: the
            entrypoints of those flows. They may be loaded by name, or wait for their use.
        project: What the repository calls itself.
        files: How many files were looked at.
        mentions: Where files around Python name variables, by path and position.
        env_file_uses: Where they hand whole ``.env`` files on.
        children: Where code starts other programs, which get variables from the run.
        block_loads: Blocks and variables that the code loads already.
        block_saves: Secret blocks that code makes.
        sent: Calls that send a whole environment to Prefect's API.
        prefect_versions: What locks, pins and images say about Prefect, locks first.
    """

    sites: tuple[Site, ...]
    flows: tuple[Flow, ...]
    deployments: tuple[Deployment, ...]
    dotenv_files: tuple[DotenvFile, ...]
    dotenv_loads: tuple[DotenvLoad, ...]
    troubles: tuple[Trouble, ...]
    reach: Mapping[str, frozenset[str]]
    asynchronous: frozenset[str]
    shared: Mapping[str, tuple[str, ...]]
    services: frozenset[str]
    beside: Mapping[str, frozenset[str]]
    project: str
    files: int
    commands: frozenset[str] = frozenset()
    started: Mapping[str, frozenset[str]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    env_file_uses: tuple[EnvFileUse, ...] = ()
    children: tuple[ChildProcess, ...] = ()
    block_loads: tuple[BlockLoad, ...] = ()
    block_saves: tuple[BlockSave, ...] = ()
    sent: tuple[SentEnvironment, ...] = ()
    prefect_versions: tuple[PrefectVersion, ...] = ()

    @property
    def prefect(self) -> tuple[int, ...] | None:
        """The oldest Prefect that the project allows, as far as it is written; None where nothing tells."""
        return oldest_allowed(self.prefect_versions)
