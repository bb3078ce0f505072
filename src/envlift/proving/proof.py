"""The proof: a repository run as it is, migrated, and run again without its ``.env`` files."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from envlift.errors import EnvliftError, ExitCode
from envlift.proving.comparison import Expected, Row, Verdict, compare
from envlift.proving.exposure import exposed
from envlift.proving.flow_runs import (
    Observed,
    Subject,
    create_pools,
    deploy,
    observe,
    run_command,
    secret_blocks,
    set_up,
)
from envlift.proving.loopback import LoopbackServer, loopback_server
from envlift.proving.records import Recording

EXAMPLES = (".example", ".sample", ".template", ".dist", ".tmpl")
ERROR_LINE = re.compile(r"[A-Za-z_.]*(Error|Exception)\b")
LEFT_OUT = (".git", ".venv", "venv", "__pycache__", "node_modules", ".tox", ".mypy_cache")


@dataclass(frozen=True, slots=True)
class Stage:
    """The copy that is migrated, at one step.

    Args:
        repository: The copy; the original is never touched.
        environment: In which commands reach the loopback server.
    """

    repository: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, argv: Sequence[str], subject: Subject) -> str:
        """Run a command in the copy; returns what it printed, raises EnvliftError when it fails."""
        return run_command(argv, folder=self.repository, environment=self.environment, hidden=subject.hidden)


Step = Callable[[Stage], None]
"""Part of a migration: rewrites the copy, or pushes to the server."""

Serving = Callable[[], AbstractContextManager[LoopbackServer]]
"""What gives a server while a side needs it."""


@dataclass(frozen=True, slots=True)
class Side:
    """What a repository gave before or after the migration.

    Args:
        observed: Its flow runs, and what they saw.
        notes: What its owner must know although nothing differs.
        exposed: Where the server shows a secret in clear.
    """

    observed: Observed
    notes: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What the two sides gave, and how they compare."""

    before: Side
    after: Side
    rows: tuple[Row, ...]

    @property
    def exposed(self) -> tuple[str, ...]:
        """Where the migration has put a secret in clear; what was there before is not its doing."""
        return tuple(place for place in self.after.exposed if place not in self.before.exposed)

    @property
    def holds(self) -> bool:
        """Whether nothing differs, no secret came to stand in clear, and anything was compared at all."""
        compared = any(row.verdict is Verdict.SAME for row in self.rows)
        return all(row.same for row in self.rows) and not self.exposed and compared


def prove(
    subject: Subject,
    steps: Sequence[Step],
    settings: Sequence[Expected] | Callable[[Recording], Sequence[Expected]],
    *,
    recording: Recording | None = None,
    told: Callable[[str], None] = lambda _: None,
    serving: Mapping[str, Serving] = MappingProxyType({}),
) -> Proof:
    """Run each deployment before and after a migration and compare what it saw.

    Each side gets a copy of the repository and a server of its own, so nothing of the first reaches the second. After
    the steps the copy loses its ``.env`` files: a flow that still needs them fails.

    Args:
        subject: The repository, and how it is deployed. It stays untouched.
        steps: The migration, in order.
        settings: What to compare; or a function that makes it, for those that need the recording's digests.
        recording: Which values may be shown.
        told: Hears in a few words what happens now.
        serving: What gives the server of ``before`` or ``after``, where it is not to be started for this proof alone.

    Raises:
        EnvliftError: A server, a step, a deployment or a flow run fails; the message says on which side.
    """
    recording = recording or Recording()
    expected = tuple(settings(recording) if callable(settings) else settings)
    recording = replace(recording, watched=recording.watched | {setting.name for setting in expected})
    with tempfile.TemporaryDirectory(prefix="envlift-proof-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        own_server = partial(loopback_server, database=root / "empty.db")
        side = partial(
            _side,
            serving={"before": own_server, "after": own_server, **serving},
            subject=subject,
            recording=recording,
            root=root,
            own=sorted(recording.watched),
            told=told,
        )
        before = side("before", steps=(), keep_dotenv=True)
        after = side("after", steps=steps, keep_dotenv=False)
    seen = (before.observed.records.seen, after.observed.records.seen)
    return Proof(before, after, compare(*seen, expected))


def _side(
    name: str,
    *,
    serving: Mapping[str, Serving],
    subject: Subject,
    steps: Sequence[Step],
    keep_dotenv: bool,
    recording: Recording,
    root: Path,
    own: Sequence[str],
    told: Callable[[str], None],
) -> Side:
    copied = copy_of(subject, root / name)
    try:
        told(f"{name}: starting a Prefect server")
        with serving[name]() as server:
            create_pools(server, copied.pools)
            if copied.set_up:
                told(f"{name}: running {copied.set_up}")
                set_up(server, copied)
            known = secret_blocks(server, copied.blocks)
            copied = replace(copied, hidden=(*copied.hidden, *known.values()))
            stage = Stage(copied.repository, server.environment(without=own))
            for step in steps:
                step(stage)
            with _telling_of_missing_blocks(copied, known):
                told(f"{name}: deploying")
                if keep_dotenv:
                    deploy(server, copied, without=own)
                    notes: tuple[str, ...] = ()
                else:
                    notes = _deploy_without_dotenv(server, copied, own, root / "set-aside")
                told(f"{name}: running each deployment")
                return Side(_observe(server, copied, recording, own), notes, exposed(server, copied.hidden))
    except EnvliftError as error:
        raise EnvliftError(f"{name} the migration: {error.message}", error.hint, error.exit_code) from None


@contextlib.contextmanager
def _telling_of_missing_blocks(subject: Subject, known: Collection[str]) -> Iterator[None]:
    """Add to a failure which blocks the code loads that the server does not have, and the way to have them."""
    try:
        yield
    except EnvliftError as error:
        missing = [f"{block} ({place})" for block, place in sorted(subject.blocks.items()) if block not in known]
        if not missing:
            raise
        raise EnvliftError(
            f"{error.message}\nThis throw-away server lacks Secret blocks that the code loads: {', '.join(missing)}",
            "Let a program of yours make them, with values from variables of your shell: envlift prove --set-up FILE",
            error.exit_code,
        ) from None


def _observe(server: LoopbackServer, subject: Subject, recording: Recording, own: Sequence[str]) -> Observed:
    observed = observe(server, subject, recording, without=own)
    silent = {run.id for run in observed.runs} - {run for run, _ in observed.records.processes}
    if silent:
        raise EnvliftError(
            "the recorder was not loaded in a flow run, so nothing is known about it",
            hint="A deployment or pool that sets PYTHONPATH hides it; so does `python -I`.",
            exit_code=ExitCode.FOUND,
        )
    return observed


def copy_of(subject: Subject, folder: Path) -> Subject:
    """The subject over a copy of its repository in ``folder``, without git data, caches and virtual environments."""
    target = folder / subject.repository.resolve().name
    shutil.copytree(subject.repository, target, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return replace(subject, repository=target)


def _deploy_without_dotenv(
    server: LoopbackServer, subject: Subject, own: Sequence[str], aside: Path
) -> tuple[str, ...]:
    """Deploy with the ``.env`` files gone, or, where deploying itself needs them, take them away right afterwards.

    ``prefect deploy`` imports each flow on the deploying machine, where no pool default and no job variable is set. A
    read at import in a module that the flow imports fails there, as it did before the migration.
    """
    moved = _set_aside(subject.repository, aside)
    try:
        deploy(server, subject, without=own)
    except EnvliftError as first:
        for path, kept in moved:
            shutil.copy2(kept, path)
        try:
            deploy(server, subject, without=own)
        except EnvliftError:
            raise first from None
        finally:
            for path, _ in moved:
                path.unlink(missing_ok=True)
        return (f"deploying still needs the .env or its variables, because it imports the flows: {_last_error(first)}",)
    return ()


def _set_aside(repository: Path, aside: Path) -> list[tuple[Path, Path]]:
    aside.mkdir()
    moved = [(path, aside / str(number)) for number, path in enumerate(dotenv_files(repository))]
    for path, kept in moved:
        shutil.move(path, kept)
    return moved


def _last_error(error: EnvliftError) -> str:
    """The line of a failed command's output that says what went wrong, the last one unless another names an error.

    The output is masked already.
    """
    lines = [line for line in map(str.strip, error.message.splitlines()) if line]
    return next((line for line in reversed(lines) if ERROR_LINE.match(line)), lines[-1])


def dotenv_files(repository: Path) -> list[Path]:
    """Every ``.env`` and ``.env.*`` file that is no example."""
    found = (path for pattern in (".env", ".env.*", "*.env") for path in repository.rglob(pattern))
    return sorted({path for path in found if path.is_file() and not path.name.endswith(EXAMPLES)})
