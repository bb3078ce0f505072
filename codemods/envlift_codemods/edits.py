"""What the codemods can be told to do to one file: a closed set of values, without libcst."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from envlift_codemods.parsed import Span


class Form(Enum):
    """How code loads a Secret block; which one is right depends on where the code runs.

    Source for all three: Prefect's ``async_dispatch`` returns a coroutine under a running event loop unless
    ``_sync=True``; ``Block.aload`` exists from Prefect 3.1.7 on.
    """

    LOAD = "load"
    """``Secret.load("n").get()``: sync code that no event loop runs above, sync flows and tasks."""
    LOAD_SYNC = "load_sync"
    """``Secret.load("n", _sync=True).get()``: a sync function that a coroutine may call."""
    ALOAD = "aload"
    """``(await Secret.aload("n")).get()``: ``async def``."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What all loads of a project have in common, whatever their form.

    Args:
        exact: The stored text as it is, ``.value.get_secret_value()``, in the place of what ``.get()`` makes of it.
        has_aload: Whether every Prefect that the project allows has ``aload`` (from 3.1.7 on); else coroutines await
            ``load``, which gives a coroutine there on every version.
    """

    exact: bool = False
    has_aload: bool = True


AS_USUAL = Loading()


class WhenMissing(Enum):
    """What a function that loads a sunk constant goes on with where there is no such block."""

    RAISES = "raises"
    NONE = "none"
    EMPTY = "empty"
    """The empty string, which is a default that says nothing of the value."""
    DEFAULT = "default"
    """The default that the file itself writes; a plan cannot hold it."""


@dataclass(frozen=True, slots=True)
class LoadSecret:
    """Replace the expression at ``span`` (an environment read or a string literal) by loading a Secret block."""

    span: Span
    block: str
    form: Form


@dataclass(frozen=True, slots=True)
class ReadEnvironment:
    """Replace the literal at ``span`` by ``os.environ["NAME"]``; an int or float literal is converted back.

    With ``keeps_literal`` by ``os.environ.get("NAME", literal)``, so that the program goes on without the variable.
    """

    span: Span
    name: str
    keeps_literal: bool = False


@dataclass(frozen=True, slots=True)
class AddJobVariables:
    """Merge environment variables into the ``job_variables`` of the deployment call at ``span``.

    ``env`` holds (name, value) pairs that are not secret; names that the call sets already must hold the same value.
    """

    span: Span
    env: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DropOverride:
    """Leave ``override=True`` out of the call of ``load_dotenv`` at ``span``, so that variables that are set win."""

    span: Span


@dataclass(frozen=True, slots=True)
class SinkConstant:
    """Let each function of the file that uses a module-level constant load it itself; the constant or its import goes.

    A guard that only raises when the value is missing goes with it. Every file that uses the constant needs one.

    Args:
        span: In the file that defines it the environment read or the literal; elsewhere the name in the import that
            brings it, which is the constant's own or that of its module.
        block: The Secret block.
        constant: What it is called in the file that defines it or that the import takes it from.
        form: How plain functions load it; coroutines have their own form in any case.
        wrapped: What stands around the load, ``{}``; e.g. ``int({})``.
        missing: What the functions go on with where there is no block.
        made_in: The file that the import takes it from, where that is not the constant itself but made from it; each
            function makes it again.
    """

    span: Span
    block: str
    constant: str
    form: Form
    wrapped: str = "{}"
    missing: WhenMissing = WhenMissing.RAISES
    made_in: str = ""

    @property
    def loaded(self) -> tuple[str, str, WhenMissing]:
        """What functions load, the same for edits of one constant."""
        return self.block, self.wrapped, self.missing


Edit = LoadSecret | ReadEnvironment | AddJobVariables | DropOverride | SinkConstant


class Refused(Exception):  # noqa: N818 - an outcome, raised through libcst visitors
    """An edit that cannot be made safely; the file stays as it was. Holds no value of the code.

    Args:
        reason: One sentence for the report.
        line: 1-based line of the trouble.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line
