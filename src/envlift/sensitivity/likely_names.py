"""Names that usually hold a secret: the last to be asked, and what a value shows may say otherwise."""

from __future__ import annotations

from envlift.sensitivity.rules import NameRule, Verdict, name_rule

LIKELY_NAMES: tuple[NameRule, ...] = (
    name_rule(
        "name/probably-a-credential",
        Verdict.LIKELY,
        "the name usually holds a credential",
        r"_(credentials?|creds?|jwt|auth|basic_auth|license)_((prod|production|dev|staging|stg|qa|uat|test|\d+)_)?$",
        ("GCP_CREDENTIALS", "DB_CREDS", "BASIC_AUTH", "GCP_CREDENTIALS_PROD"),
        ("CREDIT", "PINNED", "AUTHOR", "OAUTH"),
    ),
    name_rule(
        "name/probably-a-key",
        Verdict.LIKELY,
        "a key named after a service is usually the one that opens it",
        r"[a-z0-9]_key_(\d+_|prod_|dev_|test_|staging_)?$",
        ("OPENWEATHER_KEY", "FRED_KEY", "STRIPE_KEY_PROD"),
        ("KEY", "monkey", "KEYWORDS"),
    ),
    name_rule(
        "name/probably-an-api-key",
        Verdict.LIKELY,
        "named after a service's API and nothing else, it usually holds the key",
        r"^_(?!(?:base|backend|frontend|service|internal|external|rest|admin|data|use|my|prefect|app|main|local|public|web|http|test|prod|dev|fast|flask|the)_)[a-z0-9]+_api_$",
        ("NASDAQ_API", "OPENAI_API"),
        ("BACKEND_API", "API", "MY_SERVICE_API", "API_VERSION"),
    ),
)
