"""Each codemod alone: under ``python -m libcst.tool codemod`` from any folder, and as a class on one file."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from libcst.codemod import CodemodCommand, CodemodContext, TransformResult, TransformSuccess, transform_module

import envlift_codemods
from envlift_codemods.constant_to_secret import ConstantToSecret
from envlift_codemods.deployment_env import DeploymentEnv
from envlift_codemods.dotenv_override import DotenvOverride
from envlift_codemods.env_read_to_secret import EnvReadToSecret
from envlift_codemods.literal_to_env import LiteralToEnv
from envlift_codemods.literal_to_secret import LiteralToSecret

FOLDER = Path(envlift_codemods.__file__).parent
README = FOLDER.parent / "README.md"
COMMANDS: tuple[type[CodemodCommand], ...] = (
    EnvReadToSecret,
    ConstantToSecret,
    LiteralToSecret,
    LiteralToEnv,
    DotenvOverride,
    DeploymentEnv,
)


def run(command: CodemodCommand, source: str) -> tuple[str, list[str]]:
    result: TransformResult = transform_module(command, dedent(source))
    assert isinstance(result, TransformSuccess), result
    return result.code, list(result.warning_messages)


def tool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "libcst.tool", "codemod", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands_are_all_there_are() -> None:
    """`libcst.tool list` hides a codemod that fails to import, so the list is compared with the folder."""
    found = set()
    for file in FOLDER.glob("*.py"):
        module = importlib.import_module(f"envlift_codemods.{file.stem}")
        classes = (c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__)
        found |= {c for c in classes if issubclass(c, CodemodCommand)}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_describes_itself(command: type[CodemodCommand]) -> None:
    assert command.DESCRIPTION != CodemodCommand.DESCRIPTION
    assert f"envlift_codemods.{command.__module__.rpartition('.')[2]}.{command.__name__}" in README.read_text("utf-8")


def test_reads_become_secrets_and_the_others_are_named() -> None:
    code, warnings = run(
        EnvReadToSecret(CodemodContext(), ["API_TOKEN", "DB_PASSWORD=warehouse-password"]),
        """\
        import os

        HOST = os.environ["API_TOKEN"]

        def f():
            return os.environ["API_TOKEN"], os.environ["DB_PASSWORD"], os.environ["OTHER"]
        """,
    )
    assert 'return Secret.load("api-token").get(), Secret.load("warehouse-password").get(), os.environ["OTHER"]' in code
    assert 'HOST = os.environ["API_TOKEN"]' in code
    assert len(warnings) == 1
    assert warnings[0].startswith("line 3: API_TOKEN stays an environment read: it is evaluated at import")


def test_constants_sink_and_the_others_are_named() -> None:
    code, warnings = run(
        ConstantToSecret(CodemodContext(), ["API_TOKEN", "DB_PASSWORD", "PIN"]),
        """\
        import os

        API_TOKEN = os.environ["API_TOKEN"]
        DB_PASSWORD = os.environ["DB_PASSWORD"]
        PIN = os.getenv("PIN", pin())
        engine = create_engine(DB_PASSWORD)

        def f():
            return API_TOKEN, os.environ["API_TOKEN"]
        """,
    )
    assert 'API_TOKEN = Secret.load("api-token").get()\n    return API_TOKEN, os.environ["API_TOKEN"]' in code
    assert 'DB_PASSWORD = os.environ["DB_PASSWORD"]' in code
    assert len(warnings) == 2
    assert warnings[0].startswith("line 5: PIN stays an environment read: its default is computed")
    assert "DB_PASSWORD is used at import" in warnings[1]


def test_one_read_that_cannot_be_edited_does_not_hold_up_the_others() -> None:
    code, warnings = run(
        EnvReadToSecret(CodemodContext(), ["A", "B"]),
        """\
        import os

        def f():
            return os.environ["A"], os.environ[  # why
                "B"]
        """,
    )
    assert 'Secret.load("a").get(), os.environ[  # why' in code
    assert warnings == ["left as it is: line 4: a comment stands inside the expression"]


def test_literals_become_secrets_and_the_others_are_named() -> None:
    code, warnings = run(
        LiteralToSecret(CodemodContext(), ["password=db-password", "PIN", "SHOP_PIN", "TILL_PIN"]),
        """\
        SHOP_PIN = 4711
        TILL_PIN = 4712
        engine = connect(TILL_PIN)

        class C:
            password = "a"

        async def f(password="b"):
            PIN = 1234
            connect(password="c", user="d", note=f"{password}", pin=SHOP_PIN)
            other = "password"
        """,
    )
    assert 'SHOP_PIN = int((await Secret.aload("shop-pin")).get())\n    PIN = ' in code
    assert "TILL_PIN = 4712\nengine" in code
    assert 'PIN = int((await Secret.aload("pin")).get())' in code
    assert 'connect(password=(await Secret.aload("db-password")).get(), user="d"' in code
    assert [warning.partition(":")[0] for warning in warnings] == ["line 6", "line 8", "left as it is"]


def test_literals_become_environment_reads_and_the_others_are_named() -> None:
    code, warnings = run(
        LiteralToEnv(CodemodContext(), ["bucket", "PORT=DB_PORT", "DEBUG"]),
        """\
        PORT = 5432
        DEBUG = True

        def f(bucket="a"):
            return use(bucket="b")
        """,
    )
    assert code.startswith("import os\n\nPORT = int(os.environ[")
    assert 'int(os.environ["DB_PORT"])' in code
    assert 'def f(bucket=os.environ["BUCKET"]):\n    return use(bucket=os.environ["BUCKET"])' in code
    assert warnings == ["left as it is: line 2: a bool does not come back from text"]


def test_a_literal_may_stay_as_the_default() -> None:
    code, warnings = run(LiteralToEnv(CodemodContext(), ["PORT"], keep_literal=True), "import os\n\nPORT = 5432\n")
    assert (code, warnings) == ('import os\n\nPORT = int(os.environ.get("PORT", 5432))\n', [])


READ = "import os\n\n\nasync def f():\n    pin = 1\n    return os.environ['PIN'], pin\n"
CONSTANT = "import os\n\nPIN = os.environ['PIN']\n\n\nasync def f():\n    return PIN\n"


@pytest.mark.parametrize(
    ("command", "choices", "source"),
    [(EnvReadToSecret, ["PIN"], READ), (LiteralToSecret, ["pin"], READ), (ConstantToSecret, ["PIN"], CONSTANT)],
)
def test_blocks_are_loaded_as_the_options_say(
    command: type[EnvReadToSecret | LiteralToSecret | ConstantToSecret], choices: list[str], source: str
) -> None:
    for exact, value in ((False, ".get()"), (True, ".value.get_secret_value()")):
        for await_load, load in ((False, "aload"), (True, "load")):
            code, _ = run(command(CodemodContext(), choices, exact=exact, await_load=await_load), source)
            assert re.search(rf"\(await Secret\.{load}\(.pin.\)\){re.escape(value)}", code)


@pytest.mark.parametrize(
    ("deployment", "changed", "warned"), [(None, ["a", "b"], ["line 3"]), ("b", ["b"], []), ("z", [], [])]
)
def test_deployments_get_variables(deployment: str | None, changed: list[str], warned: list[str]) -> None:
    source = 'f.deploy("a")\nf.deploy("b")\n' + ("f.serve(name='c')\n" if deployment is None else "")
    code, warnings = run(DeploymentEnv(CodemodContext(), ["REGION=eu", "N=1"], deployment), source)
    env = ', job_variables={"env": {"REGION": "eu", "N": "1"}}'
    for name in "ab":
        assert (f'f.deploy("{name}"{env})' in code) is (name in changed)
    assert [warning.removeprefix("left as it is: ").partition(":")[0] for warning in warnings] == warned


@pytest.mark.parametrize(
    "command", [EnvReadToSecret(CodemodContext(), ["A"]), DeploymentEnv(CodemodContext(), ["A=b"])]
)
def test_a_file_that_needs_nothing_is_left(command: CodemodCommand) -> None:
    source = "x = 1\n\n\ndef f():\n    return other['A']\n"
    assert run(command, source) == (source, [])


def test_a_package_keeps_the_imports_that_others_may_take() -> None:
    source = "import os\n\n\ndef f():\n    return os.environ['A']\n"
    context = CodemodContext(filename=str(Path("pkg") / "__init__.py"))
    assert run(EnvReadToSecret(context, ["A"]), source)[0].startswith("import os\n")


def test_the_tool_runs_a_codemod_from_another_folder(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_bytes(b"import os\r\n\r\n\r\nasync def f():\r\n    return os.environ['A']\r\n")
    name = "envlift_codemods.env_read_to_secret.EnvReadToSecret"
    done = tool(tmp_path, "-x", name, "--no-format", "--setting", "A=my-block", "--exact", "flow.py")
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == (
        b"from prefect.blocks.system import Secret\r\n\r\n\r\n"
        b"async def f():\r\n    return (await Secret.aload('my-block')).value.get_secret_value()\r\n"
    )


def test_the_readme_shows_what_the_codemods_do(tmp_path: Path) -> None:
    """Each command of the README, run on its before, gives its after."""
    text = README.read_text("utf-8")
    python = r"```python\n(.*?)```"
    pattern = rf"```console\n\$ python -m libcst\.tool codemod ([^`]+)\n```\n\n{python}\n\nbecomes\n\n{python}"
    cases = re.findall(pattern, text, re.DOTALL)
    assert len(cases) == len(COMMANDS)
    for arguments, before, after in cases:
        *options, path = arguments.replace("\\\n", " ").split()
        (tmp_path / path).write_text(before, "utf-8")
        done = tool(tmp_path, *options, path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / path).read_text("utf-8") == after
