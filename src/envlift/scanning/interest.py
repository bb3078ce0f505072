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
# Each begins with plain letters: a search for these runs many times faster than one that begins with alternatives.
# Most files that hold "environ" only speak of an environment; getenv, putenv, unsetenv and dotenv end alike.
_ENVIRONMENT = re.compile(
    rb"env(?:iron(?!ment)|_?var\s*=|_file(?<=_env_file)|(?<=tenv)|(?<=delenv))",
)
_OF_PREFECT = tuple(
    re.compile(pattern)
    for pattern in (
        rb"@(?:\w+\.)*(?:flow|task|materialize)\b",
        rb"low(?<!\w[Ff]low)(?<=[Ff]low)(?: *\(|(?<=flow) as\b)",
        *(rb"%b(?<!\w%b)(?: *\(| as\b)" % (name, name) for name in (b"task", b"materialize", b"serve", b"deploy")),
        rb"load\((?<!\wload\()",
        rb"save\((?<!\wsave\()",
        rb"aload\((?<!\waload\()",
        rb"asave\((?<!\wasave\()",
        rb"Variable(?<!\wVariable)\b",
        rb"Deployment\b",
        rb"Runner(?<!\wRunner)\b",
    )
)
# A secret in the code is everybody's business; these shapes are told quickly from whatever else a file holds.
_SECRETS = (b"PRIVATE KEY-----", b"AKIA", b"ghp_", b"xoxb-", b"sk-ant-")
_PASSWORD_IN_ADDRESS = re.compile(rb"://[^\s/@:'\"{}<>]*:[^\s/@'\"{}<>%]+@")


def is_interesting(content: bytes, imports: ImportText, *, is_prefect: bool = False) -> bool:
    """Whether a file can hold a read, a flow, a deployment or a search path at all.

    One with NUL bytes is none that Python runs, or is in an encoding that hides the words: it has to be told.
    """
    if b"env" in content and _ENVIRONMENT.search(content) is not None:
        return True
    if not is_prefect and "prefect" in imports.lines and any(pattern.search(content) for pattern in _OF_PREFECT):
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
