"""Whether text was made by a machine or by people: unguessable parts, and paths of ordinary words."""

from __future__ import annotations

import re

_LONGEST = 4096
_SHORTEST = 6
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_SHORT_REVISION = re.compile(r"[0-9a-f]{7,12}")
_PART = re.compile(r"[A-Za-z0-9]{6,}")
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#@\s]*(?=[/?#]|$)", re.IGNORECASE)
# Words and numbers as people write them; random letters seldom stand together like this.
_WRITTEN = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}|\d{4,}")
_RUN = re.compile(r"[a-z]+|[A-Z]+|\d+")
_TYPED = re.compile(r"[^\s\[\](){}<>|\\\"'`;,]{8,64}")
_TYPED_KINDS = tuple(re.compile(kind) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[!#$%^&*?~]"))

_VARIABLE = re.compile(r"\$?\{\w+\}|\$[A-Z_]+(?![A-Za-z0-9])")
_ROOTED = re.compile(r"(?:/(?!/)|~/|\.{1,2}/|[A-Za-z]:[\\/]|\\\\)[^\s/\\][^/\\]*(?:[/\\][^/\\]+)*[/\\]?")
_KEY_FILE = re.compile(
    r"[\w./@ {}$-]+\.(?:json|pem|key|p8|p12|pfx|crt|cer|txt|ppk|ya?ml|toml|ini|env|pub"
    r"|pickle|csv|parquet|avro|joblib|xlsx|zip|gz)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{1,24}\d{0,5}[a-z]?|[A-Z]{1,24}\d{0,5}|[A-Z]?[a-z]{2,24}(?:[A-Z][a-z]{2,24}){0,5}|\d{1,8}")


def is_unguessable(value: str) -> bool:
    """Whether a part of a value looks made by a machine or a password manager; UUIDs and short revisions do not."""
    text = value.strip()
    if not _SHORTEST <= len(text) <= _LONGEST:
        return False
    text = _UUID.sub("", _HOST.sub("", text))
    return any(_is_random(part) for part in _PART.findall(text)) or _is_typed_password(text)


def _is_random(part: str) -> bool:
    if _SHORT_REVISION.fullmatch(part) or not re.search(r"[A-Za-z]", part):
        return False
    runs = len(_RUN.findall(part))
    if runs < (5 if len(part) < 8 else 4) or (len(part) < 16 and not re.search(r"\d", part)):
        return False
    return sum(map(len, _WRITTEN.findall(part))) * 2 < len(part)


def _is_typed_password(text: str) -> bool:
    """Whether short text mixes small and capital letters, digits and signs that addresses and names do not have."""
    if "://" in text or _TYPED.fullmatch(text) is None or not all(kind.search(text) for kind in _TYPED_KINDS):
        return False
    return sum(map(len, _WRITTEN.findall(text))) * 2 < len(text)


def is_clear_path(value: str) -> bool:
    """Whether it is a path that nobody takes for a credential: from a root, or of a key file, in ordinary words."""
    text = _VARIABLE.sub("", value.strip())
    if len(text) > _LONGEST or "://" in text:
        return False
    rooted, key_file = _ROOTED.fullmatch(text) is not None, _KEY_FILE.fullmatch(text) is not None
    alone = text.startswith("/") and "/" not in text[1:].rstrip("/") and not key_file
    if not (rooted or key_file) or alone:
        return False
    return all(_WORD.fullmatch(word) for word in re.split(r"[/\\\s._@:~-]+", text) if word)
