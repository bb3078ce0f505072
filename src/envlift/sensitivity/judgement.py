"""Secret or not: names, values and uses together. The reason names the rule's sentence and never holds a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from envlift.concealed import Concealed
from envlift.scanning.literals.shapes import is_database_here, is_loopback, parse_url
from envlift.sensitivity import value_looks as look
from envlift.sensitivity.name_rules import NAME_RULES, rule_for_name
from envlift.sensitivity.rules import NameRule, Rule, Use, UseRule, ValueRule, Verdict
from envlift.sensitivity.unguessable import is_clear_path, is_unguessable
from envlift.sensitivity.use_rules import KEPT, USE_RULES, rule_for_use
from envlift.sensitivity.value_rules import VALUE_RULES, rule_for_value
from envlift.sensitivity.words import canonical

RULES: tuple[Rule, ...] = (*NAME_RULES, *VALUE_RULES, *USE_RULES)

_PASSWORDS = frozenset({"name/password", "name/pass"})
# What these name is long and random, and may be known.
_RANDOM_BY_NATURE = re.compile(
    r"_(?:public|pub|publishable|site)_keys?_|_sentry_(?:\w+_)?dsn_"
    r"|_(?:ids?|uuid|guid|arns?|hash|hashes|digest|checksum|fingerprint|sha\d*|md5|etag|revision|rev|commit|version|tag)_$"
)
_WEAK_PLACE = re.compile(r"_(?:api|key|auth|cred|credentials?|signature|access|license|session|private)_")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a setting is secret.

    Args:
        sensitive: The verdict.
        certain: Whether a person would hardly disagree: a value or use shows it. Where False, a person's word beats it.
        rule, reason: Which rule decided and why, in words that people read.
        reference: Whether a known value points at a secret kept elsewhere, so that it must not be stored as the value.
        placeholder: Whether values are written down, and all of them are placeholders or well-known defaults.
        suspicious: Whether it is judged not secret, and a value is unguessable all the same: a person looks first.
    """

    sensitive: bool
    certain: bool
    rule: str
    reason: str
    reference: bool = False
    placeholder: bool = False
    suspicious: bool = False


_ONLY_HERE = "only a default for development is known, and a database address in production mostly holds a password"
_NO_PASSWORD = "value/address-without-password"
_UNGUESSABLE = Judgement(
    sensitive=True,
    certain=False,
    rule="value/unguessable",
    reason="an unguessable value in a place for credentials",
)


def judge(
    name: str, *, values: Sequence[Concealed] = (), defaults: Sequence[Concealed] = (), uses: Sequence[Use] = ()
) -> Judgement:
    """Judge one setting by its name, all values that the repository shows, and all uses. Never raises.

    ``defaults`` are values that code falls back to: they say less about an address than one that somebody set.
    """
    texts = [text for value in (*values, *defaults) if (text := value.reveal()).strip()]
    was_set = {value.reveal() for value in values}
    by_value = {text: rule_for_value(text) for text in texts}
    reference = any(rule is not None and rule.verdict is Verdict.REFERENCE for rule in by_value.values())
    own = [text for text, rule in by_value.items() if rule is None or rule.verdict is not Verdict.REFERENCE]
    judged = _verdict(name, own, by_value, uses)
    if judged.rule == _NO_PASSWORD and all(text not in was_set and is_database_here(text) for text in own):
        judged = replace(judged, sensitive=True, reason=_ONLY_HERE)
    absent = look.is_stand_in if judged.sensitive else look.is_placeholder
    stand_in = bool(own) and all(absent(text) or _default_address(text) for text in own)
    suspicious = not judged.sensitive and _is_suspicious(name, own)
    return replace(judged, reference=judged.reference or reference, placeholder=stand_in, suspicious=suspicious)


def _is_suspicious(name: str, texts: list[str]) -> bool:
    """Whether a value is unguessable under a name that does not explain why."""
    if _RANDOM_BY_NATURE.search(canonical(name)):
        return False
    return any(is_unguessable(text) and not (look.is_placeholder(text) or _default_address(text)) for text in texts)


def _verdict(name: str, texts: list[str], by_value: dict[str, ValueRule | None], uses: Sequence[Use]) -> Judgement:
    telling = next((r for t in texts if (r := by_value[t]) is not None and r.verdict is Verdict.SECRET), None)
    if telling is not None:
        return _said(telling, sensitive=True)
    named = rule_for_name(name)
    used = [rule for use in uses if (rule := rule_for_use(use)) is not None]
    if KEPT in used:
        return _said(KEPT, sensitive=True)
    match named:
        case NameRule(verdict=Verdict.PLAIN) if canonical(name) == "_key_" and any(map(look.looks_random, texts)):
            return _UNGUESSABLE
        case NameRule(verdict=Verdict.PLAIN):
            return _said(named, sensitive=False)
        case NameRule(verdict=Verdict.CARRIER):
            return _address(named, texts)
        case NameRule():
            return _unless_contradicted(named, texts, used)
        case None:
            return _unnamed(name, texts, by_value, used)


def _said(rule: Rule, *, sensitive: bool, certain: bool = True) -> Judgement:
    return Judgement(sensitive, certain, rule.name, rule.reason)


def _plain(rule: str, reason: str) -> Judgement:
    """Not secret, by what its values show; others may exist that nobody wrote down."""
    return Judgement(sensitive=False, certain=False, rule=rule, reason=reason)


def _address(rule: Rule, texts: list[str]) -> Judgement:
    """A database address is secret by the password in it; where no value is known, by custom."""
    known = [text for text in texts if not look.is_placeholder(text)]
    if any(look.has_password(text) for text in known):
        reason = "the address has a place for a password, so the one in production holds one"
        return Judgement(sensitive=True, certain=False, rule=rule.name, reason=reason)
    if known:
        return _plain(_NO_PASSWORD, "no known value of this address holds a password")
    return _said(rule, sensitive=True, certain=False)


def _unless_contradicted(rule: NameRule, texts: list[str], used: list[UseRule]) -> Judgement:
    """The name says secret; what the values are or what the code does with them may say otherwise."""
    plain = next((u for u in used if u.verdict is Verdict.PLAIN), None)
    secret = next((u for u in used if u.verdict is Verdict.SECRET), None)
    if plain is not None and secret is None:
        return _said(plain, sensitive=False, certain=False)
    known = [text for text in texts if not look.is_placeholder(text)]
    if known and (contradiction := _contradiction(rule, known)) is not None:
        return contradiction
    convincing = any(look.looks_random(text) or look.is_identifier_value(text) for text in known)
    by_word = rule.verdict is Verdict.SECRET and any(not look.is_wordy(text) for text in known)
    certain = convincing or by_word or secret is not None or rule.name in _PASSWORDS
    return _said(rule, sensitive=True, certain=certain)


def _contradiction(rule: NameRule, known: list[str]) -> Judgement | None:
    if rule.name not in _PASSWORDS and all(look.is_switch(text) for text in known):
        return _plain("value/switch", "its values switch something on and off")
    if rule.name not in _PASSWORDS and all(look.is_choice(text) for text in known):
        return _plain("value/choice", "its value chooses one of several, as latest does")
    if rule.name not in _PASSWORDS and all(is_clear_path(text) for text in known):
        return _plain("value/path", "its value is the path of a file, not the secret itself")
    if rule.name not in {"name/webhook", *_PASSWORDS} and all(look.is_plain_url(text) for text in known):
        return _plain("value/plain-address", "its value is an address without a credential in it")
    if rule.verdict is Verdict.LIKELY and all(
        text.isdigit() or (look.is_wordy(text) and not is_unguessable(text)) for text in known
    ):
        return _plain("value/word", "its value is made of ordinary words or numbers")
    return None


def _unnamed(name: str, texts: list[str], by_value: dict[str, ValueRule | None], used: list[UseRule]) -> Judgement:
    """The words of the name say nothing: the use decides, then an unguessable value in a place for credentials."""
    for verdict in (Verdict.PLAIN, Verdict.SECRET, Verdict.CARRIER, Verdict.LIKELY):
        rule = next((u for u in used if u.verdict is verdict), None)
        if rule is None:
            continue
        if verdict is Verdict.CARRIER:
            return _address(rule, texts)
        known = [text for text in texts if not look.is_placeholder(text)]
        if verdict is Verdict.SECRET and known and all(look.is_switch(t) or is_clear_path(t) for t in known):
            continue
        return _said(rule, sensitive=verdict is not Verdict.PLAIN, certain=verdict is Verdict.SECRET)
    if _WEAK_PLACE.search(canonical(name)) and any(look.looks_random(t) for t in texts if by_value[t] is None):
        return _UNGUESSABLE
    return Judgement(
        sensitive=False,
        certain=True,
        rule="name/ordinary",
        reason="neither its name nor a value nor a use speaks of a secret",
    )


def _default_address(text: str) -> bool:
    """Whether it is an address of this machine with a well-known password or none, as written for development."""
    url = parse_url(text)
    return (
        url is not None
        and url.is_database
        and url.password is not None
        and look.is_stand_in_password(url.password, this_machine=is_loopback(url.host))
    )


__all__ = ["RULES", "Judgement", "Use", "judge"]
