"""Which Python files can hold a read, a flow or a deployment at all: told by their bytes before any parsing."""

from __future__ import annotations

import re

WORDS: frozenset[bytes] = frozenset(
    {
        b"environ", b"environb", b"getenv", b"getenvb", b"putenv", b"unsetenv", b"environs", b"decouple", b"dotenv",
        b"load_dotenv", b"dotenv_values", b"find_dotenv", b"starlette", b"envvar", b"env_var", b"BaseSettings",
        b"_env_file", b"prefect", b"deploy", b"serve", b"to_deployment",
    }
)  # fmt: skip
"""Whole words near which reads, flows and deployments stand; every idiom's examples hold one."""

# Which of the words make a file worth a look, each list behind a search that is faster than a pattern.
_TELLING = (
    (b"environ", re.compile(rb"environ(?:s|b)?\b")),
    (b"getenv", re.compile(rb"getenvb?\b")),
    (b"dotenv", re.compile(rb"dotenv")),
    (b"env", re.compile(rb"env_?var\b|putenv|unsetenv")),
    # The other modules of Prefect make no flow; who uses them counts where a flow reaches it.
    (b"prefect", re.compile(rb"\bimport\s+prefect\b|\bfrom\s+prefect(?:\.(?:flows|tasks|assets))?\s+import\b")),
    (b"BaseSettings", re.compile(rb"BaseSettings")),
    (b"decouple", re.compile(rb"decouple")),
    (b"starlette.config", re.compile(rb"starlette\.config")),
    (b".deploy(", re.compile(rb"\.deploy\(")),
    (b".serve(", re.compile(rb"\.serve\(")),
    (b".to_deployment(", re.compile(rb"\.to_deployment\(")),
)


def is_interesting(content: bytes) -> bool:
    """Whether a file can hold a read, a flow or a deployment at all."""
    return any(word in content and pattern.search(content) is not None for word, pattern in _TELLING)
