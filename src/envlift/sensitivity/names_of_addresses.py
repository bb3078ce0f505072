"""Names of addresses and identities: those that open something by themselves, and those that only say where or who."""

from __future__ import annotations

from envlift.sensitivity.rules import NameRule, Verdict, name_rule

ADDRESSES: tuple[NameRule, ...] = (
    name_rule(
        "name/webhook",
        Verdict.SECRET,
        "whoever knows an incoming webhook's address can post to it",
        r"_(?:webhooks?|build_hook|deploy_hook)_(?!.*(port|host|route|server|id|channel|user|method|events?)_$)",
        ("SLACK_WEBHOOK_URL", "TEAMS_WEBHOOK_STAGE", "discord_webhook", "webhookUrl", "NETLIFY_BUILD_HOOK"),
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
        r"^_airflow_conn_|_conn_?info_|_(connection|conn)_?(string|str|ur[li])s?_|_connstr_|_connection_ur[li]_|_dsns?_"
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
            "AIRFLOW_CONN_LAKE",
            "PGVECTOR_CONNINFO",
        ),
        ("API_URL", "DATABASE_NAME", "DB_HOST", "CONNECTION_TIMEOUT", "JOB_CONNECTION_POOL_SIZE"),
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
        ("CLIENT_ID", "SPOTIFY_CLIENT_ID", "VENDOR_CLIENT_ID"),
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
        ("DB_USER", "SMTP_LOGIN", "SECRET_OWNER", "PASSWORD_RESET_EMAIL", "mailbox_username"),
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
)
