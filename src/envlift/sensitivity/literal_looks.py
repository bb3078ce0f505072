"""What a literal is to its rules, and what its look and its receiver say together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from envlift.scanning.literals import shapes
from envlift.sensitivity.value_looks import is_placeholder, is_stand_in
from envlift.sensitivity.words import canonical


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal as its rules see it; ``text`` is empty where it is computed, ``name`` is the one proposed for it."""

    receiver: str
    text: str = field(repr=False)
    sensitive: bool = False
    form: str = "assignment"
    callee: str = ""
    name: str = ""

    @property
    def host(self) -> str:
        url = shapes.parse_url(self.text)
        return url.host if url is not None else re.sub(r":\d{1,5}$", "", self.text)

    @property
    def words(self) -> str:
        return canonical(self.receiver)


_PUBLIC_BUCKET = re.compile(
    r"public|open-?data|commoncrawl|noaa|landsat|sentinel|nyc-tlc|registry|example", re.IGNORECASE
)
_DATABASE_WORD = re.compile(
    r"_(?:port|user|username|uid|database|dbname|db_name|db|catalog|service_name|sid|role|schema)_$"
)
_PLACE_WORD = re.compile(
    r"_(?:account|account_id|account_name|project|project_id|region|region_name|warehouse|subscription_id|tenant_id|workspace_id|cluster_id|http_path|database_id|site_id|storage_account)_$"
)
_HOST_WORD = re.compile(
    r"_(?:hosts?|hostname|servers?|server_name|endpoint|endpoint_url|brokers?|fqdn|ip|ip_address|domain_controller)_$"
)
_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:-[a-z]+)+")
_SECRET_NOUN = re.compile(r"_(?:password|passwd|pwd|secret|token|key|credentials?|webhook|dsn|cookie)s?_")
# Who takes the name of a secret that holds such a thing, as in `username_secret="registry-login"`.
_HELD_IN_A_SECRET = re.compile(r"_(?:user|username|login|email|account|host|url|dsn|connection_string)_secret_$")
_STAND_IN_BUCKET = re.compile(
    r"(?:test|my|your|example|dummy|sample|some|foo|demo)[-_.]?(?:s3|gcs|minio)?[-_.]?(?:bucket)?(?:[-_.]?name)?",
    re.IGNORECASE,
)
_OWN_SERVER = re.compile(
    r"_(?:ssh|sftp|db|database|postgres|pg|mysql|mssql|sql|sqlserver|oracle|mongo|redis|bastion|jump|trino|clickhouse|kafka|ldap|smb|nas)_"
)
_REGION = re.compile(r"_region(?:_name)?_$")
_PROJECT_VALUE = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_CLOUD_CALL = re.compile(
    r"boto|session|client|resource|google|vertex|bigquery|snowflake|athena|aws|gcp|azure|Credentials", re.IGNORECASE
)
# The default of Amazon's clients, which S3-compatible services want as well: it says nothing about an environment.
_DEFAULT_REGION = "us-east-1"
_REGION_VALUE = re.compile(
    r"[a-z]{2,12}(?:-[a-z]+)*-?\d{1,2}(?:-[a-z])?|(?:north|south|east|west|central)[a-z]+|[a-z]+(?:north|south|east|west|central)"
)
# A bare word there is the name of a resource: `endpoint="orders"`.
_ROUTE_WORD = re.compile(r"_endpoints?_$")
_CAMEL_CASE = re.compile(r"[a-z]+[A-Z]\w*")
# Addresses that are the same on every machine of a cloud.
_METADATA_HOSTS = frozenset({"169.254.169.254", "169.254.170.2", "100.100.100.200", "metadata.google.internal"})
_CONNECTS = re.compile(r"(?:^|\.)(?:connect|create_pool|ConnectionPool|URL\.create|MongoClient|Redis|StrictRedis)$")
_MAIL_SERVER = re.compile(r"(?:smtp|imap|pop3?|mail)\.", re.IGNORECASE)  # most people's is a provider's
_IN_A_CONTAINER = re.compile(r"_(?:bind|container_(?:path|dir|folder)|mount_path)_$")
_MAIL_WORD = re.compile(r"_(?:e?mails?|mail|address|addr|from|to|sender|receiver|recipients?|cc|bcc|alerts?)_")
_SAMPLE_MAIL = re.compile(r"@(?:[\w-]+\.)*example(?:\.(?:com|org|net))?\s*(?:[,;]|$)", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:Bearer|Basic|Token)\s+", re.IGNORECASE)
_IMPORT_PATH = re.compile(r"(?:^|\.)sys\.path\.(?:append|insert|extend)$")


def names_a_secret(literal: Literal) -> bool:
    if not literal.sensitive or _NAME.fullmatch(literal.text) is None:
        return False
    return bool(_SECRET_NOUN.search(canonical(literal.text)) or _HELD_IN_A_SECRET.search(literal.words))


def repeats_its_name(literal: Literal) -> bool:
    """Whether the text is the receiver's own name: the key under which the value is kept, never the value."""
    own = re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+", literal.text) is not None
    return own and canonical(literal.text) == literal.words


def is_database_file(literal: Literal) -> bool:
    return literal.text.lower().startswith(("sqlite", "duckdb", "file:"))


def is_private(literal: Literal) -> bool:
    url = shapes.parse_url(literal.text)
    if url is not None:
        if shapes.is_bucket_uri(literal.text) or not url.leads_to_a_host:
            return False
        public_ip = shapes.is_ip(url.host) and not shapes.is_loopback(url.host)
        return shapes.is_private_url(url) or shapes.is_managed_host(url.host) or public_ip
    host = literal.host
    if shapes.is_ip(host):
        return not shapes.is_loopback(host)
    bare = host == literal.text and "." not in host
    if bare and (_ROUTE_WORD.search(literal.words) or _CAMEL_CASE.fullmatch(host)):
        return False
    if _HOST_WORD.search(literal.words) is None and not shapes.is_host_with_port(literal.text):
        return False
    return shapes.is_private_host(host) or shapes.is_managed_host(host)


def is_place(literal: Literal) -> bool:
    """Whether it is an account, project or region of a cloud; other things have regions and projects too."""
    if _REGION.search(literal.words):
        elsewhere = literal.form == "keyword" and not _CLOUD_CALL.search(literal.callee)
        is_region = _REGION_VALUE.fullmatch(literal.text) is not None and literal.text != _DEFAULT_REGION
        return is_region and not elsewhere
    if literal.text.startswith("arn:"):
        return True
    if "_project_" in literal.words:
        return _PROJECT_VALUE.fullmatch(literal.text) is not None
    return _PLACE_WORD.search(literal.words) is not None


def is_local_service(literal: Literal) -> bool:
    return shapes.is_loopback(literal.host)


def is_metadata_service(literal: Literal) -> bool:
    """Whether it leads to the service from which machines of a cloud learn about themselves."""
    return literal.host in _METADATA_HOSTS


def is_own_server(literal: Literal) -> bool:
    """Whether it is the host of a server that nobody else has, by its name or by what connects to it."""
    if "://" in literal.text or _HOST_WORD.search(literal.words) is None:
        return False
    named = _OWN_SERVER.search(canonical(literal.name or literal.receiver)) is not None
    return named or (_CONNECTS.search(literal.callee) is not None and _MAIL_SERVER.match(literal.host) is None)


def is_bucket(literal: Literal) -> bool:
    if not (shapes.is_bucket_uri(literal.text) or "_bucket_" in literal.words):
        return False
    bucket = literal.text.rpartition("//")[2].split("/")[0]
    return not (_PUBLIC_BUCKET.search(literal.text) or _STAND_IN_BUCKET.fullmatch(bucket))


def is_path_of_a_machine(literal: Literal) -> bool:
    return shapes.is_machine_path(literal.text) and not literal.text.rstrip("/").endswith(".env")


def is_path_in_a_container(literal: Literal) -> bool:
    return _IN_A_CONTAINER.search(literal.words) is not None and literal.text.startswith("/")


def is_beside_a_host(literal: Literal) -> bool:
    return _DATABASE_WORD.search(literal.words) is not None and "://" not in literal.text


def is_mail_address(literal: Literal) -> bool:
    """Whether it is where mail goes or comes from; those of the domains that are reserved for examples are samples."""
    if "@" not in literal.text or "://" in literal.text or _MAIL_WORD.search(literal.words) is None:
        return False
    return _SAMPLE_MAIL.search(literal.text) is None


def is_import_path(literal: Literal) -> bool:
    return _IMPORT_PATH.search(literal.callee) is not None


def is_placeholder_there(literal: Literal) -> bool:
    """Whether nobody runs with it; in the place of a secret words such as ``test`` are none either."""
    text = _SCHEME.sub("", literal.text.strip())
    in_place_of_a_secret = literal.sensitive and "://" not in text
    return bool(text) and (is_stand_in(text) if in_place_of_a_secret else is_placeholder(text))
