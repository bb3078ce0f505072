"""What is a secret by its name and value, and credentials that tell by themselves, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from envlift.concealed import Concealed
from envlift.scanning.literals.token_formats import TOKEN_FORMATS, token_format
from envlift.sensitivity import value_looks as look
from envlift.sensitivity.judgement import judge

Stretch = tuple[int, int]
"""Where something starts and ends, in characters."""

_TEMPLATE = re.compile(r"\s*(?:\{[^{}]*\}|\{\{[^{}]*\}\}|%\(\w+\)s|%s|\$\w+|\$\{[^{}]*\}|<[^<>]*>)?\s*")
_ONLY_TEMPLATES = re.compile(r"(?:\{[^{}]*\}|\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\w+|%s|:)*")
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<info>[^\s\"'`<>]*)@")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----(?P<key>.*?)(?=-----END|\Z)", re.DOTALL)
_SCHEME_WORD = re.compile(r"\b(?:Bearer|Basic|Token|ApiKey)\s+(?P<value>[A-Za-z0-9._~+/=-]{6,})", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?P<key>[A-Za-z_][\w.-]*)[\"'\]]*[ \t]*(?::=|=>|==|=|:)[ \t]*"
    r"(?:[bBrRuUfF]{0,2}(?P<quote>\"\"\"|'''|\"|')(?P<quoted>(?:\\.|(?!(?P=quote)).)*)|(?P<bare>[^\s\"'][^\r\n]*))",
    re.DOTALL,
)
_FIRST_WORD = re.compile(r"[^\s,;&)}\]\"']+")


@lru_cache(maxsize=4096)
def is_secret(keys: tuple[str, ...], value: str) -> bool:
    """Whether a value shows that it is a secret, or is called one by any of its keys."""
    if _TEMPLATE.fullmatch(value):
        return False
    concealed = [Concealed(value)]
    judged = [judge(key, values=concealed) for key in dict.fromkeys(("", *keys))]
    return any(one.sensitive and not one.reference for one in judged)


def partly(text: str, keys: tuple[str, ...], start: int, end: int) -> Stretch | None:
    """The stretch, or None where only the credential inside of an address is secret, which is found by itself."""
    value = text[start:end]
    named = any(judge(key).sensitive and judge(key).rule == "name/password" for key in keys)
    if not named and judge("", values=[Concealed(value)]).rule == "value/password-in-address":
        inside = list(_userinfo(value))
        if len(inside) == 1 and value.count("://") == 1:
            return None
    return start, end


def credentials(text: str) -> Iterator[Stretch]:
    """Passwords in addresses, private keys, tokens of known formats, and addresses that are secrets as a whole."""
    yield from _userinfo(text)
    for match in _KEY_BLOCK.finditer(text):
        yield match.span("key")
    for match in _SCHEME_WORD.finditer(text):
        if not look.is_wordy(match["value"]):
            yield match.span("value")
    if token_format(text) is not None:
        for known in TOKEN_FORMATS:
            yield from (match.span() for match in known.pattern.finditer(text))
    for match in re.finditer(r"https?://[^\s\"'`<>]+", text):
        if look.is_webhook(match[0]) or look.is_signed_url(match[0]):
            yield match.start() + match[0].index("://") + 3, match.end()


def _userinfo(text: str) -> Iterator[Stretch]:
    """What an address holds before its ``@``: the password; the user too where it may be the credential."""
    for match in _USERINFO.finditer(text):
        info = match["info"]
        if not info or _ONLY_TEMPLATES.fullmatch(info) or ("/" in info and ":" not in info.partition("/")[0]):
            continue
        user, colon, password = info.partition(":")
        telling = not colon or not password or password == "x-oauth-basic" or look.looks_random(user)  # noqa: S105
        yield match.start("info") + (0 if telling else len(user) + 1), match.end("info")


def assigned(text: str, start: int, end: int, *, quoted_only: bool = False) -> Iterator[Stretch]:
    """Values behind ``KEY=`` or ``KEY:``, as in comments, connection strings, lists of variables and text files."""
    at = start
    while (match := _ASSIGNED.search(text, at, end)) is not None:
        at = match.end("key") + 1
        key = (match["key"].lstrip("-"),)
        if match["bare"] is None:
            if is_secret(key, match["quoted"]):
                yield match.span("quoted")
        elif not quoted_only:
            first = _FIRST_WORD.match(match["bare"])
            if first is not None and is_secret(key, first[0]):
                yield match.start("bare"), match.start("bare") + first.end()
            if is_secret(key, match["bare"].strip()) and "&" not in match["bare"] and ";" not in match["bare"]:
                yield match.span("bare")
