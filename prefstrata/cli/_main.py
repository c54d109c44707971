"""Runs the command and turns whatever comes of it into an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from typing import TYPE_CHECKING

import typer

from prefstrata._version import __version__
from prefstrata.cli._app import application
from prefstrata.cli._call import Call, NobodyReadsError
from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.model.room import room_lacking

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_BUG = 1
_INTERRUPTED = 130
_BROKEN_PIPE = 141
_MACHINE = {
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.ENAMETOOLONG, errno.EEXIST, errno.EISDIR),
}
_MAKE_ROOM = "make room where the command was writing, as in the project or in what --out names, and run it again"


class _BugError(PrefstrataError):
    exit_code = _BUG


class _InterruptedError(PrefstrataError):
    exit_code = _INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: what stands after its name; those of the process by default.

    Returns:
        The exit code: 0 done, 2 the command or a config file is wrong, 3 a gate blocked the release, 4 a server could
        not be reached, 5 integrity broken, 1 a bug; 130 interrupted, 141 nobody reads the output any more.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if given == ["--version"]:  # scripts ask for it first: it must not wait for what parsing arguments imports
        sys.stdout.write(f"prefstrata {__version__}\n")
        return 0
    call = Call()
    # Known before the arguments are parsed: an error in them is told as a document too.
    call.output.json = "--json" in given[: given.index("--") if "--" in given else None]
    try:
        code = _run(call, given)
        sys.stdout.flush()
    except (NobodyReadsError, BrokenPipeError):
        # What is left in the buffer has no reader; without this the interpreter would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    return code


def _run(call: Call, given: list[str]) -> int:
    try:
        code = typer.main.get_command(application).main(given, "prefstrata", standalone_mode=False, obj=call)
        if code != _INTERRUPTED:
            return int(code or 0)
        error: PrefstrataError = _InterruptedError("interrupted")
    except PrefstrataError as raised:
        _trace(call)
        error = raised
    except typer.TyperException as raised:
        error = ConfigError(raised.format_message().rstrip(), todo=f"see `{_path(raised)} --help`")
    except typer.Abort as raised:  # Typer's word for Ctrl-C, and for a file that ended early: nobody is asked anything
        early = raised.__cause__ if isinstance(raised.__cause__, EOFError) else None
        error = _bug(early) if early else _InterruptedError("interrupted")
    except KeyboardInterrupt:
        error = _InterruptedError("interrupted")
    except (NobodyReadsError, BrokenPipeError):
        raise
    except Exception as raised:  # noqa: BLE001 - the outermost frame: what is no user error is a bug, and is told as one
        error = _of_the_machine(raised) or _bug(raised)
        if error.exit_code != _BUG:
            _trace(call)
    call.output.error(error)
    return error.exit_code


def _of_the_machine(raised: Exception) -> PrefstrataError | None:
    """What the machine does not let us do, as an error for people; None of what is a bug."""
    where = str(getattr(raised, "filename", None) or "")
    if lacking := room_lacking(raised):
        return ConfigError(lacking, where=where, todo=_MAKE_ROOM)
    if isinstance(raised, OSError) and raised.errno in _MACHINE:
        return ConfigError(raised.strerror or str(raised), where=where)
    # DuckDB's way to say that Ctrl-C came while it worked.
    return _InterruptedError("interrupted") if "Query interrupted" in str(raised) else None


def _path(raised: typer.TyperException) -> str:
    """The words of the command that was misused."""
    return str(getattr(getattr(raised, "ctx", None), "command_path", "prefstrata"))


def _trace(call: Call) -> None:
    if call.debug:
        traceback.print_exc()


def _bug(raised: Exception) -> PrefstrataError:
    traceback.print_exc()
    return _BugError(
        f"this is a bug in prefstrata: {type(raised).__name__}: {raised}", todo="report it with the lines above"
    )
