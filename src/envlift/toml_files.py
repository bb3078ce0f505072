"""TOML text, with errors that name the file and show nothing of its content."""

from __future__ import annotations

import re
import sys

from envlift.errors import EnvliftError, ExitCode

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def parse_toml(content: bytes, where: str) -> dict[str, object]:
    """The tables of a TOML file.

    Raises:
        EnvliftError: ``content`` is not UTF-8 or no TOML; the message names ``where`` and the place in it.
    """
    try:
        return dict(tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError:
        raise EnvliftError(f"{where} is not UTF-8, as TOML must be.", "Save it as UTF-8.", ExitCode.USAGE) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line \d+, column \d+|at end of document", str(error))
        message = f"{where} is not valid TOML{f' ({place[0]})' if place else ''}."
        raise EnvliftError(message, "Mend it there.", ExitCode.USAGE) from None
