"""Migrate a copy of every repository in a folder, prove what came out, and keep the masked diffs for a reviewer.

    python benchmarks/migrate_folder.py FOLDER [--diffs FOLDER] [--jobs N] [NAME...]

FOLDER holds one repository a folder; none of them is written to. Each is copied, committed and migrated with everything
that a person could accept. A copy fails when envlift crashes, a changed file does not compile, ruff finds an undefined
or unused name that was not there before, or a second run changes anything.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from envlift.cli.survey import secrets_of, survey
from envlift.concealed import Concealed
from envlift.rewriting import FileChange, masked_diff

_MIGRATE = (sys.executable, "-m", "envlift", "migrate", "--batch", "--write", "--only", "review", "--no-color")
_SOUND_CODES = (0, 3, 5)
_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "core.autocrlf=false")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one repository; ``faults`` is empty where nothing is wrong."""

    name: str
    python_files: int
    changed: tuple[str, ...]
    refused: tuple[str, ...]
    faults: tuple[str, ...]
    diff: str


def main() -> int:
    arguments = _arguments()
    trees = sorted(tree for tree in arguments.folder.iterdir() if tree.is_dir() and not tree.name.startswith("."))
    trees = [tree for tree in trees if not arguments.names or tree.name in arguments.names]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        reports = []
        for report in pool.map(_report, trees):
            reports.append(report)
            print(_line(report), flush=True)
            if arguments.diffs and report.diff:
                arguments.diffs.mkdir(parents=True, exist_ok=True)
                (arguments.diffs / f"{report.name}.diff").write_text(report.diff, "utf-8", "surrogateescape")
    faulty = [report for report in reports if report.faults]
    changed = [path for report in reports for path in report.changed]
    refused = [path for report in reports for path in report.refused]
    print(
        f"{len(reports)} repositories, {sum(r.python_files for r in reports)} Python files, "
        f"{sum(bool(r.changed) for r in reports)} repositories and {len(changed)} files changed, "
        f"{len(refused)} refused, {len(faulty)} repositories with faults"
    )
    return bool(faulty)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--diffs", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def _line(report: Report) -> str:
    faults = "".join(f"\n    FAULT {fault}" for fault in report.faults)
    refusals = "".join(f"\n    {refusal}" for refusal in report.refused)
    return f"{report.name}: {report.python_files} files, {len(report.changed)} changed{faults}{refusals}"


def _report(tree: Path) -> Report:
    with tempfile.TemporaryDirectory(prefix="migrate-folder-") as folder:
        root = Path(folder) / tree.name
        shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        _git(root, "init", "-q")
        _commit(root)
        before = _findings(root)
        found = survey(root, (), None)
        secrets = secrets_of(found.inventory, found.plan)
        first = _migrate(root)
        faults = list(_crashes(first, "the first run"))
        changed = tuple(path for path in _git(root, "diff", "--name-only", "-z").split("\0") if path)
        diff = "".join(_masked(root, path, secrets) for path in changed)
        faults += (f"{path} does not compile" for path in changed if not _compiles(root, path))
        faults += (f"new finding: {finding}" for finding in _findings(root) - before)
        _commit(root)
        second = _migrate(root)
        faults += _crashes(second, "the second run")
        again = _git(root, "status", "--porcelain", "--untracked-files=all").split("\n")
        faults += (f"a second run changes it: {line}" for line in again if line.strip())
        files = sum(1 for path in root.rglob("*.py") if path.is_file())
        refused = tuple(line.strip() for line in first.stdout.splitlines() if "cannot be rewritten" in line)
        return Report(tree.name, files, changed, refused, tuple(faults), diff)


def _migrate(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_MIGRATE, str(root)], capture_output=True, text=True, errors="replace", check=False)


def _masked(root: Path, path: str, secrets: Iterable[Concealed]) -> str:
    return masked_diff(FileChange(path, _before(root, path), (root / path).read_bytes()), secrets)


def _before(root: Path, path: str) -> bytes:
    return subprocess.run([*_GIT, "show", f"HEAD:{path}"], cwd=root, capture_output=True, check=True).stdout


def _crashes(run: subprocess.CompletedProcess[str], which: str) -> Iterator[str]:
    if run.returncode not in _SOUND_CODES or "Traceback" in run.stderr:
        last = (run.stderr.strip() or run.stdout.strip()).splitlines()[-1:]
        yield f"{which} ends with {run.returncode}: {''.join(last)}"


def _compiles(root: Path, path: str) -> bool:
    if not path.endswith(".py"):
        return True
    return _is_python((root / path).read_bytes()) or not _is_python(_before(root, path))


def _is_python(source: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<file>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


def _findings(root: Path) -> Counter[str]:
    """What ruff finds about names, by file and without lines, which move."""
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", "--exit-zero"]
    found = subprocess.run([*ruff, "--output-format", "json", str(root)], capture_output=True, text=True, check=True)
    rows = json.loads(found.stdout or "[]")
    return Counter(
        f"{Path(row['filename']).relative_to(root.resolve())} {row['code']} {row['message']}" for row in rows
    )


def _commit(root: Path) -> None:
    _git(root, "add", "-A", "-f")
    _git(root, "commit", "-q", "--allow-empty", "-m", "state")


def _git(root: Path, *arguments: str) -> str:
    run = subprocess.run([*_GIT, *arguments], cwd=root, capture_output=True, check=True)
    return run.stdout.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    sys.exit(main())
