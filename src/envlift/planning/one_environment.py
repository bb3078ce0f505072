"""A plan for one environment alone: its own ``.env`` files give the values, and what belongs to others is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from envlift.errors import EnvliftError, ExitCode
from envlift.inventory import SiteKind
from envlift.plan import Decision, Plan, ValueSource
from envlift.scanning.dotenv import describe


def of_one_environment(plan: Plan, environment: str) -> Plan:
    """The plan with the values of an environment, which is named after its ``.env`` files: ``prod`` of ``.env.prod``.

    A setting that this environment has no file for keeps the source that it has. One that takes its value from the
    file of another environment goes; so no value crosses from one environment to another.

    Raises:
        EnvliftError: no ``.env`` file of the plan is of such an environment (USAGE).
    """
    known = {name for decision in plan.decisions for name, _ in _files(decision)}
    if environment not in known:
        raise EnvliftError(
            f"the plan knows no .env file of the environment {environment}",
            f"its files are of {', '.join(sorted(known))}" if known else "it is called .env.NAME",
            ExitCode.USAGE,
        )
    return replace(plan, decisions=tuple(_narrowed(plan.decisions, environment)))


def _narrowed(decisions: tuple[Decision, ...], environment: str) -> Iterator[Decision]:
    for decision in decisions:
        own = [source for name, source in _files(decision) if name == environment]
        if decision.source in own or (not own and not _of_another(decision.source, environment)):
            yield decision
        elif own:
            # Of several files only a person can say which one it is.
            yield replace(decision, source=own[0] if len(own) == 1 else None)


def _files(decision: Decision) -> Iterator[tuple[str, ValueSource]]:
    """The ``.env`` files of environments that hold a value of the setting, each with its environment."""
    for site in decision.sites:
        if site.kind is SiteKind.DOTENV_ENTRY and (file := describe(site.path)).environment and not file.is_example:
            yield file.environment, ValueSource(site.path, site.name)


def _of_another(source: ValueSource | None, environment: str) -> bool:
    return source is not None and source.span is None and describe(source.path).environment not in ("", environment)
