"""Credentials inside longer values: JSON documents, Oracle and Go connection strings, a token before a host."""

from __future__ import annotations

import re

from envlift.scanning.literals.shapes import is_loopback, parse_url
from envlift.sensitivity import value_looks as look
from envlift.sensitivity.name_rules import rule_for_name
from envlift.sensitivity.rules import Verdict
from envlift.sensitivity.unguessable import is_clear_path, is_unguessable

_MEMBER = re.compile(
    r"""["'](?P<key>[\w.-]{2,64})["']\s*:\s*(?:"(?P<double>[^"\\\n]{3,4096})"|'(?P<single>[^'\\\n]{3,4096})')"""
)
_ORACLE = re.compile(r"jdbc:oracle:(?:thin|oci8?):[^\s/@:]+/(?P<password>[^\s@]+)@(?P<where>\S*)", re.IGNORECASE)
_GO = re.compile(r"[^\s:/@]+:(?P<password>\S+)@(?:tcp6?|unix)\((?P<where>[^)\s]*)\)")
_DSN_OF_SENTRY = re.compile(r"/\d+/?")
_SHORTEST_TOKEN = 16


def is_json_with_credential(value: str) -> bool:
    """Whether a member of a JSON document or dict has a secret's name and a value that is none of the usual others."""
    return any(_is_credential(m["key"], m["double"] or m["single"]) for m in _MEMBER.finditer(value))


def _is_credential(key: str, value: str) -> bool:
    rule = rule_for_name(key)
    if rule is None or rule.verdict is not Verdict.SECRET or look.is_reference(value) or look.is_stand_in(value):
        return False
    if rule.name == "name/password":
        return not look.is_stand_in_password(value)
    return not (look.is_switch(value) or is_clear_path(value) or look.is_plain_url(value) or look.is_wordy(value))


def is_driver_string(value: str) -> bool:
    """Whether it is an Oracle or Go connection string with a password, stand-ins left out."""
    text = value.strip()
    found = _ORACLE.match(text) or _GO.match(text)
    if found is None:
        return False
    host = re.sub(r"^[/@]*|[:/].*$", "", found["where"])
    return not look.is_stand_in_password(found["password"], this_machine=is_loopback(host))


def is_token_before_host(value: str) -> bool:
    """Whether a web address has a token in the place of its user; a Sentry DSN has one that may be public."""
    url = parse_url(value)
    if url is None or url.password or url.scheme not in {"https", "http", "git+https", "git+http"}:
        return False
    path = url.rest.partition("/")[1] + url.rest.partition("/")[2]
    if "sentry" in url.host or _DSN_OF_SENTRY.fullmatch(path):
        return False
    return len(url.user) >= _SHORTEST_TOKEN and (look.looks_random(url.user) or is_unguessable(url.user))
