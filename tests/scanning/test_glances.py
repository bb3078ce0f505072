"""The first look at every file: the same in one process and in several, kept and fresh, and never with a value."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envlift.concealed import Concealed
from envlift.inventory import Inventory
from envlift.scanning import code, glance_store, repository
from envlift.scanning.glance_store import open_store
from envlift.scanning.glances import Glance, glance
from envlift.scanning.python import PythonFile, scan_excerpt
from envlift.scanning.reach.import_text import ImportText
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_repos"
SECRET = "plainly-visible-9"
WEB = f"import os\nfrom flask import Flask\nKEY = os.environ.get('WEB_KEY', '{SECRET}')\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, in which everything counts as settled at once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(glance_store, "_SETTLED", -10_000_000_000)
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Several samples in one tree, with a service beside them."""
    for sample in ("async_ingester", "code_deployments", "nightly_etl"):
        shutil.copytree(SAMPLES / sample, tmp_path / "all" / sample)
    (tmp_path / "all" / "web.py").write_text(WEB)
    (tmp_path / "all" / "broken.py").write_text("import os\nos.environ[\n")
    return tmp_path / "all"


def fresh(root: Path) -> Inventory:
    return scan_repository(root, keep=False, processes=0)


def test_several_processes_find_what_one_finds(root: Path) -> None:
    alone = fresh(root)
    assert scan_repository(root, keep=False, processes=2) == alone
    assert [trouble.path for trouble in alone.troubles if trouble.path.endswith(".py")] == ["broken.py"]


def test_what_is_kept_gives_the_same(root: Path, cache: Path) -> None:
    assert scan_repository(root) == scan_repository(root) == fresh(root)
    assert list(cache.rglob("*.glances"))


def edit(root: Path) -> None:
    file = root / "web.py"
    file.write_text(file.read_text().replace("WEB_KEY", "NEW_KEY"))


def edit_and_set_the_clock_back(root: Path) -> None:
    before = (root / "web.py").stat()
    edit(root)
    os.utime(root / "web.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def rename(root: Path) -> None:
    (root / "web.py").rename(root / "site.py")


def delete(root: Path) -> None:
    (root / "web.py").unlink()


def swap(root: Path) -> None:
    (root / "web.py").rename(root / "aside.py")
    (root / "nightly_etl" / "orders_etl" / "archive.py").rename(root / "web.py")


@pytest.mark.parametrize("change", [edit, edit_and_set_the_clock_back, rename, delete, swap])
def test_changes_are_seen(root: Path, cache: Path, change: Callable[[Path], None]) -> None:
    before = scan_repository(root)
    change(root)
    after = scan_repository(root)
    assert after == fresh(root)
    assert after != before


def test_another_envlift_keeps_its_own(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan_repository(root)
    assert open_store(root).kept
    monkeypatch.setattr(glance_store, "_maker", lambda: "another version")
    assert not open_store(root).kept


def test_unchanged_files_of_no_interest_are_not_read_again(
    make_repository: MakeRepository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository({f"plain_{i}.py": "import json\n" for i in range(5)})
    scan_repository(root)
    opened: list[str] = []
    really = os.open

    def noting(path: str, flags: int, mode: int = 0o777) -> int:
        opened.append(Path(path).name)
        return really(path, flags, mode)

    monkeypatch.setattr(os, "open", noting)
    scan_repository(root)
    assert not [name for name in opened if name.startswith("plain_")]


def test_a_file_that_has_just_changed_is_not_kept(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (root / "web.py").write_text(WEB)
    scan_repository(root)
    assert "web.py" not in open_store(root).kept


def test_no_value_is_kept(root: Path, cache: Path) -> None:
    scan_repository(root)
    (kept,) = cache.rglob("*.glances")
    content = kept.read_bytes()
    assert b"WEB_KEY" in content
    assert SECRET.encode() not in content
    for line in (root / "nightly_etl" / ".env").read_text().splitlines():
        value = line.partition("=")[2].strip("\"' ")
        assert len(value) < 6 or value.encode() not in content, line.partition("=")[0]
    assert kept.stat().st_mode & 0o077 == 0


def test_a_glance_tells_that_there_is_a_default_but_not_which() -> None:
    facts = glance("web.py", WEB.encode()).facts()
    assert isinstance(facts, PythonFile)
    assert [(site.name, site.value, site.missing is not None) for site in facts.sites] == [("WEB_KEY", None, True)]
    with pytest.raises(TypeError):
        pickle.dumps(Concealed("x"))


def with_checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"no pickle",
        lambda _: pickle.dumps([1]),
        lambda content: content[:-1],
        lambda content: content + b"x",
        flipped,
        lambda _: with_checksum(pickle.dumps({"web.py": time.struct_time})),
        lambda _: with_checksum(pickle.dumps([1])),
    ],
)
def test_a_damaged_store_is_an_empty_one(root: Path, cache: Path, damage: Callable[[bytes], bytes]) -> None:
    scan_repository(root)
    (kept,) = cache.rglob("*.glances")
    kept.write_bytes(damage(kept.read_bytes()))
    assert scan_repository(root) == fresh(root)


WRAPPER = "import os\ndef setting(name):\n    return os.environ[name]\n"
CALLER = "from settings import setting\nA = setting('A')\n"


def test_what_hangs_on_other_files_is_kept_until_one_of_them_changes(
    make_repository: MakeRepository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository({"settings.py": WRAPPER, "caller.py": CALLER, "other.py": "import os\nos.getenv('B')\n"})
    monkeypatch.setattr(repository, "_SMALL", 0)
    looked: list[str] = []

    def noting(path: str, *rest: Any) -> Any:
        looked.append(path)
        return scan_excerpt(path, *rest)

    monkeypatch.setattr(code, "scan_excerpt", noting)

    def names() -> list[str]:
        looked.clear()
        return sorted(site.name for site in scan_repository(root).sites if site.path == "caller.py")

    assert (names(), "caller.py" in looked) == (["A"], True)
    assert (names(), "caller.py" in looked) == (["A"], False)
    (root / "settings.py").write_text(WRAPPER.replace("[name]", "['X_' + name]"))
    assert (names(), "caller.py" in looked) == (["X_A"], True)
    (root / "caller.py").write_text(CALLER.replace("'A'", "'C'"))
    assert (names(), "caller.py" in looked) == (["X_C"], True)


@pytest.mark.parametrize("what", [print, os.system, Path("x"), {"a": 1}])
def test_bytes_that_are_no_facts_are_refused(what: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        Glance(ImportText("", dynamic=False), pickle.dumps(what)).facts()


def test_a_cache_folder_that_cannot_be_made_is_no_trouble(root: Path, cache: Path) -> None:
    cache.write_text("a file")
    assert scan_repository(root) == fresh(root)


def test_progress_ends_with_all_files(root: Path) -> None:
    told: list[tuple[int, int]] = []
    scan_repository(root, keep=False, progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (len(list(root.rglob("*.py"))),) * 2


def test_what_a_large_tree_kept_does_not_hide_the_secrets_of_a_small_one(
    make_repository: MakeRepository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository({"script.py": f"DSN = 'postgresql://app:{SECRET}@db.internal/orders'\n"})
    with monkeypatch.context() as large:
        large.setattr(repository, "_SMALL", 0)
        assert not scan_repository(root).sites
    assert [site.path for site in scan_repository(root).sites] == ["script.py"]
