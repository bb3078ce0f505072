"""How a run can fail: one exception, one enum of exit codes."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; documented in the README."""

    DONE = 0
    FOUND = 1
    USAGE = 2
    QUESTIONS = 3
    REFUSED = 4
    PARTIAL = 5
    SERVER = 6
    BUG = 70


class EnvliftError(Exception):
    """Trouble of the whole run, with the way out.

    Args:
        message: What happened, naming the file or server. Never holds a value.
        hint: The flag, file or command that mends it; may be empty.
        exit_code: What the process ends with.
    """

    def __init__(self, message: str, hint: str = "", exit_code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
