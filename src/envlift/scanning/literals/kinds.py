"""What a literal could be, by its own look or by the name of who takes it. Facts only, no judgement."""

from __future__ import annotations

import re
from enum import Enum

from envlift.inventory import Site
from envlift.scanning.literals import shapes
from envlift.scanning.literals.token_formats import token_format


class Kind(Enum):
    """What a literal is, and the word for it in a name that nobody else gives."""

    CREDENTIAL = "SECRET"
    ADDRESS = "URL"
    HOST = "HOST"
    BUCKET = "BUCKET"
    PATH = "PATH"
    PLACE = "SETTING"
    MAIL = "EMAIL"
    BESIDE_A_HOST = "PORT"
    TEMPLATE = "DSN"


_CREDENTIAL = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api_?key|_key|access_?key|cookies?|webhook|credentials?|_pat|authorization|_api"
    r"|dsn|conn(?:ection)?_?str(?:ing)?)(?:_?(?:prod|dev|test|url|value|string|\d))?$",
    re.IGNORECASE,
)
_NOT_CREDENTIAL = re.compile(
    r"(?:max|min|num|total|next|page|pad|eos|bos|primary|partition|sort|foreign|cache|group|public|object|s3|dict|join|unique|block"
    r"|sep|mask|unk|cls|idempotency|row|index|column|header|data|json)_?(?:tokens?|keys?)$",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:^|_)(?:host|hostname|server|server_?name|endpoint|endpoint_?url|brokers?|bootstrap_servers|fqdn|ip|ip_?address|domain_controller|hosts)$",
    re.IGNORECASE,
)
# Whose whole value is an address and a port, e.g. `MINIO_URL = "minio:9000"`.
_ADDRESS = re.compile(r"(?:^|_)(?:ur[li]|address|addr)$", re.IGNORECASE)
_IP = re.compile(r"(?:^|_)ip(?:_?address)?$", re.IGNORECASE)
_MAIL = re.compile(
    r"(?:^|_)(?:(?:from|to|sender|receiver|recipients?|cc|bcc|reply_to|alerts?|notify|notification|notifications|admin|support|owner|default|smtp)"
    r"_?(?:e_?mails?|addr|address|to|from)|(?:e_?mail|mail)_(?:from|to|sender|receiver|recipients?|cc|bcc)|recipients?|sender)$",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(r"From|To|Cc|Bcc|Reply_To|Sender")
_MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?:\s*[,;]\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)+)*")
# Names an account's own resource; those of Amazon itself are the same for everybody.
# The accounts that Amazon's documentation uses are nobody's.
_RESOURCE = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(?!123456789012|111122223333|0{12})\d{12}:\S+")
# The ids that Google makes up for projects.
_MADE_PROJECT = re.compile(r"[a-z]+-[a-z]+-\d{6}")
_BUCKET = re.compile(r"(?:^|_)bucket(?:_?name)?$|^Bucket$", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?:^|_)(?:(?:aws|azure|snowflake|storage|gcp|databricks|sf)_account(?:_?(?:id|name))?|account_id|subscription_id|tenant_id|workspace_id"
    r"|(?:gcp|google|bq|bigquery|gcs|billing)_?(?:cloud_)?project(?:_?(?:id|name))?|project_id|warehouse|region|region_name|aws_region|gcp_region"
    r"|cluster_id|http_path|database_id|site_id|storage_account)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:^|_)(?:port|user|username|uid|database|dbname|db_?name|db|service_name|sid)$",
    re.IGNORECASE,
)
_PORT = re.compile(r"(?:^|_)port$", re.IGNORECASE)
_SNOWFLAKE = frozenset({"account", "warehouse", "role", "database"})
_CLOUD_CLIENTS = frozenset({"Client", "bigquery.Client", "storage.Client", "read_gbq", "to_gbq"})
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_WORDLIKE = re.compile(r"[\w.:@/+-]{2,128}")
_SQL_OR_TEXT = re.compile(r"\s")


def is_secret_shape(text: str) -> bool:
    """Whether a string is a private key, a token of a service or an address with a password, by its look alone."""
    if "PRIVATE KEY-----" in text or token_format(text) is not None:
        return True
    url = shapes.parse_url(text)
    return url is not None and bool(url.password)


def kind_by_shape(text: str) -> Kind | None:
    """What a string is by itself; None where only its receiver could tell."""
    if "PRIVATE KEY-----" in text:
        return Kind.CREDENTIAL
    if "\n" in text:
        return None
    if "://" in text:
        return None if " " in text.strip() else _kind_of_url(text)
    if token_format(text) is not None and not _SQL_OR_TEXT.search(text):
        return Kind.CREDENTIAL
    if shapes.is_key_value_dsn(text):
        return Kind.ADDRESS
    if text[0] in "/\\" or text[1:2] == ":":
        return Kind.PATH if shapes.is_machine_path(text) and not _SQL_OR_TEXT.search(text.strip()) else None
    if _RESOURCE.fullmatch(text):
        return Kind.PLACE
    if (
        "." in text
        and " " not in text
        and shapes.is_host(text)
        and (shapes.is_private_ip(text.split(":", maxsplit=1)[0]) or shapes.is_managed_host(text))
    ):
        return Kind.HOST
    return None


def is_plain_secret(site: Site) -> bool:
    """Whether a literal is or holds a secret by its look alone, so that it matters in any file of the repository."""
    return site.fixed is not None or (site.value is not None and is_secret_shape(site.value.reveal()))


def may_be_secret(site: Site) -> bool:
    """Whether a literal is a value that its own look or the name of who takes it calls a secret."""
    text = None if site.value is None else site.value.reveal()
    if not text:
        return False
    named = kind_by_receiver(site.receiver, text, site.callee)
    return is_secret_shape(text) or Kind.CREDENTIAL in (named, kind_by_shape(text))


# What messages, forms and schemas say of a field, as in {"password": "required"}.
_SAID_OF_FIELDS = frozenset(
    "error errors required optional invalid missing expired incorrect failed unknown string text".split()
)


def is_template(text: str) -> bool:
    """Whether an address has gaps to be filled in, as in ``postgresql://%s:%s@{host}/<db>``."""
    return re.search(r"[{}<>]|%s|%\(", text) is not None


def _kind_of_url(text: str) -> Kind | None:
    url = shapes.parse_url(text)
    if url is None or not url.rest:
        return None
    if shapes.is_bucket_uri(text):
        return Kind.BUCKET
    if is_template(text):
        return Kind.TEMPLATE if url.is_database else None
    if (
        url.password is not None
        or token_format(text) is not None
        or re.search(r"hook|[?&](?:sig|token|api_?key|key)=", text)
    ):
        return Kind.CREDENTIAL
    local = shapes.is_loopback(url.host) and (bool(url.port) or url.is_database)
    if local or shapes.is_private_url(url) or shapes.is_managed_host(url.host) or shapes.is_ip(url.host):
        return Kind.ADDRESS
    return Kind.ADDRESS if url.is_database and url.host else None


def kind_by_receiver(receiver: str, text: str, callee: str) -> Kind | None:
    """What a string is by the name of the variable, keyword or key that takes it directly."""
    receiver = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-.]", "_", receiver)
    mailed = _MAIL.search(receiver) or _MAIL_HEADER.fullmatch(receiver)
    if mailed and _MAIL_ADDRESS.fullmatch(text):
        return Kind.MAIL
    if "\n" in text or _SQL_OR_TEXT.search(text.strip()) or "://" in text:
        is_cookie = re.search(r"cookie|authorization", receiver, re.IGNORECASE) and "\n" not in text
        return Kind.CREDENTIAL if is_cookie and len(text) > 8 else None
    if _CREDENTIAL.search(receiver) and not _NOT_CREDENTIAL.search(receiver) and len(text) >= 4:
        return None if text.lower() in _SAID_OF_FIELDS else Kind.CREDENTIAL
    if _IP.search(receiver) and not shapes.is_ip(text):
        return None
    if _HOST.search(receiver) and shapes.is_host(text):
        return Kind.HOST
    if _ADDRESS.search(receiver) and shapes.is_host_with_port(text):
        return Kind.HOST
    if _BUCKET.search(receiver) and _BUCKET_NAME.fullmatch(text):
        return Kind.BUCKET
    if not _WORDLIKE.fullmatch(text):
        return None
    client = callee.rpartition(".")[2] in _CLOUD_CLIENTS or callee in _CLOUD_CLIENTS
    if (
        _ACCOUNT.search(receiver)
        or (receiver.lower().endswith("project") and _MADE_PROJECT.fullmatch(text))
        or ("snowflake" in callee and receiver in _SNOWFLAKE)
        or (receiver == "project" and client)
    ):
        return Kind.PLACE
    if _PORT.search(receiver) and not text.isdigit():
        return None
    return Kind.BESIDE_A_HOST if _BESIDE.search(receiver) else None
