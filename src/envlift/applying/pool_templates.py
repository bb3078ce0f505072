"""Environment defaults in the base job template of a work pool: what it says of them, and how more are merged in.

A template is the parsed JSON that ``prefect work-pool get-default-base-job-template`` and ``inspect -o json`` show:
``variables`` is the schema with the defaults, ``job_configuration`` what a worker fills from them.
"""

from __future__ import annotations

import copy
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envlift.applying.server_state import SaveOutcome
from envlift.concealed import Concealed
from envlift.errors import EnvliftError

Template = Mapping[str, Any]
_ENV_REFERENCE = re.compile(r"\{\{\s*env\s*\}\}")


@dataclass(frozen=True, slots=True)
class PoolState:
    """A work pool's base job template, as far as environment variables go.

    Args:
        name: The pool's name.
        type: Of its workers: ``process``, ``docker``, ``kubernetes``, …
        defaults: Variable to value at ``variables.properties.env.default``; None where the template holds null.
        referenced: Whether the job configuration uses ``{{ env }}``; without it no default has any effect.
        object_typed: Whether ``env`` is a mapping in the template's schema; some pools make it a list.
    """

    name: str
    type: str
    defaults: Mapping[str, Concealed | None] = field(repr=False)
    referenced: bool
    object_typed: bool

    @property
    def takes_defaults(self) -> bool:
        """Whether an environment default in this template reaches a flow run."""
        return self.referenced and self.object_typed


@dataclass(frozen=True, slots=True)
class PoolOutcome:
    """What merging variables into a pool did, or would do, by name; and the pool's template with them.

    ``tasks`` are what a person has to do for one of them, by its name; ``beside`` are files that go with the template,
    by the ending of their names; ``kept_by`` is the place in the repository that keeps the template, if one does.
    """

    pool: str
    outcomes: tuple[tuple[str, SaveOutcome], ...]
    template: Template = field(repr=False)
    tasks: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    kept_by: str = ""

    def of(self, outcome: SaveOutcome) -> tuple[str, ...]:
        """The variables that ended so."""
        return tuple(name for name, found in self.outcomes if found is outcome)


def pool_state(name: str, worker_type: str, template: Template) -> PoolState:
    """What a pool's template says of environment variables."""
    env = template.get("variables", {}).get("properties", {}).get("env", {})
    default = env.get("default")
    return PoolState(
        name=name,
        type=worker_type,
        defaults={
            # Prefect turns 7 into "7" and True into "True" on the way to the process.
            str(name): None if value is None else Concealed(str(value))
            for name, value in (default.items() if isinstance(default, dict) else ())
        },
        referenced=_ENV_REFERENCE.search(json.dumps(template.get("job_configuration", {}))) is not None,
        object_typed=env.get("type") == "object" and isinstance(default, (dict, type(None))),
    )


def merged(
    state: PoolState, template: Template, defaults: Mapping[str, Concealed], overwrite: Collection[str]
) -> PoolOutcome:
    """Merge defaults into a copy of the template: those that are new, and those that may replace another.

    Args:
        state: Of this template.
        template: Nothing in it changes but ``variables.properties.env.default``.
        defaults: Variable to value.
        overwrite: Variables whose other value may be replaced.

    Raises:
        EnvliftError: A default in this template would reach no flow run (REFUSED).
    """
    if not state.takes_defaults:
        raise EnvliftError(
            f"the base job template of the work pool {state.name} takes no environment defaults",
            hint="It needs `env` of type object in variables.properties, used as {{ env }} in job_configuration; "
            "a pool without a template gets one when its first worker starts.",
        )
    outcomes = tuple((name, _outcome(state, name, value, overwrite)) for name, value in sorted(defaults.items()))
    changed = {
        name: defaults[name].reveal()
        for name, outcome in outcomes
        if outcome in (SaveOutcome.CREATED, SaveOutcome.OVERWRITTEN)
    }
    result = copy.deepcopy(dict(template))
    if changed:
        # Not variables.env.default: the server accepts that and ignores it.
        env = result["variables"]["properties"]["env"]
        env["default"] = {**(env.get("default") or {}), **changed}
    return PoolOutcome(state.name, outcomes, result)


def write_template(folder: Path, outcome: PoolOutcome) -> None:
    """Write a pool's template to ``<pool>.json``, which only its owner may read: a pool may hold secrets in clear.

    What goes with it stands beside it, as ``<pool>.<ending>``.

    Raises:
        EnvliftError: The pool's name cannot name a file, or the folder cannot be written (REFUSED); then no file is
            new or changed.
    """
    file = folder / f"{outcome.pool}.json"
    if file.parent != folder:
        raise EnvliftError(f"the work pool {outcome.pool} cannot name a file", hint="Push it without --templates")
    texts = {file: json.dumps(outcome.template, indent=2, ensure_ascii=False) + "\n"}
    texts |= {folder / f"{outcome.pool}.{ending}": text for ending, text in outcome.beside}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place, text in texts.items():
            _write(place, text)
    except OSError as error:
        raise EnvliftError(f"cannot write {file}: {error.strerror}", hint="Name another folder") from None


def _write(file: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".template-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _outcome(state: PoolState, name: str, value: Concealed, overwrite: Collection[str]) -> SaveOutcome:
    if name not in state.defaults:
        return SaveOutcome.CREATED
    if state.defaults[name] == value:
        return SaveOutcome.SAME
    return SaveOutcome.OVERWRITTEN if name in overwrite else SaveOutcome.DIFFERS
