"""A whole repository: only files whose names tell are opened, and what they hand on is found where it lies."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import EnvFileUse, Inventory
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]


def uses(inventory: Inventory) -> list[tuple[str, str]]:
    return [(use.path, use.file) for use in inventory.env_file_uses]


def test_mentions_are_sorted_and_of_the_whole_tree(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "b/run.sh": "echo $B\necho $A\n",
            "a/Dockerfile": "FROM x\nENV Z=1 A=2\n",
            "readme.md": "export C=$D\n",
            "node_modules/x/run.sh": "echo $E\n",
        }
    )
    found = [(m.path, m.line, m.name) for m in scan_repository(root).mentions]
    assert found == [("a/Dockerfile", 2, "A"), ("a/Dockerfile", 2, "Z"), ("b/run.sh", 1, "B"), ("b/run.sh", 2, "A")]


def test_files_handed_on_are_paths_of_the_repository(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "deploy/compose.yaml": "services: {a: {env_file: [../.env, web.env, ../../out.env, /etc/x.env]}}\n",
            "scripts/here.sh": "source ./own.env\n",
            "scripts/own.env": "A=1\n",
            "scripts/root.sh": "source .env\n",
            ".env": "A=1\n",
        }
    )
    assert uses(scan_repository(root)) == [
        ("deploy/compose.yaml", ".env"),
        ("deploy/compose.yaml", "deploy/web.env"),
        ("scripts/here.sh", "scripts/own.env"),
        ("scripts/root.sh", ".env"),
    ]


def test_compose_means_the_file_beside_it(make_repository: MakeRepository) -> None:
    compose = "services: {a: {env_file: .env}}\n"
    root = make_repository({".env": "A=1\n", "deploy/compose.yaml": compose, "deploy/up.sh": "source .env\n"})
    assert uses(scan_repository(root)) == [("deploy/compose.yaml", "deploy/.env"), ("deploy/up.sh", ".env")]


def test_broken_files_are_troubles_and_the_rest_is_read(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "compose.yaml": "services: [\n",
            "chart/templates/app.yaml": "kind: Pod\n{{ if .Values.env }}\n  a: [\n",
            "run.sh": "echo $A\n",
        }
    )
    inventory = scan_repository(root)
    assert [(t.path, t.line) for t in inventory.troubles] == [("compose.yaml", 2)]
    assert [m.name for m in inventory.mentions] == ["A"]


def test_files_of_no_kind_are_not_opened(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(
        {"big.csv": "a", "photo.png": "b", "notes.md": "c", "run.sh": "echo $A\n", "a.py": "import os\n"}
    )
    opened: list[str] = []
    really = os.open

    def noting(path: str, flags: int) -> int:
        opened.append(Path(path).name)
        return really(path, flags)

    monkeypatch.setattr(os, "open", noting)
    scan_repository(root, keep=False)
    assert {name for name in opened if not name.endswith((".py", ".toml"))} == {"run.sh"}


def test_a_link_out_of_the_repository_is_not_followed(make_repository: MakeRepository, tmp_path: Path) -> None:
    root = make_repository({"a.py": ""})
    (tmp_path / "out.sh").write_text("echo $A\n")
    (root / "run.sh").symlink_to(tmp_path / "out.sh")
    os.mkfifo(root / "pipe.sh")
    assert scan_repository(root).mentions == ()


def test_uses_and_mentions_hold_no_value(make_repository: MakeRepository) -> None:
    root = make_repository({"run.sh": "export TOKEN=plainly-visible-9\nrun --key plainly-visible-9\n"})
    inventory = scan_repository(root)
    assert [m.value is not None for m in inventory.mentions] == [True]
    assert "plainly-visible-9" not in repr(inventory)
    assert all(isinstance(use, EnvFileUse) for use in inventory.env_file_uses)
