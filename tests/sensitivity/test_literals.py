"""Which literals belong into configuration: from source text to the answer."""

from __future__ import annotations

from textwrap import dedent

import pytest

from envlift.scanning.literals.finding import find_literals
from envlift.sensitivity.judgement import judge
from envlift.sensitivity.literals import worth_moving
from envlift.sensitivity.rules import Use
from envlift_codemods.parsed import ParsedModule

PASSWORD = "q7Rk" + "92mz"


def answers(source: str) -> list[tuple[bool, str]]:
    found = []
    for site in find_literals(ParsedModule(dedent(source).encode()), "flows/warehouse.py"):
        judgement = judge(site.name, values=[site.value] if site.value else [], uses=[Use.of(site)])
        moves, rule, reason = worth_moving(site, judgement)
        assert reason
        found.append((moves, rule))
    return found


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (f'DSN = "postgresql://etl:{PASSWORD}@db.corp/sales"', "literal/secret"),
        (f'def f(password="{PASSWORD}"): ...', "literal/secret"),
        ('client = Minio(endpoint="minio:9000")', "literal/private-service"),
        ('import boto3\nboto3.client("s3", region_name="eu-west-1")', "literal/account"),
        ('REGION = "westeurope"', "literal/account"),
        ('FOLDERS.append("/home/etl/jobs")', "literal/machine-path"),
        (f'dsn = f"postgresql://etl:{PASSWORD}@{{host}}/db"', "literal/secret"),
        (f'create_engine("mysql://etl:{PASSWORD}@localhost/x")', "literal/secret"),
        ('DSN = "postgresql://db.internal/sales"', "literal/private-service"),
        ('connect(host="10.0.4.7")', "literal/private-service"),
        ('connect(host="203.0.113.9")', "literal/private-service"),
        ('connect(host="trino")', "literal/private-service"),
        ('URL = "http://warehouse.corp/api"', "literal/private-service"),
        ('HOST = "acme.abc.eu-west-1.rds.amazonaws.com"', "literal/private-service"),
        ('SSH_HOST = "node04.hpc.example.edu"', "literal/own-server"),
        ('import psycopg\npsycopg.connect(host="db.example.org")', "literal/own-server"),
        ('BUCKET = "acme-landing"', "literal/bucket"),
        ('read("gs://acme-landing/raw/x.csv")', "literal/bucket"),
        ('EXPORTS = "/mnt/exports/daily"', "literal/machine-path"),
        ('LIB = "C:\\\\oracle\\\\client"', "literal/machine-path"),
        ('GCP_PROJECT = "acme-prod-1234"', "literal/account"),
        ('AWS_REGION = "eu-central-1"', "literal/account"),
        ('import boto3\nboto3.client("s3", region_name="eu-west-1")', "literal/account"),
        ('url = f"http://minio.corp:{port}"', "literal/composed-address"),
        ('path = f"/mnt/exports/{day}.csv"', "literal/composed-address"),
        ('MINIO_URL = "minio:9000"', "literal/private-service"),
        (f'server.login("etl", "{PASSWORD}")', "literal/secret"),
        ('msg["From"] = "etl@mail.corp"', "literal/mail-address"),
        ('GcpCredentials(project="amber-falcon-214365")', "literal/account"),
        ('TO_EMAIL = "anna@mail.corp"', "literal/mail-address"),
        ('URL = "https://europe-west1-acme-etl.cloudfunctions.net/load"', "literal/private-service"),
        ('post("https://loader-4k2q-ew.a.run.app/load")', "literal/private-service"),
        ('url = "https://k3j9.execute-api.eu-west-1.amazonaws.com/prod"', "literal/private-service"),
        (f'connect("host=db.corp dbname=sales user=etl password={PASSWORD}")', "literal/secret"),
        ('role_arn = "arn:aws:iam::402938475612:role/etl"', "literal/account"),
        ('import sqlalchemy\nsqlalchemy.URL.create("mysql", host="shop.example.org")', "literal/own-server"),
    ],
)
def test_what_moves(source: str, rule: str) -> None:
    assert answers(source) == [(True, rule)]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ('API_KEY = "your_api_key_here"', "literal/placeholder"),
        ('password = "changeme"', "literal/placeholder"),
        ('password = "op://vault/db/password"', "literal/reference"),
        ('token = "vault:secret/data/slack#token"', "literal/reference"),
        ('TOKEN = "SLACK_BOT_TOKEN"', "literal/name-of-a-secret"),
        ('password = "warehouse-password-block"', "literal/name-of-a-secret"),
        ('dsn = f"postgresql://{user}:{pw}@{host}/db"', "literal/template"),
        ('URL = "http://localhost:9090"', "literal/local-service"),
        ('connect(host="localhost")', "literal/local-service"),
        ('URL = "https://run.app"', None),
        ('URL = "https://docs.aws.amazonaws.com/ec2"', None),
        ('LINE = "host=db.corp is down, user=etl"', None),
        ('connect("host=localhost user=etl password=postgres")', "literal/constant"),
        ('serve(host="0.0.0.0")', "literal/local-service"),
        ('def f(bucket="acme-landing"): ...', "literal/parameter-default"),
        ('def f(host="db.corp"): ...', "literal/parameter-default"),
        ('connect(host="smtp.gmail.com")', "literal/constant"),
        ('BUCKET = "test-bucket"', "literal/constant"),
        ('SOURCE = "s3://noaa-ghcn-pds/csv"', "literal/constant"),
        ('PROJECT_ID = "CORE-ONE"', "literal/constant"),
        ('import boto3\nboto3.client("s3", region_name="us-east-1")', "literal/constant"),
        ('Index(region="gcp-us-central1")', "literal/constant"),
        ('ENV_FILE = "/opt/etl/.env"', "literal/constant"),
        ('COUNTRY_KEY = "iso_code"', "literal/constant"),
        ('SALES_REGION = "object"', "literal/constant"),
        ('export(endpoint="orders")', "literal/constant"),
        ('export(endpoint="orderLines")', "literal/constant"),
        ('TAG = {"image": "icon://mdi:home"}', "literal/constant"),
        ('docker.DockerClient(base_url="unix://run/docker.sock")', "literal/constant"),
        ('import sys\nsys.path.append("/home/etl/jobs")', "literal/import-path"),
        ('DB_PASSWORD = "db_password"', "literal/key-of-a-value"),
        ('LANDING_BUCKET = "landing_bucket"', "literal/key-of-a-value"),
        ('call(headers={"Authorization": "Bearer placeholder-token"})', "literal/placeholder"),
        ('api_key = "dev-fallback-key-12345"', "literal/placeholder"),
        ('run(volumes={d: {"bind": "/data/in", "mode": "ro"}})', "literal/container-path"),
        ('Request("http://169.254.169.254/latest/meta-data/instance-id")', "literal/metadata-service"),
        ('import platform\nroot = "Z:/in" if platform.system() == "Windows" else IN', "literal/chosen-by-platform"),
        ('if sys.platform == "win32":\n    root = "Z:/in"\nelse:\n    root = IN', "literal/chosen-by-platform"),
        ('send(sender="anna@example.com")', "literal/constant"),
        ('server.login("etl", "your_password")', "literal/placeholder"),
        ('MASTER_KEY = "cleaned/orders.parquet"', "literal/constant"),
    ],
)
def test_what_stays(source: str, rule: str | None) -> None:
    assert answers(source) == ([] if rule is None else [(False, rule)])


def test_what_stands_beside_a_private_host_goes_with_it() -> None:
    assert answers('connect(host="db.corp", port=5432, user="etl")') == [
        (True, "literal/private-service"),
        (True, "literal/beside-a-host"),
        (True, "literal/beside-a-host"),
    ]


def test_ordinary_flow_code_has_nothing_to_move() -> None:
    source = '''
        """Loads orders from the shop."""
        from prefect import flow, task

        TABLE = "raw.orders"
        QUERY = "SELECT id, token_count FROM orders WHERE region = 'EU'"
        BASE_URL = "https://api.example.com/v1"
        MODEL = "gpt-4o-mini"
        HEADERS = {"Accept": "application/json", "User-Agent": "etl/1.0"}

        @task(retries=3, tags=["orders"])
        def fetch(day: str, page_size: int = 100) -> list[dict]:
            url = f"{BASE_URL}/orders?day={day}"
            return get(url, params={"limit": page_size, "sort_key": "created_at", "max_tokens": 4096})

        @flow(name="orders", log_prints=True)
        def orders(day: str = "2024-01-01") -> None:
            print("loading https://intern.corp/orders")
            for row in fetch(day):
                save(row, table=TABLE, mode="append", schema="raw")

        if __name__ == "__main__":
            orders.serve(name="orders", cron="0 6 * * *")
        '''
    assert [answer for answer in answers(source) if answer[0]] == []
