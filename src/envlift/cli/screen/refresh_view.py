"""What became of an earlier plan's decisions, as people read it."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from envlift.cli.refreshing import Refreshed
from envlift.cli.screen.wording import heading, indented


def refresh_view(outcome: Refreshed) -> tuple[RenderableType, ...]:
    """The settings of an earlier plan by what became of them."""
    told = (
        (outcome.kept, "kept as people decided"),
        (outcome.new, "new since then"),
        (outcome.gone, "gone or moved since then"),
        (outcome.changed, "decided otherwise now, because the code is another"),
    )
    views = [indented(f"{', '.join(names)}: {text}") for names, text in told if names]
    views += [indented(f"{name}: not kept, {reason}", "look") for name, reason in sorted(outcome.dropped.items())]
    title = heading("Made anew", "over the plan that was there")
    return (title, *(views or [indented("all as it was", "quiet")]), Text())
