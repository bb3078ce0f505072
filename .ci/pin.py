"""Print constraints.txt for the environment that runs this script; `make pins` calls it in a fresh one."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions

HEADER = """\
# Versions that install by plain pip and work together; `make pins` writes this file from a fresh environment.
# prefect 3.8.8 with fastapi below 0.151: the server of this Prefect does not start with a later fastapi.
# A line with a python_version marker names a release that no longer supports Python 3.10; there pip chooses.
"""
OURS_OR_THE_INSTALLERS = frozenset({"envlift", "pip", "setuptools", "wheel"})


def pin(distribution: Distribution) -> str:
    """One line of constraints.txt, with a marker where the release does not support Python 3.10."""
    line = f"{distribution.name}=={distribution.version}"
    # The metadata writes `>=3.11` in several ways; our oldest Python is 3.10, so only later floors matter.
    wanted = (distribution.metadata["Requires-Python"] or "").replace(" ", "").split(",")
    floors = [part.removeprefix(">=").split(".")[1] for part in wanted if part.startswith(">=3.")]
    newest = max((int(minor) for minor in floors), default=0)
    return f'{line} ; python_version >= "3.{newest}"' if newest > 10 else line


def main() -> None:
    """Write the header and one sorted line a package to stdout."""
    found = {distribution.name.lower(): distribution for distribution in distributions()}
    pins = [pin(found[name]) for name in sorted(found) if name not in OURS_OR_THE_INSTALLERS]
    sys.stdout.write(HEADER + "".join(f"{line}\n" for line in pins))


if __name__ == "__main__":
    main()
