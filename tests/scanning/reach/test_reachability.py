"""The closure of imports."""

from __future__ import annotations

from envlift.inventory import Flow
from envlift.scanning.reach.reachability import beside_of, reach_of


def flow(path: str) -> Flow:
    return Flow(path, "f", 1, is_async=False)


def test_a_circle_of_imports_ends() -> None:
    edges = {"a": ["b"], "b": ["c"], "c": ["a"]}
    reach = reach_of([flow("a")], lambda path: edges[path])
    assert reach == {path: frozenset({"a:f"}) for path in "abc"}


def test_a_shared_file_is_reached_from_both_flows() -> None:
    edges = {"a": ["x"], "b": ["x"], "x": []}
    reach = reach_of([flow("a"), flow("b")], lambda path: edges[path])
    assert reach["x"] == {"a:f", "b:f"}
    assert reach["a"] == {"a:f"}


def test_a_module_beside_reached_files_belongs_to_their_flows() -> None:
    reach = {"jobs/etl.py": frozenset({"jobs/etl.py:f"}), "web.py": frozenset({"web.py:g"})}
    found = beside_of(["jobs/config.py", "jobs/etl.py", "tools/x.py", "y.py"], reach)
    assert found == {"jobs/config.py": {"jobs/etl.py:f"}, "y.py": {"web.py:g"}}
