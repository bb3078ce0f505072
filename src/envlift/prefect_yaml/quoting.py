"""Text for values and keys that every YAML reader takes for the same string."""

from __future__ import annotations

import re

import yaml

# The placeholders of Prefect's templating (prefect/utilities/templating, PLACEHOLDER_CAPTURE_REGEX): no escape exists.
_PLACEHOLDER = re.compile(r"{{\s*([\w\.\-\[\]$]+)\s*}}")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words that one version of YAML or another takes for a boolean, null or number; PyYAML knows most, not y and n.
_AMBIGUOUS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_SHORT_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BMP_END = 0xFFFF
_BYTE_END = 0xFF


def double_quoted(value: str) -> str:
    """One line of pure ASCII in double quotes that YAML 1.1 and 1.2 read back as the value.

    ASCII because Prefect opens prefect.yaml in the locale's encoding (prefect/cli/deploy/_config.py).
    """
    return '"' + "".join(_escaped(char) for char in value) + '"'


def _escaped(char: str) -> str:
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if " " <= char <= "~":
        return char
    code = ord(char)
    if code <= _BYTE_END:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP_END else f"\\U{code:08x}"


def key_text(name: str, habit: str | None = None) -> str:
    """A key, in quotes when it needs them or when its siblings are quoted (``habit``: their quote character)."""
    if not _PLAIN_KEY.fullmatch(name) or name.lower() in _AMBIGUOUS or not isinstance(yaml.safe_load(name), str):
        return f"'{name}'" if habit == "'" and _is_simple(name) else double_quoted(name)
    return f"{habit}{name}{habit}" if habit in ("'", '"') else name


def _is_simple(name: str) -> bool:
    return re.fullmatch(r"[\w.\-]+", name, re.ASCII) is not None


def placeholder_in(value: str) -> bool:
    """Whether Prefect's templating would replace a part of the value, or blank it."""
    return _PLACEHOLDER.search(value) is not None
