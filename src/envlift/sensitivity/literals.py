"""Which literals belong into configuration and which are constants that stay: the first rule that matches decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from envlift.inventory import Site
from envlift.sensitivity import literal_looks as look
from envlift.sensitivity.judgement import Judgement
from envlift.sensitivity.literal_looks import Literal
from envlift.sensitivity.value_looks import is_reference


@dataclass(frozen=True, slots=True)
class LiteralRule:
    """One rule: whether what it matches moves, why, and examples of what it takes and leaves to other rules."""

    name: str
    reason: str
    test: Callable[[Literal], bool]
    takes: tuple[Literal, ...]
    leaves: tuple[Literal, ...]
    moves: bool


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
        look.names_a_secret,
        (
            Literal("token", "SLACK_BOT_TOKEN", sensitive=True),
            Literal("password", "warehouse-password-block", sensitive=True),
            Literal("username_secret", "registry-login", sensitive=True),
        ),
        (
            Literal("client_secret", "correct-horse-battery", sensitive=True),
            Literal("password", "q7Rk" + "92mz", sensitive=True),
            Literal("password", "correct-horse-battery", sensitive=True),
        ),
        moves=False,
    ),
    LiteralRule(
        "literal/key-of-a-value",
        "it repeats the name that takes it: the key under which the value is kept",
        look.repeats_its_name,
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
        look.is_placeholder_there,
        (
            Literal("api_key", "your_api_key_here", sensitive=True),
            Literal("api_key", "invalid_key_123", sensitive=True),
            Literal("password", "changeme", sensitive=True),
        ),
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
        look.is_local_service,
        (Literal("host", "localhost"), Literal("url", "http://localhost:9000"), Literal("host", "0.0.0.0")),  # noqa: S104
        (Literal("host", "db.corp"),),
        moves=False,
    ),
    LiteralRule(
        "literal/metadata-service",
        "the cloud's metadata service has the same address on every machine",
        look.is_metadata_service,
        (Literal("url", "http://169.254.169.254/latest/meta-data/"), Literal("host", "metadata.google.internal")),
        (Literal("url", "http://169.254.7.7/latest"),),
        moves=False,
    ),
    LiteralRule(
        "literal/chosen-by-platform",
        "the code already chooses it by the operating system that it runs on",
        lambda x: x.form == "platform choice",
        (Literal("root", "Z:\\exports", form="platform choice"),),
        (Literal("root", "/mnt/exports"),),
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
        "literal/private-service",
        "the address of a private service differs between environments",
        look.is_private,
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
        "literal/own-server",
        "the address of an own server differs between environments",
        look.is_own_server,
        (
            Literal("SSH_HOST", "node04.hpc.example.edu"),
            Literal("host", "db.example.org", name="POSTGRES_HOST"),
            Literal("host", "shop.example.org", callee="psycopg2.connect"),
        ),
        (Literal("host", "smtp.gmail.com", name="SMTP_HOST"), Literal("host", "api.example.com")),
        moves=True,
    ),
    LiteralRule(
        "literal/database-file",
        "a database file beside the code",
        look.is_database_file,
        (Literal("url", "sqlite:///app.db"),),
        (Literal("url", "postgresql://db/app"),),
        moves=False,
    ),
    LiteralRule(
        "literal/bucket",
        "a bucket belongs to an account and differs between environments",
        look.is_bucket,
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
        look.is_import_path,
        (Literal("", "/home/etl/jobs", form="argument", callee="sys.path.append"),),
        (Literal("", "/home/etl/jobs", form="argument", callee="paths.append"),),
        moves=False,
    ),
    LiteralRule(
        "literal/container-path",
        "a path inside a container is the same on every machine",
        look.is_path_in_a_container,
        (Literal("bind", "/data/in", form="dict value"), Literal("mount_path", "/data/in")),
        (Literal("path", "/mnt/in"), Literal("bind", "10.0.0.4")),
        moves=False,
    ),
    LiteralRule(
        "literal/machine-path",
        "a path that exists on some machines only",
        look.is_path_of_a_machine,
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
        look.is_place,
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
        look.is_beside_a_host,
        (Literal("port", "5432"), Literal("user", "etl"), Literal("dbname", "sales")),
        (Literal("airport", "MUC"), Literal("title", "x")),
        moves=True,
    ),
    LiteralRule(
        "literal/mail-address",
        "who sends and who is told differs between environments",
        look.is_mail_address,
        (Literal("FROM_EMAIL", "etl@mail.corp"), Literal("recipients", "anna@mail.corp, ben@mail.corp")),
        (
            Literal("email_column", "email"),
            Literal("url", "https://medium.example/@anna"),
            Literal("author", "a@b.org"),
        ),
        moves=True,
    ),
    LiteralRule(
        "literal/composed-address",
        "a literal part of a composed address or path belongs into configuration",
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
