"""The process: its arguments go in, its exit code comes out; every failure of a run ends here."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from envlift.errors import EnvliftError, ExitCode

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What shells report for SIGINT and SIGPIPE; no meaning of our own, hence not in ExitCode."""

_PACKAGES = Path(__file__).resolve().parent.parent


def process() -> int:
    """``main`` as all that a process does."""
    code = main()
    # To look for cycles in all that is left takes longer at the end of a large scan than most commands take.
    gc.freeze()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run envlift with the given arguments, or those of the process, and return the exit code."""
    _open_what_is_closed()
    _print_what_the_terminal_can()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except EnvliftError as error:
        _tell(f"envlift: {error.message}", error.hint)
        return int(error.exit_code)
    except KeyboardInterrupt:
        _tell("envlift: stopped.", "No file is half written. Run the same command again to go on.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, as in `envlift plan | head`; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO, errno.EDQUOT) and error.filename is None:
            return _untold(error)
        _tell(_report(error))
        return int(ExitCode.BUG)
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback would show values
        _tell(_report(error))
        return int(ExitCode.BUG)
    return code


def _run(arguments: Sequence[str]) -> int:
    # Imported here, so that trouble while importing is reported like any other.
    if list(arguments) == ["--version"]:
        from envlift.cli.version import version  # noqa: PLC0415

        print(version())  # noqa: T201 - before any screen is there
        return int(ExitCode.DONE)
    from envlift.cli.app import run  # noqa: PLC0415

    return run(arguments)


def _tell(*lines: str) -> None:
    print("\n".join(line for line in lines if line), file=sys.stderr)  # noqa: T201 - rich may be what is broken


def _report(error: Exception) -> str:
    """What a maintainer needs to find the fault: types and places; no message and no variables, which hold values."""
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(f"  {type(current).__module__}.{type(current).__qualname__}")
        chain += [f"    {_place(frame)}" for frame in traceback.extract_tb(current.__traceback__, limit=-12)]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(
        (
            "envlift: this is a fault of envlift, not yours. Nothing is half written.",
            *chain,
            f"  {_versions()}",
            "Please report it in envlift's issue tracker with the lines above; they hold no value of your files.",
        )
    )


def _place(frame: traceback.FrameSummary) -> str:
    """File, line and function; only the end of the path, because its beginning names people and machines."""
    file = Path(frame.filename)
    shown = file.relative_to(_PACKAGES) if file.is_relative_to(_PACKAGES) else Path(*file.parts[-2:])
    return f"{shown.as_posix()}:{frame.lineno} {frame.name}"


def _versions() -> str:
    python = ".".join(str(part) for part in sys.version_info[:3])
    try:
        from envlift.cli.version import version  # noqa: PLC0415 - see _run

        return f"envlift {version()}, Python {python} on {sys.platform}"
    except Exception:  # noqa: BLE001 - a report with one fact less is better than none
        return f"Python {python} on {sys.platform}"


def _open_what_is_closed() -> None:
    """A stream that the caller closed leads nowhere: else its number would go to the next file that is opened."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end


def _untold(error: OSError) -> int:
    """What the process ends with when its output, and no file, could not be written."""
    _tell(f"envlift: the output could not be written: {error.strerror}.", "No file is half written.")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(ExitCode.PARTIAL)


def _print_what_the_terminal_can() -> None:
    """A character that the terminal's encoding lacks becomes a question mark instead of the end of the run."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(process())
