"""Build the models with dbt, then tell the dashboards."""

import os
import subprocess
import sys
from pathlib import Path

from dotenv import load_dotenv
from prefect import flow, task

load_dotenv()

ROOT = Path(__file__).resolve().parent.parent


@task
def dbt(command: str) -> str:
    (ROOT / "build").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "tools/dbt.py", command, "--project-dir", "dbt"],
        cwd=ROOT,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@task
def publish(models: list[str]) -> str:
    done = subprocess.run(["sh", "tools/publish.sh", *models], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


@flow(name="build-models", log_prints=True)
def build_models() -> None:
    built = dbt("run")
    print(built)
    print(publish([line.split(":")[0] for line in built.splitlines()]))
