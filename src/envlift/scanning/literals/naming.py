"""The name that a literal's author would have chosen for it as a setting."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from envlift.scanning.literals.name_words import words_of
from envlift.scanning.literals.shapes import is_ip, is_private_host, parse_url
from envlift_codemods.parsed import ParsedModule
from envlift_codemods.receivers import dotted_name

_LONGEST = 60

# Words that say what kind of value it is, but not whose.
_GENERIC = frozenset(
    "URL URI DSN HOST HOSTNAME SERVER ENDPOINT ENDPOINT_URL ADDRESS PORT USER USERNAME PASSWORD PASSWD PWD TOKEN"
    " KEY API_KEY SECRET SECRET_KEY ACCESS_KEY DATABASE DB DBNAME DB_NAME CATALOG BUCKET BUCKET_NAME REGION"
    " REGION_NAME ACCOUNT ACCOUNT_ID PROJECT PROJECT_ID PATH DIR FOLDER FILE BASE_URL API_URL BASE_PATH"
    " CONNECTION_STRING CONN_STR CONN CONNECTION WAREHOUSE ROLE LOCATION CLIENT_SECRET WEBHOOK WEBHOOK_URL ROOT"
    " ROOT_DIR BASE_DIR AUTH COOKIE API_TOKEN ACCESS_TOKEN TARGET_URL SERVER_URL CREDENTIALS VALUE DEFAULT"
    " CONNECTION_URL DB_URL ENGINE CLIENT IP IP_ADDRESS BASEPATH EMAIL AWS RESOURCE ARN".split()
)
# Kinds that an author names after the module rather than after the driver.
_NAMED_AFTER_MODULE = frozenset(
    "URL URI DSN CONNECTION_STRING CONN_STR CONN CONNECTION ENGINE BASE_URL API_URL ENDPOINT PATH DIR FOLDER"
    " FILE".split()
)
_ADDRESSES = frozenset({"URL", "URI", "BASE_URL", "API_URL", "ENDPOINT", "ENDPOINT_URL", "SERVER_URL"})
_ANYBODYS_HOSTS = frozenset("api app www web server host gateway proxy internal intern prod dev test staging".split())
_MAIL_HEADERS = frozenset({"FROM", "TO", "CC", "BCC"})
_ANY_PLACE = frozenset(
    "app apps bin data dev etc export exports file files home input inputs local mnt opt out output outputs path root"
    " run share shared srv src temp tmp users usr var volume volumes work workspace".split()
)
# Variables that every process has: a setting of the same name would take their place.
_OF_THE_SYSTEM = frozenset("PATH USER USERNAME HOST HOSTNAME HOME SHELL LANG TERM DISPLAY EDITOR PWD TEMP TMP".split())
_GENERIC_MODULES = frozenset(
    "main app flow flows task tasks config configs configuration settings utils util common helpers helper"
    " constants const deploy deployment deployments run pipeline pipelines etl core base client clients index"
    " script scripts src lib db database connection connections __init__ __main__ models prefect python code".split()
)
_SERVICES = {
    "POSTGRES": "psycopg psycopg2 asyncpg pg8000",
    "TRINO": "trino",
    "PRESTO": "prestodb",
    "MYSQL": "pymysql MySQLdb mysql aiomysql",
    "MONGO": "pymongo motor",
    "REDIS": "redis",
    "SNOWFLAKE": "snowflake",
    "AWS": "boto3 aioboto3 awswrangler",
    "S3": "s3fs",
    "MINIO": "minio",
    "SMTP": "smtplib",
    "IMAP": "imaplib",
    "FTP": "ftplib",
    "SFTP": "paramiko pysftp",
    "SSH": "asyncssh",
    "MSSQL": "pyodbc pymssql",
    "ORACLE": "oracledb cx_Oracle",
    "CLICKHOUSE": "clickhouse_connect clickhouse_driver",
    "ELASTICSEARCH": "elasticsearch",
    "OPENSEARCH": "opensearchpy",
    "KAFKA": "kafka confluent_kafka aiokafka",
    "RABBITMQ": "pika",
    "INFLUXDB": "influxdb_client",
    "NEO4J": "neo4j",
    "LDAP": "ldap3",
    "MLFLOW": "mlflow",
    "QDRANT": "qdrant_client",
    "WEAVIATE": "weaviate",
    "GCP": "google",
    "GCS": "gcsfs",
    "VAULT": "hvac",
    "DATABRICKS": "databricks",
    "OPENAI": "openai",
    "SLACK": "slack_sdk",
    "STRIPE": "stripe",
    "AZURE": "azure adlfs",
    "EXCHANGE": "exchangelib",
    "CASSANDRA": "cassandra",
    "DASK": "dask distributed dask_kubernetes prefect_dask",
    "RAY": "ray prefect_ray",
    "SPARK": "pyspark",
}
_LIBRARIES = {package: service for service, packages in _SERVICES.items() for package in packages.split()}


def upper_snake(text: str) -> str:
    return "_".join(word.upper() for word in words_of(text))


def propose_name(module: ParsedModule, node: ast.expr, path: str, receiver: str, kind: str, text: str) -> str:
    """An upper-case name from the receiver; one that does not say whose value it is gets the library, module or host.

    Args:
        module, node, path: Where the literal stands.
        receiver: The variable, keyword or dict key that takes it; may be empty.
        kind: The word for its shape, e.g. ``DSN``: the name where no receiver gives one.
        text: The literal, for the host in it.
    """
    if not receiver and (named := _set_by_name(module, node)):
        return _tidy(named)
    own = upper_snake(receiver) or _place_word(kind, text)
    own = f"EMAIL_{own}" if own in _MAIL_HEADERS else own
    if own not in _GENERIC:
        return _tidy(own)
    library, stem, host = _library(module, node, receiver), module_word(path), _host_word(text)
    order = (stem, library, host) if own in _NAMED_AFTER_MODULE else (library, stem, host)
    if own in _ADDRESSES and _is_service_name(text):
        order = (host, stem, library)
    prefix = next((word for word in order if word), "")
    if not prefix and own in _OF_THE_SYSTEM:
        prefix = upper_snake(module.enclosing_name(node).rpartition(".")[2]) or "APP"
    if not prefix or own.startswith(f"{prefix}_") or own == prefix:
        return _tidy(own)
    return _tidy(prefix if prefix.endswith(f"_{own}") or prefix == own else f"{prefix}_{own}")


def _set_by_name(module: ParsedModule, node: ast.expr) -> str:
    """What a setter says that it sets, after its library: `MLFLOW_TRACKING_URI` for `mlflow.set_tracking_uri(…)`."""
    call = module.parent(node)
    if not isinstance(call, ast.Call) or call.args[:1] != [node]:
        return ""
    verb, _, what = dotted_name(call.func).rpartition(".")[2].partition("_")
    library, word = _service_of(module, call), upper_snake(what)
    return f"{library}_{word}" if verb == "set" and word and library else ""


def _place_word(kind: str, text: str) -> str:
    """The kind, for a path with the last of its folders or files that says what it holds: `STOPS_PATH`."""
    parts = [part.partition(".")[0] for part in text.replace("\\", "/").split("/")] if kind == "PATH" else []
    told = [word for part in parts if (word := upper_snake(part)) and word.lower() not in _ANY_PLACE]
    last = told[-1] if told and re.fullmatch(r"[A-Z][A-Z0-9_]{1,29}", told[-1]) else ""
    return f"{last}_{kind}" if last else kind


def _tidy(name: str) -> str:
    name = name[:_LONGEST].strip("_") or "SETTING"
    return f"X_{name}" if name[0].isdigit() else name


def module_word(path: str) -> str:
    """The name of a file in upper case, or of its folder where that says more; empty where neither does."""
    pure = PurePosixPath(path)
    for word in (pure.stem, *reversed(pure.parent.parts)):
        # A number in front says in which order files are meant to run.
        words = [w for w in word.strip("_").lstrip("0123456789").split("_") if w]
        if word.lower() not in _GENERIC_MODULES and words and not word.isdigit():
            kept = words[:-1] if len(words) > 1 and words[-1].lower() in _GENERIC_MODULES else words
            if "_".join(kept).lower() not in _GENERIC_MODULES:
                return upper_snake("_".join(kept))
    return ""


def function_word(function: str) -> str:
    """The name of a function in upper case; empty where it says no more than that something runs."""
    word = function.rpartition(".")[2].strip("_")
    return "" if word.lower() in _GENERIC_MODULES else upper_snake(word)


def _host_word(text: str) -> str:
    """The first part of a host, without the numbers that clouds put into it."""
    url = parse_url(text)
    words = words_of(url.host.split(".")[0]) if url is not None else []
    return "_".join(word.upper() for word in words if not word.isdigit())


def _is_service_name(text: str) -> bool:
    """Whether an address leads to a host that is called after its service: `http://minio:9000`, not `http://10.0.0.7`."""
    url = parse_url(text)
    if url is None or url.is_database or is_ip(url.host) or url.host.split(".")[0] in _ANYBODYS_HOSTS:
        return False
    return is_private_host(url.host)


def _library(module: ParsedModule, node: ast.expr, receiver: str) -> str:
    """The service whose library takes the literal, directly or through the variable that it is assigned to."""
    call = next((a for a in module.ancestors(node) if isinstance(a, (ast.Call, ast.stmt, ast.arguments))), None)
    if isinstance(call, ast.Call):
        return _service_of(module, call)
    names = {receiver} if receiver else set()
    for other in module.nodes:
        if isinstance(other, ast.Call) and any(_means(value, names) for value in _passed(other)):
            found = _service_of(module, other)
            if found:
                return found
    return ""


def _made(module: ParsedModule, name: str) -> ast.Call | None:
    """The call of what a module imports whose result a name holds, where nothing else is put into that name."""
    made: list[ast.expr] = []
    for node in module.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                made.append(value)
            case ast.withitem(optional_vars=ast.Name(id=found), context_expr=value) if found == name:
                made.append(value)
    only = made[0] if len(made) == 1 else None
    return only if isinstance(only, ast.Call) and module.origin(only.func) else None


def _passed(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _means(node: ast.expr, names: set[str]) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr in names)


def _service_of(module: ParsedModule, call: ast.Call) -> str:
    """The service of what is called: by its import, or by that of the call that made the object it belongs to."""
    called = call.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        made = _made(module, called.value.id)
        if made is not None and _service_of(module, made):
            return _service_of(module, made)
    origin = module.origin(called) or dotted_name(called)
    package = origin.lstrip(".").split(".")[0]
    if package in _LIBRARIES:
        return _LIBRARIES[package]
    # A class of the project's own, such as `TrinoClient`, names its service in its first word.
    last = words_of(origin.rpartition(".")[2])
    first = last[0].lower() if last else ""
    return _LIBRARIES.get(first, "") if len(last) > 1 else ""
