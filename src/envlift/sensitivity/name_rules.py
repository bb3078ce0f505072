"""What a name says about its value. The first rule that matches speaks, so the precise ones stand first.

Patterns are searched in ``words.canonical(name)``: lower-case words between underscores.
"""

from __future__ import annotations

import re

from envlift.sensitivity.likely_names import LIKELY_NAMES
from envlift.sensitivity.names_about_secrets import ABOUT_SECRETS
from envlift.sensitivity.names_against_looks import AGAINST_LOOKS
from envlift.sensitivity.names_of_addresses import ADDRESSES
from envlift.sensitivity.names_of_secrets import SECRETS
from envlift.sensitivity.rules import NameRule
from envlift.sensitivity.words import canonical

# A name without any of these has no rule; the search is what most names cost.
_KEYWORDS = re.compile(
    r"pass|pwd|pw_|secret|token|key|cred|webhook|_hook_|cookie|auth|jwt|pat_|_salt|pepper|mnemonic|bearer|_sas_|dsn|_ur[li]|conn|_otp|_pin_"
    r"|_api_|passcode|private|seed|user|login|email|mail_|_ids?_|signature|totp|_psk_|service_account|_sa_|server|host|endpoint|_domain_|_address_|_otlp_|ssl"
)

NAME_RULES: tuple[NameRule, ...] = (*AGAINST_LOOKS, *ABOUT_SECRETS, *ADDRESSES, *SECRETS, *LIKELY_NAMES)


def rule_for_name(name: str) -> NameRule | None:
    """The first rule that has something to say about a name; None when its words say nothing."""
    text = canonical(name)
    if _KEYWORDS.search(text) is None and not text.startswith("_path"):
        return None
    return next((rule for rule in NAME_RULES if rule.matches(text)), None)
