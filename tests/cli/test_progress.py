"""A bar for a long scan: on a terminal only, after a second, and gone at the end."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from envlift.cli.screen import progress
from envlift.cli.screen.progress import scan_progress
from envlift.cli.screen.terminal import Screen


def shown(*, terminal: bool = True, quiet: bool = False, wanted: bool = True) -> str:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=80)
    with scan_progress(Screen(console, console, quiet), wanted=wanted) as tell:
        tell(3, 10)
        tell(7, 10)
    return written.getvalue()


def test_a_long_scan_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    found = shown()
    assert "3/10" in found
    assert "7/10" in found
    assert found.endswith(("\x1b[2K", "\x1b[?25h\x1b[1A\x1b[2K", "\r\x1b[1A\x1b[2K"))


def test_a_short_scan_shows_nothing() -> None:
    assert shown() == ""


@pytest.mark.parametrize("without", [{"terminal": False}, {"quiet": True}, {"wanted": False}])
def test_nobody_is_shown_what_nobody_asked_for(monkeypatch: pytest.MonkeyPatch, without: dict[str, bool]) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    assert shown(**without) == ""
