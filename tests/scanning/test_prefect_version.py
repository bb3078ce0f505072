"""Which Prefect a project runs on, from locks, pins and images; what is no pin of Prefect itself says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.scanning.prefect_version import oldest_of
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("written", "oldest"),
    [
        ("3.4.1", (3, 4, 1)),
        ("==2.14.*", (2, 14)),
        ("=2.8", (2, 8)),
        ("~=2.20", (2, 20)),
        ("^2.10", (2, 10)),
        ("<4,>=3.0", (3, 0)),
        (">=2,!=2.5,<4", (2,)),
        (">=2,==3.1.*", (3, 1)),
        ("<3", None),
        ("!=3.1", None),
        ("==1.4.1", None),
    ],
)
def test_the_oldest_version_of_a_range(written: str, oldest: tuple[int, ...] | None) -> None:
    assert oldest_of(written) == oldest


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("uv.lock", "[[package]]\nname = 'prefect'\nversion = '3.4.1'\n", [("3.4.1", "lock")]),
        ("poetry.lock", "[[package]]\nname = 'prefect'\nversion = '2.20.1'\n", [("2.20.1", "lock")]),
        ("Pipfile.lock", '{"default": {"prefect": {"version": "==2.3.1"}}}', [("2.3.1", "lock")]),
        ("requirements.txt", "prefect[aws,shell]==2.14.3  # pinned\n", [("==2.14.3", "pin")]),
        ("requirements/prod.in", "prefect>=3,<4 ; python_version > '3'\n", [(">=3,<4", "pin")]),
        ("pyproject.toml", "[project]\ndependencies = ['prefect >= 3.1, <4']\n", [(">=3.1,<4", "pin")]),
        ("pyproject.toml", "[tool.poetry.dependencies]\nprefect = '^2.10.4'\n", [("^2.10.4", "pin")]),
        ("pyproject.toml", "[tool.poetry.dependencies]\nprefect = {version = '~3.0'}\n", [("~3.0", "pin")]),
        ("environment.yml", "dependencies:\n  - prefect=2.10.1\n", [("=2.10.1", "pin")]),
        ("Dockerfile", "FROM prefecthq/prefect:2.14-python3.11\n", [("2.14", "image")]),
        ("Dockerfile", "RUN pip install 'prefect==3.1'\n", [("==3.1", "pin")]),
        ("docker-compose.yml", "services:\n  api:\n    image: prefecthq/prefect:3-latest\n", [("3", "image")]),
        ("prefect.yaml", "prefect-version: 2.13.0\ndeployments: []\n", [("2.13.0", "image")]),
        ("setup.py", "setup(install_requires=['prefect>=2,<3'])\n", [(">=2,<3", "pin")]),
        ("requirements.txt", "prefect-aws==0.5\nmy-prefect==1.0\nprefectional==2\n", []),
        ("requirements.txt", "# prefect==1.0\nprefect\n", []),
        ("uv.lock", "[[package]]\nname = 'prefect-aws'\nversion = '0.4.1'\n", []),
        ("uv.lock", "[[package]\nname = 'prefect'\n", []),
        ("Pipfile.lock", '{"default": [', []),
        ("notes.txt", "prefect==2.1\n", []),
    ],
)
def test_what_a_file_says(make_repository: MakeRepository, name: str, text: str, found: list[object]) -> None:
    inventory = scan_repository(make_repository({name: text}))
    assert [(v.written, v.source.value) for v in inventory.prefect_versions] == found


LOCK = "[[package]]\nname = 'prefect'\nversion = '{}'\n"


@pytest.mark.parametrize(
    ("files", "oldest"),
    [
        ({"requirements.txt": "prefect>=2\n", "uv.lock": LOCK.format("3.4.1")}, (3, 4, 1)),
        ({"requirements.txt": "prefect>=3.1\n", "setup.py": "['prefect>=2.9']"}, (2, 9)),
        ({"requirements.txt": "prefect>=3.1\n", "Dockerfile": "FROM prefecthq/prefect:3-latest\n"}, (3, 1)),
        ({"requirements.txt": "prefect>=3.1\n", "old/uv.lock": LOCK.format("2.20.1")}, (3, 1)),
        ({"etl/requirements.txt": "prefect==3.0.2\n", "web/requirements.txt": "prefect==3.1\n"}, (3, 0, 2)),
        ({"requirements.txt": "prefect\n", "etl/requirements.txt": "prefect==3.0.2\n"}, (3, 0, 2)),
        ({"requirements.txt": "prefect<4\n"}, None),
        ({"requirements.txt": "prefect==1.4.1\n"}, None),
        ({"Dockerfile": "FROM prefecthq/prefect:latest\n"}, None),
        ({"a.py": "import prefect\n"}, None),
    ],
)
def test_the_oldest_prefect_that_a_project_allows(
    make_repository: MakeRepository, files: dict[str, str], oldest: tuple[int, ...] | None
) -> None:
    assert scan_repository(make_repository(files)).prefect == oldest
