"""How Python code reads a setting from the environment: a table of data, one row an idiom.

The scanner and the codemods both read this table. A new idiom is one row, with examples that it must take and
examples that it must leave; one test runs all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Shape(Enum):
    """The syntax that a read has around the object it reads from."""

    SUBSCRIPT = "subscript"
    CALL = "call"


class Missing(Enum):
    """What a read gives where the variable is not set."""

    RAISES = "raises"
    NONE = "none"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ReadIdiom:
    """One way to read an environment variable.

    Args:
        name: What reports call it.
        origin: Dotted name of the object subscripted or called, with all aliases resolved.
        shape: Whether that object is subscripted with the variable's name or called with it.
        missing: What an unset variable gives when no default is passed.
        takes: Modules of which every ``os`` read is of this idiom (at least one a row).
        leaves: Modules that look like it and hold no read of this idiom.
    """

    name: str
    origin: str
    shape: Shape
    missing: Missing
    takes: tuple[str, ...]
    leaves: tuple[str, ...]


READ_IDIOMS: tuple[ReadIdiom, ...] = (
    ReadIdiom(
        name="environ[]",
        origin="os.environ",
        shape=Shape.SUBSCRIPT,
        missing=Missing.RAISES,
        takes=(
            'import os\nx = os.environ["A"]\n',
            'from os import environ\nx = environ["A"]\n',
            'import os as o\nx = o.environ["A"]\n',
            'import os\nenv = os.environ\nx = env["A"]\n',
        ),
        leaves=(
            'import os\nos.environ["A"] = "1"\n',
            'import os\ndel os.environ["A"]\n',
            'import os\nos.environ["A"] += "1"\n',
            'environ = {}\nx = environ["A"]\n',
            'import os\ndef f(os):\n    return os.environ["A"]\n',
        ),
    ),
    ReadIdiom(
        name="environ.get",
        origin="os.environ.get",
        shape=Shape.CALL,
        missing=Missing.NONE,
        takes=(
            'import os\nx = os.environ.get("A")\n',
            'import os\nx = os.environ.get("A", "b")\n',
            'from os import environ as e\nx = e.get("A")\n',
        ),
        leaves=(
            'environ = {}\nx = environ.get("A")\n',
            "import os\nx = os.environ.get\n",
            'import os\nx = os.environ.setdefault("A", "1")\n',
        ),
    ),
    ReadIdiom(
        name="getenv",
        origin="os.getenv",
        shape=Shape.CALL,
        missing=Missing.NONE,
        takes=(
            'import os\nx = os.getenv("A")\n',
            'from os import getenv\nx = getenv("A", "b")\n',
            'import os\nx = os.getenv(key="A", default="b")\n',
            'from os import getenv as g\nx = g("A")\n',
        ),
        leaves=(
            "def getenv(name):\n    return name\nx = getenv('A')\n",
            'import config\nx = config.getenv("A")\n',
        ),
    ),
)

# Calls that change the environment, and what they do to it; the subscript forms need no row.
WRITE_ORIGINS: dict[str, str] = {
    "os.environ.setdefault": "environ.setdefault()",
    "os.environ.pop": "environ.pop()",
    "os.environ.update": "environ.update()",
    "os.environ.clear": "environ.clear()",
    "os.putenv": "putenv()",
    "os.unsetenv": "unsetenv()",
}

# A file that holds none of these words reads no environment variable by any idiom above.
MARKERS: tuple[bytes, ...] = (b"environ", b"getenv", b"putenv", b"unsetenv")
