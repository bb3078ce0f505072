r"""How long a scan of a large tree takes, as a ratio of ruff's time on the same tree in the same run.

Build a tree from packages, with a sample project in it so that there are flows:

    pip download --no-deps -d wheels django transformers apache-airflow-core prefect sqlalchemy pandas scikit-learn \
        sympy kubernetes botocore openai anthropic mlflow langchain-community google-cloud-aiplatform dagster \
        torch-geometric
    for wheel in wheels/*.whl; do python -m zipfile -e $wheel tree; done
    cp -r sample_repos/nightly_etl tree

Then ``python benchmarks/scan_speed.py tree``. Wall seconds: the smallest of the runs, which noise disturbs least.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "S105,S106,S107", "--no-cache", str(arguments.tree)]
    scan = [sys.executable, "-m", "envlift", "scan", str(arguments.tree), "--format", "json"]
    times: dict[str, list[float]] = {"ruff": [], "cold": [], "kept": []}
    for _ in range(arguments.runs):
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "XDG_CACHE_HOME": cache}
            # An installed envlift has its bytecode; a checkout writes it in the first run.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            times["ruff"].append(seconds(ruff, environment))
            times["cold"].append(seconds(scan, environment))
            times["kept"].append(seconds(scan, environment))
    files = sum(1 for _ in arguments.tree.rglob("*.py"))
    best = {name: min(found) for name, found in times.items()}
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    told = ", ".join(f"{name} {found:.1f} s" for name, found in best.items())
    sys.stdout.write(
        f"{files} Python files: {told}\n"
        f"cold/ruff {best['cold'] / best['ruff']:.2f} (wanted: 2)\n"
        f"kept/cold {best['kept'] / best['cold']:.2f} (wanted: 0.33)\n"
        f"peak memory of the largest process {memory} MB (wanted: 300)\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
