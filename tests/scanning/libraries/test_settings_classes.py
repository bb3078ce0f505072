"""Settings classes: under which names pydantic reads each field, with which default, and which files it opens."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from envlift.inventory import Site
from envlift.scanning.libraries.settings_classes import FORM
from envlift.scanning.python import PythonFile, scan_python
from envlift_codemods.parsed import Place
from envlift_codemods.read_idioms import Missing

NEW = """
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic import AliasChoices, Field, SecretStr
"""
OLD = "from pydantic.v1 import BaseSettings, Field\nfrom typing import Optional\n"


def scan(text: str) -> PythonFile:
    scanned = scan_python("a.py", text.encode())
    assert isinstance(scanned, PythonFile)
    return scanned


def fields(text: str) -> list[Site]:
    return [s for s in scan(text).sites if s.form == FORM]


def body(text: str, head: str = NEW) -> str:
    return head + textwrap.dedent(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class S(BaseSettings):\n    a: str\n    b: int = 1\n", ["a", "b"]),
        ("class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='APP_')\n    a: str\n", ["APP_a"]),
        ("class S(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n    a: str\n", ["APP_a"]),
        ("class S(BaseSettings):\n    class Config:\n        env_prefix = 'APP_'\n    a: str\n", ["APP_a"]),
        ("class S(BaseSettings, env_prefix='APP_'):\n    a: str\n", ["APP_a"]),
        (
            "P = 'APP_'\n"
            "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=P)\n    a: str\n",
            ["APP_a"],
        ),
        ("class S(BaseSettings):\n    a: str = Field(alias='B')\n", ["B"]),
        ("class S(BaseSettings):\n    a: str = Field('x', validation_alias='B')\n", ["B"]),
        ("class S(BaseSettings):\n    a: str = Field(validation_alias=AliasChoices('B', 'C'))\n", ["B", "C"]),
        (
            "class S(BaseSettings):\n    model_config = {'env_prefix': 'P_', 'populate_by_name': True}\n"
            "    a: str = Field(alias='B')\n",
            ["B", "P_a"],
        ),
        ("from typing import Annotated\nclass S(BaseSettings):\n    a: Annotated[str, Field(alias='B')]\n", ["B"]),
        ("class B(BaseSettings):\n    model_config = {'env_prefix': 'P_'}\nclass S(B):\n    a: str\n", ["P_a"]),
        ("class B(BaseSettings):\n    a: str\nclass S(B):\n    model_config = {'env_prefix': 'P_'}\n", ["a", "P_a"]),
        (
            "class M(BaseModel):\n    host: str\n    port: int\n"
            "class S(BaseSettings):\n    model_config = {'env_nested_delimiter': '__'}\n    db: M\n",
            ["db__host", "db__port"],
        ),
        ("class D(BaseSettings):\n    host: str\nclass S(BaseSettings):\n    db: D = D()\n", ["host"]),
        ("import pydantic_settings as ps\nclass S(ps.BaseSettings):\n    a: str\n", ["a"]),
        (
            "try:\n    from pydantic_settings import BaseSet"
            "tings\nexcept ImportError:\n    from pydantic import BaseSettings\n"
            "class S(BaseSettings):\n    a: str\n",
            ["a"],
        ),
    ],
)  # fmt: skip
def test_a_field_is_read_under_its_variables(text: str, names: list[str]) -> None:
    assert [s.name for s in fields(NEW + text)] == names


@pytest.mark.parametrize(
    ("annotation", "names"),
    [
        ("M", ["a__host"]),
        ("Optional[M]", ["a__host"]),
        ("M | None", ["a__host"]),
        ("typing.Annotated[M, 'x']", ["a__host"]),
        ("dict[str, M]", ["a"]),
        ("typing.Dict[str, M]", ["a"]),
        ("list[M] | None", ["a"]),
        ("Optional[Sequence[M]]", ["a"]),
    ],
)
def test_only_a_model_by_itself_has_variables_for_its_fields(annotation: str, names: list[str]) -> None:
    text = f"""
        class M(BaseModel):
            host: str = "x"
        class S(BaseSettings):
            model_config = {{"env_nested_delimiter": "__"}}
            a: {annotation} = None
    """
    assert [s.name for s in fields(NEW + textwrap.dedent(text))] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class S(BaseSettings):\n    a: str = Field('x', env='B')\n", ["B"]),
        ("class S(BaseSettings):\n    a: str = Field('x', env=['B', 'C'])\n", ["B", "C"]),
        ("class S(BaseSettings):\n    a: str = Field('x', alias='B')\n", ["a"]),
        ("class S(BaseSettings):\n    a = 'x'\n    class Config:\n        env_prefix = 'P_'\n", ["P_a"]),
        ("class S(BaseSettings):\n    a: str\n    class Config:\n        fields = {'a': {'env': 'A_B'}}\n", ["A_B"]),
        ("class S(BaseSettings):\n    a: str\n    class Config:\n        fields = {'b': {'env': 'B'}}\n", ["a"]),
    ],
)
def test_pydantic_1_names_by_env(text: str, names: list[str]) -> None:
    assert [s.name for s in fields(OLD + text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "class S(BaseModel):\n    a: str\n",
        "class BaseThing: ...\nclass S(BaseThing):\n    a: str\n",
        "class S(BaseSettings):\n    _a: str = 'x'\n",
        "from typing import ClassVar\nclass S(BaseSettings):\n    a: ClassVar[str] = 'x'\n",
        "class S(BaseSettings):\n    def a(self): return 1\n    model_config = SettingsConfigDict(env_file='.env')\n",
        "def f(BaseSettings):\n    class S(BaseSettings):\n        a: str\n",
    ],
)
def test_what_is_no_field_stays_untouched(text: str) -> None:
    assert fields(NEW + "from pydantic import BaseModel\n" + text) == []


@pytest.mark.parametrize(
    ("field", "missing", "value"),
    [
        ("a: str", Missing.RAISES, None),
        ("a: str = ...", Missing.RAISES, None),
        ("a: str = Field(...)", Missing.RAISES, None),
        ("a: str | None", Missing.RAISES, None),
        ("a: str | None = None", Missing.NONE, None),
        ("a: str = 'x'", Missing.DEFAULT, "x"),
        ("a: str = Field(default='x')", Missing.DEFAULT, "x"),
        ("a: int = 5", Missing.DEFAULT, "5"),
        ("a: SecretStr = SecretStr('x')", Missing.DEFAULT, "x"),
        ("a: str = make()", Missing.DEFAULT, None),
        ("a: list = Field(default_factory=list)", Missing.DEFAULT, None),
    ],
)
def test_the_default_tells_what_is_missing(field: str, missing: Missing, value: str | None) -> None:
    (site,) = fields(body(f"class S(BaseSettings):\n    {field}\n"))
    assert site.missing is missing
    assert (site.value.reveal() if site.value else None) == value


def test_pydantic_1_takes_none_for_an_optional_field() -> None:
    (site,) = fields(body("class S(BaseSettings):\n    a: Optional[str]\n", OLD))
    assert site.missing is Missing.NONE


def test_a_field_stays_an_environment_read() -> None:
    (site,) = fields(body("class S(BaseSettings):\n    key: SecretStr\n"))
    assert (site.place, site.load, site.wrapper) == (Place.CLASS_BODY, None, "SecretStr")
    assert site.obstacle == "pydantic reads it from the environment"
    assert site.any_case


def test_case_counts_where_the_class_says_so() -> None:
    (site,) = fields(
        body("class S(BaseSettings):\n    model_config = SettingsConfigDict(case_sensitive=True)\n    a: str\n")
    )
    assert not site.any_case


@pytest.mark.parametrize(
    ("default", "forms"),
    [
        ("os.getenv('KEY')", {("getenv", "KEY")}),
        ("os.environ['KEY']", {("environ[]", "KEY")}),
        ("Field(default=os.getenv('KEY', 'x'))", {("getenv", "KEY")}),
        ("os.getenv('OTHER')", {("getenv", "OTHER"), (FORM, "key")}),
    ],
)
def test_a_default_that_reads_the_environment_is_one_read(default: str, forms: set[tuple[str, str]]) -> None:
    text = body(f"import os\nclass S(BaseSettings):\n    key: str = {default}\n")
    assert {(s.form, s.name) for s in scan(text).sites} == forms


@pytest.mark.parametrize(
    ("option", "files"),
    [
        ("model_config = SettingsConfigDict(env_file='.env.prod')", [".env.prod"]),
        ("model_config = SettingsConfigDict(env_file=('.env', '.env.prod'))", [".env", ".env.prod"]),
        ("model_config = SettingsConfigDict(env_file=Path(__file__).parent / '.env')", [".env"]),
        ("class Config:\n        env_file = '.env'", [".env"]),
        ("model_config = SettingsConfigDict(env_file=None)", []),
        ("model_config = SettingsConfigDict(extra='ignore')", []),
    ],
)
def test_the_files_that_a_class_opens_are_known(option: str, files: list[str]) -> None:
    loads = scan(body(f"class S(BaseSettings):\n    {option}\n    a: str\n")).dotenv_loads
    assert [(load.file, load.by, load.override) for load in loads] == [(file, "env_file", False) for file in files]


def test_a_file_given_when_the_class_is_made_is_known() -> None:
    (load,) = scan(body("class S(BaseSettings):\n    a: str\ns = S(_env_file='prod.env')\n")).dotenv_loads
    assert load.file == "prod.env"


NAMES_AS_PYDANTIC_READS_THEM = """
class Inner(BaseModel):
    host: str = "h"

class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
    plain: str = "d"
    aliased: str = Field("d", validation_alias="OTHER")
    chosen: str = Field("d", validation_alias=AliasChoices("ONE", "TWO"))
    inner: Inner = Inner()

class Heir(Base):
    model_config = SettingsConfigDict(env_prefix="HEIR_")
    own: str = "d"
"""


def test_pydantic_itself_reads_these_names() -> None:
    """Each name, set alone, changes the object that pydantic makes of one of the classes."""
    text = NEW + "from pydantic import BaseModel\n" + NAMES_AS_PYDANTIC_READS_THEM
    names = {s.name for s in fields(text)}
    assert names == {
        "APP_plain", "OTHER", "ONE", "TWO", "APP_inner__host", "HEIR_own", "HEIR_plain", "HEIR_inner__host",
    }  # fmt: skip
    probe = text + "\nimport os\nprint(Base().model_dump(), Heir().model_dump())\n"
    clean = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT"}}

    def made(extra: dict[str, str]) -> str:
        run = subprocess.run(
            [sys.executable, "-c", probe], env=clean | extra, capture_output=True, text=True, check=True
        )
        return run.stdout

    plain = made({})
    assert [name for name in sorted(names) if made({name.upper(): "changed"}) == plain] == []
