"""Calls that start other programs, which get variables of the run, and the variables that shell text names."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from envlift.inventory import ChildProcess, Site
from envlift.scanning.libraries.environment_copies import COPY, environment_copy
from envlift.scanning.read_sites import keyword, silent_site
from envlift_codemods.parsed import ParsedModule

# What starts a program, and whether its ``env`` adds to the run's environment rather than taking its place.
STARTERS: dict[str, bool] = {
    "subprocess.run": False,
    "subprocess.Popen": False,
    "subprocess.call": False,
    "subprocess.check_call": False,
    "subprocess.check_output": False,
    "subprocess.getoutput": False,
    "subprocess.getstatusoutput": False,
    "asyncio.create_subprocess_exec": False,
    "asyncio.create_subprocess_shell": False,
    "asyncio.subprocess.create_subprocess_exec": False,
    "anyio.run_process": False,
    "anyio.open_process": False,
    "os.system": False,
    "os.popen": False,
    "os.execv": False,
    "os.execvp": False,
    "os.execl": False,
    "os.execlp": False,
    "os.spawnl": False,
    "os.spawnv": False,
    "pexpect.spawn": False,
    "prefect_shell.ShellOperation": True,
    "prefect_shell.commands.ShellOperation": True,
    "prefect_shell.shell_run_command": True,
    "prefect_shell.commands.shell_run_command": True,
    "prefect_dbt.cli.DbtCoreOperation": True,
    "prefect_dbt.cli.commands.DbtCoreOperation": True,
    "prefect_dbt.cli.commands.trigger_dbt_cli_command": True,
    "prefect_dbt.cli.trigger_dbt_cli_command": True,
    "prefect_dbt.PrefectDbtRunner": True,
    "prefect_dbt.core.PrefectDbtRunner": True,
    "dbt.cli.main.dbtRunner": True,
}
_VARIABLE = re.compile(r"(?<![\\$])\$(?:\{([A-Za-z_]\w*)(?::?[-=?+][^}]*)?\}|([A-Za-z_]\w*))")
_PYTHON = re.compile(r"(?:\S*/)?python[\d.]*(?:\.exe)?")
_MODULE = re.compile(r"\w+(?:\.\w+)*")
_COMMAND = re.compile(r"(?:^|[\s;&/])python[\d.]*\s+([^;&|\n]+)")
_SEPARATOR = re.compile(r"&&|\|\||[;|&\n]")
_BEFORE_PROGRAM = re.compile(
    r"(?:\S*/)?(?:python[\d.]*|(?:ba|da|z|k)?sh|env|exec|nohup|time|uv|poetry|pdm|pipenv|hatch)(?:\.exe)?|run|-\S*|\w+=\S*"
)
_SHELLS = ("os.system", "os.popen", "prefect_shell.", "subprocess.getoutput", "asyncio.create_subprocess_shell")


def find_children(module: ParsedModule, path: str) -> tuple[ChildProcess, ...]:
    """The calls of a file that start other programs, in the order of the source."""
    found = (_child(module, path, call) for call in module.calls)
    return tuple(sorted(child for child in found if child is not None))


def _child(module: ParsedModule, path: str, call: ast.Call) -> ChildProcess | None:
    origin = module.origin(call.func) or ""
    if origin not in STARTERS:
        return None
    env = keyword(call, "env")
    inherits, names = (True, ()) if env is None else _environment(module, env)
    handed = env is not None and _is_whole(module, env)
    programs = tuple(dict.fromkeys(_started(module, call)))
    return ChildProcess(path, call.lineno, origin, inherits or STARTERS[origin], tuple(sorted(names)), handed, programs)


def _started(module: ParsedModule, call: ast.Call) -> Iterator[str]:
    """What the written-out part of a command starts: past interpreters, options and variables set in front."""
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("args", "command", "commands"))]
    for node in given:
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) if not any(" " in _known_text(part) for part in parts):
                yield from _first_program([_known_text(part) for part in parts if not _is_python(module, part)])
            case _:
                texts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
                for command in (command for text in texts for command in _SEPARATOR.split(text)):
                    yield from _first_program(command.split())


def _first_program(words: list[str]) -> list[str]:
    return list(itertools.dropwhile(_BEFORE_PROGRAM.fullmatch, filter(None, words)))[:1]


def _is_whole(module: ParsedModule, node: ast.expr) -> bool:
    """Whether an expression is the environment or a dict made of it, there or by a function of the file."""
    if module.origin(node) == "os.environ" or environment_copy(module, node) == COPY:
        return True
    match node:
        case ast.Call(func=ast.Name(id=name)):
            made = (f for f in module.functions if f.name == name)
            returned = (n.value for f in made for n in ast.walk(f) if isinstance(n, ast.Return) and n.value is not None)
            return any(not isinstance(value, ast.Call) and _is_whole(module, value) for value in returned)
    return False


def find_programs(module: ParsedModule) -> tuple[str, ...]:
    """The Python files and modules that the commands of a file start, as they are written, sorted."""
    if not any(module.origin(call.func) in STARTERS for call in module.calls):
        return ()
    found: set[str] = set()
    for node in module.nodes:
        match node:
            case ast.List(elts=[first, *rest]) | ast.Tuple(elts=[first, *rest]) if _is_python(module, first):
                found |= set(_program([text for part in rest if (text := _known_text(part))]))
            case ast.Constant(value=str(text)) if "python" in text and " " in text:
                found |= {program for m in _COMMAND.finditer(text) for program in _program(m[1].split())}
    return tuple(sorted(found))


def _is_python(module: ParsedModule, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _PYTHON.fullmatch(node.value) is not None
    return module.origin(node) == "sys.executable"


def _known_text(node: ast.expr) -> str:
    """What is written out of an argument: of ``ROOT / "jobs" / "load.py"`` the end of the path."""
    texts = [
        (n.lineno, n.col_offset, n.value)
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return "/".join(text for _, _, text in sorted(texts))


def _program(words: list[str]) -> Iterator[str]:
    """What Python runs by these arguments: a file, or the module after ``-m``."""
    for number, word in enumerate(words):
        if word == "-m":
            yield from (module for module in words[number + 1 : number + 2] if _MODULE.fullmatch(module))
            return
        if word == "-c":
            return
        if not word.startswith("-"):
            yield from [word] if word.endswith(".py") else []
            return


def _environment(module: ParsedModule, node: ast.expr, depth: int = 0) -> tuple[bool, tuple[str, ...]]:
    """Whether a dict holds the whole environment, and the names that it sets; an unknown one may hold all."""
    match node:
        case ast.Constant(value=None):
            return True, ()
        case ast.Dict(keys=keys):
            names = tuple(t for key in keys if key is not None and (t := module.constant(key)))
            return any(key is None for key in keys), names
        case ast.Name(id=name) if depth < 4:
            found = module.scope(node).lookup(name)
            bound = found[1] if found else []
            if len(bound) == 1 and isinstance(bound[0], ast.expr):
                return _environment(module, bound[0], depth + 1)
    return True, ()


def find_shell_reads(module: ParsedModule, path: str) -> Iterator[Site]:
    """The variables that the text of a shell command names, where a call hands the text to a shell."""
    for call in module.calls:
        origin = module.origin(call.func) or ""
        if origin not in STARTERS or not _is_shell(call, origin):
            continue
        texts = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        for name in sorted({m[1] or m[2] for text in texts for m in _VARIABLE.finditer(text)}):
            obstacle = "a shell command that the run starts reads it"
            yield silent_site(module, path, call, name=name, form="shell command", obstacle=obstacle)


def _is_shell(call: ast.Call, origin: str) -> bool:
    shell = keyword(call, "shell")
    return origin.startswith(_SHELLS) or (isinstance(shell, ast.Constant) and shell.value is True)
