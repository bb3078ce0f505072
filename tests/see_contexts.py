"""Run a module's code in every context in which Prefect runs code, in a process of its own; prints what each saw.

``python see_contexts.py FILE [under-a-loop]``: the module is imported as a worker does it or, under an event loop, as
``prefect deploy`` does. Prefect's clients leave sockets to the garbage collector: no test shares a process with them.
"""

from __future__ import annotations

import asyncio
import sys
import types
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

CONTEXTS: Mapping[str, Callable[[types.ModuleType], object]] = {
    "helper": lambda module: module.helper(),
    "helper under a loop": lambda module: asyncio.run(_in_coroutine(module.helper)),
    "sync flow": lambda module: module.sync_flow(),
    "sync flow under a loop": lambda module: asyncio.run(_in_coroutine(module.sync_flow)),
    "async flow": lambda module: asyncio.run(module.async_flow()),
}


async def _in_coroutine(function: Callable[[], object]) -> object:
    return function()


def imported(source: bytes, *, under_a_loop: bool) -> types.ModuleType:
    module = types.ModuleType("shop_flows")

    def run() -> None:
        exec(compile(source, "shop_flows.py", "exec"), module.__dict__)  # noqa: S102 - of the test

    sys.modules["shop_flows"] = module
    if under_a_loop:
        asyncio.run(_in_coroutine(run))
    else:
        run()
    return module


def main(file: str, how: str = "") -> None:
    module = imported(Path(file).read_bytes(), under_a_loop=how == "under-a-loop")
    for name, run in CONTEXTS.items():
        sys.stdout.write(f"{name}: {run(module)!r}\n")


if __name__ == "__main__":
    # Prefect's own engine leaves a coroutine behind where a sync flow runs below a coroutine.
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
