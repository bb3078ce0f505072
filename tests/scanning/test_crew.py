"""A scan gives the same in one process and in several, and values cross no other border."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from envlift.concealed import Concealed
from envlift.scanning.repository import scan_repository

SAMPLES = Path(__file__).resolve().parents[2] / "sample_repos"


@pytest.mark.parametrize("processes", [1, 3])
def test_several_processes_find_what_one_finds(tmp_path: Path, processes: int) -> None:
    root = tmp_path / "all"
    for copy in range(12):
        for sample in ("async_ingester", "code_deployments", "nightly_etl"):
            shutil.copytree(SAMPLES / sample, root / f"{sample}_{copy}")
    (root / "broken.py").write_text("import os\nos.environ[\n")
    alone = scan_repository(root, processes=0)
    assert scan_repository(root, processes=processes) == alone
    assert any(site.value is not None for site in alone.sites if site.path.endswith(".py"))
    assert [trouble.path for trouble in alone.troubles if trouble.path.endswith(".py")] == ["broken.py"]


def test_nothing_else_pickles_a_value() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Concealed("x"))
