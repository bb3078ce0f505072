"""Which Prefect a project runs on, from locks, pins and images; what is no pin of Prefect itself says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.scanning.prefect_version import major_of
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("written", "major"),
    [
        ("3.4.1", 3),
        ("==2.14.*", 2),
        ("=2.8", 2),
        ("~=2.20", 2),
        ("^2.10", 2),
        (">=2,<3", 2),
        ("<4,>=3.0", 3),
        (">=3,<3.5", 3),
        (">=3", 3),
        (">=2.14", None),
        (">=2,<4", None),
        ("<3", None),
        ("!=3.1", None),
    ],
)
def test_the_one_major_version_of_a_range(written: str, major: int | None) -> None:
    assert major_of(written) == major


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("uv.lock", "[[package]]\nname = 'prefect'\nversion = '3.4.1'\n", [("3.4.1", 3, True)]),
        ("poetry.lock", "[[package]]\nname = 'prefect'\nversion = '2.20.1'\n", [("2.20.1", 2, True)]),
        ("Pipfile.lock", '{"default": {"prefect": {"version": "==2.3.1"}}}', [("2.3.1", 2, True)]),
        ("requirements.txt", "prefect[aws,shell]==2.14.3  # pinned\n", [("==2.14.3", 2, False)]),
        ("requirements/prod.in", "prefect>=3,<4 ; python_version > '3'\n", [(">=3,<4", 3, False)]),
        ("pyproject.toml", "[project]\ndependencies = ['prefect >= 3.1, <4']\n", [(">=3.1,<4", 3, False)]),
        ("pyproject.toml", "[tool.poetry.dependencies]\nprefect = '^2.10.4'\n", [("^2.10.4", 2, False)]),
        ("pyproject.toml", "[tool.poetry.dependencies]\nprefect = {version = '~3.0'}\n", [("~3.0", 3, False)]),
        ("environment.yml", "dependencies:\n  - prefect=2.10.1\n", [("=2.10.1", 2, False)]),
        ("Dockerfile", "FROM prefecthq/prefect:2.14-python3.11\n", [("2.14", 2, False)]),
        ("Dockerfile", "RUN pip install 'prefect==3.1'\n", [("==3.1", 3, False)]),
        ("docker-compose.yml", "services:\n  api:\n    image: prefecthq/prefect:3-latest\n", [("3", 3, False)]),
        ("setup.py", "setup(install_requires=['prefect>=2,<3'])\n", [(">=2,<3", 2, False)]),
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
    assert [(v.written, v.major, v.locked) for v in inventory.prefect_versions] == found


def test_a_lock_beats_the_range_beside_it_and_several_projects_say_several(make_repository: MakeRepository) -> None:
    lock = "[[package]]\nname = 'prefect'\nversion = '{}'\n"
    inventory = scan_repository(
        make_repository({"pyproject.toml": "dependencies = ['prefect>=2']\n", "uv.lock": lock.format("3.1.0")})
    )
    assert [(v.path, v.locked) for v in inventory.prefect_versions] == [("uv.lock", True), ("pyproject.toml", False)]
    assert inventory.prefect_majors == {3}
    inventory = scan_repository(make_repository({"old/uv.lock": lock.format("2.20.1")}))
    assert inventory.prefect_majors == {2, 3}


def test_a_project_that_does_not_tell_has_no_version(make_repository: MakeRepository) -> None:
    assert scan_repository(make_repository({"a.py": "import prefect\n"})).prefect_majors == frozenset()
