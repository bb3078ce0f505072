"""Loaded by Python itself in each flow-run process: notes what the repository's code sees, and changes nothing.

It stands alone (standard library only) and is inert unless ``ENVLIFT_RECORD`` names a folder. Each read becomes one
JSON line in that folder; values appear as keyed digests, and in clear only for names that the caller calls harmless.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FrameType, ModuleType
from typing import Any

FOLDER = "ENVLIFT_RECORD"
KEY = "ENVLIFT_RECORD_KEY"
REPOSITORY = "ENVLIFT_RECORD_REPOSITORY"
HARMLESS = "ENVLIFT_RECORD_HARMLESS"
WATCHED = "ENVLIFT_RECORD_WATCHED"
OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs every start
SECRET_MODULE = "prefect.blocks.system"  # noqa: S105 - a module's name
# A load_dotenv() asks for every name before it sets it: that is no read of the program.
SILENT_CALLERS = ("dotenv",)
# How shells and dbt read a variable.
NAMED = re.compile(r"\$\{?(\w+)|env_var\(\s*['\"](\w+)")
LONGEST_SCRIPT = 1_000_000
# _collections_abc calls itself collections.abc.
MAPPING_MODULES = ("os", "collections.abc", "_collections_abc")


class Recorder:
    """Writes the reads of one process; every method swallows its own trouble, for the program must not notice."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.repository = os.path.realpath(settings[REPOSITORY]) + os.sep
        self.key = bytes.fromhex(settings[KEY])
        self.harmless = frozenset(settings.get(HARMLESS, "").split(","))
        self.watched = frozenset(settings.get(WATCHED, "").split(","))
        self.run = settings.get("PREFECT__FLOW_RUN_ID", "")
        self.path = f"{settings[FOLDER]}{os.sep}{os.getpid()}.jsonl"
        self.files: dict[str, str | None] = {}
        self.busy = threading.local()

    def relative(self, code: CodeType) -> str | None:
        """The file's path inside the repository; None for all other files, a virtual environment's among them."""
        name = code.co_filename
        if name not in self.files:
            path = "" if name.startswith("<") else os.path.realpath(name)
            inside = path.startswith(self.repository) and f"{os.sep}site-packages{os.sep}" not in path
            self.files[name] = path[len(self.repository) :].replace(os.sep, "/") if inside else None
        return self.files[name]

    def write(self, line: dict[str, Any]) -> None:
        data = json.dumps({"run": self.run, **line}).encode() + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)

    def seen(self, name: str, value: object) -> dict[str, Any]:
        """The value as type and keyed digest, and in clear when the name is harmless."""
        if value is None:
            return {"type": "NoneType", "digest": ""}
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=repr)
        digest = hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        plain = {"plain": text} if name in self.harmless else {}
        return {"type": type(value).__name__, "digest": digest, **plain}

    def note(self, kind: str, name: str, value: object, frame: FrameType, *, found: bool) -> None:
        line = {"kind": kind, "name": name, "found": found, **self.seen(name, value)}
        path = self.relative(frame.f_code)
        self.write({**line, "path": path, "line": frame.f_lineno, "function": frame.f_code.co_name})

    def environment_read(self, name: str, value: object, frame: FrameType | None, *, found: bool) -> None:
        """Note a read of ``os.environ``; ``frame`` is the caller of ``__getitem__``."""
        if getattr(self.busy, "on", False):
            return
        self.busy.on = True
        try:
            kind, fallback = "environment", None
            # os.getenv, .get, `in`, .pop and the views all end in __getitem__, called from these two modules.
            while frame is not None and frame.f_globals.get("__name__") in MAPPING_MODULES:
                if frame.f_code.co_name == "__contains__":
                    kind = "membership"
                elif frame.f_code.co_name in ("get", "getenv"):
                    fallback = frame.f_locals.get("default")
                frame = frame.f_back
            direct = frame
            whole = direct is not None and getattr(self.busy, "copying", None) == place_of(direct)
            while frame is not None and self.relative(frame.f_code) is None:
                if frame.f_globals.get("__name__", "").partition(".")[0] in SILENT_CALLERS:
                    return
                frame = frame.f_back
            if frame is None:
                return
            if frame is not direct:
                # Libraries read hundreds of variables of their own: only the settings under proof matter.
                if name not in self.watched or kind == "membership":
                    return
                kind = "library"
            if whole:
                kind = "copy"
            self.note(kind, name, value if found else fallback, frame, found=found)
        except Exception:  # noqa: BLE001, S110 - a proof must never change what the program does
            pass
        finally:
            self.busy.on = False

    def environment_listed(self, frame: FrameType | None) -> None:
        """Remember where all names are asked for: what the same instruction reads it takes whatever it needs."""
        while frame is not None and frame.f_globals.get("__name__") in MAPPING_MODULES:
            frame = frame.f_back
        self.busy.copying = place_of(frame)

    def secret_read(self, block: object, value: object, frame: FrameType | None) -> None:
        """Note that the repository's code read a Secret block's value."""
        if getattr(self.busy, "on", False):
            return
        self.busy.on = True
        try:
            while frame is not None and self.relative(frame.f_code) is None:
                frame = frame.f_back
            name = getattr(block, "_block_document_name", None)
            if frame is not None and name:
                self.note("secret", str(name), value, frame, found=True)
        except Exception:  # noqa: BLE001, S110 - as above
            pass
        finally:
            self.busy.on = False

    def child_start(
        self, command: Sequence[Any], folder: Any, environment: Mapping[Any, Any], frame: FrameType | None
    ) -> None:
        """Note what a program of no Python is given of the variables that its command or its files name."""
        if getattr(self.busy, "on", False):
            return
        self.busy.on = True
        try:
            while frame is not None and self.relative(frame.f_code) is None:
                frame = frame.f_back
            if frame is None:
                return
            given = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
            words = [os.fsdecode(word) for word in command]
            folder = os.fsdecode(folder) if folder else os.curdir
            texts = (text for part in (words, script_texts(words, folder)) for text in part)
            named = {found[1] or found[2] for text in texts for found in NAMED.finditer(text)}
            for name in sorted(named & self.watched):
                self.note("child", name, given.get(name), frame, found=name in given)
        except Exception:  # noqa: BLE001, S110 - as above
            pass
        finally:
            self.busy.on = False


def place_of(frame: FrameType | None) -> tuple[int, int] | None:
    """One instruction of one call; not the frame itself, which would keep its variables alive."""
    return None if frame is None else (id(frame), frame.f_lasti)


def script_texts(words: Sequence[str], folder: str) -> Iterator[str]:
    """The scripts that a command names, and the YAML files of the folders that it names or begins in.

    Programs in Python are recorded while they run.
    """
    inner = [folder] if folder != os.curdir else []
    for path in (*inner, *(os.path.join(folder, word) for word in words)):  # noqa: PTH118 - as above
        if os.path.isdir(path):  # noqa: PTH112
            yield from (text_of(entry.path) for entry in os.scandir(path) if entry.name.endswith((".yml", ".yaml")))
        elif os.path.isfile(path) and not path.endswith(".py"):  # noqa: PTH113
            yield text_of(path)


def text_of(path: str) -> str:
    """A text file; nothing of a program's binary."""
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read(LONGEST_SCRIPT)
    return "" if b"\0" in data else data.decode("utf-8", "replace")


def watch_children(recorder: Recorder) -> None:
    """Hear of each program that is started; Python tells it to audit hooks, which nothing can take away."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            executable, command, folder, environment = arguments
            words = [command] if isinstance(command, (str, bytes)) else [executable, *command]
            recorder.child_start(words, folder, os.environ if environment is None else environment, sys._getframe(1))
        elif event == "os.system":
            recorder.child_start(arguments, None, os.environ, sys._getframe(1))

    sys.addaudithook(hear)


def watch_environment(recorder: Recorder) -> None:
    """Wrap the method that every read of ``os.environ`` and ``os.environb`` ends in, and that which lists them."""
    environ_class = type(os.environ)
    original, original_iter = environ_class.__getitem__, environ_class.__iter__

    def __getitem__(self: Any, key: Any) -> Any:  # noqa: N807 - it takes that method's place
        # CPython's own class: a KeyError's traceback gains this frame, nothing else differs.
        try:
            value = original(self, key)
        except KeyError:
            if isinstance(key, (str, bytes)):
                recorder.environment_read(os.fsdecode(key), None, sys._getframe(1), found=False)
            raise
        recorder.environment_read(os.fsdecode(key), value, sys._getframe(1), found=True)
        return value

    def __iter__(self: Any) -> Iterator[Any]:  # noqa: N807 - as above
        recorder.environment_listed(sys._getframe(1))
        return original_iter(self)

    environ_class.__getitem__ = __getitem__  # type: ignore[method-assign]
    environ_class.__iter__ = __iter__  # type: ignore[method-assign]


def watch_secret(recorder: Recorder, module: ModuleType) -> None:
    """Wrap ``Secret.get()`` and the attribute ``Secret.value``; both are read in the same process that loads."""
    secret = module.Secret
    original_get, original_attribute = secret.get, secret.__getattribute__

    def get(self: Any) -> Any:
        was, recorder.busy.on = getattr(recorder.busy, "on", False), True
        try:
            value = original_get(self)  # reads .value itself: one read, not two
        finally:
            recorder.busy.on = was
        recorder.secret_read(self, value, sys._getframe(1))
        return value

    def __getattribute__(self: Any, name: str) -> Any:  # noqa: N807 - it takes that method's place
        found = original_attribute(self, name)
        if name == "value" and not getattr(recorder.busy, "on", False):
            caller = sys._getframe(1)
            try:
                direct = recorder.relative(caller.f_code) is not None
                value = found.get_secret_value() if direct else None
            except Exception:  # noqa: BLE001 - as above
                return found
            if direct:
                recorder.secret_read(self, value, caller)
        return found

    secret.get = get
    secret.__getattribute__ = __getattribute__


class SecretWatch(importlib.abc.MetaPathFinder):
    """Waits for the program to import Prefect's Secret by itself; importing it for the program could change it."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def find_spec(
        self,
        fullname: str,
        path: Any = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != SECRET_MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        run_module = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run_module(module)
            with contextlib.suppress(Exception):  # as above
                watch_secret(self.recorder, module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def next_sitecustomize() -> None:
    """Run the environment's own sitecustomize, which this file hides."""
    paths = [path for path in sys.path if os.path.abspath(path or os.curdir) != OWN_FOLDER]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def start() -> None:
    """Begin to record in a flow-run process; the worker's own process reads nothing of the repository."""
    settings = {name: os.environ[name] for name in os.environ if name.startswith(("ENVLIFT_RECORD", "PREFECT__"))}
    if not settings.get(FOLDER) or not settings.get("PREFECT__FLOW_RUN_ID"):
        return
    recorder = Recorder(settings)
    recorder.write({"kind": "process", "pid": os.getpid()})
    watch_environment(recorder)
    watch_children(recorder)
    sys.meta_path.insert(0, SecretWatch(recorder))


if __name__ == "sitecustomize":
    try:
        start()
    except Exception as trouble:  # noqa: BLE001 - as above; the missing records tell the caller
        sys.stderr.write(f"envlift: the recorder did not start: {type(trouble).__name__}\n")
    next_sitecustomize()
