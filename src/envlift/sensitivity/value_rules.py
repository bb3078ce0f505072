"""What a value says about itself. References and placeholders first: they look like secrets and are none."""

from __future__ import annotations

from envlift.scanning.literals.token_formats import token_format
from envlift.sensitivity.rules import ValueRule, Verdict
from envlift.sensitivity.value_credentials import is_driver_string, is_json_with_credential, is_token_before_host
from envlift.sensitivity.value_looks import (
    is_auth_header,
    is_documented_example,
    is_key_value_password,
    is_placeholder,
    is_private_key,
    is_reference,
    is_service_account,
    is_signed_url,
    is_url_with_password,
    is_webhook,
)

_REFERENCE_KEYWORDS = ("://", ":", "enc", "vault", "{{", "secret", "cipher", "prefect.")
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
        is_documented_example,
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
        ("private key", "putty-user-key", "age-secret-key-"),
        is_private_key,
        (
            "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB",
            "-----BEGIN " + "PRIVATE KEY-----",
            "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
            "AGE-SECRET" + "-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2,
        ),
        ("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "a private key"),
    ),
    ValueRule(
        "value/service-account",
        Verdict.SECRET,
        "the value is a JSON document with a private key or client secret in it",
        ('"private_key"', '"client_secret"', '"refresh_token"'),
        is_service_account,
        ('{"type": "service_account", "private_key": "' + 'abc"}',),
        ('{"type": "service_account"}', '{"private_key_id": "1"}'),
    ),
    ValueRule(
        "value/credential-in-json",
        Verdict.SECRET,
        "the value is a JSON document with a credential in it",
        ('"', "'"),
        is_json_with_credential,
        ('{"user": "etl", "password": "' + 'q7Rk92mz"}', "{'api_key': '" + "q7Rk92mzLwA3'}"),
        (
            '{"password": "changeme"}',
            '{"password_file": "/run/secrets/db"}',
            '{"token": "external-token"}',
            '{"password": "${DB_PASSWORD}"}',
            '{"max_tokens": "4096"}',
        ),
    ),
    ValueRule(
        "value/webhook",
        Verdict.SECRET,
        "whoever knows this webhook's address can post to it",
        ("hook", "sig=", "key=", "bot", "hc-ping", "robot", "/with/key", "pagerduty"),
        is_webhook,
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
        is_url_with_password,
        (_DSN, "redis://:" + "s3cr" + "Etx@cache:6379/0", "https://deploy:" + "q7Rk" + "92mz@git.example.org/a.git"),
        (
            "postgresql://postgres:postgres@localhost/db",
            "postgresql://db/app",
            "postgres://user:${PW}@host/db",
            "https://medium.com/@name",
        ),
    ),
    ValueRule(
        "value/token-in-address",
        Verdict.SECRET,
        "the address holds a token before its host",
        ("@",),
        is_token_before_host,
        ("https://" + "3f9a0c7be15d82643f9a" * 2 + "@github.com/acme/app.git",),
        (
            "https://deploy@git.example.org/app.git",
            "https://continuous-integration@git.example.org/app.git",
            "https://" + "3f9a0c7be15d8264" * 2 + "@o1.ingest.sentry.io/2",
        ),
    ),
    ValueRule(
        "value/password-in-driver-string",
        Verdict.SECRET,
        "the connection string of a driver holds a password",
        ("jdbc:oracle:", "@tcp", "@unix("),
        is_driver_string,
        (
            "jdbc:oracle:thin:etl/" + "q7Rk92mz@db.example.org:1521/sales",
            "etl:" + "q7Rk92mz@tcp(db.example.org:3306)/sales",
        ),
        (
            "jdbc:oracle:thin:@db.example.org:1521/sales",
            "jdbc:oracle:thin:scott/changeme@db:1521/x",
            "root:root@tcp(127.0.0.1:3306)/app",
            "etl:${DB_PASSWORD}@tcp(db:3306)/app",
        ),
    ),
    ValueRule(
        "value/password-in-connection-string",
        Verdict.SECRET,
        "the connection string holds a password or key",
        ("password", "pwd", "key", "secret", "token"),
        is_key_value_password,
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
        is_signed_url,
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
        is_auth_header,
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
