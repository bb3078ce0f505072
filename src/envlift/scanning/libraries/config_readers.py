"""Functions and objects of configuration libraries that are told which variable to read: a table of data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from envlift_codemods.read_idioms import Missing


class Reads(Enum):
    """Where a library looks for the value."""

    ENVIRONMENT = "environment"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class ConfigReader:
    """One way in which a library reads a variable by its name.

    Args:
        library: What reports call it.
        origins: Dotted origins that are called with the name, ``()`` after what is an object.
        missing: What it gives without a default.
        key, default: Position and keyword of the name and of the default; a position of -1 means by keyword only.
        reads: Whether it looks into the environment or into a file alone.
        subscripted: Whether the objects are subscripted with the name too.
        takes: Modules in which the variable ``A`` is read by this row.
        leaves: Modules that look like it and hold no read by this row.
    """

    library: str
    origins: tuple[str, ...]
    missing: Missing
    takes: tuple[str, ...]
    leaves: tuple[str, ...]
    key: tuple[int, str] = (0, "name")
    default: tuple[int, str] = (1, "default")
    reads: Reads = Reads.ENVIRONMENT
    subscripted: bool = False


_TYPES = (
    "str bytes bool int float decimal list dict json datetime date time timedelta path log_level uuid url enum tuple"
    " dj_db_url dj_email_url dj_cache_url db db_url cache cache_url email email_url search_url get_value unicode"
).split()


def _typed(*objects: str) -> tuple[str, ...]:
    """An object that is called itself, and each of its methods that converts to a type."""
    return tuple(f"{owner}{method}" for owner in objects for method in ("", *(f".{t}" for t in _TYPES)))


HELPER = "a getenv helper"
"""The row of functions of other packages that are known by their own names alone."""

CONFIG_READERS: tuple[ConfigReader, ...] = (
    ConfigReader(
        library="decouple",
        origins=("decouple.config", "decouple.AutoConfig()", "decouple.Config()", "decouple.Config().get"),
        missing=Missing.RAISES,
        key=(0, "option"),
        takes=(
            'from decouple import config\nx = config("A")\n',
            'import decouple\nx = decouple.config("A", default=1, cast=int)\n',
            'from decouple import AutoConfig\nconfig = AutoConfig()\nx = config("A")\n',
            'from decouple import Config, RepositoryEnv\nc = Config(RepositoryEnv(".env"))\nx = c("A")\n',
            'from decouple import Config, RepositoryEnv as R\nc = Config(R(".env"))\nx = c.get("A", default=1)\n',
            'from decouple import AutoConfig, config\nconfig = AutoConfig(".")\nx = config("A")\n',
            'from decouple import Config, RepositoryEnv as R, config\nconfig = Config(R("e"))\nx = config.get("A")\n',
        ),
        leaves=(
            'def config(n): return n\nx = config("A")\n',
            'from app import config\nx = config("A")\n',
            'from decouple import config\nconfig = load()\nx = config("A")\n',
            'from decouple import config\ndef config(n): return n\nx = config("A")\n',
            'from decouple import AutoConfig\nc = AutoConfig("A")\n',
        ),
    ),
    ConfigReader(
        library="environs",
        origins=_typed("environs.Env()", "environs.env"),
        missing=Missing.RAISES,
        takes=(
            'from environs import Env\nenv = Env()\nx = env("A")\n',
            'from environs import Env\nenv = Env()\nx = env.int("A", 5)\n',
            'import environs\ne = environs.Env(eager=False)\nx = e.str("A")\n',
            'from environs import Env\nclass C:\n    env = Env()\n    def f(self): return self.env("A")\n',
            'from environs import env\nx = env.bool("A", default=False)\n',
        ),
        leaves=(
            'from environs import Env\nenv = Env()\nenv.read_env("A")\n',
            'from environs import Env\nenv = Env("A")\n',
            'from environs import Env\nenv = Env()\nenv.prefixed("A")\n',
        ),
    ),
    ConfigReader(
        library="django-environ",
        origins=_typed("environ.Env()", "environ.FileAwareEnv()"),
        missing=Missing.RAISES,
        key=(0, "var"),
        takes=(
            'import environ\nenv = environ.Env()\nx = env("A")\n',
            'import environ\ne = environ.Env()\nx = e.str("A")\n',
        ),
        leaves=('import environ\nenviron.Env.read_env("A")\n', 'environ = {}\nx = environ.Env("A")\n'),
    ),
    ConfigReader(
        library="starlette",
        origins=("starlette.config.Config()", "starlette.config.Config().get"),
        missing=Missing.RAISES,
        key=(0, "key"),
        default=(2, "default"),
        takes=(
            'from starlette.config import Config\nconfig = Config(".env")\nx = config("A", cast=bool, default=False)\n',
            'from starlette.config import Config\nconfig = Config()\nx = config("A")\n',
        ),
        leaves=(
            'from starlette.config import Config\nconfig = Config("A")\n',
            'from alembic import Config\nConfig()("A")\n',
        ),
    ),
    ConfigReader(
        library="dotenv_values",
        origins=("dotenv.dotenv_values().get", "dotenv.main.dotenv_values().get"),
        missing=Missing.NONE,
        key=(0, "key"),
        reads=Reads.FILE,
        subscripted=True,
        takes=(
            'from dotenv import dotenv_values\nx = dotenv_values(".env")["A"]\n',
            'from dotenv import dotenv_values\nc = dotenv_values()\nx = c.get("A", "1")\n',
            'import dotenv\nx = dotenv.dotenv_values().get("A")\n',
            'import dotenv\nclass C:\n    held = dotenv.dotenv_values()\n    def f(self): return self.held["A"]\n',
        ),
        leaves=(
            'from dotenv import dotenv_values\nc = dotenv_values()\nc["A"] = "1"\n',
            'c = {}\nx = c["A"]\n',
            'from dotenv import load_dotenv\nload_dotenv("A")\n',
        ),
    ),
    ConfigReader(
        library="get_key",
        origins=("dotenv.get_key", "dotenv.main.get_key"),
        missing=Missing.NONE,
        key=(1, "key_to_get"),
        default=(-1, ""),
        reads=Reads.FILE,
        takes=(
            'from dotenv import get_key\nx = get_key(".env", "A")\n',
            'import dotenv\ndotenv.get_key("f", key_to_get="A")\n',
        ),
        leaves=(
            'from dotenv import set_key\nset_key(".env", "A", "1")\n',
            'from app import get_key\nget_key("f", "A")\n',
        ),
    ),
    ConfigReader(
        library="environb",
        origins=("os.environb.get", "os.getenvb"),
        missing=Missing.NONE,
        key=(0, "key"),
        subscripted=True,
        takes=(
            'import os\nx = os.environb[b"A"]\n',
            'import os\nx = os.getenvb(b"A")\n',
            'from os import environb as e\nx = e.get(b"A", b"1")\n',
        ),
        leaves=(
            'import os\nos.environb[b"A"] = b"1"\n',
            'environb = {}\nx = environb[b"A"]\n',
            'import os\nx = os.environ["A"]\n',
        ),
    ),
    ConfigReader(
        library="copy of environ",
        origins=("os.environ.copy().get", "dict(os.environ).get"),
        missing=Missing.NONE,
        key=(0, "key"),
        subscripted=True,
        takes=(
            'import os\nenv = os.environ.copy()\nx = env["A"]\n',
            'import os\nfrom dotenv import dotenv_values\nc = {**dotenv_values(".env"), **os.environ}\nx = c["A"]\n',
            'import os\nenv = dict(os.environ)\nx = env.get("A", "1")\n',
            'import os\nenv = {**os.environ, "B": "1"}\nx = env["A"]\n',
        ),
        leaves=(
            'import os\nenv = os.environ.copy()\nenv["A"] = "1"\n',
            'env = dict(B="1")\nx = env["A"]\n',
            'import os\nenv = {"B": os.environ["B"]}\nx = env["A"]\n',
        ),
    ),
    ConfigReader(
        library=HELPER,
        origins=(),
        missing=Missing.NONE,
        takes=(
            'from acme.env import getenv_or_raise\nx = getenv_or_raise("A")\n',
            'from acme import env\nx = env.getenv_int("A", default=1)\n',
            'import acme.env as e\nx = e.safe_getenv("A")\n',
        ),
        leaves=(
            'from acme.env import getenv_or_raise\nx = getenv_or_raise("a word")\n',
            "from acme.env import getenv_or_raise\nx = getenv_or_raise(name)\n",
            'def getenv_or_raise(n): return n\nx = getenv_or_raise("A")\n',
            'x = self.getenv_int("A")\n',
            'from .env import getenv_int\nx = getenv_int("A")\n',
        ),
    ),
)

FILE_FORMS: frozenset[str] = frozenset(
    f"{row.library}{brackets}" for row in CONFIG_READERS if row.reads is Reads.FILE for brackets in ("", "[]")
)
"""The forms of sites that read a file and never see the environment."""
