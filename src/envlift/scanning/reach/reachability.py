"""Which files a flow's run imports, and which stand beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from envlift.inventory import Flow


def reach_of(flows: Iterable[Flow], imported_by: Callable[[str], Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """For each file that a flow reaches: the entrypoints of those flows.

    Args:
        flows: Where to start.
        imported_by: The files that one file imports; called once a file.
    """
    by_file: dict[str, list[str]] = defaultdict(list)
    for flow in flows:
        by_file[flow.path].append(flow.entrypoint)
    return imported_from(by_file, imported_by)


def imported_from(
    starts: Mapping[str, Iterable[str]], imported_by: Callable[[str], Iterable[str]]
) -> Mapping[str, frozenset[str]]:
    """For each file that some files import, and for these: the entrypoints of those that reach it."""
    edges: dict[str, tuple[str, ...]] = {}
    reached: dict[str, set[str]] = defaultdict(set)
    for start, entrypoints in starts.items():
        seen, stack = {start}, [start]
        while stack:
            path = stack.pop()
            reached[path].update(entrypoints)
            if path not in edges:
                edges[path] = tuple(imported_by(path))
            for target in edges[path]:
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
    return {path: frozenset(entrypoints) for path, entrypoints in sorted(reached.items())}


def beside_of(modules: Iterable[str], reach: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """For each of ``modules`` in a folder from which flows reach a file: the entrypoints of those flows.

    Args:
        modules: Files that hold definitions only and that nothing imports.
        reach: What ``reach_of`` gave.
    """
    by_folder: dict[str, set[str]] = defaultdict(set)
    for path, entrypoints in reach.items():
        by_folder[path.rpartition("/")[0]] |= entrypoints
    folders = ((path, path.rpartition("/")[0]) for path in sorted(modules) if path not in reach)
    return {path: frozenset(by_folder[folder]) for path, folder in folders if folder in by_folder}
