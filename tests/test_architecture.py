"""The house keeps its floors: who may import whom, who owns which library, what a module may be called."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"envlift": ROOT / "src" / "envlift", "envlift_codemods": ROOT / "codemods" / "envlift_codemods"}
SAMPLES = sorted(path for path in (ROOT / "sample_repos").iterdir() if path.is_dir())

# From the roof down. A room imports itself and the rooms on lower floors; rooms on one floor do not know each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("envlift.__main__",),
    ("envlift.cli",),
    ("envlift.proving", "envlift.verifying"),
    ("envlift.applying",),
    ("envlift.planning",),
    ("envlift.rewriting",),
    ("envlift.masking", "envlift.rendering"),
    ("envlift.layers",),
    ("envlift.feeds",),
    ("envlift.evidence", "envlift.failing_tests", "envlift.policy", "envlift.verification"),
    ("envlift.actions",),
    ("envlift.plan",),
    ("envlift.sensitivity",),
    ("envlift.scanning",),
    ("envlift.inventory",),
    ("envlift.precedence", "envlift.prefect_versions", "envlift.prefect_yaml"),
    ("envlift.toml_files", "envlift.yaml_documents"),
    ("envlift.concealed", "envlift.errors"),
    ("envlift_codemods",),
    ("envlift",),  # the package itself: its version, nothing else
)

# Import name of each outside library → the modules or packages that alone may import it.
OWNERS: dict[str, tuple[str, ...]] = {
    "cyclopts": ("envlift.cli",),
    "dotenv": ("envlift.scanning.dotenv",),
    "libcst": ("envlift_codemods",),
    "platformdirs": ("envlift.scanning.glance_store",),
    "prefect": ("envlift.applying.prefect_server",),
    "questionary": ("envlift.cli.guide",),
    "rich": ("envlift.cli.screen",),
    "tomli": ("envlift.toml_files",),
    "yaml": ("envlift.prefect_yaml", "envlift.planning.plan_file", "envlift.yaml_documents"),
}
DISTRIBUTIONS = {"dotenv": "python-dotenv", "yaml": "pyyaml"}  # where the name to install differs

VAGUE_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "base", "core", "types", "manager", "context", "misc"}
)
LONGEST_MODULE = 400
STANDARD_LIBRARY = sys.stdlib_module_names | {"tomllib"}  # in it since 3.11; toml_files.py falls back to tomli

# What `envlift scan` loads: it must start fast and must not need a Prefect that works.
SCAN_SIDE = (
    "envlift.concealed",
    "envlift.errors",
    "envlift.inventory",
    "envlift.prefect_versions",
    "envlift.prefect_yaml",
    "envlift.scanning",
    "envlift.sensitivity",
    "envlift.yaml_documents",
    "envlift_codemods.read_idioms",
    "envlift_codemods.reads",
    "envlift_codemods.scopes",
)
HEAVY = ("libcst", "prefect", "questionary")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file of a package, with the dotted names that it imports and the lines they stand on."""

    name: str
    lines: int
    imports: tuple[tuple[str, int], ...]


def module_name(package: str, folder: Path, file: Path) -> str:
    parts = (package, *file.relative_to(folder).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(tree: ast.AST, package: str) -> Iterator[tuple[str, int]]:
    """Every dotted name that a module of the package imports, at any depth; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def read_module(name: str, source: str, *, is_package: bool = False) -> Module:
    package = name if is_package else name.rpartition(".")[0]
    return Module(name, len(source.splitlines()), tuple(imported_names(ast.parse(source), package)))


MODULES: dict[str, Module] = {
    name: read_module(name, file.read_text("utf-8"), is_package=file.name == "__init__.py")
    for package, folder in PACKAGES.items()
    for file in sorted(folder.rglob("*.py"))
    for name in [module_name(package, folder, file)]
}


def within(name: str, room: str) -> bool:
    # The bare package is a room of its own: else `envlift` would hold the whole house.
    return name == room or (room != "envlift" and name.startswith(f"{room}."))


def room_of(name: str) -> str | None:
    """The room that holds a dotted name; None when no floor has one."""
    return next((room for floor in FLOORS for room in floor if within(name, room)), None)


def floor_of(room: str) -> int:
    """The number of a room's floor, 0 under the roof."""
    return next(number for number, floor in enumerate(FLOORS) if room in floor)


def upward_imports(module: Module) -> list[str]:
    """One sentence for each import that goes up or sideways."""
    here = room_of(module.name)
    found = []
    for imported, line in module.imports:
        package = imported.partition(".")[0]
        # A name that is in no room stands in the package itself: `from envlift import __version__`.
        there = room_of(imported) or package
        if package not in PACKAGES or there == here:
            continue
        if here is None or floor_of(there) <= floor_of(here):
            found.append(
                f"{module.name}:{line} imports {imported}, which is not below it. Move what both need to a lower "
                "floor, or hand the value in as an argument."
            )
    return found


def foreign_imports(module: Module) -> list[str]:
    """One sentence for each outside library that this module does not own."""
    found = []
    for imported, line in module.imports:
        library = imported.partition(".")[0]
        if library in PACKAGES or library in STANDARD_LIBRARY:
            continue
        owners = OWNERS.get(library)
        if owners is None:
            found.append(f"{module.name}:{line} imports {library}, which has no owner: give it one in OWNERS.")
        elif not any(within(module.name, owner) for owner in owners):
            found.append(
                f"{module.name}:{line} imports {library}, which belongs to {' and '.join(owners)}: "
                "ask there for what you need, in our own types."
            )
    return found


def imported_module(imported: str, modules: Collection[str]) -> str | None:
    """The module of this house that a dotted name is or stands in."""
    parts = imported.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in modules), None)


def import_circle(modules: dict[str, Module]) -> list[str]:
    """The names along one circle of imports, the first again at the end; empty when there is none."""
    arrows = {
        name: sorted(
            {found for imported, _ in module.imports if (found := imported_module(imported, modules))} - {name}
        )
        for name, module in modules.items()
    }
    finished: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in finished:
            return []
        for target in arrows.get(name, ()):
            if circle := walk(target, [*trail, name]):
                return circle
        finished.add(name)
        return []

    return next((circle for name in sorted(arrows) if (circle := walk(name, []))), [])


def run_python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints for the code; its own traceback is the message when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", MODULES)
def test_every_room_stands_on_a_floor(name: str) -> None:
    assert room_of(name), f"{name} is on no floor: add it to FLOORS, above what it needs, below what needs it."


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downward(name: str) -> None:
    assert upward_imports(MODULES[name]) == []


@pytest.mark.parametrize("name", MODULES)
def test_an_outside_library_has_one_owner(name: str) -> None:
    assert foreign_imports(MODULES[name]) == []


def test_no_circle_of_imports() -> None:
    circle = import_circle(MODULES)
    assert circle == [], f"a circle: {' → '.join(circle)}. Move what two of them share into a module below both."


def test_codemods_stand_alone() -> None:
    """They are for people who have libcst and nothing of ours, so no import leads back to envlift."""
    leading_back = [
        f"{module.name}:{line} imports {imported}"
        for module in MODULES.values()
        if within(module.name, "envlift_codemods")
        for imported, line in module.imports
        if imported.partition(".")[0] == "envlift"
    ]
    assert leading_back == [], "envlift imports envlift_codemods, never back: move the code into envlift_codemods."


def test_the_owners_are_the_dependencies() -> None:
    """A dependency without an owner is dead weight; an owner without a dependency fails on a user's machine."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.partition("\ndependencies = [")[2].partition("\n]")[0]
    declared = {line.strip(' ",').partition(">=")[0] for line in block.splitlines() if line.strip()}
    assert declared == {DISTRIBUTIONS.get(library, library) for library in OWNERS}


@pytest.mark.parametrize("name", MODULES)
def test_names_say_what_is_inside(name: str) -> None:
    vague = VAGUE_NAMES.intersection(name.split("."))
    assert not vague, f"{name}: {vague} says nothing. Name the module by the noun that its user would look for."


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_short(name: str) -> None:
    lines = MODULES[name].lines
    assert lines <= LONGEST_MODULE, f"{name} has {lines} lines, more than {LONGEST_MODULE}: it holds two rooms."


def test_every_module_can_be_imported() -> None:
    code = """
import importlib, json, sys, traceback
failed = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except BaseException:
        failed[name] = traceback.format_exc(limit=-2)
print(json.dumps(failed))
"""
    assert json.loads(run_python(code, json.dumps(list(MODULES)))) == {}


def test_the_scan_side_loads_nothing_heavy() -> None:
    """Prefect takes a second to import, and a scan must work where Prefect's own settings are broken."""
    code = """
import importlib, json, sys
names, heavy = json.loads(sys.argv[1])
print(json.dumps({n: sorted(set(heavy) & set(sys.modules)) for n in names if importlib.import_module(n)}))
"""
    names = [name for name in MODULES if any(within(name, room) for room in SCAN_SIDE)]
    missing = [room for room in SCAN_SIDE if not any(within(name, room) for name in names)]
    assert missing == [], "SCAN_SIDE names rooms that do not exist"
    loaded = json.loads(run_python(code, json.dumps([names, HEAVY])))
    first = next(((name, heavy) for name, heavy in loaded.items() if heavy), None)
    assert first is None, f"importing {first} loads it: import it inside the function that needs it, or elsewhere"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_scan_command_loads_nothing_heavy(sample: Path) -> None:
    code = """
import json, runpy, sys
sys.argv = ["envlift", "scan", sys.argv[1], "--format", "json"]
try:
    runpy.run_module("envlift", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    assert not stop.code, stop.code
print("\\n" + json.dumps(sorted({"libcst", "prefect", "questionary"} & set(sys.modules))))
"""
    *inventory, loaded = run_python(code, str(sample)).splitlines()
    assert json.loads("\n".join(inventory)), "the scan printed no inventory"
    assert json.loads(loaded) == []


# The guards themselves: each must see the fault that it is there for.


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("envlift.scanning.python", "from envlift.plan import Plan"),
        ("envlift.plan", "import envlift.cli.screen"),
        ("envlift.errors", "from .concealed import Concealed"),
        (
            "envlift.layers.secret",
            "def f():\n    from envlift.policy import Policy\n    from ..planning import planner",
        ),
        ("envlift_codemods.reads", "from envlift import errors"),
        ("envlift.surprise", "import envlift.errors"),
    ],
)
def test_an_upward_import_is_seen(name: str, source: str) -> None:
    assert len(upward_imports(read_module(name, source))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("envlift.cli.commands", "from envlift.errors import EnvliftError\nfrom .screen import show"),
        ("envlift.rewriting", "import envlift_codemods.reads as reads"),
        ("envlift.plan", "import json\nfrom dataclasses import dataclass"),
    ],
)
def test_a_downward_import_is_welcome(name: str, source: str) -> None:
    assert upward_imports(read_module(name, source)) == []


@pytest.mark.parametrize(
    ("name", "source", "faults"),
    [
        ("envlift.planning.planner", "import yaml", 1),
        ("envlift.planning.plan_file", "import yaml", 0),
        ("envlift.cli.commands", "from rich.table import Table", 1),
        ("envlift.cli.commands", "import cyclopts", 0),
        ("envlift.plan", "def f():\n    import requests", 1),
        ("envlift.plan", "import tomllib, json", 0),
    ],
)
def test_a_library_in_the_wrong_room_is_seen(name: str, source: str, faults: int) -> None:
    assert len(foreign_imports(read_module(name, source))) == faults


def test_a_circle_is_seen() -> None:
    here, there = "envlift.concealed", "envlift.errors"
    modules = {
        here: read_module(here, "import envlift.errors"),
        there: read_module(there, "from .concealed import Concealed"),
    }
    assert import_circle(modules) == [here, there, here]
    assert import_circle({here: modules[here]}) == []
