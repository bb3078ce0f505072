"""Write the golden trees anew: each sample migrated, and of it the files that change. Read the diff before a commit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent
SAMPLES = GOLDEN.parent.parent / "sample_repos"
ANSWERS = {
    "depot_monorepo": ["COUNTRY=deployment"],
    "nightly_etl": ["WAREHOUSE_DSN=secret"],
    "tenant_reports": [
        f"{name}=deployment" for name in ("METERING_REPLAY_DIR", "METERING_URL", "REPORT_DIR", "USAGE_WARNING_PERCENT")
    ],
}
LEFT_OUT = ("build", "__pycache__", ".pytest_cache", ".git", "envlift-plan.yaml")


def main() -> None:
    for sample in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
        shutil.rmtree(GOLDEN / sample.name, ignore_errors=True)
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(temporary) / sample.name
            shutil.copytree(sample, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
            migrate = [sys.executable, "-m", "envlift", "migrate", "--batch", "--write", "--allow-dirty"]
            answers = [word for answer in ANSWERS.get(sample.name, []) for word in ("--answer", answer)]
            subprocess.run([*migrate, *answers, str(copy)], check=True)
            for file in sorted(path for path in copy.rglob("*") if path.is_file()):
                path = file.relative_to(copy)
                if path.parts[0] in LEFT_OUT or "__pycache__" in path.parts:
                    continue
                if not (sample / path).is_file() or (sample / path).read_bytes() != file.read_bytes():
                    (GOLDEN / sample.name / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, GOLDEN / sample.name / path)


if __name__ == "__main__":
    main()
