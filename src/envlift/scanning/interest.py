"""Which Python files can hold a read, a flow or a deployment at all: told by their bytes before any parsing."""

from __future__ import annotations

import re

from envlift.scanning.reach.import_text import ImportText

WORDS: frozenset[bytes] = frozenset(
    {
        b"environ", b"environb", b"getenv", b"getenvb", b"putenv", b"unsetenv", b"setenv", b"delenv", b"environs",
        b"decouple", b"dotenv", b"load_dotenv", b"dotenv_values", b"find_dotenv", b"starlette", b"envvar", b"env_var",
        b"BaseSettings", b"_env_file", b"sys.path", b"prefect", b".deploy(", b".serve(", b".to_deployment(",
        b"expandvars",
    }
)  # fmt: skip
"""Words near which reads, flows and deployments stand; every idiom's examples hold one."""

# What a library reads stands in a file that imports it, and imports are short and quick to search.
_READERS = re.compile(r"^(?:decouple|environs?|dotenv|starlette\.config)\b|^starlette .*\bconfig\b", re.MULTILINE)
_OPTION = re.compile(rb"env_?var\s*=")
# A secret in the code is everybody's business; these shapes are told quickly from whatever else a file holds.
_SECRETS = (b"PRIVATE KEY-----", b"AKIA", b"ghp_", b"xoxb-", b"sk-ant-")
_PASSWORD_IN_ADDRESS = re.compile(rb"://[^\s/@:'\"{}<>]*:[^\s/@'\"{}<>%]+@")
_OF_PREFECT = re.compile(
    rb"@(?:\w+\.)*(?:flow|task|materialize)\b|\b(?:[Ff]low|task|materialize|serve|deploy) *\(|\ba?(?:load|save)\("
    rb"|\b(?:flow|task|materialize|serve|deploy) as\b|\bVariable\b|Deployment\b|\bRunner\b"
)


def is_interesting(content: bytes, imports: ImportText) -> bool:
    """Whether a file can hold a read, a flow, a deployment or a search path at all.

    One with NUL bytes is none that Python runs, or is in an encoding that hides the words: it has to be told.
    """
    if b"env" in content and (
        # Most files that hold "environ" only speak of an environment; getenv, putenv, unsetenv and dotenv end alike.
        content.count(b"environ") > content.count(b"environment")
        or b"tenv" in content
        or b"delenv" in content
        or b"_env_file" in content
        or ((b"envvar" in content or b"env_var" in content) and _OPTION.search(content) is not None)
    ):
        return True
    if "prefect" in imports.lines and _OF_PREFECT.search(content) is not None:
        return True
    if "pydantic" in imports.lines and b"BaseSettings" in content:
        return True
    if "sys" in imports.lines and b"sys.path" in content:
        return True
    if b"deploy" in content and (b".deploy(" in content or b".to_deployment(" in content):
        return True
    if b".serve(" in content or b"expandvars" in content or b"\0" in content:
        return True
    return _READERS.search(imports.lines) is not None


def may_hold_secret(content: bytes) -> bool:
    """Whether a file can hold a secret of a common shape."""
    if b"://" in content and _PASSWORD_IN_ADDRESS.search(content) is not None:
        return True
    return any(shape in content for shape in _SECRETS)
