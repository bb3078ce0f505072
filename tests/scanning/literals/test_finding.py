"""Which literals of a module are reported, under which name, and which stand for themselves."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envlift.inventory import Site, SiteKind
from envlift.scanning.literals.finding import find_literals
from envlift_codemods.parsed import ParsedModule, Place


def found(source: str, path: str = "flows/warehouse.py") -> tuple[Site, ...]:
    return find_literals(ParsedModule(dedent(source).encode()), path)


def names(source: str, path: str = "flows/warehouse.py") -> list[str]:
    return [site.name for site in found(source, path)]


PASSWORD = "q7Rk" + "92mz"
SLACK = "https://hooks.slack.com/" + "services/T02AB3CD4/B05EF6GH7/" + "k3Jx9mQ2rT7vW1yZ"
GITHUB = "gh" + "p_" + "a9Kq3ZtR7mXw2LsV8cYb5NdJ1fHg6PeQ4uTo"

REPORTED = {
    "cluster of a task runner": (
        "from prefect import flow\nfrom prefect_dask import DaskTaskRunner\n"
        '@flow(name="nightly", task_runner=DaskTaskRunner(address="tcp://10.0.4.7:8786"))\ndef f(): ...',
        ["DASK_ADDRESS"],
    ),
    "dsn in a module": (f'dsn = "postgresql://etl:{PASSWORD}@db.corp/sales"', ["WAREHOUSE_DSN"]),
    "dsn with a name of its own": (f'ORDERS_DB_URL = "mysql://etl:{PASSWORD}@db/orders"', ["ORDERS_DB_URL"]),
    "dsn as an argument": (f'engine = create_engine("postgresql://etl:{PASSWORD}@db.corp/sales")', ["WAREHOUSE_DSN"]),
    "dsn without a password": ('DSN = "postgresql://db.internal/sales"', ["WAREHOUSE_DSN"]),
    "odbc string": ('CONN_STR = "Driver={SQL};Server=db;Uid=etl;Pwd=x1;"', ["WAREHOUSE_CONN_STR"]),
    "host keyword of a known library": (
        """
        import psycopg2
        psycopg2.connect(host="db.corp", port=5432, user="etl", dbname="sales")
        """,
        ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_DBNAME"],
    ),
    "variables that a library takes": (
        """
        import trino
        host = "trino.mynet"
        port = 8080
        conn = trino.dbapi.connect(host=host, port=port)
        """,
        ["TRINO_HOST", "TRINO_PORT"],
    ),
    "variables with a prefix": (
        'trino_host = "trino.svc.cluster.local"\ntrino_port = 8080',
        ["TRINO_HOST", "TRINO_PORT"],
    ),
    "dict of coordinates": (
        'PG = {"host": "192.168.0.151", "port": "5432", "user": "etl", "dbname": "sales"}',
        ["WAREHOUSE_HOST", "WAREHOUSE_PORT", "WAREHOUSE_USER", "WAREHOUSE_DBNAME"],
    ),
    "private web address": ('API_BASE_URL = "http://langflow.svc.cluster.local:7860/api/v1"', ["API_BASE_URL"]),
    "private address in a request": ('requests.get("http://10.1.2.3:8000/health")', ["WAREHOUSE_URL"]),
    "service on this machine": ('METRICS_URL = "http://localhost:9090/metrics"', ["METRICS_URL"]),
    "managed database": ('HOST = "acme.abc123.eu-west-1.rds.amazonaws.com"', ["WAREHOUSE_HOST"]),
    "bucket keyword": ('import boto3\ns3.put_object(Bucket="acme-landing", Key=k)', ["WAREHOUSE_BUCKET"]),
    "bucket address": ('TARGET = "s3://acme-landing/raw"', ["TARGET"]),
    "azure lake address": ('read("abfss://raw@acmelake.dfs.core.windows.net/orders")', ["WAREHOUSE_BUCKET"]),
    "camel case": ('f(**{"bucketName": "acme-landing", "dbHost": "db.corp"})', ["WAREHOUSE_BUCKET_NAME", "DB_HOST"]),
    "machine path": ('EXPORT_DIR = "/mnt/exports/daily"', ["EXPORT_DIR"]),
    "windows path": ('oracledb.init_oracle_client(lib_dir="C:\\\\oracle\\\\client")', ["LIB_DIR"]),
    "network share": (r'SHARE = "\\\\fileserver\\reports"', ["SHARE"]),
    "path in a Path": ('INBOX = Path("/data/inbox")', ["INBOX"]),
    "cloud project": ('GCP_PROJECT_ID = "acme-prod-1234"', ["GCP_PROJECT_ID"]),
    "project of a client": ('from google.cloud import bigquery\nbigquery.Client(project="acme-prod")', ["GCP_PROJECT"]),
    "region": ('import boto3\nboto3.client("s3", region_name="eu-west-1")', ["AWS_REGION_NAME"]),
    "snowflake": (
        'import snowflake.connector\nsnowflake.connector.connect(account="ab12345", warehouse="LOADING", role="ETL")',
        ["SNOWFLAKE_ACCOUNT", "SNOWFLAKE_WAREHOUSE", "SNOWFLAKE_ROLE"],
    ),
    "password keyword": (f'import smtplib\ns.login("me", password="{PASSWORD}")', ["WAREHOUSE_PASSWORD"]),
    "api key constant": (f'NASDAQ_API_KEY = "{PASSWORD * 3}"', ["NASDAQ_API_KEY"]),
    "token of a service anywhere": (f'clone(["--header", "{GITHUB}"])', ["WAREHOUSE_SECRET"]),
    "webhook": (f'notify("{SLACK}")', ["WAREHOUSE_SECRET"]),
    "webhook in a dict of defaults": (f'D = {{"discord_webhook_url": "{SLACK}"}}', ["DISCORD_WEBHOOK_URL"]),
    "private key": ('KEY = """-----BEGIN ' + 'PRIVATE KEY-----\nabc\n"""', ["WAREHOUSE_KEY"]),
    "parameter default": ('def load(host="db.corp", port=5432): ...', ["WAREHOUSE_HOST", "WAREHOUSE_PORT"]),
    "keyword-only default": ('def load(*, bucket="acme-landing"): ...', ["WAREHOUSE_BUCKET"]),
    "class attribute": ('class Config:\n    bucket_name = "acme-landing"', ["WAREHOUSE_BUCKET_NAME"]),
    "secret default of a settings class": (
        f'class Settings(BaseSettings):\n    db_password: str = Field(default="{PASSWORD}")',
        ["DB_PASSWORD"],
    ),
    "literal host in an f-string": ('url = f"http://minio.corp:{port}"', ["MINIO_URL"]),
    "address called after its service": ('requests.get("http://prefect-server:4200/api")', ["PREFECT_SERVER_URL"]),
    "address called after nobody": ('requests.get("http://api.corp/v1")', ["WAREHOUSE_URL"]),
    "host and port under the name of an address": ('MINIO_URL = "minio:9000"', ["MINIO_URL"]),
    "user beside a host in a variable": (
        'lake_host = "lake.corp"\nlake = Lake(host=lake_host, user="etl", catalog="iceberg")',
        ["LAKE_HOST", "WAREHOUSE_USER"],
    ),
    "server of the mail": (
        'import smtplib\nserver = smtplib.SMTP("mail.corp.internal", 587)',
        ["SMTP_HOST", "SMTP_PORT"],
    ),
    "server of files": (
        f'from ftplib import FTP\nftp = FTP("files.corp.internal", "etl", "{PASSWORD}")',
        ["FTP_HOST", "FTP_USER", "FTP_PASSWORD"],
    ),
    "password of a login to a server that is made there": (
        f'import smtplib\ns = smtplib.SMTP(server)\ns.login("etl", "{PASSWORD}")',
        ["SMTP_PASSWORD"],
    ),
    "password of a login within a block": (
        f'import imaplib\nwith imaplib.IMAP4_SSL(host) as box:\n    box.login("etl", "{PASSWORD}")',
        ["IMAP_PASSWORD"],
    ),
    "password of a login to one of two": (
        f'import smtplib\ns = smtplib.SMTP(a)\ns = Other(b)\ns.login("etl", "{PASSWORD}")',
        ["WAREHOUSE_PASSWORD"],
    ),
    "password of a login": (f'import smtplib\nserver.login("etl", "{PASSWORD}")', ["WAREHOUSE_PASSWORD"]),
    "password of a pair": (f'call(url, auth=("etl", "{PASSWORD}"))', ["WAREHOUSE_PASSWORD"]),
    "password of an auth object": (f'HTTPBasicAuth(user, "{PASSWORD}")', ["WAREHOUSE_PASSWORD"]),
    "headers of a mail": (
        'msg["From"] = "etl@mail.corp"\nmsg["To"] = "anna@mail.corp"',
        ["EMAIL_FROM", "EMAIL_TO"],
    ),
    "made-up project": ('GcpCredentials(project="amber-falcon-214365")', ["WAREHOUSE_PROJECT"]),
    "f-string without a gap": ('folder = f"/home/etl/raw/orders/"', ["WAREHOUSE_FOLDER"]),
    "public host of an own database": (
        'import psycopg2\npsycopg2.connect(host="shop.example.org", port="6432", user="etl")',
        ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER"],
    ),
    "sender": ('FROM_EMAIL = "etl@example.org"', ["FROM_EMAIL"]),
    "several recipients": ('send(recipients="anna@example.org, ben@example.org")', ["RECIPIENTS"]),
    "resource of an account": ('run(task_role_arn="arn:aws:iam::402938475612:role/etl")', ["TASK_ROLE_ARN"]),
    "machine path in an f-string": ('path = f"/mnt/exports/{day}.csv"', ["WAREHOUSE_PATH"]),
    "member of a list": ('CMDS = ["remote", "add", f"s3://acme-landing"]', ["WAREHOUSE_BUCKET"]),
    "bucket of one word": ('import boto3\nstore(bucket="landing")', ["WAREHOUSE_BUCKET"]),
    "literal password in an f-string": (f'dsn = f"postgresql://etl:{PASSWORD}@{{host}}/db"', ["WAREHOUSE_DSN"]),
    "literal password in a sum": (f'dsn = "postgresql://etl:{PASSWORD}@" + host + "/db"', ["WAREHOUSE_DSN"]),
    "literal password in a spaced dsn": (f'dsn = f"host={{host}} dbname=sales password={PASSWORD}"', ["WAREHOUSE_DSN"]),
    "dsn of gaps": ('dsn = f"postgresql://{user}:{pw}@{host}/db"', ["WAREHOUSE_DSN_TEMPLATE"]),
    "dsn of percent signs": ('URI = "mongodb://%s:%s@%s/db" % (u, p, h)', ["WAREHOUSE_URI_TEMPLATE"]),
    "secret written to the environment": (f'os.environ["DB_PASSWORD"] = "{PASSWORD}"', ["DB_PASSWORD"]),
}


def test_the_number_in_front_of_a_file_is_no_part_of_a_name() -> None:
    assert names('url = "http://10.0.4.7/in"', "flows/05_send_prices.py") == ["SEND_PRICES_URL"]
    assert names('url = "http://10.0.4.7/in"', "flows/s3_prices.py") == ["S3_PRICES_URL"]


def test_a_host_gives_its_words_to_a_name_and_not_its_numbers() -> None:
    source = 'url = "https://report-builder-402938475612.europe-west1.run.app"'
    assert names(source, "flows/etl.py") == ["REPORT_BUILDER_URL"]
    assert names('url = "http://10.0.4.7/in"', "flows/etl.py") == ["URL"]


@pytest.mark.parametrize(("source", "expected"), REPORTED.values(), ids=REPORTED)
def test_a_literal_that_could_be_configuration(source: str, expected: list[str]) -> None:
    assert names(source) == expected


IGNORED = {
    "address in a flow's name": 'from prefect import flow\n@flow(name="http://10.0.4.7")\ndef f(): ...',
    "address in a tag": 'from prefect import flow\n@flow(tags=["tcp://10.0.4.7"])\ndef f(): ...',
    "path in a decorator": 'from prefect import flow\n@flow(task_runner=Runner(path="/mnt/exports"))\ndef f(): ...',
    "docstring": '"""Connects to postgresql://etl:pw@db.corp/sales."""',
    "docstring of a function": 'def f():\n    """Reads s3://acme-landing/raw."""',
    "log message": 'logger.info("http://10.0.0.1:8000 is down")',
    "print": 'print("/mnt/exports/daily")',
    "user of a database on this machine": 'import psycopg2\npsycopg2.connect(dbname="shop", user="etl")',
    "port beside a public host": 'api = Client("api.example.com", port=443)',
    "user of a login": 'server.login("etl", password)',
    "class of the same name": 'ftp = SMTPHandler("mail.corp.internal", 587)',
    "pair of words": 'size(auth_types=("basic", "bearer"))\npair = ("left", "right")',
    "project of an issue tracker": 'search(project="core-team")',
    "folder of a workspace": 'run(notebook="/Users/anna@example.org/Orders")',
    "resource in the documentation": 'run(task_role_arn="arn:aws:iam::123456789012:role/etl")',
    "field of a record": 'row["to"] = "anna@mail.corp"',
    "group of things": 'trade(bucket="swing")',
    "name of a column": 'row = {"ip": "ip", "port": "port", "host_ip": "hostIp"}',
    "mail address in a text": 'TEXT = "write to etl@example.org"',
    "mail address of a record": 'row = {"email": "anna@example.org"}',
    "somebody's policy": 'attach("arn:aws:iam::aws:policy/ReadOnlyAccess")',
    "route in an f-string": 'path = f"/data/{day}.csv"',
    "exception": 'raise ValueError("/mnt/exports/daily")',
    "comparison": 'if host == "db.corp": ...',
    "sql": 'query = "SELECT password FROM users"',
    "table name": 'TABLE = "raw.orders"',
    "schedule": 'cron = "0 6 * * *"',
    "model name": 'MODEL = "gpt-4o-mini"',
    "public address": 'BASE_URL = "https://api.example.com/v1"',
    "public address with a new ending": 'STREAM = "wss://stream.example.markets/v2"',
    "rare ending under tls": 'STREAM = "https://data.example.boutique/v2"',
    "address of a route": 'ROUTE = "/data"',
    "relative path": 'PATH = "data/inbox"',
    "system path": 'SOCKET = "/var/run/docker.sock"',
    "token counter": "max_tokens = 4096",
    "what a message says of a field": 'said = {"access_token": "error", "password": "required"}',
    "name of a token": 'PAD_TOKEN = "<pad>"',
    "sort key": 'sort_key = "created_at"',
    "port alone": "PORT = 8080",
    "user alone": 'user = "etl"',
    "default of an environment read": 'import os\nBUCKET = os.getenv("BUCKET", "acme-landing")',
    "environment written in code": 'import os\nos.environ["AWS_REGION"] = "eu-west-1"',
    "default of an own wrapper": 'bucket = env("BUCKET", "acme-landing")',
    "alternative of an environment read": 'import os\nHOST = os.getenv("HOST") or "db.corp"',
    "name of a block": 'Secret.load("db-password")',
    "default of a variable": 'Variable.get("endpoint", default="http://minio.corp")',
    "argparse": 'parser.add_argument("--host", default="db.corp")',
    "click": '@click.option("--bucket", default="acme-landing")\ndef f(bucket): ...',
    "name of a flow": '@flow(name="http://db.corp")\ndef f(): ...',
    "field of a settings class": 'class Settings(BaseSettings):\n    pg_host: str = "db.corp"',
    "demo under the main guard": 'if __name__ == "__main__":\n    run(bucket="acme-landing")',
    "places to look in": 'PATHS = ["/opt/etl/config.ini", "/home/etl/config.ini"]',
    "words of a command": 'subprocess.run(["ls", "/home/etl"])',
    "regular expression": 're.compile("/home/[a-z]+")',
    "uuid": 'FLOW_ID = "7082999c-18c0-4090-a471-c8cee554e757"',
    "git revision": 'rev = "3f9a0c7be15d82643f9a0c7be15d82643f9a0c7b"',
    "f-string of gaps": 'url = f"{base}/items/{item}"',
    "f-string of a public address": 'url = f"https://api.example.com/{item}"',
    "unknown host": 'info = {"hostname": "unknown"}',
    "number that is no port": "port = 0",
    "switch": "password = True",
    "empty": 'host = ""',
}


@pytest.mark.parametrize("source", IGNORED.values(), ids=IGNORED)
def test_a_literal_that_stays_what_it_is(source: str) -> None:
    assert names(source) == []


@pytest.mark.parametrize("path", ["tests/flow.py", "flows/test_load.py", "conftest.py"])
def test_tests_are_not_looked_at(path: str) -> None:
    assert names(f'dsn = "postgresql://etl:{PASSWORD}@db/x"', path) == []


def test_a_port_beside_this_machine_is_left_out() -> None:
    assert names('connect(host="localhost", port=5432, user="etl")') == ["WAREHOUSE_HOST"]


def test_the_whole_expression_is_reported_once() -> None:
    source = f'dsn = "postgresql://etl:{PASSWORD}@" + host + f":{{port}}/sales"\n'
    (site,) = found(source)
    assert (site.span.column, site.span.end_column) == (6, len(source) - 1)
    assert site.form == "concatenation"
    assert site.value is None


def test_what_a_site_says() -> None:
    (site,) = found(
        """
        def load():
            ü = psycopg.connect("postgresql://db.corp/sales")
        """
    )
    assert site.kind is SiteKind.LITERAL
    assert site.path == "flows/warehouse.py"
    assert (site.span.line, site.span.column) == (3, 24)
    assert (site.form, site.place, site.function) == ("argument", Place.FUNCTION, "load")
    assert (site.receiver, site.callee) == ("", "psycopg.connect")
    assert site.value is not None
    assert site.value.reveal() == "postgresql://db.corp/sales"


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ('bucket = "acme-landing"', "assignment"),
        ('f(bucket="acme-landing")', "keyword"),
        ('f("s3://acme-landing")', "argument"),
        ('def f(bucket="acme-landing"): ...', "default"),
        ('x = {"bucket": "acme-landing"}', "dict value"),
        ('class C:\n    bucket = "acme-landing"', "class attribute"),
        ('url = f"http://minio.corp:{port}"', "f-string"),
        ('url = "http://minio.corp:" + port', "concatenation"),
        ('dsn = f"mysql://{u}:{p}@{h}/x"', "template"),
        ('def f():\n    return "s3://acme-landing"', "expression"),
    ],
)
def test_forms(source: str, form: str) -> None:
    assert [site.form for site in found(source)] == [form]


@pytest.mark.parametrize(
    ("source", "path", "name"),
    [
        ('url = "http://10.0.0.5:80"', "ingest/crm_flow.py", "CRM_URL"),
        ('url = "http://10.0.0.5:80"', "crm/main.py", "CRM_URL"),
        ('url = "http://billing.corp"', "main.py", "BILLING_URL"),
        ('crmUrl = "http://10.0.0.5:80"', "main.py", "CRM_URL"),
        ('f(**{"s3-bucket": "acme-landing"})', "main.py", "S3_BUCKET"),
        ('bucket = "acme-landing"', "main.py", "BUCKET"),
        ('self.host = "db.corp"', "load_orders.py", "LOAD_ORDERS_HOST"),
        ('api = TrinoClient(host="trino.corp")', "main.py", "TRINO_HOST"),
        ('f("s3://acme-landing")', "2024.py", "ACME_LANDING_BUCKET"),
        ('import mlflow\nmlflow.set_tracking_uri("http://tracking.corp:5000")', "train.py", "MLFLOW_TRACKING_URI"),
        ('registry.set_owner_uri("http://tracking.corp:5000")', "train.py", "TRACKING_URL"),
        ('project_id = "acme-lake-1"', "ledger/prefect_tasks.py", "LEDGER_PROJECT_ID"),
        ('url = "http://10.0.4.7/in"', "stock_url.py", "STOCK_URL"),
        ('copy("/mnt/exports/data")', "main.py", "APP_PATH"),
        ('def save():\n    copy("/mnt/exports/data")', "main.py", "SAVE_PATH"),
        ('copy("/mnt/exports/daily")', "main.py", "DAILY_PATH"),
        ('def save():\n    copy("/home/etl/timetables/stops.json")', "main.py", "STOPS_PATH"),
        ('copy(f"/home/etl/timetables/{name}.json")', "main.py", "TIMETABLES_PATH"),
        ('call("http://mage:6789/api")', "sync_orders.py", "MAGE_URL"),
        ('password = "' + PASSWORD + '"', "flows/config.py", "PASSWORD"),
    ],
)
def test_the_name_that_an_author_would_have_chosen(source: str, path: str, name: str) -> None:
    assert names(source, path) == [name]


def test_no_value_in_the_repr_of_a_site() -> None:
    assert PASSWORD not in repr(found(f'dsn = "postgresql://etl:{PASSWORD}@db.corp/sales"'))


@given(st.text(max_size=60), st.sampled_from(["host", "password", "bucket", "url", "path", "port", "region", "x"]))
def test_any_string_is_looked_at_without_trouble(text: str, receiver: str) -> None:
    source = f"{receiver} = {text!a}\nf({receiver}={text!a}, other=f'{{x}}' + {text!a})\n"
    for site in find_literals(ParsedModule(source.encode()), "flow.py"):
        assert site.name.isidentifier()
        assert site.name == site.name.upper()
        assert site.value is None or site.value.reveal() == text
