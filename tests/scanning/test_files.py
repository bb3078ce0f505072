"""Walking a repository: regular files only, and nothing that blocks or leads out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envlift.inventory import Trouble
from envlift.scanning import files
from envlift.scanning.files import FoundFile, looks_like_dotenv, read_bytes, walk


def paths(root: Path) -> list[str]:
    return [file.path for file in walk(root).files]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")


def test_files_come_sorted_with_posix_paths(tmp_path: Path) -> None:
    touch(tmp_path, "b.py", "a/z.py", "a/.env")
    assert paths(tmp_path) == ["a/.env", "a/z.py", "b.py"]


@pytest.mark.parametrize("folder", [".git", "node_modules", "__pycache__", ".venv", "lib/site-packages"])
def test_caches_and_version_control_are_left_out(tmp_path: Path, folder: str) -> None:
    touch(tmp_path, f"{folder}/x.py", "kept.py")
    assert paths(tmp_path) == ["kept.py"]


def test_a_virtual_environment_of_any_name_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "my_env/pyvenv.cfg", "my_env/lib/x.py", "kept.py")
    assert paths(tmp_path) == ["kept.py"]


def test_symlinks_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    touch(outside, "secret.py")
    root = tmp_path / "repo"
    touch(root, "a.py")
    (root / "link").symlink_to(outside)
    (root / "b.py").symlink_to(outside / "secret.py")
    (root / "loop").symlink_to(root)
    assert paths(root) == ["a.py"]


def test_a_fifo_is_listed_as_trouble_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    walked = walk(tmp_path)
    assert walked.files == ()
    assert [t.path for t in walked.troubles] == [".env"]
    assert isinstance(read_bytes(FoundFile(".env", tmp_path / ".env")), Trouble)


def test_a_fifo_in_the_place_of_prefect_yaml_is_trouble_and_other_fifos_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "prefect.yaml")
    os.mkfifo(tmp_path / "queue")
    assert walk(tmp_path).troubles == (Trouble("prefect.yaml", 0, "not a regular file: not read"),)


@pytest.mark.parametrize("name", [".env", "app/.env.prod", "prefect.yaml"])
@pytest.mark.parametrize("target", ["elsewhere/settings", "gone", "repo/settings.txt", "repo/node_modules/.env"])
def test_a_link_in_the_place_of_a_file_that_would_be_read_is_trouble(tmp_path: Path, name: str, target: str) -> None:
    root = tmp_path / "repo"
    touch(tmp_path, "elsewhere/settings", "repo/settings.txt", "repo/node_modules/.env", "repo/app/x.py")
    (root / name).symlink_to(tmp_path / target)
    walked = walk(root)
    assert walked.troubles == (Trouble(name, 0, "a symbolic link: not followed"),)
    assert [file.path for file in walked.files] == ["app/x.py", "settings.txt"]


def test_a_link_that_leads_around_is_trouble(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / ".env")
    assert [t.path for t in walk(tmp_path).troubles] == [".env"]


@pytest.mark.parametrize(
    ("name", "target"), [("app/.env", ".env"), (".env.dev", ".env"), ("app/prefect.yaml", "prefect.yaml")]
)
def test_a_link_to_a_file_that_is_read_anyway_is_no_trouble(tmp_path: Path, name: str, target: str) -> None:
    touch(tmp_path, target, "app/x.py")
    (tmp_path / name).symlink_to(tmp_path / target)
    assert walk(tmp_path).troubles == ()


def test_a_link_of_any_other_name_is_no_trouble(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/.env", "repo/a.py")
    for name in ("settings.toml", "env.py", "data"):
        (tmp_path / "repo" / name).symlink_to(tmp_path / "elsewhere")
    assert walk(tmp_path / "repo").troubles == ()


def test_a_file_above_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_bytes(b"x" * 11)
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert isinstance(read_bytes(FoundFile("a.py", tmp_path / "a.py")), Trouble)


def test_a_file_that_is_gone_is_trouble_that_names_it(tmp_path: Path) -> None:
    trouble = read_bytes(FoundFile("gone.py", tmp_path / "gone.py"))
    assert isinstance(trouble, Trouble)
    assert trouble.path == "gone.py"


@pytest.mark.parametrize(
    "name",
    [".env", ".env.prod", ".env-dev", "prod.env", "env.example", ".ENV", "prod.env.example", "agent.env_template",
     ".docker-env.example", ".docker-env"],
)  # fmt: skip
def test_names_of_the_env_family(name: str) -> None:
    assert looks_like_dotenv(name)


@pytest.mark.parametrize(
    "name",
    [".envrc", "env.py", "environment.yml", ".env.py", "env.sh", "denv", ".env.d.ts", "conda-env.txt", "env_settings",
     "show.env.html", "my-env", "docker-env.example"],
)  # fmt: skip
def test_names_outside_of_the_env_family(name: str) -> None:
    assert not looks_like_dotenv(name)
