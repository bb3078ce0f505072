"""The scripts of ``benchmarks/``: they run, and their verdict on the sample projects is good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def count(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks/count_environment.py"), str(folder)]
    envlift = ["--envlift", f"{sys.executable} -m envlift"]
    return subprocess.run([*command, *envlift], capture_output=True, text=True, check=False, timeout=120)


def test_every_access_in_the_samples_is_a_site(sample_repos: Path) -> None:
    counted = count(sample_repos)
    assert counted.returncode == 0, counted.stdout + counted.stderr
    assert " 0 without a site" in counted.stdout


def test_an_access_without_a_site_is_told_by_its_place_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/a.py").write_text("import os\ndef f(os): return os.getenv('A', 'hunter2')\n", encoding="utf-8")
    counted = count(tmp_path)
    assert counted.returncode == 1
    assert counted.stdout.startswith("shop: a.py:2: os.getenv\n")
    assert "hunter2" not in counted.stdout
