"""envlift: move a Prefect repository's configuration into the layers that Prefect has for it."""

import os
import sys

# `python -m envlift` puts the folder that it is called in first on the search path: there a repository's own yaml.py
# or prefect/ would be imported, and so run, in the place of the packages of these names.
_FIRST = sys.path[0] if sys.path else ""
_IS_CALLED = sys.argv[:1] == ["-m"] and "envlift" in sys.orig_argv
_IS_ELSEWHERE = os.getcwd() == _FIRST and not __file__.startswith(os.path.join(_FIRST, "envlift"))  # noqa: PTH109, PTH118
if _IS_CALLED and _IS_ELSEWHERE:
    del sys.path[0]
