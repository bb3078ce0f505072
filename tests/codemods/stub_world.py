"""A stub of Prefect to run programs in, before and after they are migrated: blocks, flows and their threads."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from envlift_codemods.assigned_literals import assigned_literals
from envlift_codemods.call_time import Stays, form_for
from envlift_codemods.constant_uses import uses_of_constant
from envlift_codemods.constants import Constant, constant_of
from envlift_codemods.edits import Edit, Form, LoadSecret, SinkConstant
from envlift_codemods.one_file import block_name
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.reads import find_reads
from envlift_codemods.replacing import rewrite

NAMES = ("TOKEN", "DB_PASSWORD", "PIN", "MISSING")
HARDCODED = {"SHOP_KEY": "12345", "SHOP_PIN": "4711", "SHOP_TOKEN": "null"}
"""Blocks for the literals that programs hold in constants, by the names of their constants or keys."""


def stored(value: str) -> str:
    """What a push stores, so that the decoding of ``get`` gives the string back."""
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value)


@dataclass
class StubSecret:
    """A loaded block."""

    stored: str

    blocks = {}  # noqa: RUF012 - filled for each run

    def get(self) -> object:
        try:
            return json.loads(self.stored)
        except ValueError:
            return self.stored

    @classmethod
    def _found(cls, name: str) -> StubSecret:
        if name not in cls.blocks:
            raise ValueError(f"Unable to find block document named {name} for block type secret")
        return cls(cls.blocks[name])

    @classmethod
    def load(cls, name: str, *, _sync: bool | None = None) -> object:
        if _sync is not True and _loop_runs():
            return cls.aload(name)
        return cls._found(name)

    @classmethod
    async def aload(cls, name: str) -> StubSecret:
        await asyncio.sleep(0)
        return cls._found(name)


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def runs_apart(function: Callable[..., object]) -> Callable[..., object]:
    """What ``@flow`` and ``@task`` do to a sync function: its body runs in a thread without an event loop."""
    if inspect.iscoroutinefunction(function):
        return function

    def call(*args: object) -> object:
        outcome: list[object] = []
        failure: list[BaseException] = []

        def body() -> None:
            try:
                outcome.append(function(*args))
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
                failure.append(error)

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
        return outcome[0]

    return call


@contextmanager
def world(values: dict[str, str], *, blocks: bool) -> Iterator[None]:
    """Either the variables are set, as before a migration, or the blocks exist, as after it."""
    prefect, system = types.ModuleType("prefect"), types.ModuleType("prefect.blocks.system")
    parent = types.ModuleType("prefect.blocks")
    prefect.flow = prefect.task = runs_apart  # type: ignore[attr-defined]
    prefect.blocks, parent.system, system.Secret = parent, system, StubSecret  # type: ignore[attr-defined]
    modules = {"prefect": prefect, "prefect.blocks": parent, "prefect.blocks.system": system}
    kept = {block_name(name): stored(value) for name, value in (values | HARDCODED).items()}
    StubSecret.blocks = kept if blocks else {}
    others = {name: value for name, value in os.environ.items() if name not in NAMES}
    with mock.patch.dict(sys.modules, modules), mock.patch.dict(os.environ, others | values, clear=True):
        yield


def outcome(source: bytes, call: str, **names: object) -> tuple[str, object]:
    """What a call of the program gives, or whether it fails; the kind of error may differ where a value is missing.

    Args:
        names: What the program has beside its own names.
    """
    scope: dict[str, object] = {"__name__": "program", **names}
    try:
        exec(compile(source, "<program>", "exec"), scope)  # noqa: S102 - a program of this test
        result = eval(call, scope)  # noqa: S307 - a call of this test
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError, AssertionError):
        return "failed", None
    return type(result).__name__, result


def hardcoded(module: ParsedModule) -> Iterator[Edit]:
    """An edit for each literal of HARDCODED that a constant of the module holds, by itself or in a dict."""
    items = (item for node in module.of(ast.Dict) for item in zip(node.keys, node.values, strict=True))
    keyed = ((key.value, value) for key, value in items if isinstance(key, ast.Constant))
    for name, node in (*assigned_literals(module), *keyed):
        found = constant_of(module, module.span(node)) if name in HARDCODED else ""
        if not isinstance(found, Constant):
            continue
        uses = uses_of_constant(module, found.name, found.around)
        if not any(use.obstacle for use in uses):
            yield SinkConstant(found.given, block_name(name), found.name, Form.LOAD_SYNC, found.wrapped)


def migrate(source: bytes) -> bytes:
    """Every read and hardcoded constant that can loads a block."""
    module = ParsedModule(source)
    forms = [(read, form_for(module, read)) for read in find_reads(module)]
    edits: list[Edit] = [
        LoadSecret(read.span, block_name(read.name or ""), form) for read, form in forms if not isinstance(form, Stays)
    ]
    return rewrite(source, [*edits, *hardcoded(module)])
