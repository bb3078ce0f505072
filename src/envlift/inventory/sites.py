"""The places of a repository that concern a setting: reads, writes, entries of ``.env`` files, literals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from envlift.concealed import Concealed
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

    ``span`` is the read or literal in the file that defines it, and the imported name in others. ``moving`` are the
    statements there that make something from it, and would have to be in each function. ``effect`` is a place that runs
    because of the import, where that does more than define; ``beside`` is what else needs the import, and ``written``
    where the constant is written through its module. ``name`` is what the file that it is taken from calls it, and
    ``made_in`` that file where it is not the constant itself, but made from it; ``called`` is how the code writes it,
    empty where the value is only a part of what the statement makes.
    """

    path: str
    span: Span
    name: str
    called: str
    functions: tuple[str, ...]
    made_in: str = ""
    moving: tuple[Span, ...] = ()
    effect: str = ""
    beside: tuple[Span, ...] = ()
    written: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Companion:
    """A name of a file that has to be a constant that sinks, too, and what ``reason`` there is if it is none.

    ``can_be_imported`` says that all that need it could import it where it stays.
    """

    path: str
    name: str
    reason: str
    can_be_imported: bool = False


@dataclass(frozen=True, slots=True)
class ConstantFacts:
    """A module-level variable that holds a read or a literal, seen over the whole repository.

    Args:
        name: What it is called where it is defined.
        wrapped: What stands around it, ``{}``; e.g. ``int({})``.
        guarded: Whether a guard goes with it that only raises when the value is missing.
        holders: The file that defines it, then those that import it.
        obstacle: Why it cannot sink into functions, with the place; empty where it can.
        missing: What the functions would go on with where there is no block.
        companions: What other files need besides where they make something from it.
    """

    name: str
    wrapped: str
    guarded: bool
    holders: tuple[ConstantHolder, ...]
    obstacle: str = ""
    missing: WhenMissing = WhenMissing.RAISES
    companions: tuple[Companion, ...] = ()


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
        compared: The line in which the file compares something with the text of a literal; 0 where it does not.
        fixed: The fixed parts of a composed text with a secret among them, ``{}`` for each of the others; else None.
        load: How Secret.load would be written here if no event loop runs above; None where it cannot be written.
        obstacle: Why ``load`` is None, or what stands against a write each time; empty otherwise.
        load_or_raise: How it would be written if a missing value may end the run, where only a default or a fallback
            stands against ``load``.
        decorated: Whether the function around it is itself a flow or task.
        any_case: Whether the variable counts in any mixture of upper and lower case, as for a settings class.
        standing: Whether it asks for a layer; ``obstacle`` says why where it does not.
        constant: The module-level variable that holds a value which code at call time could load instead.
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
    fixed: Concealed | None = None
    compared: int = 0

    @property
    def in_signature(self) -> bool:
        """Whether it is evaluated when Prefect deploys, and stored with the flow's parameters."""
        return self.place in (Place.DEFAULT_ARGUMENT, Place.DECORATOR)
