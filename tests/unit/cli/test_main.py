"""Exit codes and errors, whatever comes of a command."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING

import pytest

from prefstrata.cli import _call, main
from prefstrata.model import ConfigError, GateBlockedError, IntegrityError, PrefstrataError, UnreachableError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Errors that opening a project raises, the last one first: what no real project can be made to raise at will."""
    errors: list[BaseException] = []

    def project(_: _call.Call) -> None:
        raise errors[-1]

    monkeypatch.setattr(_call.Call, "project", project)
    return errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (GateBlockedError("x"), 3),
        (UnreachableError("x"), 4),
        (IntegrityError("x"), 5),
        (PermissionError(13, "Permission denied", "/there"), 2),
        (OSError(28, "No space left on device", "/there"), 2),
        (OSError(27, "File too large"), 2),
        (OSError(5, "Input/output error", "/there"), 1),
        (RuntimeError("x"), 1),
        (EOFError("a file ended early"), 1),
        (KeyError("x"), 1),
        (KeyboardInterrupt(), 130),
        (RuntimeError("Query interrupted"), 130),
        (BrokenPipeError(), 141),
    ],
    ids=repr,
)
def test_every_end_has_its_code(
    failing: list[BaseException], capfd: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    """0 done, 2 wrong, 3 blocked, 4 unreachable, 5 broken, 1 a bug: scripts may rely on them."""
    failing.append(error)
    assert main(["log"]) == code
    assert ("Traceback" in capfd.readouterr().err) == (code == 1)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_says_what_to_do(
    failing: list[BaseException], capfd: pytest.CaptureFixture[str], number: int
) -> None:
    """A write names no file, so it is said what was being written."""
    failing.append(OSError(number, os.strerror(number)))
    assert main(["log"]) == 2
    told = capfd.readouterr().err
    assert os.strerror(number) in told
    assert "make room" in told
    assert "--out" in told


def test_debug_shows_where_an_error_comes_from(
    failing: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    """A user error has no traceback until one is asked for."""
    failing.append(ConfigError("x"))
    main(["log", "--debug"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ConfigError("what", where="here", todo="this"), RuntimeError("what")])
def test_an_error_is_one_document(
    failing: list[BaseException], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    """With ``--json`` an error is read from stdout like any result, bugs too."""
    failing.append(error)
    code = main(["log", "--json"])
    told = json.loads(capsys.readouterr().out)["error"]
    assert set(told) == {"what", "where", "todo", "exit_code"}
    assert told["exit_code"] == code
    if isinstance(error, PrefstrataError):
        assert (told["what"], told["where"], told["todo"]) == ("what", "here", "this")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing-like-it"],
        ["log", "--nothing-like-it"],
        ["log", "--limit", "many"],
        ["log", "--limit", "0"],
        ["show", "v1", "v2"],
        ["checkout", "main"],
        ["queue"],
        ["run", "--wait", "-1"],
    ],
)
def test_a_wrong_command_line_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It says what is wrong and which help to read, as a document too, and never shows a traceback."""
    assert main([*arguments, "--json"]) == 2
    said = capsys.readouterr()
    told = json.loads(said.out)["error"]
    assert told["exit_code"] == 2
    assert "--help" in told["todo"]
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "arguments", [["--json", "queue", "list"], ["queue", "--json", "list"], ["queue", "list", "--json"]]
)
def test_shared_options_work_anywhere(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the command, after it, and between a group and its command."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert json.loads(capsys.readouterr().out)["error"]["where"] == str(tmp_path / "prefstrata.yaml")


@pytest.mark.parametrize("place", [0, 1])
def test_the_project_is_named_or_in_the_environment_or_here(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--project`` wins over PREFSTRATA_PROJECT, which wins over the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(tmp_path / "environment"))
    main(["log"])
    assert str(tmp_path / "environment" / "prefstrata.yaml") in capsys.readouterr().err
    arguments = ["log"]
    arguments[place:place] = ["--project", str(tmp_path / "named")]
    main(arguments)
    assert str(tmp_path / "named" / "prefstrata.yaml") in capsys.readouterr().err
    monkeypatch.delenv("PREFSTRATA_PROJECT")
    main(["log"])
    assert f"{tmp_path}/prefstrata.yaml" in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has one."""
    for arguments in ([], ["checkout"], ["queue", "list"]):
        assert main([*arguments, "--help"]) == 0
        assert "Usage: prefstrata" in capsys.readouterr().out


def test_the_help_of_checkout_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    """It is written by hand, so that help does not wait for the libraries that write files."""
    from prefstrata.trainers import FORMATS  # noqa: PLC0415 - only this test pays for it

    main(["checkout", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert [name for name in FORMATS if f"`{name}`" not in text] == []
