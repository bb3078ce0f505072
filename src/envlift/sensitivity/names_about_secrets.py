"""Names that speak about a secret and are none: its file, its name, its size, a key of data, a token of text."""

from __future__ import annotations

from envlift.sensitivity.rules import NameRule, Verdict, name_rule

_NOUN = r"(?:password|passwd|passphrase|pwd|pass|secret|token|key|credential|cred|webhook|cookie|cert|auth|jwt|pat)s?"

ABOUT_SECRETS: tuple[NameRule, ...] = (
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
        r"_google_application_credentials?_$|^_vault_client_(key|cert)_$|_pg_?ssl_?(root)?_?(key|cert|crl)_$|_ssl_(client_)?key_?(file)?_$|_(tls|mtls|etcd)_client_key_$|_ssl_(ca|root_?cert|cert)_$",
        (
            "GOOGLE_APPLICATION_CREDENTIALS",
            "VAULT_CLIENT_KEY",
            "PGSSLKEY",
            "DB_SSL_KEY",
            "KAFKA_SSL_CERT",
            "BROKER_TLS_CLIENT_KEY",
        ),
        (
            "GOOGLE_CREDENTIALS",
            "GOOGLE_APPLICATION_CREDENTIALS_JSON",
            "SSL_PRIVATE_KEY",
            "SSL_KEY_PASSWORD",
            "TLS_KEY",
            "PAYMENT_CLIENT_KEY",
        ),
    ),
    name_rule(
        "name/name-of-a-secret",
        Verdict.PLAIN,
        "it holds the name, kind or place of a secret, not the secret",
        r"_(names?|blocks?|arn|ref|refs|reference|alias|label|title|slug|scopes?|prefix|suffix|header_names?|fields?|columns?|cols?"
        r"|params?|parameters?|var|vars|variables?|placeholder|types?|kind|format|version|provider|backend|manager|store|vault"
        r"|service|engine|client|class|pattern|regex|policy|prompt|description|desc|hint|help|message|msg|error|status|state"
        r"|source|method|strategy|mode|level|group|role|category|region|env_var|env_name|env|schema|template|table|getter|loader|factory|detection|detector|scanning|scanner)_$"
        r"|_(key_vault|secrets?_manager|secrets?_store|key_?store|token_?izer)_(?!(?:\w+_)?(?:password|pass|pwd|token)_)|_(api_)?key_header_|_(password|username|ip|host)_key_",
        (
            "API_KEY_BLOCK_NAME",
            "SECRET_NAME",
            "TOKEN_TYPE",
            "DB_SECRET_ARN",
            "COOKIE_NAME",
            "passphrase_pattern",
            "SECRET_SCOPE",
        ),
        ("API_KEY", "NAMED_TOKEN", "CLIENT_SECRET", "SERVICE_TOKEN"),
    ),
    name_rule(
        "name/in-the-browser",
        Verdict.PLAIN,
        "what a bundler builds into a page, every visitor of the page can read",
        r"^_(vite|next_public|nuxt_public|react_app|expo_public|gatsby|vue_app)_(?!.*_(password|passwd|pwd|secret)_)",
        ("VITE_FIREBASE_API_KEY", "NEXT_PUBLIC_MAPS_TOKEN", "REACT_APP_API_KEY"),
        ("VITE_ADMIN_PASSWORD", "PUBLIC_API_TOKEN", "INVITE_TOKEN"),
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
        r"_keys?_$"
        # What stands in a bucket has a key; what opens the store says so in the word before.
        r"|_(s3|gcs|bucket)_(?!(?:\w+_)?(?:access|secret|api|app|application|private|account|auth|shared|encryption|kms|sse|hmac|master|admin"
        r"|root|service|prod|production|staging|dev|test)_)\w+_key_$"
        r"|_keys_$(?<!api_keys_)(?<!access_keys_)(?<!secret_keys_)(?<!private_keys_)(?<!encryption_keys_)|^_key_$(?!x)",
        (
            "PARTITION_KEY",
            "SHEET_KEY",
            "S3_BACKUP_KEY",
            "S3_RAW_ORDERS_KEY",
            "PRIMARY_KEY",
            "SORT_KEY",
            "CACHE_KEY",
            "s3_key",
            "JIRA_PROJECT_KEY",
            "required_keys",
            "key",
        ),
        (
            "API_KEY",
            "ENCRYPTION_KEY",
            "API_KEYS",
            "OPENWEATHER_KEY",
            "S3_WRITER_ACCESS_KEY",
            "GCS_HMAC_KEY",
            "S3_PROD_KEY",
        ),
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
)
