"""What a value says about itself. References and placeholders first: they look like secrets and are none."""

from __future__ import annotations

import math
import re
from collections import Counter

from envlift.scanning.literal_shapes import is_loopback, parse_url
from envlift.scanning.token_formats import token_format
from envlift.sensitivity.rules import ValueRule, Verdict

_REFERENCE = re.compile(
    r"^(?:op|vault|secret|secrets|ssm|sm|gsm|gcpsm|secretsmanager|awssm|awsssm|azkv|akv|doppler|infisical|keyring|bws|pass|gopass|aws-sm|keyvault)://"
    r"|^(?:vault|bao|ssm|keyring|secret):[\w/.#:-]+$|^ENC\[|^\$ANSIBLE_VAULT;|^!vault\b|^ref\+\w+://|^@Microsoft\.KeyVault\("
    r"|\{\{\s*prefect\.(?:blocks|variables)\.|\$\{\{\s*(?:secrets|vars|env)\.|\{\{resolve:(?:secretsmanager|ssm)"
    r"|^arn:aws[\w-]*:(?:secretsmanager|ssm):|^projects/[^/\s]+/secrets/|^ENC\(|^\{cipher\}|^\{\{\s*(?:op|vault|secret)s?\b"
    r"|^keyvault\(|^age-encryption\.org|^sops:"
)
_REFERENCE_KEYWORDS = ("://", ":", "enc", "vault", "{{", "secret", "cipher", "prefect.")
_TEMPLATE = re.compile(r"^(?:\$\{[^}]*\}|\$[A-Za-z_]\w*|\{\{[^}]*\}\}|%\([^)]*\)s|<[^<>]*>|__[A-Z_]+__|@@\w+@@)$")
_SECRET_NOUN = r"(?:key|token|password|passwd|pass|pwd|secret|credentials?|webhook|dsn|cookie|api[\W_]?key)"
# Nobody runs with these, whatever the setting is.
_FILLER = re.compile(
    rf"""
    ^(?:
      [x*.\-_#?]{{3,}} | … | n/a | todo | fixme | tbd
    | (?:please[\W_]*)?(?:change|replace|fill|update|set|add|insert|enter|put|provide|paste|edit|type)[\W_]*
      (?:me|this|it|in|here|your|with|before|later|(?:the[\W_])?{_SECRET_NOUN})(?:[\W_].*)?
    | changeme\w* | changeit | replaceme\w* | fillme\w*
    | (?:.*[\W_])?your[\W_].* | (?:.*[\W_])?(?:my|the|some)[\W_](?:.*[\W_])?{_SECRET_NOUN}(?:[\W_].*)?
    | your\w*{_SECRET_NOUN}\w* | (?:.*[\W_])?(?:goes[\W_])?here
    | .*[\W_](?:placeholder|changeme|change[\W_]me|replace[\W_]me|redacted|xxxx+) | placeholder\w* | redacted
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)
# In the place of a secret these are stand-ins; anywhere else they are values.
_STAND_IN = re.compile(
    rf"""
    ^(?:
      x{{1,2}} | -+ | none | null | nil | undefined | unset | empty | blank | \{{[A-Za-z_][\w.]*\}} | %[sd] | \[[A-Za-z_ -]+\]
    | (?:example|sample|dummy|fake|mock|demo|test|testing|foo|bar|foobar|baz|lorem|hidden|masked|secret|password|passwd|passw0rd|pass
      |pwd|token|key|api[\W_]?key|username|user|value|string|default|insecure|notasecret|not[\W_]a[\W_](?:real[\W_])?secret|supersecret)
      (?:[\W_]?(?:key|token|password|secret|value|pass|user|id|here|\d{{1,3}}))*
    | (?:dummy|fake|mock|sample|example|test|demo)[\W_].{{0,24}}
    | .{{0,20}}[\W_](?:example|dummy|fake|sample)
    | [a-z]+(?:[-_][a-z]+)*[-_]{_SECRET_NOUN}
    | (.)\1{{5,}}
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Published by their services as examples, so that everybody may print them.
_DOCUMENTED = re.compile(
    r"EXAMPLE(?:KEY)?$|^(?:sk|pk)_test_4eC39H|^sk-x{4,}|x{8,}|X{8,}|0{12,}|(?:1234567890){2,}|^00000000-0000-0000-0000-0*1?$"
    r"|(?:abcdef|ABCDEF)(?:ghij|GHIJ|0123|1234)|hooks\.slack\.com/services/(?:T0{6,}|T\.\.\.|xxx|T\w*X{3})"
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
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(
    r"(?:(?:sha(?:1|256|512)|md5|git)[:-])?[0-9a-f]{7,12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}|(?:sha\d+|md5):[0-9a-f]+",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?:/(?!/)[\w.@ -]+)(?:/[\w.@ {}$-]*)+|~?/[\w./@ -]+\.\w{1,8}|\.{1,2}/.+|~/.+|[A-Za-z]:[\\/].+|\\\\.+|[\w./@ -]+\.(?:json|pem|key|p8|p12|pfx|crt|cer|txt|ppk|ya?ml|toml|ini|env|pub|pickle|csv)"
)
_OBJECT_KEY = re.compile(
    r"(?:[\w.=-]+/)*[a-z][a-z_=-]*\d*(?:/[\w.=-]+)+|(?:[\w.=-]+/)+[a-z][a-z_=-]*\d*(?:\.\w{1,8})?/?"
)
_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
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
    """Whether a value in the place of a secret is none: a placeholder, a word such as ``test``, the secret's own name."""
    text = value.strip()
    return not text or is_placeholder(text) or (len(text) <= 80 and _STAND_IN.match(text) is not None)


def _documented_example(value: str) -> bool:
    return _DOCUMENTED.search(value.strip()) is not None


def is_stand_in_password(password: str) -> bool:
    text = password.strip()
    return text.lower() in _WELL_KNOWN_PASSWORDS or "{" in text or "$" in text[:1] or is_stand_in(text)


def has_password(value: str) -> bool:
    """Whether an address or connection string holds a password, a stand-in or not."""
    url = parse_url(value)
    if url is not None and url.password is not None:
        return True
    return ("=" in value and _KEY_VALUE_PASSWORD.search(value) is not None) or _URL_CREDENTIAL.search(value) is not None


def _url_with_password(value: str) -> bool:
    url = parse_url(value)
    if url is None or not url.password:
        return False
    stand_in = is_stand_in_password(url.password) or (url.password == url.user and is_loopback(url.host))
    return not stand_in


def _key_value_password(value: str) -> bool:
    found = _KEY_VALUE_PASSWORD.search(value)
    return found is not None and value.count("=") > 1 and not is_stand_in_password(found["value"].strip("{}"))


def _signed_url(value: str) -> bool:
    if "://" not in value:
        return False
    found = _URL_CREDENTIAL.search(value)
    return found is not None and not is_stand_in(found["value"])


def _auth_header(value: str) -> bool:
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


def is_path(value: str) -> bool:
    return _PATH.fullmatch(value.strip()) is not None


def is_plain_url(value: str) -> bool:
    """Whether it is a web address in which no part is a credential."""
    url = parse_url(value)
    return url is not None and url.scheme in {"http", "https"} and url.password is None and not has_password(value)


def is_identifier_value(value: str) -> bool:
    """Whether it has the shape of a UUID, a git revision or a hash."""
    text = value.strip()
    return _UUID.fullmatch(text) is not None or _HASH.fullmatch(text) is not None


_DSN = "postgresql://loader:" + "q7Rk" + "92mz@db.example.org/sales"
_SLACK = "https://hooks.slack.com/" + "services/T02AB3CD4/B05EF6GH7/" + "k3Jx9mQ2rT7vW1yZ"
_DISCORD = "https://discord.com/api/" + "webhooks/112233445566778899/" + "aZ3k-QmX9_rT2vW7yB1n"
_TEAMS = "https://contoso.webhook.office.com/" + "webhookb2/8f2c@1a2b/IncomingWebhook/9d8e7f6a5b4c"

VALUE_RULES: tuple[ValueRule, ...] = (
    ValueRule(
        "value/reference",
        Verdict.REFERENCE,
        "the value points at a secret that is kept elsewhere",
        _REFERENCE_KEYWORDS,
        is_reference,
        (
            "op://vault/item/field",
            "vault:secret/data/app#key",
            "ENC[AES256,data:x]",
            "{{ prefect.blocks.secret.db }}",
            "${{ secrets.DB }}",
        ),
        ("https://vault.example.org", "optional", "encoding"),
    ),
    ValueRule(
        "value/documented-example",
        Verdict.PLACEHOLDER,
        "the value is an example that its service prints in its documentation",
        (),
        _documented_example,
        ("AKIAIOSFODNN7" + "EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY", "sk-" + "x" * 20),
        ("an example", "AKI" + "AQWERTYUIOPASDF23"),
    ),
    ValueRule(
        "value/placeholder",
        Verdict.PLACEHOLDER,
        "the value is a placeholder, to be replaced by a person",
        (),
        is_placeholder,
        (
            "changeme",
            "<your-token>",
            "xxx",
            "your_api_key_here",
            "...",
            "${VAR}",
            "REPLACE_ME",
            "****",
            "my-secret-token",
            "sk-your-key-here",
        ),
        (
            "q7Rk92mzLw",
            "postgres",
            "hunter2",
            "/run/secrets/db",
            "test",
            "default",
            "update",
            "[1, 2]",
            "my-bucket",
            "none",
        ),
    ),
    ValueRule(
        "value/private-key",
        Verdict.SECRET,
        "the value is a private key",
        ("private key", "putty-user-key"),
        lambda value: _PEM.search(value) is not None or _PUTTY.search(value) is not None,
        (
            "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB",
            "-----BEGIN " + "PRIVATE KEY-----",
            "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
        ),
        ("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "a private key"),
    ),
    ValueRule(
        "value/service-account",
        Verdict.SECRET,
        "the value is a JSON document with a private key or client secret in it",
        ('"private_key"', '"client_secret"', '"refresh_token"'),
        lambda value: _SERVICE_ACCOUNT.search(value) is not None,
        ('{"type": "service_account", "private_key": "' + 'abc"}',),
        ('{"type": "service_account"}', '{"private_key_id": "1"}'),
    ),
    ValueRule(
        "value/webhook",
        Verdict.SECRET,
        "whoever knows this webhook's address can post to it",
        ("hook", "sig=", "key=", "bot", "hc-ping", "robot", "/with/key", "pagerduty"),
        lambda value: _WEBHOOK.search(value) is not None,
        (_SLACK, _DISCORD, _TEAMS),
        ("https://discord.com/api/webhooks", "https://example.org/webhook", "https://hooks.slack.com"),
    ),
    ValueRule(
        "value/token-of-a-service",
        Verdict.SECRET,
        "the value has the format in which a service issues its tokens",
        (),
        lambda value: token_format(value) is not None,
        ("gh" + "p_" + "a9Kq3ZtR7mXw2LsV8cYb5NdJ1fHg6PeQ4uTo", "AK" + "IA" + "QWERTYUIOPASDF23"),
        ("sk-learn", "main", "3f9a0c7be15d82643f9a0c7be15d8264"),
    ),
    ValueRule(
        "value/password-in-address",
        Verdict.SECRET,
        "the address holds a password",
        ("://",),
        _url_with_password,
        (_DSN, "redis://:" + "s3cr" + "Etx@cache:6379/0", "https://deploy:" + "q7Rk" + "92mz@git.example.org/a.git"),
        (
            "postgresql://postgres:postgres@localhost/db",
            "postgresql://db/app",
            "postgres://user:${PW}@host/db",
            "https://medium.com/@name",
        ),
    ),
    ValueRule(
        "value/password-in-connection-string",
        Verdict.SECRET,
        "the connection string holds a password or key",
        ("password", "pwd", "key", "secret", "token"),
        _key_value_password,
        (
            "Server=db;Uid=etl;Pwd=" + "q7Rk92mz;",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + "q7Rk92mzLw==",
            "host=db password=" + "q7Rk92mz",
        ),
        ("Server=db;Trusted_Connection=yes;", "Server=db;Pwd={password};", "a=b;password=changeme"),
    ),
    ValueRule(
        "value/credential-in-query",
        Verdict.SECRET,
        "the address holds a credential in its query",
        ("?",),
        _signed_url,
        (
            "https://acct.blob.example.net/c?sv=1&sig=" + "q7Rk92mzLwA%3D",
            "https://api.example.org/v1?api_key=" + "q7Rk92mzLw",
        ),
        (
            "https://api.example.org/v1?api_key=your_api_key",
            "https://example.org/?keyword=analytics",
            "https://example.org/?key={key}",
        ),
    ),
    ValueRule(
        "value/authorization-header",
        Verdict.SECRET,
        "the value is an Authorization header with its credential",
        ("bearer ", "basic ", "token ", "apikey "),
        _auth_header,
        ("Bearer " + "q7Rk92mzLwA3ZtR7", "Basic " + "dXNlcjpxN1JrOTJteg=="),
        ("Bearer token", "basic authentication is used", "Bearer {token}"),
    ),
)


def rule_for_value(value: str) -> ValueRule | None:
    """The first rule that knows what a value is; None when its look says nothing."""
    if not value.strip() or len(value) > 65_536:
        return None
    lowered = value.lower()
    return next((rule for rule in VALUE_RULES if rule.matches(value, lowered)), None)
