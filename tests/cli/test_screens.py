"""The screens in the docs are those of today: a session with the same keys shows each of their lines."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.test_picture import ROOT, values_of_the_sample

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]
SCREENS = sorted((ROOT / "docs" / "screens").glob("*.svg"))
ENTER = "\r"
STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def lines_of(screen: str) -> list[str]:
    """What a screen of the docs shows, without the pointer of a menu and the prompt of a shell or pager."""
    # They are drawn by docs/make_screens.py from this checkout, so their XML is trusted.
    picture = ElementTree.parse(ROOT / "docs" / "screens" / f"{screen}.svg")  # noqa: S314
    rows: dict[float, list[tuple[float, str]]] = {}
    for text in picture.iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in text.attrib:
            rows.setdefault(float(text.attrib["y"]), []).append((float(text.attrib["x"]), "".join(text.itertext())))
    shown = ["".join(part for _, part in sorted(row)).replace("\xa0", " ").rstrip() for _, row in sorted(rows.items())]
    return [line.replace(" » ", "   ") for line in shown if line and not line.startswith(("$", "space goes on"))]


def missing(screen: str, printed: str) -> list[str]:
    seen = " ".join(STYLE.sub("", printed).replace("»", " ").split())
    return [line for line in lines_of(screen) if " ".join(line.split()) not in seen]


def test_a_guided_session_shows_the_screens_of_the_docs(terminal: Open, etl: Path) -> None:
    session = terminal("migrate", cwd=etl)
    session.wait_for("decide all the rest later")
    assert missing("opening", session.seen) == []
    session.press(ENTER)
    session.wait_for_all("(2 of 2)", "decide all the rest later")
    assert missing("question", session.seen) == []
    session.press(ENTER)
    session.wait_for_all("accept all of these", "WAREHOUSE_SQLITE_DIR")
    assert missing("table", session.seen) == []
    session.press(ENTER)
    session.wait_for("Make these changes?")
    assert missing("diff", session.seen) == []
    session.press("y" + ENTER)
    session.exit_code()
    assert missing("next", session.seen) == []


@pytest.mark.parametrize(
    ("screen", "command"), [("plan", ["plan", "--batch"]), ("explain", ["explain", "ORDERS_API_URL"])]
)
def test_a_command_prints_the_screen_of_the_docs(run: Run, etl: Path, screen: str, command: list[str]) -> None:
    printed = run(*command, cwd=etl, env={"COLUMNS": "80"}).stdout
    assert "".join("".join(lines_of(screen)).split()) == "".join(printed.split())


def test_the_page_shows_every_screen() -> None:
    page = (ROOT / "docs" / "screens.md").read_text("utf-8")
    assert [screen.name for screen in SCREENS if f"(screens/{screen.name})" not in page] == []
    assert page.count("](screens/") == len(SCREENS) == 9


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.stem)
def test_a_screen_loads_nothing_and_tells_no_secret(screen: Path) -> None:
    links = re.findall(r"https?://[^\"')\s<&]+", screen.read_text("utf-8"))
    assert {link.rstrip(".?") for link in links} <= {"http://www.w3.org/2000/svg", "http://127.0.0.1:4200/api"}
    shown = "\n".join(lines_of(screen.stem))
    assert [value for value in values_of_the_sample() if value in shown] == []
