"""Files whose imports other files take from them, so that an import that they no longer use must stay."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from envlift.scanning.files import read_bytes, walk

_STAR = rb"from\s+[.\w]*\b%s\s+import\s*\(?\s*\*"
_NAMES = rb"from\s+[.\w]*\b%s\s+import\s*(?:\([^)]*|[^\n(]*(?:\\\r?\n[^\n]*)*)\b(?:os|environ|getenv)\b"
# An attribute of whatever the module is called there; `os.environ` itself is none.
_ATTRIBUTE = re.compile(rb"\.\s*os\b|(?<!\bos)\s*\.\s*(?:environ|getenv)\b|[\"'](?:os|environ|getenv)[\"']")


def lending_files(root: Path, paths: Collection[str]) -> frozenset[str]:
    """Those of some files from which another may take ``os``, ``environ`` or ``getenv``; too many in doubt.

    Args:
        root: The repository.
        paths: POSIX paths relative to it.
    """
    wanted = {path: PurePosixPath(path).stem.encode() for path in paths if path.endswith(".py")}
    lending: set[str] = set()
    for file in walk(root).files if wanted else ():
        if not file.path.endswith((".py", ".pyi", ".ipynb")):
            continue
        content = read_bytes(file)
        if not isinstance(content, bytes):
            continue
        for path, module in wanted.items():
            if path != file.path and path not in lending and module in content and _takes(content, module):
                lending.add(path)
    return frozenset(lending)


def _takes(content: bytes, module: bytes) -> bool:
    name = re.escape(module)
    if re.search(rb"\b%s\b" % name, content) is None:
        return False
    return any(re.search(pattern % name, content) for pattern in (_STAR, _NAMES)) or bool(_ATTRIBUTE.search(content))
