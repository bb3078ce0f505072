"""Draw docs/screens/*.svg: the main screens of envlift, from one migration of a sample project in a real terminal.

The terminal is tmux with 80 columns and 24 lines, the keys are a person's, the Prefect server is a throw-away one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from make_picture import ROOT, SAMPLE, draw
from rich.text import Text

from envlift.proving.loopback import loopback_server

SCREENS = ROOT / "docs" / "screens"
COLUMNS, LINES, TALL = 80, 24, 120
PATIENCE = 120
PROMPT = "$"
GIT = ("git", "-c", "user.name=envlift", "-c", "user.email=envlift@example.org", "-c", "commit.gpgsign=false")


class Terminal:
    """A shell in a tmux of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._name = f"envlift-screens-{os.getpid()}"
        shell = "exec env PS1='$ ' bash --norc --noprofile"
        self._tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "-c", str(folder), shell, env=environment)
        self._tmux("set", "-g", "status", "off")
        time.sleep(1)

    def _tmux(self, *words: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-f", os.devnull, "-L", self._name, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", env=env).stdout

    def show(self, command: str, *, until: str = PROMPT, lines: int = LINES) -> None:
        """Run a command on an empty screen of so many lines, and wait as ``press`` does."""
        self._tmux("resize-window", "-x", str(COLUMNS), "-y", str(lines))
        self._tmux("send-keys", "C-l")
        self._tmux("clear-history")
        self.press(command, until=until)

    def press(self, *keys: str, until: str, then: str = "Enter") -> None:
        """Type, and wait until the screen stands still and shows a text, or ends with the prompt."""
        for key in (*keys, then):
            self._tmux("send-keys", key)
            time.sleep(0.3)
        end, before = time.monotonic() + PATIENCE, ""
        while not self._ends(now := self.text(), until) or now != before:
            if time.monotonic() > end:
                sys.exit(f"{until!r} did not appear:\n{now}")
            before = now
            time.sleep(0.5)

    @staticmethod
    def _ends(shown: str, until: str) -> bool:
        return Text.from_ansi(shown).plain.endswith(f"\n{PROMPT}") if until == PROMPT else until in shown

    def text(self) -> str:
        """What the screen shows now, with its colours."""
        return self._tmux("capture-pane", "-p", "-e").rstrip()

    def close(self) -> None:
        self._tmux("kill-server")


@contextlib.contextmanager
def migrating() -> Iterator[Terminal]:
    """A terminal in a committed copy of the sample, with a Prefect server."""
    with tempfile.TemporaryDirectory() as folder, loopback_server() as server:
        copy = Path(shutil.copytree(SAMPLE, Path(folder) / SAMPLE.name))
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
            subprocess.run([*GIT, *command], cwd=copy, check=True)
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": folder,
            "LANG": "C.UTF-8",
            "PREFECT_HOME": str(server.home),
            "PREFECT_API_URL": server.api_url,
            **{f"GIT_{who}_{what}": f"envlift{at}" for who in ("AUTHOR", "COMMITTER") for what, at in _IDENTITY},
        }
        terminal = Terminal(copy, environment)
        try:
            yield terminal
        finally:
            terminal.close()


_IDENTITY = (("NAME", ""), ("EMAIL", "@example.org"))


def save(terminal: Terminal, name: str, meaning: str) -> None:
    """Write what the terminal shows; the port of the throw-away server becomes the usual one."""
    shown = re.sub(r"(127\.0\.0\.1:)\d+", r"\g<1>4200", terminal.text())
    SCREENS.mkdir(exist_ok=True)
    (SCREENS / f"{name}.svg").write_text(draw(Text.from_ansi(shown), f"A terminal: {meaning}", COLUMNS), "utf-8")


def main() -> None:
    """Go the whole way once, and write each screen."""
    with migrating() as terminal:
        terminal.show("envlift plan --batch", lines=TALL)
        save(terminal, "plan", "envlift plan puts each setting into a layer")
        terminal.show("envlift explain ORDERS_API_URL", lines=TALL)
        save(terminal, "explain", "envlift explain tells what sets a variable")
        terminal.show("envlift migrate", until="decide all the rest later")
        save(terminal, "opening", "envlift migrate opens with what was found and its first question")
        terminal.press(until="(2 of 2)")
        save(terminal, "question", "envlift migrate asks where a setting should go")
        terminal.press(until="accept all of these")
        save(terminal, "table", "envlift migrate shows all that it would do as a table")
        terminal.press(until="--- a/")
        save(terminal, "diff", "envlift migrate shows the changes, secrets masked")
        terminal.press("q", until="Make these changes?", then="")
        terminal.press("y", until=PROMPT)
        save(terminal, "next", "envlift migrate says what it has done and what comes next")
        terminal.show("git add -A && git commit -q -m 'Move configuration to Prefect'")
        terminal.show("envlift verify", lines=TALL)
        save(terminal, "verify", "envlift verify compares code, plan and server")
        terminal.show("prefect work-pool create etl-pool --type process")
        terminal.show("envlift push", until="Write this to")
        save(terminal, "push", "envlift push shows what it would write, and asks")


if __name__ == "__main__":
    main()
