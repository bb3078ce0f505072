"""Rows for databases and pipelines."""

from envlift.scanning.libraries.self_reading.row import SelfReading

DATABASES: tuple[SelfReading, ...] = (
    SelfReading(
        "libpq",
        (
            "psycopg2.connect",
            "psycopg2.pool.*Pool",
            "psycopg.connect",
            "psycopg.Connection.connect",
            "psycopg.AsyncConnection.connect",
            "psycopg_pool.*Pool",
            "asyncpg.connect",
            "asyncpg.create_pool",
            "aiopg.*",
        ),
        {
            "PGPASSWORD": ("password", "passfile", "dsn", "conninfo", "0"),
            "PGHOST": ("host", "hostaddr", "dsn", "conninfo", "0"),
            "PGPORT": ("port", "dsn", "conninfo", "0"),
            "PGUSER": ("user", "dsn", "conninfo", "0"),
            "PGDATABASE": ("dbname", "database", "dsn", "conninfo", "0"),
            "PGPASSFILE": ("passfile", "password"),
            "PGSSLMODE": ("sslmode", "ssl"),
            "PGSSLROOTCERT": ("sslrootcert", "ssl"),
            "PGSERVICE": ("service",),
            "PGOPTIONS": ("options",),
            "PGCONNECT_TIMEOUT": ("connect_timeout", "timeout"),
        },
        takes=(
            "import psycopg2\npsycopg2.connect(host='h')\n",
            "import asyncpg\nasync def f():\n    await asyncpg.connect()\n",
        ),
        leaves=(
            "import psycopg2\npsycopg2.connect(DSN)\n",
            "import psycopg\npsycopg.connect(password=p)\n",
            "import sqlite3\nsqlite3.connect()\n",
        ),
    ),
    SelfReading(
        "snowflake",
        ("snowflake.connector.connect", "snowflake.snowpark.Session.*"),
        {"SNOWFLAKE_DEFAULT_CONNECTION_NAME": ("connection_name", "account", "0"), "SNOWFLAKE_HOME": ("account", "0")},
        takes=("import snowflake.connector\nsnowflake.connector.connect()\n",),
        leaves=("import snowflake.connector\nsnowflake.connector.connect(account=a, user=u)\n",),
    ),
    SelfReading(
        "oracle client",
        ("oracledb.connect", "oracledb.create_pool", "cx_Oracle.connect"),
        {"TNS_ADMIN": ("config_dir",), "ORACLE_HOME": ()},
        takes=("import oracledb\noracledb.connect(dsn=d)\n",),
        leaves=("import oracledb\noracledb.connect(dsn=d, config_dir=c)\n",),
    ),
    SelfReading(
        "influxdb",
        ("influxdb_client.InfluxDBClient.from_env_properties",),
        {"INFLUXDB_V2_TOKEN": (), "INFLUXDB_V2_URL": (), "INFLUXDB_V2_ORG": ()},
        takes=("from influxdb_client import InfluxDBClient\nInfluxDBClient.from_env_properties()\n",),
        leaves=("from influxdb_client import InfluxDBClient\nInfluxDBClient(url=u, token=t)\n",),
    ),
    SelfReading(
        "motherduck",
        ("duckdb.connect",),
        {"MOTHERDUCK_TOKEN": ("config",), "motherduck_token": ("config",)},
        takes=("import duckdb\nduckdb.connect('md:db')\n",),
        leaves=("import duckdb\nduckdb.connect('md:', config=c)\n",),
    ),
    SelfReading(
        "dlt",
        ("dlt.pipeline", "dlt.run", "dlt.attach"),
        {"DESTINATION__*": (), "SOURCES__*": (), "RUNTIME__*": (), "CREDENTIALS__*": ("credentials",)},
        takes=("import dlt\ndlt.pipeline('p')\n",),
        leaves=("import dlt\n@dlt.resource\ndef r(): ...\n",),
    ),
    SelfReading(
        "dbt",
        ("dbt.cli.main.dbtRunner", "prefect_dbt.*", "prefect_dbt_flow.*"),
        {
            "DBT_PROFILES_DIR": ("profiles_dir",),
            "DBT_PROJECT_DIR": ("project_dir",),
            "DBT_TARGET": ("target",),
            "DBT_ENV_SECRET_*": (),
            "DBT_*": (),
        },
        takes=(
            "from dbt.cli.main import dbtRunner\ndbtRunner()\n",
            "from prefect_dbt import PrefectDbtRunner\nPrefectDbtRunner()\n",
        ),
        leaves=("from prefect_dbt.cli import DbtCoreOperation\nDbtCoreOperation(profiles_dir=p)\n", "dbtRunner()\n"),
    ),
    SelfReading(
        "spark",
        ("pyspark.sql.SparkSession.*", "pyspark.SparkContext"),
        {"SPARK_HOME": (), "JAVA_HOME": (), "PYSPARK_PYTHON": (), "HADOOP_CONF_DIR": ()},
        takes=("from pyspark import SparkContext\nSparkContext()\n",),
        leaves=("from pyspark import Row\nRow(a=1)\n",),
    ),
)
