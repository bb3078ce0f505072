"""Draw docs/envlift.svg: what a terminal shows when envlift previews the migration of a sample project.

The picture comes from a real run in a temporary copy of the sample, so it cannot promise more than envlift does.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_repos" / "nightly_etl"
PICTURE = ROOT / "docs" / "envlift.svg"
COMMAND = ("envlift", "plan", "--batch", "--answer", "WAREHOUSE_DSN=secret")
COLUMNS = 104

# Fonts of the reader's machine only: the picture loads nothing from elsewhere.
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" class="{unique_id}" viewBox="0 0 {width} {height}" role="img">
<title></title>
<style>
.{unique_id}-matrix, .{unique_id}-title {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}}
.{unique_id}-matrix {{ font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
.{unique_id}-title {{ font-size: 18px; }}
{styles}
</style>
<defs>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def real_run() -> str:
    """What the command prints on a terminal of COLUMNS columns, in colour."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(SAMPLE, Path(folder) / SAMPLE.name)
        envlift = Path(sys.executable).with_name("envlift")
        terminal = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        done = subprocess.run(
            [envlift, *COMMAND[1:]],
            cwd=copy,
            env={**inherited, **terminal},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{' '.join(COMMAND)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def draw(shown: Text, meaning: str, columns: int) -> str:
    """The SVG of a terminal of so many columns with this text; ``meaning`` is what screen readers say."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True)
    console.print(shown)
    # A fixed id: the same run draws the same bytes.
    svg = SVG.replace("<title>", f"<title>{meaning}")
    picture = console.export_svg(title=SAMPLE.name, theme=DIMMED_MONOKAI, code_format=svg, unique_id="envlift")
    # rich pads lines of the matrix; git and editors would complain about the blanks at their ends.
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def main() -> None:
    """Write the picture into docs/."""
    command = Text.assemble(("$ ", "bold green"), (" ".join(COMMAND), "bold"), "\n")
    shown = command + Text.from_ansi(real_run().rstrip())
    PICTURE.write_text(draw(shown, "A terminal: envlift plans the migration of a sample project", COLUMNS), "utf-8")


if __name__ == "__main__":
    main()
