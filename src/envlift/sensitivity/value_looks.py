"""What a value looks like: a reference, a placeholder, a password in an address, random text, a path, a word."""

from __future__ import annotations

import math
import re
from collections import Counter

from envlift.scanning.literals.shapes import is_loopback, parse_url
from envlift.sensitivity.unguessable import is_unguessable

_REFERENCE = re.compile(
    r"^(?:op|vault|secret|secrets|ssm|sm|gsm|gcpsm|secretsmanager|awssm|awsssm|azkv|akv|doppler|infisical|keyring|bws|pass|gopass|aws-sm|keyvault)://"
    r"|^(?:vault|bao|ssm|keyring|secret):[\w/.#:-]+$|^ENC\[|^\$ANSIBLE_VAULT;|^!vault\b|^ref\+\w+://|^@Microsoft\.KeyVault\("
    r"|\{\{\s*prefect\.(?:blocks|variables)\.|\$\{\{\s*(?:secrets|vars|env)\.|\{\{resolve:(?:secretsmanager|ssm)"
    r"|^arn:aws[\w-]*:(?:secretsmanager|ssm):|^projects/[^/\s]+/secrets/|^ENC\(|^\{cipher\}|^\{\{\s*(?:op|vault|secret)s?\b"
    r"|^keyvault\(|^age-encryption\.org|^sops:"
)
_TEMPLATE = re.compile(r"^(?:\$\{[^}]*\}|\$[A-Za-z_]\w*|\{\{[^}]*\}\}|%\([^)]*\)s|<[^<>]*>|__[A-Z_]+__|@@\w+@@)$")
_NOUN = r"(?:key|token|password|passwd|pass|pwd|secret|credentials?|webhook|dsn|cookie|api[\W_]?key)"
# Nobody runs with these, whatever the setting is.
_FILLER = re.compile(
    rf"""
    ^(?:
      [x*.\-_#?]{{3,}} | … | n/a | todo | fixme | tbd
    | (?:please[\W_]*)?(?:change|replace|fill|update|set|add|insert|enter|put|provide|paste|edit|type)[\W_]*
      (?:me|this|it|in|here|your|with|before|later|(?:the[\W_])?{_NOUN})(?:[\W_].*)?
    | changeme\w* | changeit | replaceme\w* | fillme\w*
    | (?:.*[\W_])?your[\W_].* | (?:.*[\W_])?(?:my|the|some)[\W_](?:.*[\W_])?{_NOUN}(?:[\W_].*)?
    | your\w*{_NOUN}\w* | (?:.*[\W_])?(?:goes[\W_])?here
    | .*[\W_](?:placeholder|changeme|change[\W_]me|replace[\W_]me|redacted|xxxx+) | placeholder\w* | redacted
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)
# In the place of a secret these are stand-ins; anywhere else they are values.
_STAND_IN = re.compile(
    r"""
    ^(?:
      x{1,2} | -+ | none | null | nil | undefined | unset | empty | blank
    | \{[A-Za-z_][\w.]*\} | %[sd] | \[[A-Za-z_ -]+\]
    | (?:example|sample|dummy|fake|mock|demo|invalid|wrong|bogus|test|testing|foo|bar|foobar
      |baz|lorem|hidden|masked|secret|password|passwd|passw0rd|pass|pwd|token|key|api[\W_]?key|username|user|value|string|default|insecure|notasecret|not[\W_]a[\W_](?:real[\W_])?secret|supersecret)
      (?:[\W_]?(?:key|token|password|secret|value|pass|user|id|here|test|\d{1,3}))*
    | (.)\1{5,}
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)
# These may begin or end like a stand-in and be a password all the same.
_LIKE_A_STAND_IN = re.compile(
    r"^(?:(?:dummy|fake|mock|sample|example|test|demo)[\W_].{0,24}|.{0,20}[\W_](?:example|dummy|fake|sample)"
    rf"|[a-z]+(?:[-_][a-z]+)*[-_]{_NOUN}"
    rf"|(?:dev|local|default|fallback|insecure|unsafe|temp|temporary)[-_](?:[a-z]+[-_])*{_NOUN}(?:[-_](?:[a-z]+|\d{{1,6}}))*"
    rf"|{_NOUN}[-_](?:abc|xyz)(?:[-_]?\d{{1,3}})?)$",
    re.IGNORECASE,
)
# Published by their services as examples, so that everybody may print them.
_DOCUMENTED = re.compile(
    r"EXAMPLE(?:KEY)?$|^(?:sk|pk)_test_4eC39H|^sk-x{4,}|x{8,}|X{8,}|0{12,}|(?:1234567890){2,}|^00000000-0000-0000-0000-0*1?$"
    r"|(?:abcdef|ABCDEF)(?:ghij|GHIJ|0123|1234)|hooks\.slack\.com/services/(?:T0{6,}|T\.\.\.|(?i:x{3,}/)|xxx|T\w*X{3})"
)
_WELL_KNOWN_PASSWORDS = frozenset(
    [
        "postgres",
        "postgresql",
        "root",
        "admin",
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "changeme",
        "example",
        "test",
        "testing",
        "guest",
        "user",
        "username",
        "minio",
        "minioadmin",
        "mysql",
        "mongo",
        "redis",
        "rabbitmq",
        "airflow",
        "prefect",
        "dbpassword",
        "db_password",
        "mypassword",
        "yourpassword",
        "your_password",
        "your-password",
        "default",
        "dev",
        "local",
        "pw",
        "p",
        "pass123",
        "password123",
        "user:password",
        "sa",
        "xxx",
        "xxxx",
        "...",
        "***",
        "****",
        "*****",
        "******",
        "neo4j",
        "clickhouse",
        "elastic",
    ]
)
_SWITCHES = frozenset(
    [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "0",
        "1",
        "enabled",
        "disabled",
        "enable",
        "disable",
        "t",
        "f",
        "y",
        "n",
    ]
)
# Each takes one of several things that are there, whichever it is at the moment.
_CHOICES = frozenset({"latest", "newest", "current", "previous", "auto", "automatic"})
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(
    r"(?:(?:sha(?:1|256|512)|md5|git)[:-])?[0-9a-f]{7,12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}|(?:sha\d+|md5):[0-9a-f]+",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?:/(?!/)[\w.@ -]+)(?:/[\w.@ {}$-]*)+|~?/[\w./@ -]+\.\w{1,8}"
    r"|\.{1,2}/.+|~/.+|[A-Za-z]:[\\/].+|\\\\.+"
    r"|[\w./@ -]+\.(?:json|pem|key|p8|p12|pfx|crt|cer|txt|ppk|ya?ml|toml|ini|env|pub|pickle|csv)"
)
_OBJECT_KEY = re.compile(
    r"(?:[\w.=-]+/)*[a-z][a-z_=-]*\d*(?:/[\w.=-]+)+|(?:[\w.=-]+/)+[a-z][a-z_=-]*\d*(?:\.\w{1,8})?/?"
)
_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[0-9A-Z]{20,}")
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d")
_SERVICE_ACCOUNT = re.compile(r'"private_key"\s*:\s*"|"client_secret"\s*:\s*"|"refresh_token"\s*:\s*"')
_WEBHOOK = re.compile(
    r"https://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]{12,}"
    r"|(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{6,}/[\w-]{12,}"
    r"|[\w-]+\.webhook\.office\.com/webhookb2/[\w@/-]{12,}|outlook\.office(?:365)?\.com/webhook/[\w@/-]{12,}"
    r"|[\w.-]+\.logic\.azure\.com[:\w/.-]*/workflows/[^\s]*[?&]sig=[\w%-]+"
    r"|[\w.-]+\.powerplatform\.com[:\w/.-]*/workflows/[^\s]*[?&]sig=[\w%-]+"
    r"|chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?[^\s]*key=[\w-]+"
    r"|hooks\.zapier\.com/hooks/catch/[\w/-]{6,}|maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/[\w-]+"
    r"|hook\.[\w.]*make\.com/[\w]{16,}|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[\w-]{16,}"
    r"|oapi\.dingtalk\.com/robot/send\?access_token=\w{16,}|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[\w-]{16,}"
    r"|api\.telegram\.org/bot\d+:[\w-]{20,}|hc-ping\.com/[0-9a-f-]{22,}|events\.pagerduty\.com/integration/\w{16,}"
    r"|[\w.-]+/hooks/[a-z0-9]{26})"
)
_URL_CREDENTIAL = re.compile(
    r"[?&](?:sig|signature|token|access_token|api_?key|apikey|key|password|passwd|pwd|secret|client_secret|auth|x-amz-signature|appid)"
    r"=(?P<value>[^&\s{}<>$]{8,})",
    re.IGNORECASE,
)
_QUERY_PASSWORD = re.compile(r"[?&](?:password|passwd|pwd)=(?P<value>[^&\s{}<>$]{4,})", re.IGNORECASE)
_THIS_MACHINE = re.compile(r"\b(?:localhost|127\.0\.0\.1)\b", re.IGNORECASE)
_KEY_VALUE_PASSWORD = re.compile(
    r"(?:^|[;,\s?&])(?:password|pwd|accountkey|sharedaccesskey|sharedsecret|secret|api_?key|accesskey|token)\s*=\s*(?P<value>\{[^}]*\}|[^;\s]+)",
    re.IGNORECASE,
)
_AUTH_HEADER = re.compile(r"(?:Bearer|Basic|Token|ApiKey)\s+(?P<value>[A-Za-z0-9+/=._~-]{16,})", re.IGNORECASE)


def is_reference(value: str) -> bool:
    return _REFERENCE.search(value.strip()) is not None


def is_placeholder(value: str) -> bool:
    """Whether nobody runs with this value, whatever the setting is."""
    text = value.strip()
    if _TEMPLATE.match(text) or _DOCUMENTED.search(text):
        return True
    return len(text) <= 80 and _FILLER.match(text) is not None


def is_stand_in(value: str) -> bool:
    """Whether a value in a secret's place is none: a placeholder, a word such as ``test``, the name of the secret."""
    text = value.strip()
    return _is_exact_stand_in(text) or (len(text) <= 80 and _LIKE_A_STAND_IN.match(text) is not None)


def _is_exact_stand_in(text: str) -> bool:
    return not text or is_placeholder(text) or (len(text) <= 80 and _STAND_IN.match(text) is not None)


def is_documented_example(value: str) -> bool:
    return _DOCUMENTED.search(value.strip()) is not None


def is_stand_in_password(password: str, *, this_machine: bool = False) -> bool:
    """Whether nobody's service has this password; one that only begins like a stand-in must lead to this machine."""
    text = password.strip()
    if text.lower() in _WELL_KNOWN_PASSWORDS or "{" in text or "$" in text[:1]:
        return True
    return is_stand_in(text) if this_machine else _is_exact_stand_in(text) and not is_unguessable(text)


def has_password(value: str) -> bool:
    """Whether an address or connection string holds a password, a stand-in or not."""
    url = parse_url(value)
    if url is not None and url.password is not None:
        return True
    return ("=" in value and _KEY_VALUE_PASSWORD.search(value) is not None) or _URL_CREDENTIAL.search(value) is not None


def is_url_with_password(value: str) -> bool:
    url = parse_url(value)
    if url is None or not url.password:
        return False
    here = is_loopback(url.host)
    return not (is_stand_in_password(url.password, this_machine=here) or (url.password == url.user and here))


def is_key_value_password(value: str) -> bool:
    found = _KEY_VALUE_PASSWORD.search(value)
    if found is None or value.count("=") < 2:
        return False
    return not is_stand_in_password(found["value"].strip("{}"), this_machine=_THIS_MACHINE.search(value) is not None)


def is_signed_url(value: str) -> bool:
    """Whether the query of an address holds a credential; a password in a query needs no scheme before it."""
    if any(not is_stand_in_password(found["value"]) for found in _QUERY_PASSWORD.finditer(value)):
        return True
    return "://" in value and any(not is_stand_in_password(m["value"]) for m in _URL_CREDENTIAL.finditer(value))


def is_auth_header(value: str) -> bool:
    found = _AUTH_HEADER.fullmatch(value.strip())
    return found is not None and any(c.isdigit() for c in found["value"]) and not is_stand_in(found["value"])


def entropy(text: str) -> float:
    """Shannon entropy in bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def looks_random(value: str) -> bool:
    """Whether a value looks like made by a machine to be unguessable; UUIDs, hashes and words do not."""
    text = value.strip()
    if not 16 <= len(text) <= 512 or re.fullmatch(r"[A-Za-z0-9+/=_.~-]+", text) is None:
        return False
    if _UUID.fullmatch(text) or "://" in text or _PATH.fullmatch(text) or _OBJECT_KEY.fullmatch(text):
        return False
    if re.fullmatch(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*\d{0,3}", text) or re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)+", text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in (r"[a-z]", r"[A-Z]", r"\d"))
    return kinds >= 2 and entropy(text) >= 3.2


def is_wordy(value: str) -> bool:
    """Whether a value is made of words and small numbers, as names, object keys and identifiers are."""
    parts = re.split(r"[\W_]+", value.strip())
    words = sum(1 for part in parts if re.fullmatch(r"[A-Za-z]{2,}\d{0,3}|[A-Z]{0,2}[a-z]+[A-Z]?[a-z]*", part))
    return words > 0 and all(len(part) <= 24 for part in parts) and words * 2 >= len([part for part in parts if part])


def is_switch(value: str) -> bool:
    return value.strip().lower() in _SWITCHES


def is_choice(value: str) -> bool:
    """Whether it is a word that chooses one of several, such as ``latest``."""
    return value.strip().lower() in _CHOICES


def is_plain_url(value: str) -> bool:
    """Whether it is a web address in which no part is a credential."""
    url = parse_url(value)
    return url is not None and url.scheme in {"http", "https"} and url.password is None and not has_password(value)


def is_identifier_value(value: str) -> bool:
    """Whether it has the shape of a UUID, a git revision or a hash."""
    text = value.strip()
    return _UUID.fullmatch(text) is not None or _HASH.fullmatch(text) is not None


def is_private_key(value: str) -> bool:
    return _PEM.search(value) is not None or _PUTTY.search(value) is not None


def is_service_account(value: str) -> bool:
    return _SERVICE_ACCOUNT.search(value) is not None


def is_webhook(value: str) -> bool:
    return _WEBHOOK.search(value) is not None
