"""Names of secrets that look like those of identifiers or hashes, so they are asked first."""

from __future__ import annotations

from envlift.sensitivity.rules import NameRule, Verdict, name_rule

AGAINST_LOOKS: tuple[NameRule, ...] = (
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
)
