"""Which literals belong into configuration and which are constants that stay: the first rule that matches decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from envlift.inventory import Site
from envlift.scanning.literals import shapes
from envlift.sensitivity.judgement import Judgement
from envlift.sensitivity.value_looks import is_placeholder, is_reference, is_stand_in
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


@dataclass(frozen=True, slots=True)
class LiteralRule:
    """One rule: whether what it matches moves, why, and examples of what it takes and leaves to other rules."""

    name: str
    reason: str
    test: Callable[[Literal], bool]
    takes: tuple[Literal, ...]
    leaves: tuple[Literal, ...]
    moves: bool


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
_IMPORT_PATH = re.compile(r"(?:^|\.)sys\.path\.(?:append|insert|extend)$")


def _names_a_secret(literal: Literal) -> bool:
    return (
        literal.sensitive
        and _NAME.fullmatch(literal.text) is not None
        and _SECRET_NOUN.search(canonical(literal.text)) is not None
    )


def _repeats_its_name(literal: Literal) -> bool:
    """Whether the text is the receiver's own name: the key under which the value is kept, never the value."""
    own = re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+", literal.text) is not None
    return own and canonical(literal.text) == literal.words


def _is_database_file(literal: Literal) -> bool:
    return literal.text.lower().startswith(("sqlite", "duckdb", "file:"))


def _is_private(literal: Literal) -> bool:
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
    return _HOST_WORD.search(literal.words) is not None and (
        shapes.is_private_host(host) or shapes.is_managed_host(host)
    )


def _is_place(literal: Literal) -> bool:
    """Whether it is an account, project or region of a cloud; other things have regions and projects too."""
    if _REGION.search(literal.words):
        elsewhere = literal.form == "keyword" and not _CLOUD_CALL.search(literal.callee)
        is_region = _REGION_VALUE.fullmatch(literal.text) is not None and literal.text != _DEFAULT_REGION
        return is_region and not elsewhere
    if "_project_" in literal.words:
        return _PROJECT_VALUE.fullmatch(literal.text) is not None
    return _PLACE_WORD.search(literal.words) is not None


def _is_local_service(literal: Literal) -> bool:
    url = shapes.parse_url(literal.text)
    return url is not None and shapes.is_loopback(url.host)


LITERAL_RULES: tuple[LiteralRule, ...] = (
    LiteralRule(
        "literal/reference",
        "it points at a value that is kept elsewhere",
        lambda x: is_reference(x.text),
        (Literal("password", "op://vault/db/password", sensitive=True),),
        (Literal("host", "db.corp"),),
        moves=False,
    ),
    LiteralRule(
        "literal/name-of-a-secret",
        "it is the name of a variable or block, not the secret",
        _names_a_secret,
        (
            Literal("token", "SLACK_BOT_TOKEN", sensitive=True),
            Literal("password", "warehouse-password-block", sensitive=True),
        ),
        (
            Literal("password", "q7Rk" + "92mz", sensitive=True),
            Literal("password", "correct-horse-battery", sensitive=True),
        ),
        moves=False,
    ),
    LiteralRule(
        "literal/key-of-a-value",
        "it repeats the name that takes it: the key under which the value is kept",
        _repeats_its_name,
        (Literal("DB_PASSWORD", "db_password", sensitive=True), Literal("LANDING_BUCKET", "landing_bucket")),
        (
            Literal("password", "correct_horse", sensitive=True),
            Literal("host", "host"),
            Literal("database", "sales_db"),
        ),
        moves=False,
    ),
    LiteralRule(
        "literal/placeholder",
        "a placeholder, not a value",
        lambda x: (
            bool(x.text) and (is_stand_in(x.text) if x.sensitive and "://" not in x.text else is_placeholder(x.text))
        ),
        (Literal("api_key", "your_api_key_here", sensitive=True), Literal("password", "changeme", sensitive=True)),
        (Literal("host", "db.corp"), Literal("bucket", "test")),
        moves=False,
    ),
    LiteralRule(
        "literal/template",
        "an address with gaps that other settings fill",
        lambda x: x.form == "template",
        (Literal("dsn", "postgresql://%s:%s@%s/db", form="template"),),
        (Literal("dsn", "postgresql://db.corp/sales"),),
        moves=False,
    ),
    LiteralRule(
        "literal/secret",
        "a secret in the code: it stays in the history, so rotate it after the move",
        lambda x: x.sensitive,
        (Literal("password", "q7Rk" + "92mz", sensitive=True),),
        (Literal("max_tokens", "4096"), Literal("host", "db.corp")),
        moves=True,
    ),
    LiteralRule(
        "literal/local-service",
        "a service on the same machine: a default for development",
        lambda x: _is_local_service(x) or shapes.is_loopback(x.host),
        (Literal("host", "localhost"), Literal("url", "http://localhost:9000"), Literal("host", "0.0.0.0")),  # noqa: S104
        (Literal("host", "db.corp"),),
        moves=False,
    ),
    LiteralRule(
        "literal/parameter-default",
        "the default of a parameter: who calls the function or deploys the flow can already set it",
        lambda x: x.form == "default",
        (Literal("bucket", "acme-landing", form="default"), Literal("host", "db.corp", form="default")),
        (Literal("bucket", "acme-landing", form="keyword"),),
        moves=False,
    ),
    LiteralRule(
        "literal/own-server",
        "the address of an own server differs between environments",
        lambda x: (
            "://" not in x.text
            and _HOST_WORD.search(x.words) is not None
            and _OWN_SERVER.search(canonical(x.name or x.receiver)) is not None
        ),
        (Literal("SSH_HOST", "node04.hpc.example.edu"), Literal("host", "db.example.org", name="POSTGRES_HOST")),
        (Literal("host", "smtp.gmail.com", name="SMTP_HOST"), Literal("host", "api.example.com")),
        moves=True,
    ),
    LiteralRule(
        "literal/private-service",
        "the address of a private service differs between environments",
        _is_private,
        (
            Literal("host", "warehouse.corp"),
            Literal("host", "10.0.4.7"),
            Literal("url", "http://api.svc.cluster.local:8080"),
            Literal("host", "trino"),
            Literal("dsn", "postgresql://db.internal/sales"),
            Literal("endpoint", "minio:9000"),
        ),
        (
            Literal("base_url", "https://api.example.com/v1"),
            Literal("host", "smtp.gmail.com"),
            Literal("name", "trino"),
            Literal("endpoint", "orders"),
            Literal("server", "orderLines"),
            Literal("image", "icon://mdi:home"),
            Literal("base_url", "unix:///run/docker.sock"),
            Literal("base_url", "unix://run/docker.sock"),
        ),
        moves=True,
    ),
    LiteralRule(
        "literal/database-file",
        "a database file beside the code",
        _is_database_file,
        (Literal("url", "sqlite:///app.db"),),
        (Literal("url", "postgresql://db/app"),),
        moves=False,
    ),
    LiteralRule(
        "literal/bucket",
        "a bucket belongs to an account and differs between environments",
        lambda x: (
            (shapes.is_bucket_uri(x.text) or "_bucket_" in x.words)
            and not _PUBLIC_BUCKET.search(x.text)
            and not _STAND_IN_BUCKET.fullmatch(x.text.rpartition("//")[2].split("/")[0])
        ),
        (
            Literal("bucket", "acme-landing"),
            Literal("target", "s3://acme-landing/raw"),
            Literal("Bucket", "acme-landing"),
        ),
        (
            Literal("source", "s3://noaa-ghcn-pds/csv"),
            Literal("name", "acme-landing"),
            Literal("bucket", "test-bucket"),
        ),
        moves=True,
    ),
    LiteralRule(
        "literal/import-path",
        "a folder of code for Python to import from, not a setting",
        lambda x: _IMPORT_PATH.search(x.callee) is not None,
        (Literal("", "/home/etl/jobs", form="argument", callee="sys.path.append"),),
        (Literal("", "/home/etl/jobs", form="argument", callee="paths.append"),),
        moves=False,
    ),
    LiteralRule(
        "literal/machine-path",
        "a path that exists on some machines only",
        lambda x: shapes.is_machine_path(x.text) and not x.text.rstrip("/").endswith(".env"),
        (Literal("path", "/mnt/exports/daily"), Literal("lib_dir", "C:\\oracle\\client"), Literal("x", "/home/etl/in")),
        (
            Literal("env_path", "/opt/etl/.env"),
            Literal("sock", "/var/run/docker.sock"),
            Literal("route", "/items/list"),
        ),
        moves=True,
    ),
    LiteralRule(
        "literal/account",
        "an account, project or region differs between environments",
        _is_place,
        (
            Literal("project_id", "acme-prod-1234"),
            Literal("region", "eu-west-1"),
            Literal("region", "westeurope"),
            Literal("warehouse", "LOADING"),
        ),
        (
            Literal("projection", "EPSG:4326"),
            Literal("region", "North America"),
            Literal("region", "object"),
            Literal("region_name", "us-east-1"),
            Literal("project_id", "CORE-ONE"),
            Literal("accounting", "x"),
        ),
        moves=True,
    ),
    LiteralRule(
        "literal/beside-a-host",
        "it belongs to the private host beside it",
        lambda x: _DATABASE_WORD.search(x.words) is not None and "://" not in x.text,
        (Literal("port", "5432"), Literal("user", "etl"), Literal("dbname", "sales")),
        (Literal("airport", "MUC"), Literal("title", "x")),
        moves=True,
    ),
    LiteralRule(
        "literal/composed-address",
        "a literal part of a composed address belongs into configuration",
        lambda x: x.form in {"f-string", "concatenation"},
        (Literal("url", "", form="f-string"),),
        (Literal("url", "https://example.com"),),
        moves=True,
    ),
)


def worth_moving(site: Site, judgement: Judgement) -> tuple[bool, str, str]:
    """Whether a literal belongs into configuration, with the rule and its reason; a constant of the domain stays."""
    text = "" if site.value is None else site.value.reveal()
    literal = Literal(site.receiver or site.name, text, judgement.sensitive, site.form, site.callee, site.name)
    if judgement.reference:
        return False, "literal/reference", LITERAL_RULES[0].reason
    rule = next((rule for rule in LITERAL_RULES if rule.test(literal)), None)
    if rule is None:
        return False, "literal/constant", "a constant of the domain"
    return rule.moves, rule.name, rule.reason
