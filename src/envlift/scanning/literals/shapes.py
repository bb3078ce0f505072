"""What a string looks like: database addresses, private hosts, buckets, machine paths. Facts only, no opinion."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

LONGEST = 4096

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+._-]*)://(?:(?P<userinfo>[^\s/?#]*(?:[/?#][^\s@]*)?)@)?(?P<rest>[^\s]*)"
)
_HOST_OF_REST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#:,\s]*)(?::(?P<port>\d{1,5}))?")
_PRIVATE_SUFFIX = re.compile(
    r"\.(?:internal|intern|local|localdomain|corp|lan|intranet|private|priv|home|arpa|svc|cluster\.local|svc\.cluster\.local|localhost|consul"
    r"|ts\.net|test-internal)\.?$|\.svc\.|\.(?:internal|corp|intra|intranet|priv)\.",
    re.IGNORECASE,
)
_LABELS = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_SINGLE_LABEL = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_MANAGED = re.compile(
    r"\.(?:rds\.amazonaws\.com|cache\.amazonaws\.com|redshift\.amazonaws\.com|database\.windows\.net|database\.azure\.com|mongodb\.net|supabase\.(?:co|com)"
    r"|neon\.tech|snowflakecomputing\.com|azuredatabricks\.net|cloud\.databricks\.com|aivencloud\.com|blob\.core\.windows\.net"
    r"|dfs\.core\.windows\.net|vault\.azure\.net|servicebus\.windows\.net|documents\.azure\.com|confluent\.cloud|clickhouse\.cloud"
    r"|es\.amazonaws\.com|r2\.cloudflarestorage\.com|sharepoint\.com|cockroachlabs\.cloud|psdb\.cloud|upstash\.io|redns\.redis-cloud\.com"
    r"|atlassian\.net|service-now\.com|my\.salesforce\.com"
    # Functions, containers and gateways that an account runs, named after its project or by the cloud.
    r"|cloudfunctions\.net|run\.app|azurewebsites\.net|azurecontainerapps\.io|cloudapp\.azure\.com|azure-api\.net|on\.aws"
    r"|execute-api\.[\w-]+\.amazonaws\.com|elb\.amazonaws\.com|[\w-]+\.elb\.amazonaws\.com|compute\.amazonaws\.com|up\.railway\.app)$",
    re.IGNORECASE,
)
_BUCKET_URI = re.compile(r"(?:s3|s3a|s3n|gs|gcs|abfss?|wasbs?|r2|adl|oci)://[^\s/{}]+", re.IGNORECASE)
_MACHINE_PATH = re.compile(
    r"/(?!Users/[^/]*@)(?:mnt|data|home|Users|Volumes|srv|opt|nfs|scratch|gpfs|lustre|media|nas|share|shares|global/(?:cfs|homes|u\d))/[^\s:*?\"<>|{}]+"
    r"|[A-Za-z]:[\\/](?![\\/]?$)[^*?\"<>|\n{}]+|\\\\[\w.-]+\\[^*?\"<>|\n{}]+"
)
_MACHINE_FOLDER = re.compile(r"/(?:mnt|home|Users|Volumes|srv|nfs)/[\w.-]+/[\w./-]*|[A-Za-z]:[\\/]\w[^*?\"<>|\n]*[\\/]")
_KEY_VALUE_DSN = re.compile(r"(?:^|;)\s*(?:server|data source|host|driver|dsn|accountname|endpoint)\s*=", re.IGNORECASE)
_DSN_WORD = (
    "(?:host|hostaddr|port|dbname|user|password|passfile|sslmode|sslrootcert|options|connect_timeout|application_name)"
)
_SPACED_DSN = re.compile(rf"\s*{_DSN_WORD}=(?:'[^']*'|[^\s']*)(?:\s+{_DSN_WORD}=(?:'[^']*'|[^\s']*))+\s*")

# Names under these are public; a host under any other last label (`db.mynet`) only an own name server knows.
_PUBLIC_ENDINGS = frozenset(
    "com net org edu gov mil int info biz io ai dev app cloud co me tv xyz site online tech store shop blog news"
    " page pro name mobi museum aero coop jobs travel asia cat tel post arpa academy agency art audio band bank"
    " berlin bio build business cafe capital care cash center chat city click club codes coffee community company"
    " computer consulting cool data day design digital directory download earth education email energy engineering"
    " events exchange expert express farm fashion film finance financial fit foundation fun fund games global gold"
    " golf green group guide health help host hosting house how immo inc ink institute insure international jetzt"
    " kim land law legal life link live loan london love ltd market markets marketing media pink guru ist moe lol"
    " ninja plus audio fyi zip gmbh legal family gallery city team agency casa wien money movie network ngo ninja"
    " nyc one organic paris partners photo photos pizza plus press productions properties pub quest realty red"
    " report rest review reviews rocks run sale school science security services social software solar space sport"
    " studio style support surf sydney systems tax team technology tips today tools top tours town trade training"
    " tube university us vegas ventures video vip vision watch web website wiki win wine work works world wtf"
    " zone".split()
)

_NO_HOSTS = frozenset(
    "unknown none null default auto any all local self host hostname server endpoint test example na n/a true"
    " false".split()
)
DATABASE_SCHEMES = frozenset(
    [
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "mssql",
        "oracle",
        "mongodb",
        "redis",
        "rediss",
        "amqp",
        "amqps",
        "clickhouse",
        "clickhousedb",
        "snowflake",
        "redshift",
        "trino",
        "presto",
        "db2",
        "cockroachdb",
        "hive",
        "impala",
        "neo4j",
        "bolt",
        "cassandra",
        "kafka",
        "nats",
        "mqtt",
        "ldap",
        "ldaps",
        "ftp",
        "sftp",
        "smtp",
        "smtps",
        "smb",
        "valkey",
        "jdbc",
    ]
)

_DATABASES = re.compile(r"sqlite|duckdb|postgres|mysql|mariadb|mssql|oracle|mongodb")
# The schemes whose first part is a host; elsewhere (`icon://mdi:home`, `unix:///run/x.sock`) it names something else.
_HOST_SCHEMES = DATABASE_SCHEMES | frozenset(
    "http https ws wss tcp udp tls ssl grpc grpcs ssh git nfs cifs rsync hdfs webhdfs spark thrift ray dask imap imaps"
    " pop3 rtsp rtmp stomp socks5 socks4 scp syslog telnet influxdb otlp minio milvus opensearch elasticsearch".split()
)


@dataclass(frozen=True, slots=True, repr=False)
class Url:
    """The parts of an address; ``password`` is None where no colon follows the user. It prints nothing of itself."""

    scheme: str
    user: str
    password: str | None
    host: str
    port: str
    rest: str

    @property
    def is_database(self) -> bool:
        return self.scheme.split("+")[0] in DATABASE_SCHEMES

    @property
    def leads_to_a_host(self) -> bool:
        """Whether addresses of this kind start with a host; those of unknown kinds may start with anything."""
        return self.scheme.split("+")[0] in _HOST_SCHEMES


def parse_url(text: str) -> Url | None:
    """The first address in a short text, also where its password holds characters that a URL forbids."""
    if "://" not in text or len(text) > LONGEST:
        return None
    found = _URL.match(text.strip().removeprefix("jdbc:"))
    if found is None:
        return None
    userinfo, rest = found["userinfo"], found["rest"]
    # A mail address or a handle in a path (`https://host/@name`) is no user name.
    if userinfo is not None and "/" in userinfo and ":" not in userinfo.partition("/")[0]:
        userinfo, rest = None, f"{userinfo}@{rest}"
    user, colon, password = (userinfo or "").partition(":")
    if userinfo is not None and "/" in password and re.match(r"\d{1,5}/", password):
        user, colon, password, rest = "", "", "", f"{userinfo}@{rest}"
    where = _HOST_OF_REST.match(rest)
    host, port = (where["host"], where["port"] or "") if where else ("", "")
    return Url(found["scheme"].lower(), user, password if colon else None, host.strip("[]").lower(), port, rest)


def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_private_ip(host: str) -> bool:
    """Whether it is an address of a private network; loopback and the unspecified address are not."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_private and not (address.is_loopback or address.is_unspecified)


def is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal"} or host.startswith("127.")  # noqa: S104


def is_private_host(host: str) -> bool:
    """Whether a host is reachable from inside only, by its name: private network, cluster, compose or intranet."""
    host = host.lower().strip()
    if not host or host in _NO_HOSTS or is_loopback(host) or _LABELS.fullmatch(host) is None:
        return False
    if is_private_ip(host) or _PRIVATE_SUFFIX.search(host):
        return True
    if is_ip(host):
        return False
    last = host.rstrip(".").rpartition(".")[2]
    if "." in host.rstrip("."):
        return len(last) > 2 and last.isalpha() and last not in _PUBLIC_ENDINGS
    return not host.isdigit() and _SINGLE_LABEL.fullmatch(host) is not None


def is_private_url(url: Url) -> bool:
    """Whether an address leads to a private service; an unknown ending under TLS may be a public one that is rare."""
    if not is_private_host(url.host):
        return False
    sure = "." not in url.host or is_private_ip(url.host) or _PRIVATE_SUFFIX.search(url.host) is not None
    return sure or url.scheme not in {"https", "wss"}


def is_managed_host(host: str) -> bool:
    """Whether a host is an account's own instance at a cloud service."""
    return _MANAGED.search(host.rstrip(".")) is not None


def is_host(text: str) -> bool:
    """Whether a whole string can be a host name or address with an optional port, and nothing else."""
    host = re.sub(r":\d{1,5}$", "", text)
    if host.lower() in _NO_HOSTS:
        return False
    if is_ip(host):
        return True
    return _LABELS.fullmatch(host) is not None and not host.replace(".", "").isdigit()


def is_database_here(text: str) -> bool:
    """Whether it is the address of a database file, or of a database on this machine."""
    url = parse_url(text)
    if url is None or not _DATABASES.match(url.scheme):
        return False
    return url.scheme.startswith(("sqlite", "duckdb")) or is_loopback(url.host)


def is_host_with_port(text: str) -> bool:
    """Whether a whole string is a host that only its own network knows, with a port."""
    host, colon, port = text.rpartition(":")
    return bool(colon) and port.isdigit() and is_host(host) and (is_private_host(host) or is_ip(host))


def is_bucket_uri(text: str) -> bool:
    return _BUCKET_URI.match(text) is not None


def starts_with_machine_path(template: str) -> bool:
    """Whether the literal part before the first gap of a composed text is a folder that differs between machines."""
    return _MACHINE_FOLDER.match(template.partition("{}")[0]) is not None


def is_machine_path(text: str) -> bool:
    """Whether it is an absolute path below a folder that differs from machine to machine."""
    return "\n" not in text and _MACHINE_PATH.fullmatch(text) is not None


def is_key_value_dsn(text: str) -> bool:
    """Whether it is a connection string of ``key=value`` pairs, as ODBC and Azure write them, or PostgreSQL."""
    if text.count("=") < 2:
        return False
    spaced = "host" in text and _SPACED_DSN.fullmatch(text) is not None
    return spaced or (";" in text and _KEY_VALUE_DSN.search(text) is not None)
