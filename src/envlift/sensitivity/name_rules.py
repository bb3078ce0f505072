"""What a name says about its value. The first rule that matches speaks, so the precise ones stand first.

Patterns are searched in ``words.canonical(name)``: lower-case words between underscores.
"""

from __future__ import annotations

import re

from envlift.sensitivity.likely_names import LIKELY_NAMES
from envlift.sensitivity.rules import NameRule, Verdict, name_rule
from envlift.sensitivity.words import canonical

_NOUN = r"(?:password|passwd|passphrase|pwd|pass|secret|token|key|credential|cred|webhook|cookie|cert|auth|jwt|pat)s?"

# A name without any of these has no rule; the search is what most names cost.
_KEYWORDS = re.compile(
    r"pass|pwd|pw_|secret|token|key|cred|webhook|_hook_|cookie|auth|jwt|pat_|_salt|pepper|mnemonic|bearer|_sas_|dsn|_ur[li]|conn|_otp|_pin_"
    r"|_api_|passcode|private|seed|user|login|email|mail_|_ids?_|signature|totp|_psk_|service_account|server|host|endpoint|_domain_|_address_|_otlp_|ssl"
)


NAME_RULES: tuple[NameRule, ...] = (
    name_rule(
        "name/access-key-id",
        Verdict.SECRET,
        "an access key id travels with its secret half, and owners keep the pair together",
        r"(?<!_secret)_access_key(_id)?_|_(b2|backblaze|s3|minio|wasabi|r2|spaces)_(app_|application_)?key_id_",
        ("AWS_ACCESS_KEY_ID", "ACCESS_KEY_ID", "B2_KEY_ID", "B2_APPLICATION_KEY_ID", "MINIO_ACCESS_KEY"),
        ("KMS_KEY_ID", "SIGNING_KEY_ID", "KEY_ID", "TENANT_ID", "AWS_SECRET_ACCESS_KEY"),
    ),
    name_rule(
        "name/api-hash",
        Verdict.SECRET,
        "an API hash is the secret half of an application's registration",
        r"_api_hash_$",
        ("TELEGRAM_API_HASH", "API_HASH"),
        ("PASSWORD_HASH", "API_HASH_ALGORITHM"),
    ),
    name_rule(
        "name/path-of-a-secret",
        Verdict.PLAIN,
        "the name is that of a file or folder; the path is not secret, what is in the file may be",
        r"_(files?|paths?|filepath|filename|dir|directory|folder|location|mount|volume)_$"
        rf"|^_path_(of_|to_|for_)?(\w+_)?({_NOUN}|id)_$|^_(file|dir)_(of|for|with)_",
        ("SSH_KEY_PATH", "PRIVATE_KEY_FILE", "DB_PASSWORD_FILE", "PATH_TO_PRI_KEY", "tokenPath", "COOKIE_DIR"),
        ("API_KEY", "FILE_UPLOAD_TOKEN", "PATHFINDER_API_KEY"),
    ),
    name_rule(
        "name/path-by-convention",
        Verdict.PLAIN,
        "libraries read the path of a file from this variable",
        r"_google_application_credentials?_$|_pg_?ssl_?(root)?_?(key|cert|crl)_$|_ssl_(client_)?key_?(file)?_$|_ssl_(ca|root_?cert|cert)_$",
        ("GOOGLE_APPLICATION_CREDENTIALS", "PGSSLKEY", "DB_SSL_KEY", "KAFKA_SSL_CERT"),
        ("GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS_JSON", "SSL_PRIVATE_KEY", "SSL_KEY_PASSWORD"),
    ),
    name_rule(
        "name/name-of-a-secret",
        Verdict.PLAIN,
        "it holds the name, kind or place of a secret, not the secret",
        r"_(names?|blocks?|arn|ref|refs|reference|alias|label|title|slug|scopes?|prefix|suffix|header_names?|fields?|columns?|cols?"
        r"|params?|parameters?|var|vars|variables?|placeholder|types?|kind|format|version|provider|backend|manager|store|vault"
        r"|service|engine|client|class|pattern|regex|policy|prompt|description|desc|hint|help|message|msg|error|status|state"
        r"|source|method|strategy|mode|level|group|role|category|region|env_var|schema|template|table|getter|loader|factory)_$"
        r"|_(key_vault|secrets?_manager|secrets?_store|key_?store|token_?izer)_(?!(?:\w+_)?(?:password|pass|pwd|token)_)|_(api_)?key_header_|_(password|username|ip|host)_key_",
        (
            "API_KEY_BLOCK_NAME",
            "SECRET_NAME",
            "TOKEN_TYPE",
            "DB_SECRET_ARN",
            "COOKIE_NAME",
            "password_pattern",
            "SECRET_SCOPE",
        ),
        ("API_KEY", "NAMED_TOKEN", "CLIENT_SECRET", "SERVICE_TOKEN"),
    ),
    name_rule(
        "name/switch",
        Verdict.PLAIN,
        "the name is that of a switch",
        r"^_(use|uses|enable|enabled|disable|is|has|show|hide|skip|require|requires|allow|validate|verify|check|needs?|with|mask|redact|rotate)_"
        r"|_(enabled?|disabled?|required|optional|active|rotation|valid|validation|exists|verified|secure|httponly|samesite|debug|reset|only"
        r"|supported|visible|configured|missing|changed|refresh_on_start)_$",
        ("DISCORD_WEBHOOK_ENABLED", "USE_TOKEN_AUTH", "VERIFY_PASSWORD", "SESSION_COOKIE_SECURE", "TOKEN_REQUIRED"),
        ("REFRESH_TOKEN", "SECURE_TOKEN", "USER_PASSWORD"),
    ),
    name_rule(
        "name/measure",
        Verdict.PLAIN,
        "the name is that of a count, size, time or limit",
        r"_(counts?|limits?|length|len|sizes?|ttl|timeout|expiry|expires|expires_in|expiration|expire|lifetime|age|days|hours|hrs|minutes|mins"
        r"|seconds|secs|ms|budget|usage|used|costs?|prices?|rate|ratio|threshold|window|interval|retries|retry|attempts|delay|max|min"
        r"|total|per_\w+|strength|buffer|margin|cache|chunk|batch|overlap|time|date|at|port|ports|temperature|index|position|number)_$"
        r"|_(max|min|num|n|total|avg|average|estimated|used|remaining|input|output|prompt|completion|cached|reasoning|context|new)_(\w+_)?tokens?_$"
        r"|_tokens?_(per|in|out|used|left|to|from|by)_",
        (
            "MAX_TOKENS",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "PASSWORD_MIN_LENGTH",
            "llm_max_output_tokens",
            "TOKEN_TTL",
            "prompt_tokens",
        ),
        ("API_TOKEN", "NUMERAI_API_KEY", "MAX_API_KEY"),
    ),
    name_rule(
        "name/public-half",
        Verdict.PLAIN,
        "the public half of a key pair may be known",
        r"_(public|pub|publishable|site)_keys?_|_known_hosts_|_authorized_keys_",
        ("PUBLIC_KEY", "STRIPE_PUBLISHABLE_KEY", "SSH_PUBLIC_KEY", "RECAPTCHA_SITE_KEY", "pubKey"),
        ("PRIVATE_KEY", "PUBLIC_API_TOKEN"),
    ),
    name_rule(
        "name/hash",
        Verdict.PLAIN,
        "a hash or an algorithm, not the secret itself",
        r"_(hash|hashes|hashed|digest|checksum|fingerprint|sha|sha1|sha256|sha512|md5|algorithm|algo|cipher|hasher|etag|revision|rev|commit)_$",
        ("PASSWORD_HASH", "JWT_ALGORITHM", "KEY_FINGERPRINT", "token_sha256"),
        ("HASH_SALT", "TELEGRAM_API_KEY"),
    ),
    name_rule(
        "name/key-of-data",
        Verdict.PLAIN,
        "a key that finds data, not one that opens a door",
        r"_(primary|partition|sort|foreign|cache|caching|idempotency|object|blob|dict|json|group|grouping|join|merge|unique|natural|surrogate"
        r"|business|routing|message|hot|header|column|index|row|lookup|issue|project|space|feature|translation|state|config|metric|tag"
        r"|label|file|data|result|dependency|input|output|default|composite|cluster|clustering|distribution|dist|hash|range|shard"
        r"|flow|task|s3|parent|child|record|item|entity|product|order|event|search|query|filter|map|mapping|field|attribute|param"
        r"|registry|hotkey|nav|menu|locale|i18n|meta|metadata|variable|var|env|block|setting|settings|series|dataset|table|id|name"
        r"|source|target|sheet|spreadsheet|gsheet|gspread|workbook|worksheet|time|date|year|month|day|country|team|player|game|last|first|next|prev|new|old|current|left|right|result_storage)"
        r"_keys?_$|_keys_$(?<!api_keys_)(?<!access_keys_)(?<!secret_keys_)(?<!private_keys_)(?<!encryption_keys_)|^_key_$(?!x)",
        (
            "PARTITION_KEY",
            "SHEET_KEY",
            "PRIMARY_KEY",
            "SORT_KEY",
            "CACHE_KEY",
            "s3_key",
            "JIRA_PROJECT_KEY",
            "required_keys",
            "key",
        ),
        ("API_KEY", "ENCRYPTION_KEY", "API_KEYS", "OPENWEATHER_KEY"),
    ),
    name_rule(
        "name/token-of-text",
        Verdict.PLAIN,
        "a token of a text, a page or a currency, not one that opens a door",
        r"_(null|pad|eos|bos|mask|cls|sep|unk|special|stop|start|end|page|next|next_page|continuation|sync|cancel|cancellation|delta|idempotency"
        r"|base|quote|erc20|nft|native|whitelist|first|last|word|sub|text|blank|image|think)_tokens?_$"
        r"|(?<!_api)(?<!_auth)(?<!_access)(?<!_bearer)(?<!_refresh)(?<!_bot)(?<!_secret)(?<!_user)_tokens_",
        ("PAD_TOKEN", "next_page_token", "tokens", "CONTINUATION_TOKEN"),
        ("API_TOKENS", "BOT_TOKEN", "AUTH_TOKENS", "TOKEN"),
    ),
    name_rule(
        "name/webhook",
        Verdict.SECRET,
        "whoever knows an incoming webhook's address can post to it",
        r"_(?:webhooks?|build_hook|deploy_hook)_(?!.*(port|host|route|server|id|channel|user|method|events?)_$)",
        ("SLACK_WEBHOOK_URL", "TEAMS_WEBHOOK_DEV", "discord_webhook", "webhookUrl", "NETLIFY_BUILD_HOOK"),
        ("WEBHOOK_PORT", "WEBHOOK_HOST", "HOOK_URL"),
    ),
    name_rule(
        "name/address-of-a-chat",
        Verdict.LIKELY,
        "the address of a chat channel is usually its incoming webhook",
        r"_(discord|slack|mattermost|google_chat|gchat|msteams|teams)_(?!(?:\w+_)?(?:api|base|invite|auth|token|oauth|doc|docs|callback|redirect"
        r"|server)_)(\w+_)?ur[li]_$",
        ("DISCORD_ALERTS_URL", "SLACK_URL", "TEAMS_ERRORS_URL"),
        ("SLACK_API_URL", "DISCORD_INVITE_URL", "ALERTS_URL"),
    ),
    name_rule(
        "name/signed-url",
        Verdict.SECRET,
        "a shared access signature opens what it points at",
        r"_sas_(token_|url_|uri_|key_)?$|_(presigned|signed)_ur[li]_$",
        ("AZURE_STORAGE_SAS_TOKEN", "BLOB_SAS_URL", "PRESIGNED_URL"),
        ("SAS_DIR", "SASS_URL", "UNSIGNED_URL"),
    ),
    name_rule(
        "name/sentry-dsn",
        Verdict.PLAIN,
        "a Sentry DSN only allows to send events, and Sentry's documentation lets it be public",
        r"_sentry_(\w+_)?dsn_",
        ("SENTRY_DSN", "BACKEND_SENTRY_DSN"),
        ("PG_DSN", "SENTRY_AUTH_TOKEN"),
    ),
    name_rule(
        "name/connection-string",
        Verdict.CARRIER,
        "a database address nearly always holds a password",
        r"_(connection|conn)_?(string|str|ur[li])s?_|_connstr_|_connection_ur[li]_|_dsns?_"
        r"|_(database|databases|db|postgres|postgresql|pg|psql|mysql|mariadb|mssql|sqlserver|oracle|mongo|mongodb|sqlalchemy|alchemy|amqp"
        r"|rabbitmq|redis|valkey|broker|neon|timescale|redshift|snowflake|cockroach|sql|dwh|cloudamqp|neo4j|jdbc|odbc"
        r"|backend_store)_(\w+_)?(ur[li]|conn|connection)_$",
        (
            "DATABASE_URL",
            "PG_DSN",
            "SQLALCHEMY_DATABASE_URI",
            "MONGO_URI",
            "AzureWebConnectionString",
            "REDIS_URL",
            "DB_CONN",
        ),
        ("API_URL", "DATABASE_NAME", "DB_HOST", "CONNECTION_TIMEOUT", "CONTAINER_CONNECTION_POOL_SIZE"),
    ),
    name_rule(
        "name/endpoint",
        Verdict.PLAIN,
        "an address, not a secret",
        r"_(ur[li]s?|endpoints?|hosts?|hostname|address|servers?|domain|issuer|audience|callback|route|site|proxy)_$",
        ("TOKEN_URL", "AUTH_ENDPOINT", "SECRETS_HOST", "OAUTH_ISSUER", "AUTH_SERVER"),
        ("AUTH_TOKEN", "SITE_PASSWORD"),
    ),
    name_rule(
        "name/vault-secret-id",
        Verdict.SECRET,
        "the secret id of an AppRole is its password",
        r"_(vault|approle|app_role)_(\w+_)?secret_id_$",
        ("VAULT_SECRET_ID", "APPROLE_SECRET_ID"),
        ("AWS_SECRET_ID", "VAULT_ROLE_ID"),
    ),
    name_rule(
        "name/azure-client-id",
        Verdict.PLAIN,
        "the client id of an Azure app registration says which application it is, like its tenant id",
        r"_(azure|aad|entra|msal|arm|sharepoint|graph|msgraph|pbi|powerbi|fabric|teams|o365|m365|managed_identity)_(\w+_)?client_id_$",
        ("AZURE_CLIENT_ID", "ARM_CLIENT_ID", "SHAREPOINT_CLIENT_ID"),
        ("CLIENT_ID", "AZURE_CLIENT_SECRET"),
    ),
    name_rule(
        "name/client-id",
        Verdict.LIKELY,
        "a client id travels with its client secret, and owners keep the pair together",
        r"_client_id_$",
        ("CLIENT_ID", "SPOTIFY_CLIENT_ID", "GLOBUS_CLIENT_ID"),
        ("CLIENT_NAME", "CLIENT_IDENTITY"),
    ),
    name_rule(
        "name/identifier",
        Verdict.PLAIN,
        "an identifier says who or which, it opens nothing",
        r"_(ids?|uuid|guid|arns)_$",
        ("AZURE_TENANT_ID", "SITE_ID", "KMS_KEY_ID", "AWS_SECRET_ID", "secret_ids"),
        ("CLIENT_SECRET", "TWILIO_AUTH_TOKEN"),
    ),
    name_rule(
        "name/account",
        Verdict.PLAIN,
        "the name of a user or account, not its password",
        r"_(users?|usernames?|user_name|uid|login|emails?|mail|e_mail|accounts?|owner|tenant|recipients?|sender)_$",
        ("DB_USER", "SMTP_LOGIN", "SECRET_OWNER", "PASSWORD_RESET_EMAIL", "exchange_username"),
        ("USER_PASSWORD", "ACCOUNT_KEY", "USER_TOKEN"),
    ),
    name_rule(
        "name/working-directory",
        Verdict.PLAIN,
        "the shell's working directory",
        r"^_(old_)?pwd_$",
        ("PWD", "OLDPWD"),
        ("DB_PWD", "PASSWORD"),
    ),
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
            "SUPABASE_PG_PASSWORD_B64",
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
        ("GITHUB_PAT", "DVC_GIT_REPO_PAT", "AZURE_DEVOPS_PAT"),
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
    *LIKELY_NAMES,
)


def rule_for_name(name: str) -> NameRule | None:
    """The first rule that has something to say about a name; None when its words say nothing."""
    text = canonical(name)
    if _KEYWORDS.search(text) is None and not text.startswith("_path"):
        return None
    return next((rule for rule in NAME_RULES if rule.matches(text)), None)
