"""How a proof looks: one row for each setting and deployment that reads it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from envlift.proving.comparison import Row, Verdict
from envlift.proving.proof import Proof


def proof_view(proof: Proof) -> tuple[RenderableType, ...]:
    """The table of a proof and the sentence that it comes to."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="heading")
    table.add_column("setting", no_wrap=True)
    table.add_column("layer", no_wrap=True)
    table.add_column("deployment", overflow="fold")
    table.add_column("seen before", overflow="fold")
    table.add_column("seen after", overflow="fold")
    table.add_column("same?", no_wrap=True)
    shown = [row for row in proof.rows if row.verdict is not Verdict.NEVER_READ]
    for row in shown:
        style = "good" if row.same else "bad"
        answer = Text("yes" if row.same else f"no: {row.verdict.value}", style)
        table.add_row(Text(row.setting, "name"), row.layer.value, row.deployment, row.before, row.after, answer)
    return (table, Text(), *_sentences(proof, shown))


def _sentences(proof: Proof, shown: list[Row]) -> Iterator[Text]:
    for note in (*proof.before.notes, *proof.after.notes):
        yield Text(note, "look")
    silent = sorted({row.setting for row in proof.rows} - {row.setting for row in shown})
    if silent:
        yield Text(f"Not read in these runs, so not compared: {', '.join(silent)}", "quiet")
    for place in proof.exposed:
        yield Text(f"A secret stands in clear: {place}", "bad")
    wrong = [row for row in shown if not row.same]
    if wrong or proof.exposed:
        yield Text(f"{len(wrong)} of {len(shown)} differ.", "bad")
    elif proof.holds:
        runs = len(proof.after.observed.runs)
        yield Text(
            f"The same: {len(shown)} of {len(shown)} values, in {runs} deployments, without the .env files.", "good"
        )
    else:
        yield Text("Nothing was compared: no run read any of the settings.", "bad")
