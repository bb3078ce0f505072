"""How a verification looks: what does not agree, each with the way out, files first, then the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from envlift.cli.screen.wording import count, heading, indented, place_of, trouble_lines
from envlift.inventory import Trouble
from envlift.plan import Finding, Severity
from envlift.verification import Verification

_STYLES = {Severity.HIGH: "bad", Severity.MEDIUM: "look", Severity.NOTE: "quiet"}


def verify_view(found: Verification, troubles: Sequence[Trouble]) -> tuple[RenderableType, ...]:
    """All findings and notes, and the sentence that they come to."""
    of_tree = [f for f in found.findings if not f.server_object]
    of_server = [f for f in found.findings if f.server_object]
    views = [*_block("In the repository", "code, prefect.yaml and plan", of_tree)]
    views += _block("On the server", found.api_url, of_server)
    views += [Text(note, "quiet") for note in found.notes]
    views += trouble_lines(troubles)
    return (*views, _verdict(found))


def _block(title: str, meaning: str, findings: Sequence[Finding]) -> Iterator[RenderableType]:
    if not findings:
        return
    yield heading(f"{title} ({len(findings)})", meaning)
    for finding in findings:
        where = finding.server_object or place_of(finding.path, finding.line)
        severity = (f"  {finding.severity.value:<6}  ", _STYLES[finding.severity])
        yield Text.assemble(severity, (where, "place"), f"  {finding.rule}")
        yield indented(finding.message)
        if finding.remedy:
            yield indented(finding.remedy, "quiet")
    yield Text()


def _verdict(found: Verification) -> Text:
    agreeing = "code, prefect.yaml and plan" + (f", and {found.api_url}" if found.api_url else "")
    if found.findings:
        return Text(f"{count(len(found.findings), 'thing')} to mend in {agreeing}.", "bad")
    return Text(f"All agree: {agreeing}.", "good")
