"""Shell scripts and ``.envrc``: variables that they export, hand to one command, or take from their environment."""

from __future__ import annotations

from envlift.inventory import MentionKind
from envlift.scanning.around.found import Found, Notes, text_of
from envlift.scanning.around.shell_words import Named, Script, read_script


def read(path: str, content: bytes) -> Found:
    """The mentions of a POSIX shell script; a variable that the script itself assigned before is its own."""
    notes = Notes(path, MentionKind.SHELL)
    text = text_of(content)
    if text is None:
        notes.trouble(0, "not text: not read")
    else:
        note_script(notes, read_script(text))
    return notes.found()


def note_script(
    notes: Notes, script: Script, first_line: int = 1, last_line: int | None = None, *, owner: str = "", runs: str = ""
) -> None:
    """Note what a script says that stands on these lines of a file; folded text has fewer or more lines of its own."""

    def line(named: Named) -> int:
        here = first_line + named.line - 1
        return here if last_line is None else min(here, last_line)

    for setting in script.sets:
        notes.sets(setting.name, line(setting), setting.value, owner=owner, runs=runs)
    for use in script.reads:
        notes.reads(use.name, line(use), owner=owner, runs=runs)
    for file in script.files:
        notes.hands_on(file.name, line(file), owner=owner, runs=runs)
