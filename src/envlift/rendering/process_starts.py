"""What those who start processes must do: secrets that no pool gives, which a worker or a serving process must have."""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from envlift.plan import Decision, Layer, Target, TargetKind


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """A process that a person has to start with variables in its environment.

    Args:
        settings: The variables, sorted.
        task: What is to be done, in words that the command follows on.
        command: What does it with the Secret blocks; empty where the secrets are kept elsewhere.
    """

    settings: tuple[str, ...]
    task: str
    command: str = ""

    @property
    def text(self) -> str:
        return f"{self.task}: {self.command}" if self.command else self.task


def process_starts(decisions: Iterable[Decision]) -> tuple[ProcessStart, ...]:
    """The processes, one for each pool with workers and each file that serves."""
    pools: dict[str, set[str]] = defaultdict(set)
    served: dict[str, dict[str, str]] = defaultdict(dict)
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for decision, target in _given_by_people(decisions):
        if target.kind is TargetKind.WORKER:
            pools[target.name].add(decision.setting)
            continue
        served[target.path][decision.setting] = decision.block
        names[target.path][target.name or f"line {target.span.line if target.span is not None else 0}"] = None
    workers = (
        ProcessStart(
            tuple(sorted(settings)),
            f"start the process workers of the work pool {pool} with {_it(settings)} in their environment",
        )
        for pool, settings in sorted(pools.items())
    )
    serving = (
        ProcessStart(
            tuple(sorted(blocks)),
            f"start the process that serves {', '.join(names[path])} ({path}) with {_it(blocks)} in its environment, "
            "wherever its start is written down; this takes the value from the Secret block",
            command_with(path, blocks),
        )
        for path, blocks in sorted(served.items())
    )
    return (*workers, *serving)


def _it(settings: Collection[str]) -> str:
    return "it" if len(settings) == 1 else "them"


def _given_by_people(decisions: Iterable[Decision]) -> Iterable[tuple[Decision, Target]]:
    for decision in decisions:
        for target in decision.targets if decision.layer in (Layer.SECRET, Layer.SECRET_ENV) else ():
            if target.kind in (TargetKind.WORKER, TargetKind.SERVE):
                yield decision, target


def command_with(path: str, blocks: Mapping[str, str]) -> str:
    """The command that runs a file with variables from Secret blocks; one that is set already stays as it is.

    The file takes the place of the process that loads, so that it gets the signals that end it.
    """
    set_all = "; ".join(
        f"os.environ.setdefault({json.dumps(name)}, Secret.load({json.dumps(block)}).value.get_secret_value())"
        for name, block in sorted(blocks.items())
    )
    code = (
        f"import os, sys; from prefect.blocks.system import Secret; {set_all}; "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    return shlex.join(["python", "-c", code, path])
