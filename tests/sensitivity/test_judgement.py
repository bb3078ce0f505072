"""Secret or not, over made-up names and values in documented formats, both sides; and what must hold for any input."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envlift.concealed import Concealed
from envlift.sensitivity.judgement import Judgement, judge
from envlift.sensitivity.rules import Use


def judged(name: str, *values: str, uses: tuple[Use, ...] = ()) -> Judgement:
    return judge(name, values=[Concealed(value) for value in values], uses=uses)


def _made(length: int) -> str:
    """A made-up value that looks as if a machine had made it, put together at run time so that scanners stay quiet."""
    text = "q7Rk" + "92mzLwA3" + "ZtXv8Bn5" + "YcJ1dHg6" + "PeU4sTo0"
    return (text * (length // len(text) + 1))[:length]


HEX = ("3f9a" + "0c7be15d8264") * 8
UUID = "3f9a0c7b-e15d-4264-8f9a-0c7be15d8264"

SECRET_NAMES = """
PASSWORD DB_PASSWORD DB_PASS DB_PWD PGPASSWORD MYSQL_ROOT_PASSWORD postgresPassword redis-password smtp_pass
SMTP_PASS_ANNA MINIO_ROOT_PASSWORD EXCHANGE_PASSWORD SSH_PASSPHRASE KEYSTORE_PASSWORD ADMIN_PW TRINO_PASSWORD_PROD
password_b64 SFTP_PASSWORD_2 PASSWORD_OLD LDAP_BIND_PASSWORD SECRET CLIENT_SECRET AZURE_CLIENT_SECRET SECRET_KEY
DJANGO_SECRET_KEY AWS_SECRET_ACCESS_KEY JWT_SECRET SESSION_SECRET stripeSigningSecret CONSUMER_SECRET WEBHOOK_SECRET
OAUTH_SECRET app.secret NEXTAUTH_SECRET VAULT_SECRET_ID TOKEN API_TOKEN SLACK_TOKEN SLACK_BOT_TOKEN GITHUB_TOKEN
GH_TOKEN HF_TOKEN HFTOKEN discordToken ACCESS_TOKEN REFRESH_TOKEN BEARER_TOKEN AUTH_TOKEN BOT_TOKEN
TELEGRAM_BOT_TOKEN INFLUXDB_TOKEN DATABRICKS_TOKEN JIRA_API_TOKEN SENTRY_AUTH_TOKEN TOKEN_PROD MOTHERDUCK_TOKEN
API_TOKENS DBT_CLOUD_SERVICE_TOKEN VAULT_TOKEN MAPBOX_ACCESS_TOKEN API_KEY OPENAI_API_KEY ANTHROPIC_APIKEY apiKey
X-API-Key api_key_2 WEATHER_API_KEY_PROD GOOGLE_PLACES_API_KEY FRED_API_KEY API_KEYS PRIVATE_KEY SSH_PRIVATE_KEY
NERSC_PRI_KEY GPG_PRIVATE_KEY DEPLOY_KEY ENCRYPTION_KEY FERNET_KEY SIGNING_KEY MASTER_KEY ACCOUNT_KEY
AZURE_STORAGE_KEY STORAGE_ACCOUNT_KEY SUPABASE_SERVICE_ROLE_KEY B2_APP_KEY DD_APP_KEY LICENSE_KEY SUBSCRIPTION_KEY
SEGMENT_WRITE_KEY AWS_ACCESS_KEY_ID ACCESS_KEY_ID B2_KEY_ID MINIO_ACCESS_KEY S3_ACCESS_KEY CLIENT_ID
SPOTIFY_CLIENT_ID OPENWEATHER_KEY FRED_KEY EIA_KEY STRIPE_KEY SUPABASE_KEY NASDAQ_API GEMINI_API SLACK_WEBHOOK_URL
DISCORD_WEBHOOK TEAMS_WEBHOOK_OPS WEBHOOK_URL alertWebhookUrl DISCORD_ALERTS_URL SLACK_URL NETLIFY_BUILD_HOOK
DATABASE_URL DB_URL PG_DSN WAREHOUSE_DSN POSTGRES_URI MONGO_URI MONGODB_URL REDIS_URL AMQP_URL BROKER_URL
SQLALCHEMY_DATABASE_URI DB_CONNECTION_STRING AZURE_STORAGE_CONNECTION_STRING SERVICEBUS_CONN_STR JDBC_URL
MLFLOW_BACKEND_STORE_URI AZURE_SAS_TOKEN BLOB_SAS_URL GITHUB_PAT GIT_REPO_PAT SESSION_COOKIE SITE_COOKIES HASH_SALT
WALLET_MNEMONIC TOTP AUTHORIZATION BASIC_AUTH PREFECT_API_AUTH_STRING TELEGRAM_API_HASH GCP_SERVICE_ACCOUNT_JSON
GOOGLE_CREDENTIALS_B64 DB_CREDENTIALS GCP_CREDS PREFECT_API_KEY
""".split()

PLAIN_NAMES = """
MAX_TOKENS LLM_MAX_TOKENS max_output_tokens TOKENS_PER_MINUTE TOTAL_TOKENS TOKEN_LIMIT TOKEN_COUNT TOKEN_BUDGET
num_tokens PAD_TOKEN eos_token NEXT_PAGE_TOKEN CONTINUATION_TOKEN TOKENIZER TOKENIZERS_PARALLELISM TOKENIZER_PATH
TOKEN_TTL TOKEN_EXPIRY_DAYS ACCESS_TOKEN_EXPIRE_MINUTES TOKEN_URL OAUTH_TOKEN_URL TOKEN_ENDPOINT AUTH_URL
AUTH_SERVER TOKEN_TYPE TOKEN_FILE TOKEN_PATH GMAIL_TOKEN_DIR PASSWORD_FILE DB_PASSWORD_FILE SECRET_PATH SECRETS_DIR
SSH_KEY_PATH PRIVATE_KEY_FILE PRIVATE_KEY_PATH PATH_NERSC_PRI_KEY KEY_FILE CREDENTIALS_PATH COOKIE_FILE COOKIE_NAME
COOKIE_DOMAIN COOKIE_SECURE GOOGLE_APPLICATION_CREDENTIALS SECRET_NAME DB_SECRET_NAME SECRET_ARN SECRET_VERSION
SECRET_SCOPE SECRETS_BACKEND API_KEY_NAME API_KEY_HEADER TOKEN_BLOCK_NAME PASSWORD_BLOCK SLACK_WEBHOOK_BLOCK_NAME
AUTH_TYPE AUTH_METHOD AUTH_ENABLED USE_AUTH DISCORD_WEBHOOK_ENABLED WEBHOOK_ENABLED WEBHOOK_PORT WEBHOOK_HOST
PASSWORD_MIN_LENGTH PASSWORD_PATTERN PASSWORD_POLICY PASSWORD_HASH JWT_ALGORITHM JWT_ISSUER JWT_AUDIENCE
KEY_FINGERPRINT PUBLIC_KEY SSH_PUBLIC_KEY STRIPE_PUBLISHABLE_KEY RECAPTCHA_SITE_KEY VAPID_PUBLIC_KEY PRIMARY_KEY
PARTITION_KEY SORT_KEY FOREIGN_KEY CACHE_KEY OBJECT_KEY s3_key JIRA_PROJECT_KEY GROUP_KEY ROUTING_KEY
IDEMPOTENCY_KEY SOURCE_KEY KEY key keys KEYWORDS KEYBOARD monkey monkey_patch DONKEY_KONG TURKEY HOCKEY KEYSPACE
KEYCLOAK_REALM keyword_list KMS_KEY_ID SIGNING_KEY_ID AZURE_CLIENT_ID ARM_CLIENT_ID AZURE_TENANT_ID SITE_ID
WORKSPACE_ID USER USERNAME DB_USER DB_USERNAME SMTP_USER MINIO_ROOT_USER SNOWFLAKE_USER LOGIN_NAME SENDER_EMAIL
NOTIFICATION_EMAIL SNOWFLAKE_ACCOUNT DB_HOST DB_PORT DB_NAME PGHOST PGDATABASE SQL_SERVER REDIS_HOST KAFKA_BROKERS
ENDPOINT_URL API_URL API_BASE_URL BACKEND_API BASE_API PREFECT_API_URL MLFLOW_TRACKING_URI S3_ENDPOINT SENTRY_DSN
PUSHGATEWAY_URL DISCORD_INVITE_URL SLACK_API_URL SLACK_CHANNEL PWD OLDPWD PATH HOME LOG_LEVEL DEBUG ENVIRONMENT TZ
REGION AWS_DEFAULT_REGION BUCKET S3_BUCKET BATCH_SIZE TIMEOUT_SECONDS RETRY_ATTEMPTS PASSENGER_COUNT COMPASS_URL
BYPASS_CACHE PASSTHROUGH SURPASS AUTHOR AUTHORS SECRETARY SALTWATER PINNED PATTERN PATIENT_ID COOKIECUTTER
CONNECTION_TIMEOUT DB_POOL_SIZE DATABASE_NAME PREFECT_FLOW_RUN_ID CREDIT_LIMIT ACCREDITATION DSNY_FEED JWKS_URL
""".split()


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_name_that_says_secret(name: str) -> None:
    assert judged(name).sensitive


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_a_name_that_sounds_like_a_secret_and_is_none(name: str) -> None:
    assert not judged(name).sensitive


# Names say nothing here: only the value speaks.
SECRET_VALUES = {
    "postgres with password": "postgresql://etl:" + _made(10) + "@db.example.org:5432/sales",
    "driver in the scheme": "postgresql+psycopg2://etl:" + _made(10) + "@db/sales",
    "slash in the password": "mysql://etl:" + _made(4) + "/" + _made(6) + "@db.example.org/sales",
    "at sign in the password": "mysql://etl:" + _made(4) + "@" + _made(6) + "@db.example.org/sales",
    "redis without a user": "redis://:" + _made(16) + "@cache:6379/0",
    "mongo srv": "mongodb+srv://app:" + _made(14) + "@cluster0.mongodb.net/db",
    "basic auth in a web address": "https://deploy:" + _made(12) + "@git.example.org/team/app.git",
    "jdbc with password": "jdbc:postgresql://etl:" + _made(10) + "@db/sales",
    "odbc": "Driver={ODBC Driver 18};Server=db;Uid=etl;Pwd=" + _made(12) + ";",
    "storage account": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=" + _made(86) + "==",
    "service bus": "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=r;SharedAccessKey="
    + _made(43)
    + "=",
    "libpq keywords": "host=db dbname=sales user=etl password=" + _made(12),
    "slack webhook": "https://hooks.slack.com/" + "services/T0" + "2AB3CD4/B05EF6GH7/" + _made(24),
    "slack workflow": "https://hooks.slack.com/" + "workflows/T02AB3CD4/A05EF6GH7/1234567/" + _made(24),
    "discord webhook": "https://discord.com/api/" + "webhooks/112233445566778899/" + _made(68),
    "old discord webhook": "https://discordapp.com/api/" + "webhooks/112233445566778899/" + _made(68),
    "teams webhook": "https://acme.webhook.office.com/" + f"webhookb2/{UUID}@{UUID}/IncomingWebhook/{HEX[:32]}/{UUID}",
    "power automate": "https://prod-1.westeurope.logic.azure.com:443/workflows/"
    + HEX[:32]
    + "/run?api-version=1&sig="
    + _made(43),
    "google chat": "https://chat.googleapis.com/v1/spaces/AAAA1/messages?key=" + _made(39) + "&token=x",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/" + UUID,
    "telegram address": "https://api.telegram.org/bot" + "123456789:" + _made(35) + "/sendMessage",
    "signed blob": "https://acme.blob.core.windows.net/c/f?sv=2024&sig=" + _made(43) + "%3D",
    "key in a query": "https://api.example.org/v1/data?api_key=" + _made(32),
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n-----END",
    "openssh key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3Bl\n-----END",
    "pgp key": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    "service account": '{"type": "service_account", "project_id": "x", "private_key": "' + '-----"}',
    "oauth client": '{"installed": {"client_secret": "' + _made(24) + '"}}',
    "json web token": "ey" + "J" + _made(33) + ".ey" + "J" + _made(60) + "." + _made(43),
    "bearer header": "Bearer " + _made(40),
    "basic header": "Basic " + _made(40) + "==",
    "github token": "gh" + "p_" + _made(36),
    "github token as the user": "https://" + _made(40) + "@github.com/acme/app.git",
    "hex token as the user": "https://" + HEX[:40] + "@git.example.org/app.git",
    "oracle": "jdbc:oracle:thin:etl/" + _made(8) + "@db.example.org:1521/sales",
    "oracle with a long name": "jdbc:oracle:oci:etl/" + _made(8) + "@//db.example.org:1521/sales",
    "go driver": "etl:" + _made(8) + "@tcp(db.example.org:3306)/sales",
    "age key": "AGE-SECRET" + "-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2,
    "json with a password": '{"host": "db", "password": "' + _made(8) + '"}',
    "dict with a key in it": "{'db': {'apiKey': '" + _made(16) + "'}}",
    "password in a query": "https://api.example.org/x?password=" + _made(8),
    "password in the query of a path": "db.example.org/x?user=etl&password=" + _made(8),
    "second password in a query": "https://api.example.org/x?api_key=demo_key&password=" + _made(8),
    "aws key id": "AK" + "IA" + "QWERTYUIOPASDF23",
}


@pytest.mark.parametrize("value", SECRET_VALUES.values(), ids=SECRET_VALUES)
def test_a_value_that_says_secret_whatever_its_name(value: str) -> None:
    judgement = judged("SETTING", value)
    assert judgement.sensitive
    assert judgement.certain
    assert not judgement.placeholder
    assert not judgement.reference


PLAIN_VALUES = {
    "uuid": UUID,
    "git revision": HEX[:40],
    "short revision": HEX[:7],
    "sha256": HEX[:64],
    "image digest": "registry.example.org/app@sha256:" + HEX[:64],
    "public address": "https://api.example.org/v1",
    "handle in a path": "https://medium.example.org/@someone/post",
    "address with a port and a handle": "https://example.org:8443/@someone",
    "mail address": "mailto:etl@example.org",
    "git over ssh": "git@github.com:acme/app.git",
    "ssh with a user only": "ssh://git@git.example.org/app.git",
    "query without credential": "https://example.org/search?keyword=analytics&token_type=x",
    "database without password": "postgresql://db.example.org/sales",
    "sqlite": "sqlite:///data/app.db",
    "windows trust": "Server=db;Database=sales;Trusted_Connection=yes;",
    "development default": "postgresql://postgres:postgres@localhost:5432/app",
    "password in a variable": "postgresql://etl:${DB_PASSWORD}@db/sales",
    "password in braces": "postgresql://{user}:{password}@{host}/sales",
    "password in angles": "postgresql://<user>:<password>@db/sales",
    "percent template": "mongodb://%s:%s@db:27017",
    "odbc template": "Driver=x;Server=db;Uid=etl;Pwd={password};",
    "masked password": "postgresql://etl:****@db/sales",
    "public key": "-----BEGIN PUBLIC KEY-----\nMIIB",
    "certificate": "-----BEGIN CERTIFICATE-----\nMIIB",
    "ssh public key": "ssh-ed25519 AAAAC3Nza" + "C1lZDI1 someone@example.org",
    "empty webhook": "https://hooks.slack.com/services/",
    "model name": "sk-learn-contrib/gradient-boosting-classifier",
    "package": "pypi-mirror-of-the-company",
    "sentence": "Bearer authentication is required for this endpoint",
    "json without a credential": '{"max_tokens": "4096", "password_file": "/run/secrets/db", "token_type": "bearer"}',
    "json with a stand-in": '{"user": "etl", "password": "changeme"}',
    "json with a variable": '{"password": "${DB_PASSWORD}"}',
    "oracle without password": "jdbc:oracle:thin:@db.example.org:1521/sales",
    "go driver for development": "root:root@tcp(127.0.0.1:3306)/app",
    "long user": "https://continuous-integration-user@git.example.org/app.git",
    "query with a stand-in": "https://api.example.org/x?password=password",
    "schedule": "0 6 * * 1-5",
    "bucket": "acme-prod-landing-zone-2024",
    "number": "1234567890",
    "list": "[1, 2, 3]",
    "json": '{"type": "service_account"}',
    "blank": "   ",
}


@pytest.mark.parametrize("value", PLAIN_VALUES.values(), ids=PLAIN_VALUES)
def test_a_value_that_looks_like_a_secret_and_is_none(value: str) -> None:
    assert not judged("SETTING", value).sensitive


PLACEHOLDERS = [
    "changeme",
    "change_me",
    "CHANGE-ME",
    "<your-token>",
    "<TOKEN>",
    "xxx",
    "XXXXXXXX",
    "your_api_key_here",
    "your-key",
    "YOUR_API_KEY",
    "...",
    "***",
    "${API_KEY}",
    "$API_KEY",
    "{{ api_key }}",
    "replace-me",
    "replace_with_your_key",
    "TODO",
    "insert-token-here",
    "my-secret-token",
    "the_password",
    "enter your key",
    "sk-your-key-here",
    "__API_KEY__",
    "placeholder",
    "redacted",
    "AKIAIOSFODNN7" + "EXAMPLE",
    "sk-" + "x" * 24,
    "yourpassword",
]
STAND_INS = [
    "dummy",
    "test",
    "secret",
    "password",
    "fake-key",
    "example",
    "none",
    "test-api-key",
    "x",
    "000000",
    "api-key",
    "password123",
]


@pytest.mark.parametrize("value", [*PLACEHOLDERS, *STAND_INS])
def test_a_placeholder_leaves_a_secret_secret_and_is_no_value(value: str) -> None:
    judgement = judged("SERVICE_API_KEY", value)
    assert judgement.sensitive
    assert judgement.placeholder


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_nobodys_value(value: str) -> None:
    assert judged("SETTING", value).placeholder
    assert not judged("SETTING", value).sensitive


@pytest.mark.parametrize(
    "value",
    [
        "test",
        "default",
        "none",
        "user",
        "update",
        "insert",
        "x",
        "secret-santa",
        "my-bucket",
        "[a]",
        "-",
        "demo_db",
        "local",
    ],
)
def test_an_ordinary_word_is_the_value_of_an_ordinary_setting(value: str) -> None:
    assert not judged("MODE", value).placeholder


def test_a_real_value_beside_a_placeholder_counts() -> None:
    assert not judged("SERVICE_API_KEY", "changeme", _made(32)).placeholder
    assert not judged("SERVICE_API_KEY").placeholder
    assert not judged("SERVICE_API_KEY", "").placeholder


REFERENCES = [
    "op://vault/item/field",
    "vault:secret/data/app#password",
    "ENC[AES256_GCM,data:abc]",
    "{{ prefect.blocks.secret.db-password }}",
    "${{ secrets.DB_PASSWORD }}",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
    "projects/acme/secrets/db/versions/latest",
    "@Microsoft.KeyVault(SecretUri=x)",
    "ref+vault://app#x",
    "ssm:/app/db/password",
    "$ANSIBLE_VAULT;1.1;AES256",
    "doppler://acme/prd/DB",
    "secretsmanager://db",
    "{cipher}abcdef",
    "gcpsm://acme/db",
]


@pytest.mark.parametrize("value", REFERENCES)
def test_a_reference_is_no_value(value: str) -> None:
    judgement = judged("DB_PASSWORD", value)
    assert judgement.reference
    assert judgement.sensitive
    assert not judgement.placeholder
    assert not judged("DB_HOST", value).sensitive


@pytest.mark.parametrize(
    "value", ["https://vault.example.org", "vault", "optional", "reference", "secretary:42", "ENCODING", "operator"]
)
def test_what_only_sounds_like_a_reference(value: str) -> None:
    assert not judged("SETTING", value).reference


# A name that says secret, and a value that says otherwise.
@pytest.mark.parametrize(
    ("name", "value", "sensitive"),
    [
        ("AUTH_TOKEN", "true", False),
        ("CLIENT_SECRET", "false", False),
        ("SSH_PRIVATE_KEY", "/home/etl/.ssh/id_rsa", False),
        ("SSH_PRIVATE_KEY", "~/.ssh/id_ed25519", False),
        ("GCP_CREDENTIALS", "keys/loader.json", False),
        ("DB_SECRET", "C:\\keys\\db.pem", False),
        ("SERVICE_TOKEN", "https://login.example.org/oauth", False),
        ("NASDAQ_API", "https://data.example.org/api/v3", False),
        ("COUNTRY_KEY", "iso_code", False),
        ("REPORT_KEY", "reports/daily/version=1/summary.json", False),
        ("BODY_KEY", "body", False),
        ("OPENWEATHER_KEY", _made(32), True),
        ("OPENWEATHER_KEY", HEX[:32], True),
        ("TIINGO_KEY", UUID, True),
        ("NASDAQ_API", _made(20), True),
        ("DB_PASSWORD", "true", True),
        ("DB_PASSWORD", "12345", True),
        ("DB_PASSWORD", "summer", True),
        ("DB_PASSWORD", "correct-horse-battery-staple", True),
        ("ALERT_WEBHOOK_URL", "http://localhost:8000/hook", True),
        ("SERVICE_TOKEN", "external-token-for-staging", True),
        ("X_SIGNATURE", _made(40), True),
        ("DATABASE_URL", "sqlite:///app.db", False),
        ("DATABASE_URL", "postgresql://db.internal/app", False),
        ("DATABASE_URL", "postgresql://etl@db.internal/app", False),
        ("DATABASE_URL", "postgresql://postgres:postgres@localhost/app", True),
        ("DATABASE_URL", "postgresql://user:password@host/app", True),
        ("REDIS_URL", "redis://localhost:6379/0", False),
        ("BROKER_URL", "amqp://etl:" + _made(8) + "@mq/", True),
        ("MONGO_URI", "<your-mongo-uri>", True),
        ("SENTRY_DSN", "https://" + HEX[:32] + "@o1.ingest.sentry.io/2", False),
        ("TOKEN_URL", "https://login.example.org/token", False),
        ("PUBLIC_KEY", "gh" + "p_" + _made(36), True),
        ("MAX_TOKENS", "4096", False),
        ("CLIENT_ID", "warehouse-loader", False),
        ("CLIENT_ID", _made(24), True),
        ("API_TOKEN", "/run/secrets/api_token", False),
        ("API_TOKEN", "./keys/id_ed25519", False),
        ("API_TOKEN", "${HOME}/.config/token.json", False),
        ("API_TOKEN", "Qx7/v9T2" + "mLp.key", True),
        ("API_TOKEN", "./x9v" + "T2Lq", True),
        ("API_TOKEN", "/" + _made(9), True),
        ("FEED_KEY", "Qx7/v9T2" + "mLp.key", True),
        ("DB_PASSWORD", "./x9v" + "T2Lq", True),
        ("DB_PASSWORD", "/winter/of/love", True),
        ("DB_PASSWORD", "https://winter.example", True),
        ("PASS", _made(10), True),
        ("PASS", "summer", True),
        ("KEY", _made(41) + "/" + "+=", True),
        ("KEY", "reports/daily", False),
    ],
)  # fmt: skip
def test_names_and_values_together(name: str, value: str, sensitive: bool) -> None:
    assert judged(name, value).sensitive is sensitive


def test_a_secret_in_an_address_whose_password_only_begins_like_a_stand_in() -> None:
    for password in ("test-" + _made(10), "dev-" + _made(10), "change-me-" + _made(8), "demo_winter", "loader-secret"):
        judgement = judged("WAREHOUSE", f"postgresql://svc:{password}@db.prod.example/x")
        assert (judgement.sensitive, judgement.placeholder) == (True, False), password
        judgement = judged("WAREHOUSE", f"Server=db.prod.example;Uid=svc;Pwd={password};")
        assert (judgement.sensitive, judgement.placeholder) == (True, False), password


@pytest.mark.parametrize(
    "password", ["changeme", "postgres", "password123", "test", "your-password", "test-password", "${PW}"]
)
def test_an_exact_stand_in_in_an_address_is_none_wherever_it_leads(password: str) -> None:
    assert not judged("WAREHOUSE", f"postgresql://svc:{password}@db.prod.example/x").sensitive


def test_a_stand_in_for_this_machine_may_go_on_as_it_likes() -> None:
    for host in ("localhost", "127.0.0.1:5432"):
        judgement = judged("WAREHOUSE", f"postgresql://svc:test-{_made(10)}@{host}/x")
        assert (judgement.sensitive, judgement.placeholder, judgement.suspicious) == (False, True, False)


@pytest.mark.parametrize(
    "value",
    [
        _made(20),
        _made(12),
        "x9v" + "T2Lq",
        "x9!v" + "T2#Lq",
        "reports/" + _made(16),
        "https://docs.example.org/d/" + _made(24) + "/edit",
        HEX[:64],
        "Endpoint " + _made(16),
    ],
)
def test_an_unguessable_value_under_an_ordinary_name_is_suspicious(value: str) -> None:
    judgement = judged("SETTING", value)
    assert (judgement.sensitive, judgement.suspicious) == (False, True)
    assert judged("SETTING", "plain", value).suspicious
    assert value not in repr(judgement)


@pytest.mark.parametrize(
    "value",
    [
        UUID,
        HEX[:7],
        HEX[:12],
        "Europe/Berlin",
        "claude-3-5-sonnet-20241022",
        "mistralai/Mixtral-8x7B-Instruct-v0.1",
        "20241022T101500Z",
        "m5ad12xlarge",
        "OAuth2PasswordBearer",
        "s3://acme-prod-landing/raw/2024",
        "acme.abc12de.eu-west-1.rds.amazonaws.com",
        "https://c1x2y3z4.snowflakecomputing.com/home",
        "registry.example.org/app:v1.2.3",
        "%Y-%m-%dT%H:%M:%S",
        "0 6 * * 1-5",
        "1234567890123456",
        "",
    ],
)
def test_what_people_write_is_not_suspicious(value: str) -> None:
    assert not judged("SETTING", value).suspicious


@pytest.mark.parametrize("name", ["IMAGE_SHA", "GIT_COMMIT", "SHEET_ID", "PUBLIC_KEY", "SENTRY_DSN", "IMAGE_TAG"])
def test_a_name_may_explain_why_its_value_is_unguessable(name: str) -> None:
    assert not judged(name, _made(40)).suspicious


def test_what_is_judged_secret_or_stands_for_a_value_is_not_suspicious() -> None:
    assert not judged("API_TOKEN", _made(40)).suspicious
    assert not judged("SETTING", "op://vault/item/" + _made(20)).suspicious
    assert not judged("SETTING", "<" + _made(20) + ">").suspicious


def test_one_value_with_a_password_makes_an_address_secret() -> None:
    assert not judged("DATABASE_URL", "sqlite:///app.db").sensitive
    assert judged("DATABASE_URL", "sqlite:///app.db", "postgresql://user:password@host/db").sensitive


@pytest.mark.parametrize(
    ("name", "default", "sensitive"),
    [
        ("DATABASE_URL", "sqlite:///app.db", True),
        ("DATABASE_URL", "postgresql://localhost:5432/app", True),
        ("MONGO_URI", "mongodb://localhost:27017", True),
        ("DATABASE_URL", "postgresql://db.internal/app", False),
        ("REDIS_URL", "redis://localhost:6379/0", False),
        ("API_URL", "sqlite:///app.db", False),
    ],
)
def test_a_default_for_development_says_little_about_the_address_in_production(
    name: str, default: str, sensitive: bool
) -> None:
    assert judge(name, defaults=[Concealed(default)]).sensitive is sensitive
    assert not judged(name, default).sensitive
    assert not judge(name, values=[Concealed(default)], defaults=[Concealed(default)]).sensitive


def test_what_is_kept_in_a_secret_block_is_secret_whatever_its_name() -> None:
    assert not judged("SHOP_EMAIL").sensitive
    assert judged("SHOP_EMAIL", uses=(Use(block="shop-email"),)).certain
    assert judged("SHOP_EMAIL", uses=(Use(block="shop-email"),)).sensitive


def test_doubt_is_told() -> None:
    assert judged("DB_PASSWORD").certain
    assert not judged("PAGING_TOKEN").certain
    assert not judged("PAGING_TOKEN", "first").certain
    assert judged("SLACK_TOKEN", "q7Rk92mz").certain
    assert judged("SLACK_TOKEN", uses=(Use("token", "WebClient"),)).certain
    assert not judged("DATABASE_URL").certain
    assert not judged("OPENWEATHER_KEY").certain
    assert judged("OPENWEATHER_KEY", _made(32)).certain
    assert not judged("CLIENT_ID").certain
    assert judged("LOG_LEVEL", "INFO").certain


@pytest.mark.parametrize(
    ("name", "use", "sensitive"),
    [
        ("SMTP_APP", Use("password", "server.login"), True),
        ("DB_LOADER", Use("password", "psycopg2.connect"), True),
        ("OPENAI", Use("api_key", "OpenAI"), True),
        ("JIRA_CREDENTIAL_PART", Use("token", "JIRA"), True),
        ("SERVICE", Use("Authorization", "", "f-string"), True),
        ("SERVICE", Use("X-API-Key", "session.get"), True),
        ("THING", Use("", "", "SecretStr"), True),
        ("LOADER", Use("auth", "requests.get"), True),
        ("MAIN_DB", Use("", "create_engine"), True),
        ("SQL_SERVER", Use("", "create_engine", "f-string"), False),
        ("JIRA_USERNAME", Use("auth", "requests.get"), False),
        ("MINIO_ROOT_USER", Use("aws_access_key_id", "boto3.client"), False),
        ("API_SECRET", Use("", "Secret.load"), False),
        ("WEBHOOK", Use("", "SlackWebhook.load"), False),
        ("SERVICE_KEY", Use("", "open"), False),
        ("DEPLOY_KEY", Use("key", "", "Path"), False),
        ("SSH_KEY", Use("key_filename", "client.connect"), False),
        ("MODEL", Use("max_tokens", "client.create"), False),
        ("HOST", Use("host", "connect"), False),
    ],
)
def test_uses(name: str, use: Use, sensitive: bool) -> None:
    assert judged(name, uses=(use,)).sensitive is sensitive


def test_the_reason_comes_from_a_rule_and_never_from_the_value() -> None:
    value = "postgresql://etl:" + _made(12) + "@db.example.org/sales"
    judgement = judged("SETTING", value)
    assert judgement.rule == "value/password-in-address"
    assert judgement.reason == "the address holds a password"
    assert _made(12) not in repr(judgement)
    assert "db.example.org" not in repr(judgement)


_NAMES = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from([*SECRET_NAMES, *PLAIN_NAMES])
_VALUES = st.text(max_size=200) | st.sampled_from(
    [*SECRET_VALUES.values(), *PLAIN_VALUES.values(), *PLACEHOLDERS, *REFERENCES]
)


@given(
    _NAMES,
    st.lists(_VALUES, max_size=3),
    st.builds(Use, st.text(max_size=12), st.text(max_size=12), st.text(max_size=8)),
)
@example("DSN", ["postgres://[::1:x@y@"], Use())
@example("x", ["\ud800://\x00:@"], Use())
def test_judging_never_fails_and_never_depends_on_the_order_of_values(name: str, values: list[str], use: Use) -> None:
    forth = judged(name, *values, uses=(use,))
    back = judged(name, *reversed(values), uses=(use,))
    assert forth.sensitive == back.sensitive
    assert (forth.reference, forth.placeholder) == (back.reference, back.placeholder)


@given(
    st.sampled_from(SECRET_NAMES),
    st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=24, max_size=40),
)
def test_no_reason_holds_a_value(name: str, value: str) -> None:
    assert value not in repr(judged(name, value))
    assert value not in repr(judged("SETTING", f"https://u:{value}@host.example.org"))


@pytest.mark.parametrize(
    "value",
    [
        "a" * 200_000,
        "x://" * 20_000,
        "-" * 50_000,
        "my_" * 20_000,
        "postgres://" + "a:@/" * 10_000,
        "a." * 30_000,
        "A1-" * 20,
    ],
)
def test_a_hostile_value_is_judged_at_once(value: str) -> None:
    judgement = judged("SOME_KEY", value)
    assert judgement == judged("SOME_KEY", value)
