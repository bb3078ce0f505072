"""The oldest Prefect that a repository allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from envlift.scanning.prefect_code.versions import oldest_prefect


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"requirements.txt": "pandas\nprefect==2.19.3\n"}, (2, 19, 3)),
        ({"requirements.txt": "prefect[aws]>=3.1,<4\n"}, (3, 1)),
        ({"requirements-dev.txt": "  prefect ~= 3.0.1 # why\n"}, (3, 0, 1)),
        ({"requirements/base.txt": "prefect>=3\n"}, (3,)),
        ({"pyproject.toml": '[project]\ndependencies = ["httpx>=1", "prefect>=3.2.1"]\n'}, (3, 2, 1)),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nprefect = "^2.14"\n'}, (2, 14)),
        ({"setup.py": "setup(install_requires=['prefect>=2.8'])\n"}, (2, 8)),
        ({"environment.yml": "dependencies:\n  - prefect=3.4.0\n"}, (3, 4, 0)),
        (
            {"uv.lock": '[[package]]\nname = "prefect"\nversion = "3.4.1"\n', "requirements.txt": "prefect>=2"},
            (3, 4, 1),
        ),
        ({"requirements.txt": "prefect>=3.1\n", "setup.py": "['prefect>=2.9']"}, (2, 9)),
        ({"Dockerfile": "FROM prefecthq/prefect:3.1.4-python3.11\n"}, (3, 1, 4)),
        ({"prefect.yaml": "prefect-version: 2.13.0\n"}, (2, 13, 0)),
        ({"etl/requirements.txt": "prefect==3.0.2\n"}, (3, 0, 2)),
        ({"requirements.txt": "prefect\n"}, None),
        ({"requirements.txt": "prefect-aws==0.5.1\nmy-prefect==2.0\nprefect<4\n"}, None),
        ({"requirements.txt": "prefect==1.4.1\n"}, None),
        ({"uv.lock": '[[package]]\nname = "prefect-aws"\nversion = "0.5.1"\n'}, None),
        ({"Dockerfile": "FROM prefecthq/prefect:latest\n"}, None),
        ({"deep/er/requirements.txt": "prefect==3.0.2\n"}, None),
        ({}, None),
    ],
)
def test_the_oldest_version_that_is_allowed(
    tmp_path: Path, files: dict[str, str], version: tuple[int, ...] | None
) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert oldest_prefect(tmp_path) == version
