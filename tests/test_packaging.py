"""The three ways to install envlift, each in a fresh virtual environment, and what the wheel holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"
DEPENDENCIES = {
    "cyclopts",
    "libcst",
    "platformdirs",
    "prefect",
    "python-dotenv",
    "pyyaml",
    "questionary",
    "rich",
    "tomli",
}

FLOW = """\
import os

from prefect import flow


@flow
def sync() -> None:
    token = os.environ["API_TOKEN"]
    print(len(token))
"""


def run(*command: str | Path, cwd: Path) -> str:
    """What the command prints, run without the checkout's own modules in reach."""
    outside = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**outside, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def new_environment(folder: Path) -> Path:
    """The `bin` folder of a new virtual environment."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / "bin"


def site_packages(binaries: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(run(binaries / "python", "-c", code, cwd=binaries).strip())


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist of this checkout and the wheel that is built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def from_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`pip install .`, with all dependencies: the environment that the other two borrow them from."""
    binaries = new_environment(tmp_path_factory.mktemp("checkout") / "venv")
    pip = (binaries / "python", "-m", "pip", "install", "--quiet")
    run(*pip, "-c", ROOT / "constraints.txt", ROOT, cwd=binaries)
    return binaries


def borrowing_environment(folder: Path, lender: Path, what: Iterable[str | Path]) -> Path:
    """The `bin` folder of a new environment with envlift alone in it and the lender's dependencies behind it."""
    binaries = new_environment(folder / "venv")
    # Lines of .pth files are read in the order of the files' names: the lender's own envlift comes last.
    (site_packages(binaries) / "zz_lender.pth").write_text(f"{site_packages(lender)}\n", "utf-8")
    run(binaries / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", *what, cwd=folder)
    return binaries


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory, from_checkout: Path) -> Path:
    """`pip install -e .`"""
    return borrowing_environment(tmp_path_factory.mktemp("editable"), from_checkout, ["-e", ROOT])


@pytest.fixture(scope="module")
def from_wheel(tmp_path_factory: pytest.TempPathFactory, from_checkout: Path, distributions: tuple[Path, Path]) -> Path:
    """`pip install` of the wheel that is built from the sdist."""
    return borrowing_environment(tmp_path_factory.mktemp("wheel"), from_checkout, [distributions[1]])


@pytest.fixture(params=["from_checkout", "editable", "from_wheel"])
def installed(request: pytest.FixtureRequest) -> Path:
    """The `bin` folder of each kind of installation in turn."""
    binaries: Path = request.getfixturevalue(request.param)
    return binaries


def home_of_packages(binaries: Path, cwd: Path) -> list[Path]:
    code = "import envlift, envlift_codemods as c; print(envlift.__file__); print(c.__file__)"
    return [Path(line).parent.parent for line in run(binaries / "python", "-c", code, cwd=cwd).splitlines()]


def test_each_installation_brings_its_own_packages(
    from_checkout: Path, editable: Path, from_wheel: Path, tmp_path: Path
) -> None:
    """Else a borrowing environment could pass on the lender's copy."""
    for binaries in (from_checkout, from_wheel):
        assert home_of_packages(binaries, tmp_path) == [site_packages(binaries)] * 2
    assert home_of_packages(editable, tmp_path) == [ROOT / "src", ROOT / "codemods"]


def test_the_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "envlift", "--version", cwd=tmp_path).strip().endswith(VERSION)


def test_a_codemod_runs_alone_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """No configuration file of libcst is near, and no formatter is installed."""
    file = tmp_path / "flow.py"
    file.write_text(FLOW, "utf-8")
    codemod = "envlift_codemods.env_read_to_secret.EnvReadToSecret"
    # The codemod's name comes first: libcst takes the first bare word for it, even the value of an option.
    tool = (installed / "python", "-m", "libcst.tool", "codemod", "-x", codemod)
    run(*tool, "--setting", "API_TOKEN=api-token", "--no-format", "-j", "1", file, cwd=tmp_path)
    assert 'token = Secret.load("api-token").get()\n' in file.read_text("utf-8")


def test_the_version_is_told_without_loading_anything_heavy(installed: Path, tmp_path: Path) -> None:
    code = """
import json, runpy, sys
sys.argv = ["envlift", "--version"]
try:
    runpy.run_module("envlift", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    assert not stop.code, stop.code
print(json.dumps(sorted({"libcst", "prefect", "questionary"} & set(sys.modules))))
"""
    assert json.loads(run(installed / "python", "-c", code, cwd=tmp_path).splitlines()[-1]) == []


def test_the_pinned_versions_fit_together(from_checkout: Path, tmp_path: Path) -> None:
    run(from_checkout / "python", "-m", "pip", "check", cwd=tmp_path)


def source_files() -> set[str]:
    return {
        file.relative_to(root).as_posix()
        for root in (ROOT / "src", ROOT / "codemods")
        for package in ("envlift", "envlift_codemods")
        for file in (root / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_holds_the_two_packages_and_nothing_else(distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = {name for name in wheel.namelist() if not name.startswith(f"envlift-{VERSION}.dist-info/")}
    assert names == source_files()
    assert {"envlift/py.typed", "envlift_codemods/py.typed"} <= names


def test_the_sdist_can_be_tested(distributions: tuple[Path, Path]) -> None:
    """The samples' `.env` files are ignored by git's usual rules, and the end-to-end tests need them."""
    with tarfile.open(distributions[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"Makefile", "constraints.txt", "LICENSE", "tests/test_packaging.py", "sample_repos/nightly_etl/.env"}
    assert wanted <= names
    assert not [name for name in names if name.startswith((".venv", ".git/", "dist"))]


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return HeaderParser().parsestr(archive.read(f"envlift-{VERSION}.dist-info/METADATA").decode("utf-8"))


def test_the_metadata_tells_installers_the_truth(distributions: tuple[Path, Path]) -> None:
    told = metadata(distributions[1])
    assert (told["Name"], told["Version"], told["Requires-Python"]) == ("envlift", VERSION, ">=3.10")
    assert (told["License-Expression"], told["License-File"]) == ("Apache-2.0", "LICENSE")
    assert told["Description-Content-Type"] == "text/markdown"
    assert str(told.get_payload()).startswith("# envlift")
    required = {row.partition(">=")[0] for row in told.get_all("Requires-Dist", []) if "extra ==" not in row}
    assert required == DEPENDENCIES
