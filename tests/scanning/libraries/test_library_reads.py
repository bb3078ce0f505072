"""Reads through configuration libraries and command lines, ``.env`` files that code loads, and what libraries read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Site, SiteKind
from envlift.scanning.python import PythonFile, scan_python
from envlift.scanning.repository import scan_repository
from envlift_codemods.parsed import Place
from envlift_codemods.read_idioms import Missing

MakeRepository = Callable[[Mapping[str, str]], Path]


def scan(text: str) -> PythonFile:
    scanned = scan_python("a.py", textwrap.dedent(text).encode())
    assert isinstance(scanned, PythonFile)
    return scanned


def one(text: str) -> Site:
    (site,) = [s for s in scan(text).sites if s.kind is SiteKind.ENV_READ]
    return site


@pytest.mark.parametrize(
    ("text", "missing", "value"),
    [
        ("from decouple import config\nx = config('A')", Missing.RAISES, None),
        ("from decouple import config\nx = config('A', default=5, cast=int)", Missing.DEFAULT, "5"),
        ("from decouple import config\nx = config('A', default=None)", Missing.NONE, None),
        ("from environs import env\nx = env.int('A', 5)", Missing.DEFAULT, "5"),
        ("from environs import env\nx = env.str('A')", Missing.RAISES, None),
        ("from dotenv import dotenv_values\nx = dotenv_values()['A']", Missing.RAISES, None),
        ("from dotenv import dotenv_values\nx = dotenv_values().get('A')", Missing.NONE, None),
    ],
)
def test_a_library_tells_what_is_missing(text: str, missing: Missing, value: str | None) -> None:
    site = one(text)
    assert site.missing is missing
    assert (site.value.reveal() if site.value else None) == value
    assert site.load is None
    assert site.obstacle


def test_a_cast_is_the_wrapper() -> None:
    assert one("from decouple import config\nPORT = config('A', cast=int)").wrapper == "int"
    secret = "from starlette.config import Config\nfrom starlette.datastructures import Secret\nc = Config()\n"
    assert one(secret + "x = c('A', cast=Secret)").wrapper == "SecretStr"


def test_prefixes_of_environs_count() -> None:
    text = """
        from environs import Env
        env = Env()
        with env.prefixed("APP_"):
            with env.prefixed("DB_"):
                host = env("HOST")
    """
    assert one(text).name == "APP_DB_HOST"


def test_an_object_of_another_file_is_followed(make_repository: MakeRepository) -> None:
    root = make_repository(
        {
            "config.py": "from environs import Env\nenv = Env()\n",
            "jobs.py": "from config import env\ndef work(): return env.str('A')\n",
            "other.py": "from elsewhere import env\ndef work(): return env.str('A')\n",
            "etl.py": "from prefect import flow\nimport jobs, other\n@flow\ndef etl(): jobs.work(), other.work()\n",
        }
    )
    assert [(s.path, s.name, s.form) for s in scan_repository(root).sites] == [("jobs.py", "A", "environs")]


@pytest.mark.parametrize(
    ("text", "names", "form", "place"),
    [
        ("@click.option('--a', envvar='A')\ndef f(a): ...", ["A"], "click envvar", Place.DECORATOR),
        ("@click.option('--a', envvar=['A', 'B'])\ndef f(a): ...", ["A", "B"], "click envvar", Place.DECORATOR),
        ("def f(a: str = typer.Option('x', envvar='A')): ...", ["A"], "typer envvar", Place.DEFAULT_ARGUMENT),
        ("def f(a: str = Argument(..., envvar='A')): ...", ["A"], "typer envvar", Place.DEFAULT_ARGUMENT),
    ],
)  # fmt: skip
def test_options_of_a_command_line(text: str, names: list[str], form: str, place: Place) -> None:
    sites = scan(f"import click, typer\nfrom typer import Argument\n{text}").sites
    assert [(s.name, s.form, s.place) for s in sites] == [(name, form, place) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "import click\n@click.option('--a', envvar=None)\ndef f(a): ...\n",
        "import click\n@click.option('--envvar')\ndef f(a): ...\n",
        "def option(**k): ...\noption(envvar='A')\n",
    ],
)
def test_what_is_no_option_stays_untouched(text: str) -> None:
    assert [s.name for s in scan(text).sites if s.name] == []


@pytest.mark.parametrize(
    ("call", "load"),
    [
        ("load_dotenv()", ("load_dotenv", "", False)),
        ("load_dotenv('.env.prod', override=True)", ("load_dotenv", ".env.prod", True)),
        ("load_dotenv('.env', None, False, True)", ("load_dotenv", ".env", True)),
        ("load_dotenv('.env', None, True)", ("load_dotenv", ".env", False)),
        ("load_dotenv(override=CLEAN)", ("load_dotenv", "", True)),
        ("load_dotenv(override=False)", ("load_dotenv", "", False)),
        ("load_dotenv(dotenv_path='.env.prod')", ("load_dotenv", ".env.prod", False)),
        ("load_dotenv(Path(__file__).parent / 'config' / '.env')", ("load_dotenv", "config/.env", False)),
        ("load_dotenv(os.path.join(HERE, 'config', '.env'))", ("load_dotenv", "config/.env", False)),
        ("load_dotenv(find_dotenv('.env.prod'))", ("load_dotenv", ".env.prod", False)),
        ("load_dotenv(find_dotenv())", ("load_dotenv", "", False)),
        ("P = Path('a') / '.env'\nload_dotenv(P)", ("load_dotenv", "a/.env", False)),
        ("load_dotenv(f'.env.{STAGE}')", ("load_dotenv", "", False)),
        ("x = dotenv_values('.env.prod')", ("dotenv_values", ".env.prod", False)),
        ("x = get_key('.env', 'A')", ("get_key", ".env", False)),
        ("env = Env()\nenv.read_env('.env', override=True)", ("read_env", ".env", True)),
        ("c = Config('.env')", ("starlette", ".env", False)),
    ],
)
def test_the_file_that_code_loads_is_known(call: str, load: tuple[str, str, bool]) -> None:
    head = (
        "import os\nfrom pathlib import Path\nfrom environs import Env\nfrom starlette.config import Config\n"
        "from dotenv import dotenv_values, find_dotenv, get_key, load_dotenv\n"
    )
    (found,) = scan(head + call).dotenv_loads
    assert (found.by, found.file, found.override) == load
    assert (found.call is not None) is ("load_dotenv" in call and "True" in call and found.override)


@pytest.mark.parametrize("call", ["other.load_dotenv()", "def load_dotenv(): ...\nload_dotenv()", "Config()"])
def test_other_calls_load_no_file(call: str) -> None:
    assert scan(f"import dotenv\nfrom starlette.config import Config\n{call}").dotenv_loads == ()


def test_changes_of_a_file_are_writes() -> None:
    (write,) = scan("from dotenv import set_key\nset_key('.env', 'A', '1')\n").sites
    assert (write.kind, write.name, write.form) == (SiteKind.ENV_WRITE, "A", "set_key()")


FLOW = "from prefect import flow\nimport boto3\n\n@flow\ndef etl():\n    boto3.client('s3')\n    boto3.client('sqs')\n"


def test_a_library_reads_only_what_the_repository_names(make_repository: MakeRepository) -> None:
    root = make_repository({"etl.py": FLOW, ".env": "AWS_SECRET_ACCESS_KEY=x\nUNRELATED=1\n"})
    found = [s for s in scan_repository(root).sites if s.kind is SiteKind.ENV_READ]
    assert [(s.name, s.form, s.span.line, s.load) for s in found] == [
        ("AWS_SECRET_ACCESS_KEY", "boto3 reads it", 6, None)
    ]


def test_a_read_elsewhere_names_a_variable_too(make_repository: MakeRepository) -> None:
    reader = "import os\ndef region(): return os.environ['AWS_DEFAULT_REGION']\n"
    root = make_repository({"etl.py": FLOW, "region.py": reader})
    found = {(s.path, s.name) for s in scan_repository(root).sites}
    assert found == {("region.py", "AWS_DEFAULT_REGION"), ("etl.py", "AWS_DEFAULT_REGION")}


def test_a_file_that_no_flow_reaches_reads_nothing_by_itself(make_repository: MakeRepository) -> None:
    root = make_repository({"web.py": "import boto3\nboto3.client('s3')\n", ".env": "AWS_SECRET_ACCESS_KEY=x\n"})
    assert [s.kind for s in scan_repository(root).sites] == [SiteKind.DOTENV_ENTRY]


def test_a_pattern_stands_for_each_name_that_fits(make_repository: MakeRepository) -> None:
    flow = "from prefect import flow\nimport dlt\n\n@flow\ndef etl():\n    dlt.pipeline('p')\n"
    root = make_repository({"etl.py": flow, ".env": "SOURCES__API__KEY=x\nOTHER=1\n"})
    found = [s.name for s in scan_repository(root).sites if s.kind is SiteKind.ENV_READ]
    assert found == ["SOURCES__API__KEY"]


@pytest.mark.parametrize(
    ("made", "used", "name"),
    [
        ("Dynaconf(envvar_prefix='APP')", "settings.KEY", "APP_KEY"),
        ("Dynaconf(envvar_prefix=False)", "settings['key']", "KEY"),
        ("Dynaconf(settings_files=['s.toml'])", "settings.get('KEY')", "DYNACONF_KEY"),
    ],
)
def test_dynaconf_looks_into_the_environment_first(
    make_repository: MakeRepository, made: str, used: str, name: str
) -> None:
    flow = (
        "from prefect import flow\nfrom dynaconf import Dynaconf\n"
        f"settings = {made}\n\n@flow\ndef etl():\n    return {used}, settings.OTHER\n"
    )
    root = make_repository({"etl.py": flow, ".env": f"{name}=x\n"})
    found = [(s.name, s.form) for s in scan_repository(root).sites if s.kind is SiteKind.ENV_READ]
    assert found == [(name, "dynaconf")]
