"""Names that say what only the owner may know: passwords, tokens, keys, cookies."""

from __future__ import annotations

from envlift.sensitivity.rules import NameRule, Verdict, name_rule

SECRETS: tuple[NameRule, ...] = (
    name_rule(
        "name/password",
        Verdict.SECRET,
        "the name says that it is a password",
        r"_(password|passwort|passwd|passwds|passphrase|passcode|pwd|pw|pswd|psw|userpass|dbpass|mdp)s?_"
        r"|_(smtp|imap|mail|email|db|database|sql|pg|postgres|mysql|mongo|redis|ftp|sftp|ssh|user|admin|root|http|auth|proxy|basic|api)_pass_"
        r"|(?<!^)(?<!_first)(?<!_second)(?<!_multi)(?<!_single)(?<!_low)(?<!_high)(?<!_band)(?<!_num)(?<!_forward)(?<!_by)(?<!_test)_pass_$",
        (
            "DB_PASSWORD",
            "PGPASSWORD",
            "smtp_pass",
            "sshPassphrase",
            "ADMIN_PWD",
            "PASSWORD_PROD",
            "WAREHOUSE_PASSWORD_B64",
        ),
        ("BYPASS", "FIRST_PASS", "pass", "COMPASS_URL", "passport", "passed"),
    ),
    name_rule(
        "name/pass",
        Verdict.SECRET,
        "alone, the word is short for password",
        r"^_pass_$",
        ("PASS", "pass"),
        ("FIRST_PASS", "passed"),
    ),
    name_rule(
        "name/secret",
        Verdict.SECRET,
        "the name says that it is a secret",
        r"_secrets?_",
        ("CLIENT_SECRET", "SECRET_KEY", "stripeSigningSecret", "SECRET"),
        ("SECRETARY", "discretion"),
    ),
    name_rule(
        "name/token",
        Verdict.SECRET,
        "the name says that it is a token",
        r"_token_|_(api|auth|access|bearer|refresh|bot|user)_tokens_|_bearer_",
        ("SLACK_TOKEN", "accessToken", "HF_TOKEN", "API_TOKENS", "TOKEN_PROD", "HFTOKEN"),
        ("TOKENIZER", "tokenize", "tokens"),
    ),
    name_rule(
        "name/key-that-opens",
        Verdict.SECRET,
        "the name says that it is a key that opens a service or encrypts",
        r"_(api|app|application|account|storage|access|private|priv|pri|encryption|encrypt|decryption|signing|sign|auth|master|license|licence"
        r"|fernet|jwt|service|service_role|anon|client|shared|subscription|function|host|admin|root|deploy|ssh|rsa|pgp|gpg|tls|ssl|aes|hmac"
        r"|write|ingest|ingestion|integration|instrumentation|session|cookie|ed25519|service_account|vapid_private)_keys?_",
        (
            "OPENAI_API_KEY",
            "PRIVATE_KEY",
            "FERNET_KEY",
            "B2_APP_KEY",
            "SUPABASE_SERVICE_ROLE_KEY",
            "GPG_PRIVATE_KEY",
            "API_KEY_2",
        ),
        ("KEYBOARD", "monkey", "SORT_KEY", "key"),
    ),
    name_rule(
        "name/service-account",
        Verdict.SECRET,
        "the JSON of a service account holds its private key",
        r"_(service_account|sa|credentials?|creds?|gcp|google)_(\w+_)?(json|info|b64|base64|content|contents|string)_",
        ("GCP_SERVICE_ACCOUNT_JSON", "GOOGLE_CREDENTIALS_B64", "SA_KEY_JSON"),
        ("SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL", "JSON_PATH"),
    ),
    name_rule(
        "name/personal-access-token",
        Verdict.SECRET,
        "PAT is short for personal access token",
        r"(?<!^)_pat_",
        ("GITHUB_PAT", "DATA_REPO_PAT", "AZURE_DEVOPS_PAT"),
        ("pat", "PATH", "PATTERN"),
    ),
    name_rule(
        "name/cookie",
        Verdict.SECRET,
        "a session's cookie is as good as its password",
        r"_(session_|auth_|login_)?cookies?_(string_|value_|header_)?$",
        ("SESSION_COOKIE", "SITE_COOKIES", "cookie_string"),
        ("COOKIE_DOMAIN", "COOKIECUTTER", "COOKIE_PATH"),
    ),
    name_rule(
        "name/other-secrets",
        Verdict.SECRET,
        "the name says that only the owner may know it",
        r"_(salt|pepper|mnemonic|seed_phrase|otp|totp|authorization|auth_string|psk|mfa_seed|secret_seed)_$|_auth_header_$|_otlp_(\w+_)?headers_$",
        (
            "HASH_SALT",
            "WALLET_MNEMONIC",
            "AUTHORIZATION",
            "PREFECT_API_AUTH_STRING",
            "PROXY_AUTH_HEADER",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
        ("SEED", "SALTED_COLUMN", "AUTHOR", "CSV_HEADERS"),
    ),
    name_rule(
        "name/pin",
        Verdict.SECRET,
        "a PIN opens what it belongs to, and its digits are all of it",
        r"^_(?!(?:\w+_)?(?:gpio|led|board|relay|sensor|reset|clock|button|header|data)_)(\w+_)?pin_(codes?_|numbers?_)?$",
        ("SIM_PIN", "CARRIER_PIN", "CARD_PIN_CODE", "PIN"),
        ("GPIO_PIN", "LED_PIN", "PINNED", "PIN_VERSIONS"),
    ),
)
