"""What the command prints: one document, or plain lines and tables."""

from __future__ import annotations

import json

import pytest

from prefstrata.cli._output import Grid, Output, counted, size
from prefstrata.model import IntegrityError


def test_a_table_off_a_terminal_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    """No boxes, no colours, no blanks at the end: what follows in a pipe can read it."""
    Output().emit([], Grid.of("layer >records", [("main", 1234), ("golden", None)], "Layers"))
    assert capsys.readouterr().out == "\nLayers\nlayer   records\nmain      1,234\ngolden\n"


def test_a_document_is_ascii_json(capsys: pytest.CaptureFixture[str]) -> None:
    """No character of the data reaches the terminal as itself, and every one comes back."""
    output = Output()
    output.json = True
    output.emit({"name": "\x1b[31m\u202e\x7fü"}, "not this line")
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed
    assert json.loads(printed) == {"name": "\x1b[31m\u202e\x7fü"}


def test_a_document_holds_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    """NaN is no JSON; a command that would print it has a bug."""
    output = Output()
    output.json = True
    with pytest.raises(ValueError, match="not JSON compliant"):
        output.emit({"value": float("nan")})
    assert capsys.readouterr().out == ""


def test_an_error_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Each part on its own line, and every further mistake of a config file under the first."""
    Output().error(IntegrityError("one\ntwo", where="a\x1bfile", todo="mend it"))
    said = capsys.readouterr()
    assert said.err == "error: one\n       two\n   at: a\\x1bfile\nto do: mend it\n"
    assert said.out == ""


def test_quiet_keeps_warnings_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes go, what somebody should look at stays, in lines that cannot move the terminal."""
    output = Output()
    output.quiet = True
    output.note("a note")
    output.warn("look", "at\x1bthis")
    output.error(IntegrityError("broken"))
    said = capsys.readouterr()
    assert said.err == "warning: look\n         at\\x1bthis\nerror: broken\n"
    assert said.out == ""


@pytest.mark.parametrize(("count", "said"), [(999, "999 bytes"), (1500, "1.5 kB"), (2_000_000_000, "2.0 GB")])
def test_sizes_as_people_say_them(count: int, said: str) -> None:
    """Decimal units, as disks are sold."""
    assert size(count) == said


def test_counts_agree_with_their_nouns() -> None:
    """One record, not one records."""
    assert [counted(count, "record") for count in (0, 1, 2000)] == ["0 records", "1 record", "2,000 records"]
